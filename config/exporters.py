"""Where redacted data goes: the exporters, and the queue and retries an exporter may have, in the OpenTelemetry Collector's shape.

Contract: an instance is complete. Retries need a queue: without one, a request is answered with the backend's answer.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Annotated, Literal, Self
from urllib.parse import urlsplit

from pydantic import Field, field_validator, model_validator

from config.model import Duration, Model, Size

_HEADER_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")  # token, RFC 9110 section 5.6.2


class DeadLetters(Model):
    """Where batches go that the backend refuses for good. When it is full, nothing more is acknowledged."""

    max_bytes: Size = Field(default=256 << 20, ge=1, description="Largest size, over all workers.")
    max_age: Duration = Field(default=7 * 86400.0, gt=0, description="Older ones are removed.")


class SendingQueue(Model):
    """A queue on disk: a request is acknowledged once its redacted bytes are there, and delivered from there."""

    storage: str = Field(min_length=1, description="Directory of the queue; created when missing. Each exporter has a folder of its own in it.")
    max_bytes: Size = Field(default=1 << 30, ge=1, description="Largest size of what waits, over all workers; then clients are told to retry.")
    num_consumers: int = Field(default=10, ge=1, le=1000, description="Batches under way to the backend at once, per worker.")
    dead_letters: DeadLetters = Field(default=DeadLetters(), description="What the backend refuses for good.")


class RetryOnFailure(Model):
    """How a queue tries again after a failure that may pass."""

    enabled: bool = Field(default=True, description="`false`: a batch that fails once becomes a dead letter.")
    initial_interval: Duration = Field(default=5.0, gt=0, description="Wait after the first failure.")
    multiplier: float = Field(default=1.5, ge=1, description="The wait grows by this with each failure.")
    randomization_factor: float = Field(default=0.5, ge=0, le=1, description="Part of the wait that is left to chance, so that not all try at once.")
    max_interval: Duration = Field(default=30.0, gt=0, description="Longest wait, unless the backend asks for more (`Retry-After`, `RetryInfo`).")
    max_elapsed_time: Duration = Field(default=0.0, ge=0, description="After so long a batch becomes a dead letter; `0s`: never.")


class Tls(Model):
    """TLS towards a backend; used where the endpoint begins with `https://`."""

    ca_file: str | None = Field(default=None, description="Certificates to trust (PEM), instead of the system's.")
    cert_file: str | None = Field(default=None, description="The client's certificate (PEM), for mutual TLS.")
    key_file: str | None = Field(default=None, description="The client's private key (PEM).")
    server_name_override: str | None = Field(default=None, description="Name to expect in the backend's certificate, instead of the endpoint's host.")

    @model_validator(mode="after")
    def _is_a_pair(self) -> Self:
        if (self.cert_file is None) != (self.key_file is None):
            raise ValueError("cert_file and key_file together")
        return self


class OtlpExporter(Model):
    """What both transports of OTLP have."""

    endpoint: str
    timeout: Duration = Field(default=30.0, gt=0, description="Longest wait for the backend's whole answer.")
    headers: Mapping[str, str] = Field(default={}, repr=False, description="Headers set on each request, over those the client sent.")
    compression: Literal["gzip", "none"] | None = Field(default=None, description="Compression of requests. Default: as the client sent them.")
    tls: Tls = Field(default=Tls(), description="TLS towards the backend.")
    sending_queue: SendingQueue | None = Field(default=None, description="A queue on disk. Without one, requests are passed through.")
    retry_on_failure: RetryOnFailure | None = Field(default=None, description="Retries from the queue.")

    @field_validator("headers")
    @classmethod
    def _fit_on_the_wire(cls, value: Mapping[str, str]) -> Mapping[str, str]:
        if not all(_HEADER_NAME.fullmatch(name) and text.isprintable() and text.isascii() for name, text in value.items()):
            raise ValueError("header names as of RFC 9110, with printable ASCII values on one line")
        return value

    @model_validator(mode="after")
    def _retries_from_a_queue(self) -> Self:
        if self.retry_on_failure is not None and self.sending_queue is None:
            raise ValueError("retry_on_failure only beside sending_queue; without a queue the client retries")
        return self


class OtlpHttpExporter(OtlpExporter):
    """Sends to an OTLP/HTTP backend."""

    type: Literal["otlp_http"] = Field(default="otlp_http", exclude=True, repr=False)
    endpoint: str = Field(description="Base URL of the backend, such as `http://tempo:4318`; `/v1/traces` and so on are added.")

    @field_validator("endpoint")
    @classmethod
    def _is_base_url(cls, value: str) -> str:
        parts = urlsplit(value)
        if parts.scheme not in ("http", "https") or not parts.hostname or parts.query or parts.fragment or parts.username is not None:
            raise ValueError("a URL such as http://tempo:4318, without query, fragment or user; credentials go into headers")
        return value.rstrip("/")


class OtlpGrpcExporter(OtlpExporter):
    """Sends to an OTLP/gRPC backend."""

    type: Literal["otlp_grpc"] = Field(default="otlp_grpc", exclude=True, repr=False)
    endpoint: str = Field(description="URL of the backend, such as `http://collector:4317`, or `https://` for TLS.")

    @field_validator("endpoint")
    @classmethod
    def _is_host_and_port(cls, value: str) -> str:
        parts = urlsplit(value)
        beyond = parts.path.strip("/") or parts.query or parts.fragment or parts.username is not None
        if parts.scheme not in ("http", "https") or not parts.hostname or beyond:
            raise ValueError("a URL such as http://collector:4317, without path, query or user; credentials go into headers")
        return value.rstrip("/")


class FileExporter(Model):
    """Writes NDJSON files, one per signal; acknowledged means written and fsynced."""

    type: Literal["file"] = Field(default="file", exclude=True, repr=False)
    path: str = Field(min_length=1, description="Directory of the files; created when missing.")
    rotate_bytes: Size = Field(default=256 << 20, ge=1 << 10, description="A file that has reached this size is set aside and a new one begun.")


class StdoutExporter(Model):
    """Writes NDJSON to standard output."""

    type: Literal["stdout"] = Field(default="stdout", exclude=True, repr=False)


Exporter = Annotated[OtlpHttpExporter | OtlpGrpcExporter | FileExporter | StdoutExporter, Field(discriminator="type")]
