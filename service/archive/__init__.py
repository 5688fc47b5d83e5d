"""Batch scrubbing of logs that are already stored: ``scrubjay scan`` and ``scrubjay scrub``.

A *store* holds files (a folder, an object store). A file's *container* (gzip, zstd, …) is undone and done again; zip and tar hold members,
each of which is dealt with like a file. A file's *format* says how its content falls into records, and how they are redacted. Content is
worked in *pieces*: runs of whole records, cut at the same places whoever works them and however many do, so that a file that was
interrupted and begun anew comes out the same, byte for byte.
"""

FORMATS = ("text", "ndjson", "json", "otlp", "docker", "cri", "csv", "tsv")
"""The formats that can be asked for by name, told here without what they need; see :mod:`service.archive.formats`."""
