"""Certificates made for one test: an authority, a server and a client it vouches for, and a stranger."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path
from typing import NamedTuple

import pytest


class Pair(NamedTuple):
    """A certificate and its private key, as PEM files."""

    certificate: Path
    key: Path


class Certificates(NamedTuple):
    """``server`` is for ``backend.test`` and no other name."""

    authority: Pair
    server: Pair
    client: Pair
    stranger: Pair


def certificates(folder: Path) -> Certificates:
    """Makes them. Skips the test where there is no OpenSSL 3 to make them with."""
    openssl = shutil.which("openssl")
    if openssl is None:
        pytest.skip("needs the openssl command to make certificates")

    def make(name: str, *options: str) -> Pair:
        pair = Pair(folder / f"{name}.pem", folder / f"{name}.key")
        key = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-keyout", str(pair.key))
        subject = ("-subj", f"/CN={name}", "-days", "2", "-out", str(pair.certificate))
        made = subprocess.run([openssl, "req", "-x509", *key, *subject, *options], check=False, capture_output=True, timeout=60)
        if made.returncode:
            pytest.skip("needs the openssl command of OpenSSL 3 or later to make certificates")
        return pair

    authority = make("authority")
    signed = ("-CA", str(authority.certificate), "-CAkey", str(authority.key))
    leaf = ("-addext", "basicConstraints=critical,CA:FALSE")
    server = make("server", *signed, *leaf, "-addext", "subjectAltName=DNS:backend.test")
    return Certificates(authority, server, make("client", *signed, *leaf), make("stranger"))
