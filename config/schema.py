"""The whole configuration, in the OpenTelemetry Collector's shape: receivers, exporters, pipelines, policy.

Contract: an instance is complete and consistent. Every id a pipeline names exists, what an exporter is given it can take, nothing is
served beyond the loopback interface without being said so, and no raw data reaches a file without being said so. What is refused says
what is allowed.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Mapping
from typing import Annotated, Any, Literal, NamedTuple, Self
from urllib.parse import urlsplit

from pydantic import BeforeValidator, Field, field_validator, model_validator

from config.model import Duration, Model, Size
from config.policy import Keep, Policy

__all__ = ["Address", "Config", "Exporter", "FileExporter", "HttpServer", "NdjsonReceiver", "OtlpHttpExporter", "OtlpReceiver", "Pipeline"]
__all__ += ["Policy", "Receiver", "StdoutExporter"]

Signal = Literal["traces", "metrics", "logs"]
_ENDPOINT = re.compile(r"(?:\[([0-9A-Fa-f:.]+)\]|([^\[\]:/\s]+)):([0-9]{1,5})")
_HEADER_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")  # token, RFC 9110 section 5.6.2


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


class HttpServer(Model):
    """An HTTP listener. Receivers with the same endpoint share one port."""

    endpoint: str = Field(default="127.0.0.1:4318", description="`host:port` to listen on.")
    max_request_bytes: Size = Field(default=64 << 20, ge=1, description="Largest request, as received and again after decompression.")
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


def _defaults(value: Any) -> Any:
    """As in the Collector, `http:` with nothing behind it means its defaults."""
    return {} if value is None else value


class OtlpProtocols(Model):
    """The transports of OTLP."""

    http: Annotated[HttpServer, BeforeValidator(_defaults)] = Field(
        default=HttpServer(), description="OTLP/HTTP: `/v1/traces`, `/v1/metrics`, `/v1/logs`, protobuf and JSON."
    )


class OtlpReceiver(Model):
    """Takes OTLP."""

    type: Literal["otlp"] = Field(default="otlp", exclude=True, repr=False)
    protocols: OtlpProtocols = Field(default=OtlpProtocols(), description="The transports it listens on.")

    @property
    def server(self) -> HttpServer:
        """The HTTP listener."""
        return self.protocols.http


class NdjsonReceiver(HttpServer):
    """Takes log lines on `POST /ingest`: NDJSON, a JSON array or object, or text."""

    type: Literal["ndjson"] = Field(default="ndjson", exclude=True, repr=False)

    @property
    def server(self) -> HttpServer:
        """The HTTP listener: the receiver's own settings."""
        return self


class OtlpHttpExporter(Model):
    """Passes requests on to an OTLP/HTTP backend and answers with the backend's answer."""

    type: Literal["otlp_http"] = Field(default="otlp_http", exclude=True, repr=False)
    endpoint: str = Field(description="Base URL of the backend, such as `http://tempo:4318`; `/v1/traces` and so on are added.")
    timeout: Duration = Field(default=30.0, gt=0, description="Longest wait for the backend's whole answer; then the client is told to retry.")
    headers: Mapping[str, str] = Field(default={}, repr=False, description="Headers set on each request, over those the client sent.")

    @field_validator("endpoint")
    @classmethod
    def _is_base_url(cls, value: str) -> str:
        parts = urlsplit(value)
        if parts.scheme not in ("http", "https") or not parts.hostname or parts.query or parts.fragment or parts.username is not None:
            raise ValueError("a URL such as http://tempo:4318, without query, fragment or user; credentials go into headers")
        return value.rstrip("/")

    @field_validator("headers")
    @classmethod
    def _fit_on_the_wire(cls, value: Mapping[str, str]) -> Mapping[str, str]:
        if not all(_HEADER_NAME.fullmatch(name) and text.isprintable() and text.isascii() for name, text in value.items()):
            raise ValueError("header names as of RFC 9110, with printable ASCII values on one line")
        return value


class FileExporter(Model):
    """Writes NDJSON files, one per signal; acknowledged means written and fsynced."""

    type: Literal["file"] = Field(default="file", exclude=True, repr=False)
    path: str = Field(min_length=1, description="Directory of the files; created when missing.")
    rotate_bytes: Size = Field(default=256 << 20, ge=1 << 10, description="A file that has reached this size is set aside and a new one begun.")


class StdoutExporter(Model):
    """Writes NDJSON to standard output."""

    type: Literal["stdout"] = Field(default="stdout", exclude=True, repr=False)


def _typed(section: Any) -> Any:
    """Ids are `type` or `type/name`: writes the type into each component, where the models are told apart by it."""
    if not isinstance(section, Mapping):
        return section
    typed: dict[Any, Any] = {}
    for name, body in section.items():
        fields = {} if body is None else body
        if isinstance(fields, Mapping):
            if "type" in fields:
                raise ValueError("ids such as otlp or otlp/name; the id says the type")
            fields = {**fields, "type": str(name).partition("/")[0]}
        typed[name] = fields
    return typed


