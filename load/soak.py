"""Recognition over many texts: the memory of its process, and what became of the texts.

    python -m load.soak [--texts 100000] [--every 5000]

Texts are seeded, and each has words of its own (ids, made-up names): what makes Presidio and spaCy grow in services is a vocabulary that
keeps them. Nothing is replaced on the way (processes that have grown would be), so that the curve is one process's.
"""

from __future__ import annotations

import argparse
import random
import time
from collections.abc import Iterator, Sequence

from config.recognition import Ner
from load.names_lines import rows
from service.recognition.lane import resident_bytes
from service.recognition.pool import Recognition

BATCH = 250
_SYLLABLES = "ba be bi bo da de di do ka ke ki ko la le li lo ma me mi mo na ne ni no ra re ri ro sa se si so ta te ti to va ve vi vo".split()
MIB = 1 << 20


def texts(count: int, seed: int = 4) -> Iterator[bytes]:
    """``count`` log lines, no two alike."""
    rng = random.Random(seed)
    lines = [text for text, _ in rows()]

    def word() -> str:
        return "".join(rng.choices(_SYLLABLES, k=rng.randint(2, 4)))

    for number in range(count):
        name = f"{word().title()} {word().title()}"
        yield f"{rng.choice(lines)} ref={rng.getrandbits(48):012x} {word()} {word()} contact {name} #{number}".encode()


def soak(count: int, every: int) -> Iterator[tuple[int, int, int, float]]:
    """``(texts done, bytes of the process, bytes of this one, texts a second since the last)``."""
    recognition = Recognition(Ner(over_budget="wait"), texts_each=1 << 60)
    recognition.ready()
    lane = recognition.lanes[0]
    yield 0, resident_bytes(lane.pid), resident_bytes(), 0.0
    done, batch, began = 0, [], time.monotonic()
    try:
        for text in texts(count):
            batch.append(text)
            if len(batch) < BATCH:
                continue
            if any(found is None for found in recognition.submit(batch).result()):
                raise SystemExit("a text was not looked at")
            done += len(batch)
            batch = []
            if done % every == 0:
                yield done, resident_bytes(lane.pid), resident_bytes(), every / (time.monotonic() - began)
                began = time.monotonic()
    finally:
        recognition.close()


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="Memory of recognition over many texts.")
    parser.add_argument("--texts", type=int, default=100_000)
    parser.add_argument("--every", type=int, default=5_000)
    options = parser.parse_args(arguments)
    print(f"{'texts':>8} {'process MiB':>12} {'caller MiB':>11} {'texts/s':>8}", flush=True)
    for done, process, caller, rate in soak(options.texts, options.every):
        print(f"{done:>8} {process / MIB:>12.1f} {caller / MIB:>11.1f} {rate:>8.0f}", flush=True)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
