"""What a backend's answer means for the batch it is about (OTLP specification, "OTLP/HTTP Response" and "OTLP/gRPC Response").

Contract: ``judge`` never fails. ``delivered`` is any 2xx or gRPC's OK, whatever the response's body is; ``retry`` is what the
specification lets clients send again, and nothing else; all the rest is ``refused``: the same batch would be refused again.
"""

from __future__ import annotations

from typing import Literal, NamedTuple

from service.exporters.contract import PROTOBUF, Answer, GrpcAnswer
from service.exporters.partial_success import read
from service.exporters.rpc_status import OK, content_type_of, is_retryable, message_of, name_of, shortened, wait_of


class Outcome(NamedTuple):
    """``retry_after`` are the seconds the backend asks to wait, if it asks; ``reason`` is its answer on one printable line of at most
    1 KiB; ``rejected`` counts the records it refused out of a batch it took (``partial_success``): they are lost, and not to be sent again.
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
    return shortened(f"{name}: {message}" if message else name)
