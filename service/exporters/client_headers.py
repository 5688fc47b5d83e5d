"""Which of a client's headers can go on to a backend as they came.

Contract: ``sendable`` returns those whose value is printable ASCII on one line. Others are left out: what the bytes beyond ASCII mean is
decided differently on the way in and on the way out (RFC 9110, section 5.5, has them as opaque; gRPC has none), so a value might
arrive as another one; and a control character would make every attempt fail. The tenant is never left out: data must not turn up under
another name or none, so that batch is refused with ``FramingError``, which says nothing of the value.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from service.errors import FramingError
from service.exporters.contract import Batch, Headers

TENANT = "x-scope-orgid"
NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
"""A token (RFC 9110, section 5.6.2)."""

_VALUE = re.compile(r"[\x20-\x7e]*")


def sendable(batch: Batch, takes: Callable[[str], bool]) -> Headers:
    """The batch's headers with names in lower case for which ``takes`` is true; see the module."""
    out: list[tuple[str, str]] = []
    for name, value in ((name.lower(), value) for name, value in batch.headers):
        if not takes(name):
            continue
        fits = _VALUE.fullmatch(value) is not None
        if name == TENANT and not (fits and value == value.strip(" ")):  # spaces around a value are no part of it on the wire
            raise FramingError(f"the header {TENANT} can't be sent on as it came")
        if fits:
            out.append((name, value))
    return tuple(out)
