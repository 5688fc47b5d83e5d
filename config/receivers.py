"""What listens: the receivers and their servers, in the OpenTelemetry Collector's shape.

Contract: an instance is complete. Nothing is served beyond the loopback interface without being said so.
"""

from __future__ import annotations

import ipaddress
import re
from typing import Annotated, Any, Literal, NamedTuple, Self

from pydantic import BeforeValidator, Field, field_validator, model_validator

from config.model import Duration, Model, Size

_ENDPOINT = re.compile(r"(?:\[([0-9A-Fa-f:.]+)\]|([^\[\]:/\s]+)):([0-9]{1,5})")
_ORIGIN = re.compile(r"\*|https?://[^/\s]+")


class Address(NamedTuple):
    """Where a server listens."""

    host: str
    port: int

    @property
    def is_loopback(self) -> bool:
        """Whether only this machine can connect."""
        try:
            return ipaddress.ip_address(self.host).is_loopback
        except ValueError:
            return self.host == "localhost"


class Server(Model):
    """What every listener has."""

    endpoint: str = Field(description="`host:port` to listen on.")
    max_request_bytes: Size | None = Field(
        default=None, ge=1, description="Largest request, as received and again after decompression. Default: 64MiB, less where memory is limited."
    )
    allow_open: bool = Field(default=False, description="Listen on an address other machines can reach, although there is no access control.")

    @property
    def address(self) -> Address:
        """The endpoint, taken apart."""
        found = _ENDPOINT.fullmatch(self.endpoint)
        if found is None or int(found[3]) > 65535:
            raise ValueError("host:port, such as 127.0.0.1:4318 or [::1]:4318")
        return Address(found[1] or found[2], int(found[3]))

    @model_validator(mode="after")
    def _not_open_by_accident(self) -> Self:
        if not self.address.is_loopback and not self.allow_open:
            raise ValueError("an endpoint on 127.0.0.1, [::1] or localhost; or allow_open: true, for an address anyone may send to")
        return self


class Cors(Model):
    """Which web pages may send to an HTTP listener from a browser; none by default (Fetch standard, "CORS protocol")."""

    allowed_origins: tuple[str, ...] = Field(
        default=(), description="Origins such as `https://app.example.com`; `*` in a host stands for any part of it, alone for any origin."
    )
    allowed_headers: tuple[str, ...] = Field(
        default=(), description="Request headers beside `Content-Type`, `Content-Encoding` and the like; `*` for any."
    )
    max_age: Duration = Field(default=600.0, ge=0, description="How long a browser may remember the answer to its preflight request.")

    @field_validator("allowed_origins")
    @classmethod
    def _are_origins(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        if not all(_ORIGIN.fullmatch(origin) for origin in value):
            raise ValueError("origins such as https://app.example.com, without a path")
        return value


class HttpServer(Server):
    """An HTTP listener. Receivers with the same endpoint share one port."""

    endpoint: str = Field(default="127.0.0.1:4318", description="`host:port` to listen on.")
    cors: Cors = Field(default=Cors(), description="Which web pages may send from a browser.")


class GrpcServer(Server):
    """A gRPC listener."""

    endpoint: str = Field(default="127.0.0.1:4317", description="`host:port` to listen on.")
    max_concurrent_streams: int = Field(default=256, ge=1, description="Requests under way at once over one connection; more wait in the client.")
    max_connection_age: Duration = Field(
        default=300.0, gt=0, description="A connection is closed, gracefully, after about this long, so that clients spread over workers."
    )
    max_connection_age_grace: Duration = Field(default=30.0, gt=0, description="How long requests on such a connection may go on.")


def _defaults(value: Any) -> Any:
    """As in the Collector, `http:` with nothing behind it means its defaults."""
    return {} if value is None else value


class OtlpProtocols(Model):
    """The transports of OTLP: those that are named, or both where none is."""

    http: Annotated[HttpServer | None, BeforeValidator(_defaults)] = Field(
        default=None, description="OTLP/HTTP: `/v1/traces`, `/v1/metrics`, `/v1/logs`, protobuf and JSON."
    )
    grpc: Annotated[GrpcServer | None, BeforeValidator(_defaults)] = Field(default=None, description="OTLP/gRPC.")

    @model_validator(mode="after")
    def _has_one(self) -> Self:
        if self.http is None and self.grpc is None:
            raise ValueError("http, grpc or both")
        return self


class OtlpReceiver(Model):
    """Takes OTLP."""

    type: Literal["otlp"] = Field(default="otlp", exclude=True, repr=False)
    protocols: OtlpProtocols = Field(default=OtlpProtocols(http=HttpServer(), grpc=GrpcServer()), description="The transports it listens on.")

    @property
    def server(self) -> HttpServer | None:
        """The HTTP listener, if there is one."""
        return self.protocols.http


class NdjsonReceiver(HttpServer):
    """Takes log lines on `POST /ingest`: NDJSON, a JSON array or object, or text."""

    type: Literal["ndjson"] = Field(default="ndjson", exclude=True, repr=False)

    @property
    def server(self) -> HttpServer | None:
        """The HTTP listener: the receiver's own settings."""
        return self


Receiver = Annotated[OtlpReceiver | NdjsonReceiver, Field(discriminator="type")]
