"""Lets browsers send: cross-origin requests from an allow-list of web pages (Fetch standard, "CORS protocol").

Contract: without allowed origins nothing changes. Credentials of the browser's (cookies) are never asked for.
"""

from __future__ import annotations

import re

from starlette.middleware.cors import CORSMiddleware
from starlette.types import ASGIApp

from config.receivers import Cors

_HEADERS = ("Content-Encoding",)
"""Beside those that need no permission, and ``Content-Type``, which the middleware adds."""

_PART_OF_A_HOST = "[0-9A-Za-z.-]+"
"""What ``*`` stands for: no character that ends a host, such as ``/``, ``#``, ``?``, ``@`` or ``:``."""


def with_cors(app: ASGIApp, cors: Cors) -> ASGIApp:
    """``app``, which browsers may use as ``cors`` says."""
    if not cors.allowed_origins:
        return app
    return CORSMiddleware(
        app,
        allow_origins=[origin for origin in cors.allowed_origins if origin == "*" or "*" not in origin],
        allow_origin_regex=_pattern(cors.allowed_origins),
        allow_methods=("POST",),
        allow_headers=(*_HEADERS, *cors.allowed_headers),
        expose_headers=("Retry-After",),
        max_age=round(cors.max_age),
    )


def _pattern(origins: tuple[str, ...]) -> str | None:
    """Matches the origins that ``*`` stands in, as a whole."""
    patterns = [_PART_OF_A_HOST.join(map(re.escape, origin.split("*"))) for origin in origins if origin != "*" and "*" in origin]
    return rf"\A(?:{'|'.join(patterns)})\Z" if patterns else None
