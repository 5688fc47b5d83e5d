"""The errors of the service. None of them ever carries a byte of the payload it is about."""

from __future__ import annotations


class ScrubjayError(Exception):
    """Base of all errors raised on purpose."""


class ConfigError(ScrubjayError):
    """What the operator wrote can't be used. ``str()`` is one line: file, key, what is allowed. Exit code 2."""


class FramingError(ScrubjayError):
    """The payload is not what its content type says; it is refused whole (HTTP 400). ``str()`` names the position, never the content."""


class PayloadTooLargeError(ScrubjayError):
    """The payload is larger than the configured limit, as received or decompressed (HTTP 413)."""


class UnsupportedEncodingError(ScrubjayError):
    """The payload's ``Content-Encoding`` is not one we take (HTTP 415)."""


class BackendError(ScrubjayError):
    """The backend could not be reached or did not answer in time (HTTP 503: clients retry)."""
