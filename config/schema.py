"""The whole configuration, in the OpenTelemetry Collector's shape: receivers, exporters, pipelines, policy.

Contract: an instance is complete and consistent. Every id a pipeline names exists, what an exporter is given it can take, nothing is
served beyond the loopback interface without being said so, and no raw data reaches a file without being said so. What is refused says
what is allowed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Annotated, Any, Literal, Self

from pydantic import BeforeValidator, Field, model_validator

from config.exporters import Exporter, FileExporter, OtlpExporter, OtlpGrpcExporter, OtlpHttpExporter, StdoutExporter
from config.model import Duration, Model, Size
from config.policy import Keep, Policy
from config.receivers import Address, GrpcServer, HttpServer, NdjsonReceiver, OtlpReceiver, Receiver, Server
from config.shadow import Shadow

__all__ = ["Address", "Config", "Exporter", "FileExporter", "GrpcServer", "HttpServer", "NdjsonReceiver", "OtlpExporter", "OtlpGrpcExporter"]
__all__ += ["OtlpHttpExporter", "OtlpReceiver", "Pipeline", "Policy", "Receiver", "Server", "Service", "Shadow", "StdoutExporter"]

Signal = Literal["traces", "metrics", "logs"]


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


class Pipeline(Model):
    """What comes in through the receivers is redacted and goes to the exporters."""

    receivers: tuple[ComponentId, ...] = Field(min_length=1, description="Ids of receivers.")
    exporters: tuple[ComponentId, ...] = Field(min_length=1, description="Ids of exporters; more than one only if all are `file` or `stdout`.")
    shadow: Shadow | None = Field(default=None, description="Another policy, tried on a sample of what passes; changes nothing.")


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
    workers: Annotated[int, Field(ge=1, le=256)] | None = Field(
        default=None, description="Processes that share the ports. Default: as many as the CPU limit of the container (cgroup) allows, 1 without one."
    )
    max_inflight_bytes: Size | None = Field(
        default=None,
        ge=1,
        description="Payload bytes in memory at once, per worker; beyond it clients must retry. Default: 512MiB, less where memory is limited.",
    )
    drain_timeout: Duration = Field(default=20.0, ge=0, description="Longest wait for open requests, and then for queues, when stopping.")


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
    allow_raw_at_rest: bool = Field(default=False, description="Lets a policy that keeps or only observes findings be used with files and queues.")

    @model_validator(mode="after")
    def _is_consistent(self) -> Self:
        for signal, pipeline in self.service.pipelines.by_signal().items():
            self._check_pipeline(signal, pipeline)
        self._check_ports()
        self._check_sizes()
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
        backends = [exporter for exporter in exporters if isinstance(exporter, OtlpExporter)]
        if len(exporters) > 1 and any(exporter.sending_queue is None for exporter in backends):
            raise ValueError(f"{where}.exporters: one without a sending_queue, or any number of file, stdout and those with a sending_queue")
        if backends and not all(isinstance(receiver, OtlpReceiver) for receiver in receivers):
            raise ValueError(f"{where}.exporters: file or stdout; otlp_http and otlp_grpc take only what an otlp receiver received")

    def _check_ports(self) -> None:
        taken: dict[tuple[str, Address], str] = {}
        pipelines = self.service.pipelines.by_signal().values()
        for name, receiver in self.receivers.items():
            if not any(name in pipeline.receivers for pipeline in pipelines):
                raise ValueError(f"receivers.{name}: only receivers that a pipeline names; this one is in none")
            for kind, server in _servers(receiver):
                other = taken.setdefault((kind, server.address), name)
                if other != name:
                    raise ValueError(f"receivers.{name}: an endpoint of its own; {other} is the same kind of receiver on the same one")
        grpc = {address: name for (kind, address), name in taken.items() if kind == "grpc" and address.port}
        clash = next((name for (kind, address), name in taken.items() if kind != "grpc" and address in grpc), None)
        if clash is not None:
            raise ValueError(f"receivers.{clash}: an endpoint of its own; HTTP and gRPC can't share one")

    def _check_sizes(self) -> None:
        """A request that never finds room, as received and decompressed, would be sent again for ever."""
        most = self.service.max_inflight_bytes
        for name, receiver in self.receivers.items():
            for _, server in _servers(receiver):
                if most is not None and server.max_request_bytes is not None and server.max_request_bytes * 2 > most:
                    raise ValueError(f"receivers.{name}: a max_request_bytes of at most half of service.max_inflight_bytes")

    def _check_raw_at_rest(self) -> None:
        policy = self.policy
        raw = (
            policy.mode == "observe"
            or not policy.prompts.all_modes().isdisjoint(("keep", "observe"))
            or any(isinstance(rule.action, Keep) or rule.mode == "observe" for rule in policy.rules)
        )
        at_rest = [name for name, exporter in self.exporters.items() if _writes_to_disk(exporter)]
        if raw and at_rest and not self.allow_raw_at_rest:
            raise ValueError(f"allow_raw_at_rest: true where a policy keeps or only observes findings and {at_rest[0]} writes to disk")


def _servers(receiver: OtlpReceiver | NdjsonReceiver) -> Iterator[tuple[str, Server]]:
    """The listeners of a receiver, each with what may share its address no second time."""
    if receiver.server is not None:
        yield receiver.type, receiver.server
    if isinstance(receiver, OtlpReceiver) and receiver.protocols.grpc is not None:
        yield "grpc", receiver.protocols.grpc


def _writes_to_disk(exporter: OtlpHttpExporter | OtlpGrpcExporter | FileExporter | StdoutExporter) -> bool:
    return isinstance(exporter, FileExporter) or (isinstance(exporter, OtlpExporter) and exporter.sending_queue is not None)
