"""A process with a queue in it, to be traced or killed: ``python -m tests.service.delivery.driver FOLDER URL FIRST COUNT CLIENTS``.

Each number is written to standard output when the queue has acknowledged its batch.
"""

from __future__ import annotations

import asyncio
import os
import sys
from pathlib import Path

from service.errors import BackendError
from tests.service.delivery.backend import numbered, opened, queued


async def main(folder: Path, url: str, first: int, count: int, clients: int) -> None:
    numbers = iter(range(first, first + count))

    async def client() -> None:
        for number in numbers:
            while True:
                try:
                    await exporter.export(numbered(number, size=2000))
                    break
                except BackendError:
                    await asyncio.sleep(0.01)
            os.write(1, b"%d\n" % number)

    async with opened(queued(folder, url, drain_timeout=0.0)) as exporter:
        await asyncio.gather(*(client() for _ in range(clients)))


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1]), sys.argv[2], *map(int, sys.argv[3:6])))
