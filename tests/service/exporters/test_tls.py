"""Certificates that can't be used are refused at start, by the key they are configured under, with what should be there."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from config import schema
from service.errors import ConfigError
from service.exporters.contract import Exporter
from service.exporters.otlp_grpc import OtlpGrpcExporter
from service.exporters.otlp_http import OtlpHttpExporter
from tests.service.exporters.certificates import Certificates, certificates

KINDS = ("otlp_http", "otlp_grpc")


def exporter(kind: str, **tls: Path) -> Exporter:
    settings = {"endpoint": "https://127.0.0.1:1", "tls": {key: str(path) for key, path in tls.items()}}
    if kind == "otlp_http":
        return OtlpHttpExporter("otlp_http/x", schema.OtlpHttpExporter.model_validate(settings))
    return OtlpGrpcExporter("otlp_grpc/x", schema.OtlpGrpcExporter.model_validate(settings))


def refusal(kind: str, **tls: Path) -> str:
    with pytest.raises(ConfigError) as error:
        asyncio.run(exporter(kind, **tls).open())
    return str(error.value)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Certificates:
    return certificates(tmp_path_factory.mktemp("certificates"))


@pytest.mark.parametrize("kind", KINDS)
def test_a_file_that_is_not_there_is_named_by_its_key(kind: str, tmp_path: Path) -> None:
    assert refusal(kind, ca_file=tmp_path / "none") == (
        f"exporters.{kind}/x.tls.ca_file: a PEM file with the certificates to trust (No such file or directory)"
    )


@pytest.mark.parametrize("kind", KINDS)
def test_a_file_of_something_else_is_refused_and_not_quoted(kind: str, tmp_path: Path, made: Certificates) -> None:
    (tmp_path / "junk").write_text("sekret")
    junk = tmp_path / "junk"
    client = made.client
    assert refusal(kind, ca_file=junk) == f"exporters.{kind}/x.tls.ca_file: a PEM file with the certificates to trust"
    assert refusal(kind, cert_file=junk, key_file=client.key) == f"exporters.{kind}/x.tls.cert_file: a PEM file with the client's certificate"
    for key in (junk, made.stranger.key):
        text = refusal(kind, cert_file=client.certificate, key_file=key)
        assert text == f"exporters.{kind}/x.tls.key_file: a PEM file with the private key of cert_file, not encrypted"


@pytest.mark.parametrize("kind", KINDS)
def test_a_whole_set_is_taken(kind: str, made: Certificates) -> None:
    async def main() -> None:
        one = exporter(kind, ca_file=made.authority.certificate, cert_file=made.client.certificate, key_file=made.client.key)
        await one.open()
        await one.close()

    asyncio.run(main())


@pytest.mark.parametrize("kind", KINDS)
def test_the_systems_certificates_are_trusted_by_default(kind: str) -> None:
    async def main() -> None:
        one = exporter(kind)
        await one.open()
        await one.close()

    asyncio.run(main())
