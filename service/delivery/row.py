"""One stored batch: what of it is written, what it costs, and how damage to it is noticed.

A row holds the bytes as the client sent them where redaction changed nothing, else the rewritten payload, uncompressed; it is compressed
again when it is sent. Of the request's headers only the tenant is kept: credentials never reach the disk.
"""

from __future__ import annotations

from typing import NamedTuple

from isal import isal_zlib

from service.exporters.contract import Batch, Headers
from service.inflate import inflate

_PAGE = 16 << 10
_SMALL = 4 << 10
_OVERHEAD = 128
_LARGEST = 1 << 30
"""Bytes: nothing larger was let in, so a stored batch is never inflated beyond it."""

MAX_PAYLOAD = 900_000_000
"""Bytes one row can hold; SQLite's own limit is 10^9 (sqlite.org/limits.html)."""

TENANT_HEADER = "x-scope-orgid"

COST = f"CASE WHEN length(payload) < {_SMALL} THEN length(payload) + {_OVERHEAD} ELSE (length(payload) / {_PAGE} + 1) * {_PAGE} END"
"""``cost`` as SQL; ``length`` of a blob does not read it."""


class Row(NamedTuple):
    """A stored batch. ``enqueued`` and ``refused`` are milliseconds since 1970; the latter and ``reason`` are for dead letters."""

    enqueued: int
    tenant: str
    signal: str
    codec: str
    content_type: str
    encoding: str
    send_encoding: str
    plan_hash: str
    refused: int
    reason: str
    payload: bytes

    @property
    def cost(self) -> int:
        """Bytes it takes on disk: small rows share a page, larger ones have pages of their own."""
        return cost_of(len(self.payload))

    def crc(self) -> int:
        """Over all of it. The numbers and texts are joined by what none of them can hold."""
        return int(isal_zlib.crc32(self.payload, isal_zlib.crc32("\0".join(map(str, self[:-1])).encode())))


def cost_of(size: int) -> int:
    """Bytes that a payload of ``size`` bytes takes on disk."""
    return size + _OVERHEAD if size < _SMALL else (size // _PAGE + 1) * _PAGE


def stored_size(batch: Batch) -> int:
    """Bytes of the payload that would be stored."""
    return len(batch.payload if batch.as_sent is None else batch.as_sent)


def weight(batch: Batch) -> int:
    """Bytes it takes in memory."""
    as_sent = batch.as_sent
    return _OVERHEAD + len(batch.payload) + (0 if as_sent is None or as_sent is batch.payload else len(as_sent))


def to_row(batch: Batch, plan_hash: str, enqueued: int) -> Row:
    """The batch as it is stored."""
    unchanged = batch.as_sent is not None
    return Row(
        enqueued=enqueued,
        tenant=batch.tenant,
        signal=batch.signal,
        codec=batch.codec,
        content_type=batch.content_type,
        encoding=batch.content_encoding if unchanged else "",
        send_encoding=batch.content_encoding,
        plan_hash=plan_hash,
        refused=0,
        reason="",
        payload=batch.payload if batch.as_sent is None else batch.as_sent,
    )


def to_batch(row: Row) -> Batch:
    """The batch that was stored, with the tenant for its only header. Raises ``FramingError`` where it can't be decompressed."""
    payload = inflate(row.payload, row.encoding, _LARGEST) if row.encoding else row.payload
    as_sent = row.payload if row.encoding == row.send_encoding else None
    return Batch(row.signal, row.codec, payload, row.content_type, row.send_encoding, as_sent, tenant_headers(row.tenant), row.tenant)


def tenant_headers(tenant: str) -> Headers:
    """The headers a stored batch is sent on with."""
    return ((TENANT_HEADER, tenant),) if tenant else ()
