"""What users would take instead of Scrubjay, run on the same bytes in one run: ``python -m load.peers``.

* ``planted`` says what is planted in generated traffic, record by record, and how much of it is gone from what leaves.
* ``detection`` is the one list of patterns that all peers are given, and ``recipes`` each peer's own way of writing it.
* ``roster`` lists the peers; ``toolchains`` builds them, once; ``harness`` runs one.
* ``measure`` times them by turns with the engine; ``tables`` says what came out.

``rust`` and ``go`` are programs of ours around the peers' libraries, and ``text_harness`` the same in Python: they read the input into
memory, work as a deployment would, and say what processor time it took. Nothing of the peers is in this repository.
"""
