"""What an exporter is given and what it owes.

The contract of ``Exporter``:

* ``open`` is called once, before anything is exported; it raises ``ConfigError`` when the exporter can never work.
* ``export`` returns when the batch is **acknowledged**: the backend has answered (then that answer is returned, whatever its status,
  to be relayed), or the redacted bytes are durably written (then ``None``). It raises ``BackendError`` when neither happened, and the
  client is told to send again; or ``FramingError`` when this batch never can be exported, so that nobody tries again for ever. It may be
  called concurrently.
* ``is_ready`` says whether a batch could be acknowledged now.
* ``close`` is called once, after the last ``export`` has returned; what was acknowledged stays.

A batch holds redacted bytes only. None of them gets into an exception or a log line.
"""

from __future__ import annotations

from typing import NamedTuple, Protocol

OTLP_PATHS = {"traces": "/v1/traces", "metrics": "/v1/metrics", "logs": "/v1/logs"}

Headers = tuple[tuple[str, str], ...]


class Batch(NamedTuple):
    """One redacted payload on its way out.

    ``payload`` is not compressed. ``as_sent`` is the body as the client sent it, compressed as it came, if redaction changed nothing;
    else ``None``. ``headers`` are those of the client's that go on to a backend.
    """

    signal: str
    codec: str
    payload: bytes
    content_type: str
    content_encoding: str
    as_sent: bytes | None
    headers: Headers = ()


class Answer(NamedTuple):
    """A backend's answer."""

    status: int
    headers: Headers
    body: bytes


class Exporter(Protocol):
    """Where redacted batches go; see the contract above."""

    @property
    def id(self) -> str: ...

    async def open(self) -> None: ...

    async def export(self, batch: Batch) -> Answer | None: ...

    async def is_ready(self) -> bool: ...

    async def close(self) -> None: ...
