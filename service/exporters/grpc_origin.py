"""Tells what a backend answered from what the channel made up because no answer came, or none it could read.

Contract: ``answer_of`` returns the backend's answer, or ``None`` when there is none: the batch is then to be sent again, since nobody knows
what became of it. gRPC reports both as a status, with nothing but the words to tell them apart; those are C-core's own, and the test
of this module makes a raw server provoke each of them, so that a release which words them otherwise is noticed. A backend that uses
the same words gets the batch again.

* What a proxy answers over plain HTTP is its answer where the status says that the request was wrong (4xx), in the code that gRPC maps it
  to (gRPC's "HTTP to gRPC Status Code Mapping"); the rest of them passes.
* A response that is too long to be read is an answer all the same: servers send one with OK only.
* UNAVAILABLE, DEADLINE_EXCEEDED and CANCELLED are the channel's unless trailers came along. Clients retry all three.
"""

from __future__ import annotations

import re

from service.exporters.grpc_call import Reply
from service.exporters.rpc_status import CANCELLED, DEADLINE_EXCEEDED, OK, UNAVAILABLE

_MAY_BE_LOCAL = {CANCELLED, DEADLINE_EXCEEDED, UNAVAILABLE}
_TOO_LONG = "Stream removed (CLIENT: Received message larger than max"
_REFUSED_BY_PROXY = re.compile(r"Received http2 header with status: 4(?!08|25|29)\d\d$")
_MADE_UP = (
    "Stream removed (",  # reset by the backend, an unreadable status, trailers over the limit, a connection that ended
    "RST_STREAM",
    "Received RST_STREAM",
    "No status received",
    "Received http2 header",
    "Decompression failed",
)


def answer_of(reply: Reply) -> Reply | None:
    """See the module."""
    if reply.code == OK:
        return reply
    if reply.message.startswith(_TOO_LONG):
        return Reply(OK, "", (), b"")
    if _REFUSED_BY_PROXY.match(reply.message):
        return reply
    if reply.message.startswith(_MADE_UP) or (reply.code in _MAY_BE_LOCAL and not reply.trailers):
        return None
    return reply
