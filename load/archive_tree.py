"""A tree of stored logs in every container and format, and what was planted in it."""

from __future__ import annotations

import bz2
import csv
import gzip
import io
import json
import lzma
import os
import random
import re
import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path

import lz4.frame
import zstandard

EMAIL = "jo.doe" + "@" + "acme-mail.com"
PLANTED = re.compile(rb"u[a-z]{9}@" + b"acme-mail.com")
"""What :func:`planted` makes."""

MARKER = b"[REDACTED:email]"
COMPRESS: dict[str, Callable[[bytes], bytes]] = {
    "": bytes,
    ".gz": gzip.compress,
    ".zst": zstandard.compress,
    ".bz2": bz2.compress,
    ".xz": lzma.compress,
    ".lz4": lz4.frame.compress,
}


def planted(random_: random.Random) -> str:
    """A value that must not come out again."""
    return "u" + "".join(random_.choices("abcdefghjkmnpqrstuvwxyz", k=9)) + "@" + "acme-mail.com"


def contents(random_: random.Random, ledger: list[str], records: int) -> dict[str, bytes]:
    """One content of each format, with planted values in some of the records."""

    def word() -> str:
        if random_.random() > 0.05:
            return random_.choice(("shipped", "paid", "opened", "closed"))
        ledger.append(planted(random_))
        return ledger[-1]

    stamp = "2026-11-24T10:00:00"
    lines = {
        "app.log": [f"{stamp} INFO order {i} {word()}" for i in range(records)],
        "app.ndjson": [json.dumps({"ts": stamp, "order": i, "message": f"order {word()}"}) for i in range(records)],
        "docker-json.log": [
            json.dumps({"log": f"order {word()}\n", "stream": "stdout", "time": f"{stamp}Z"}, separators=(",", ":")) for _ in range(records)
        ],
        "cri.log": [f"{stamp}.000000001Z stdout F order {word()}" for _ in range(records)],
        "otlp.jsonl": [
            json.dumps({"resourceLogs": [{"scopeLogs": [{"logRecords": [{"body": {"stringValue": f"order {word()}"}}]}]}]}, separators=(",", ":"))
            for _ in range(records // 10)
        ],
    }
    out = {name: "\n".join(all_).encode() + b"\n" for name, all_ in lines.items()}
    out["document.json"] = json.dumps([{"order": i, "state": word()} for i in range(records)], indent=1).encode()
    table = io.StringIO()
    csv.writer(table).writerows([("id", "state", "note"), *((i, word(), 'a "quoted" one, with comma') for i in range(records))])
    out["table.csv"] = table.getvalue().encode()
    return out


def make(root: Path, *, seed: int = 1, records: int = 200) -> list[str]:
    """Writes a tree of every format in every container, ``records`` records in each file; returns what is planted in it."""
    random_, ledger = random.Random(seed), list[str]()
    for suffix, compress in COMPRESS.items():
        folder = root / (suffix.lstrip(".") or "plain")
        folder.mkdir(parents=True)
        for name, content in contents(random_, ledger, records).items():
            (folder / (name + suffix)).write_bytes(compress(content))
        (folder / f"clean.log{suffix}").write_bytes(compress(b"2026-11-24 INFO all is well\n" * records))
    members = root / "members"
    members.mkdir()
    with tarfile.open(members / "logs.tar.gz", "w:gz") as tar, zipfile.ZipFile(members / "logs.zip", "w", zipfile.ZIP_DEFLATED) as zipped:
        for name, content in contents(random_, ledger, records).items():
            info = tarfile.TarInfo(f"var/log/{name}")
            info.size, info.mtime, info.mode = len(content), 1_700_000_000, 0o640
            tar.addfile(info, io.BytesIO(content))
            zipped.writestr(f"var/log/{name}", content)
            zipped.writestr(f"var/log/{name}.gz", gzip.compress(content, mtime=0))
    for at, file in enumerate(sorted(root.rglob("*.*"))):
        os.utime(file, ns=(10**18 + at, 10**18 + at))
    return ledger


def opened(root: Path) -> dict[str, bytes]:
    """All contents below ``root``, whatever they are packed in."""
    found: dict[str, bytes] = {}

    def add(name: str, data: bytes) -> None:
        suffix = next((suffix for suffix in COMPRESS if suffix and name.endswith(suffix)), "")
        undo: dict[str, Callable[[bytes], bytes]] = {
            ".gz": gzip.decompress,
            ".bz2": bz2.decompress,
            ".xz": lzma.decompress,
            ".lz4": lambda packed: bytes(lz4.frame.open(io.BytesIO(packed)).read()),
            ".zst": lambda packed: zstandard.ZstdDecompressor().stream_reader(packed, read_across_frames=True).read(),
        }
        if name.endswith(".tar.gz"):
            with tarfile.open(fileobj=io.BytesIO(data)) as tar:
                for info in tar:
                    member = tar.extractfile(info)
                    assert member is not None
                    add(f"{name}!{info.name}", member.read())
        elif suffix:
            found[name] = undo[suffix](data)
        elif name.endswith(".zip"):
            with zipfile.ZipFile(io.BytesIO(data)) as zipped:
                for inside in zipped.namelist():
                    add(f"{name}!{inside}", zipped.read(inside))
        else:
            found[name] = data

    for file in sorted(root.rglob("*")):
        if file.is_file() and ".scrubjay" not in file.parts:
            add(str(file.relative_to(root)), file.read_bytes())
    return found


def bytes_of(root: Path) -> dict[str, tuple[bytes, int, int]]:
    """Every file's bytes, mode and mtime; our own folder left out."""
    files = [file for file in root.rglob("*") if file.is_file() and ".scrubjay" not in file.relative_to(root).parts]
    return {str(file.relative_to(root)): (file.read_bytes(), file.stat().st_mode, file.stat().st_mtime_ns) for file in files}
