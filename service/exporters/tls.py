"""TLS towards a backend, from files that are checked before anything is sent.

Contract: the backend's certificate is always verified. A ``ConfigError`` names the key under ``exporters.<id>.tls`` and what it should
be, never what the file holds.
"""

from __future__ import annotations

import ssl
from pathlib import Path
from typing import NamedTuple

from config.exporters import Tls
from service.errors import ConfigError


class Certificates(NamedTuple):
    """What the files hold, as PEM; ``None`` for the system's own, and for no certificate of the client's."""

    trusted: bytes | None
    chain: bytes | None
    key: bytes | None


def client_context(exporter: str, tls: Tls) -> ssl.SSLContext:
    """What Python's TLS connects with. Raises ``ConfigError``."""
    try:
        context = ssl.create_default_context(cafile=tls.ca_file)
    except (OSError, ValueError) as error:  # ssl.SSLError is an OSError
        raise _refusal(exporter, "ca_file", "a PEM file with the certificates to trust", error) from None
    if tls.cert_file is None or tls.key_file is None:
        return context
    try:
        ssl.create_default_context(cafile=tls.cert_file)
    except (OSError, ValueError) as error:
        raise _refusal(exporter, "cert_file", "a PEM file with the client's certificate", error) from None
    try:
        context.load_cert_chain(tls.cert_file, tls.key_file, password=lambda: "")  # or OpenSSL would ask at the terminal
    except (OSError, ValueError) as error:
        raise _refusal(exporter, "key_file", "a PEM file with the private key of cert_file, not encrypted", error) from None
    return context


def certificates(exporter: str, tls: Tls) -> Certificates:
    """What gRPC, which has a TLS of its own, connects with. Raises ``ConfigError``."""
    client_context(exporter, tls)
    trusted = tls.ca_file or ssl.get_default_verify_paths().cafile  # gRPC's own list would be used instead of the system's
    return Certificates(*(None if file is None else Path(file).read_bytes() for file in (trusted, tls.cert_file, tls.key_file)))


def _refusal(exporter: str, key: str, allowed: str, error: Exception) -> ConfigError:
    why = f" ({error.strerror})" if isinstance(error, OSError) and not isinstance(error, ssl.SSLError) else ""
    return ConfigError(f"exporters.{exporter}.tls.{key}: {allowed}{why}")