ComponentId = Annotated[str, Field(pattern=r"^[a-z_]+(/[A-Za-z0-9._-]{1,64})?$")]
Receiver = Annotated[OtlpReceiver | NdjsonReceiver, Field(discriminator="type")]
Exporter = Annotated[OtlpHttpExporter | FileExporter | StdoutExporter, Field(discriminator="type")]


class Pipeline(Model):
    """What comes in through the receivers is redacted and goes to the exporters."""

    receivers: tuple[ComponentId, ...] = Field(min_length=1, description="Ids of receivers.")
    exporters: tuple[ComponentId, ...] = Field(min_length=1, description="Ids of exporters; more than one only if all are `file` or `stdout`.")


class Pipelines(Model):
    """One pipeline per signal; a signal without one is not served."""

    traces: Pipeline | None = Field(default=None, description="The pipeline of traces.")
    metrics: Pipeline | None = Field(default=None, description="The pipeline of metrics.")
    logs: Pipeline | None = Field(default=None, description="The pipeline of logs; `ndjson` receivers feed this one.")

    def by_signal(self) -> dict[Signal, Pipeline]:
        """The pipelines there are."""
        every: dict[Signal, Pipeline | None] = {"traces": self.traces, "metrics": self.metrics, "logs": self.logs}
        return {signal: pipeline for signal, pipeline in every.items() if pipeline is not None}


class Service(Model):
    """What runs."""

    pipelines: Pipelines = Field(description="From receivers to exporters, by signal.")
    max_inflight_bytes: Size = Field(
        default=512 << 20, ge=1, description="Payloads held in memory at once, over all requests; beyond it clients are told to retry."
    )
    drain_timeout: Duration = Field(default=20.0, ge=0, description="Longest wait for open requests when stopping.")


class Config(Model):
    """The file given to `scrubjay serve --config`."""

    version: Literal[1] = Field(default=1, description="Version of the configuration format.")
    receivers: Annotated[Mapping[ComponentId, Receiver], BeforeValidator(_typed)] = Field(
        min_length=1, description="What listens, by id: `type` or `type/name`."
    )
    exporters: Annotated[Mapping[ComponentId, Exporter], BeforeValidator(_typed)] = Field(
        min_length=1, description="Where redacted data goes, by id: `type` or `type/name`."
    )
    service: Service = Field(description="The pipelines, and limits of the process.")
    policy: Policy = Field(description="A name under config/policies, a path, or the policy itself.")
    allow_raw_at_rest: bool = Field(default=False, description="Lets a policy that keeps or only observes findings be used with the `file` exporter.")

    @model_validator(mode="after")
    def _is_consistent(self) -> Self:
        for signal, pipeline in self.service.pipelines.by_signal().items():
            self._check_pipeline(signal, pipeline)
        self._check_ports()
        self._check_raw_at_rest()
        return self

    def _check_pipeline(self, signal: Signal, pipeline: Pipeline) -> None:
        where = f"service.pipelines.{signal}"
        for kind, ids, known in (("receivers", pipeline.receivers, self.receivers), ("exporters", pipeline.exporters, self.exporters)):
            unknown = next((name for name in ids if name not in known), None)
            if unknown is not None or len(set(ids)) != len(ids):
                raise ValueError(f"{where}.{kind}: each of {', '.join(known)} at most once" + (f", not {unknown}" if unknown else ""))
        receivers = [self.receivers[name] for name in pipeline.receivers]
        exporters = [self.exporters[name] for name in pipeline.exporters]
        if signal != "logs" and any(isinstance(receiver, NdjsonReceiver) for receiver in receivers):
            raise ValueError(f"{where}.receivers: otlp; ndjson receivers feed the logs pipeline only")
        passthrough = any(isinstance(exporter, OtlpHttpExporter) for exporter in exporters)
        if passthrough and len(exporters) > 1:
            raise ValueError(f"{where}.exporters: one otlp_http exporter, or any number of file and stdout exporters")
        if passthrough and not all(isinstance(receiver, OtlpReceiver) for receiver in receivers):
            raise ValueError(f"{where}.exporters: file or stdout; otlp_http takes only what an otlp receiver received")

    def _check_ports(self) -> None:
        taken: dict[tuple[str, Address], str] = {}
        pipelines = self.service.pipelines.by_signal().values()
        for name, receiver in self.receivers.items():
            if not any(name in pipeline.receivers for pipeline in pipelines):
                raise ValueError(f"receivers.{name}: only receivers that a pipeline names; this one is in none")
            address = receiver.server.address
            other = taken.setdefault((receiver.type, address), name)
            if other != name:
                raise ValueError(f"receivers.{name}: an endpoint of its own; {other} is the same kind of receiver on the same one")

    def _check_raw_at_rest(self) -> None:
        policy = self.policy
        raw = policy.prompts.mode in ("keep", "observe") or any(isinstance(rule.action, Keep) or rule.mode == "observe" for rule in policy.rules)
        files = [name for name, exporter in self.exporters.items() if isinstance(exporter, FileExporter)]
        if raw and files and not self.allow_raw_at_rest:
            raise ValueError(f"allow_raw_at_rest: true where a policy keeps or only observes findings and {files[0]} writes files")
