"""``make demo``: an instrumented chat application and a log file, sent through the service; what goes in beside what comes out.

Nothing leaves the machine: the model is a stub on loopback, the service writes to a temporary folder, every secret is made up by
this run (from a seed) and every process started is stopped. The exit code is 0 only when nothing planted was found in anything
the service wrote, and when everything else was still there.
"""
