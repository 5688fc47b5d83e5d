"""What a backend's answer means for the batch it is about (OTLP specification, "OTLP/HTTP Response" and "OTLP/gRPC Response").

Contract: ``judge`` never fails. ``delivered`` is any 2xx or gRPC's OK, whatever the response's body is; ``retry`` is what the
specification lets clients send again, and nothing else; all the rest is ``refused``: the same batch would be refused again.

The reason is kept on disk and shown by ``scrubjay queue status``, and a backend's words may quote what it refused: a credential among the
configured headers, or a record. So of the words only an excerpt is kept, without anything that looks like a value: long runs of
characters, shorter ones with a digit among them, long numbers, all with an ``@``, and the word after ``Bearer``, ``Basic`` and the like
or after a ``:`` or ``=`` that ends a name of a credential.
"""

from __future__ import annotations

import re
from typing import Literal, NamedTuple

from service.exporters.contract import PROTOBUF, Answer, GrpcAnswer
from service.exporters.partial_success import read
from service.exporters.rpc_status import OK, content_type_of, is_retryable, message_of, name_of, shortened, wait_of

_MAX_EXCERPT = 256
_CUT = 1000
"""``message_of`` gives 1 KiB at most, less a character that was cut in half."""

_VALUE = re.compile(
    r"""
    \S*(?:key|token|secret|passw(?:or)?d|auth\w*)["']?\s?[:=]\s*(?:bearer\s+|basic\s+)?\S+   # a credential's name and its value
    | (?<!\S)(?:bearer|basic|digest|apikey|token)\s+\S+   # a scheme of authentication and what follows (RFC 9110, section 11)
    | \S{12,}   # tokens, addresses, JSON without spaces
    | \S*@\S*
    | (?=\S{0,11}\d)\S{6,}   # short keys, numbers, dates
    """,
    re.VERBOSE | re.IGNORECASE,
)


class Outcome(NamedTuple):
    """``retry_after`` are the seconds the backend asks to wait, if it asks; ``reason`` is its status with an excerpt of what it says, on
    one printable line of at most 300 bytes; ``rejected`` counts the records it refused out of a batch it took (``partial_success``): they
    are lost, and not to be sent again.
    """

    kind: Literal["delivered", "retry", "refused"]
    retry_after: float | None
    reason: str
    rejected: int


def judge(answer: Answer | GrpcAnswer) -> Outcome:
    """See the module."""
    if isinstance(answer, Answer):
        name, took, content_type = f"HTTP {answer.status}", answer.status // 100 == 2, content_type_of(answer)
    else:
        name, took, content_type = f"gRPC {name_of(answer.code)}", answer.code == OK, PROTOBUF
    if took:
        partial = read(answer.body, content_type)
        return Outcome("delivered", None, _reason(name, partial.message), partial.rejected)
    reason = _reason(name, message_of(answer))
    if is_retryable(answer):
        return Outcome("retry", wait_of(answer), reason, 0)
    return Outcome("refused", None, reason, 0)


def _reason(name: str, message: str) -> str:
    if len(message.encode()) > _CUT:  # its last word may be a part of one
        message = f"{message.rpartition(' ')[0]} …"
    said = _VALUE.sub("…", message)
    return f"{name}: {shortened(said, _MAX_EXCERPT)}" if said else name
