"""What the operator writes is either understood completely or refused in one line."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from config.load import POLICIES, LoadError, load_config, load_policy, show
from config.schema import FileExporter, OtlpHttpExporter, OtlpReceiver

GOOD = """
receivers:
  otlp: {protocols: {http: {endpoint: "127.0.0.1:4318"}}}
  ndjson:
exporters:
  otlp_http/tempo: {endpoint: "http://tempo:4318", headers: {Authorization: "Bearer ${env:TEMPO_TOKEN}"}}
  file: {path: ./out}
  stdout:
service:
  pipelines:
    traces: {receivers: [otlp], exporters: [otlp_http/tempo]}
    logs: {receivers: [otlp, ndjson], exporters: [file, stdout]}
policy:
  regions: [US, NO]
  detectors: {on: [ipv4], off: [phone]}
  rules:
    - {detectors: [email], action: hash}
    - {detectors: [iban], action: {type: mask, keep: 4}}
  allow: [{detectors: ["*"], matches: "^test-"}]
  hash: {keys: [{id: k1, key: "${env:HASH_KEY}"}]}
"""
ENV = {"TEMPO_TOKEN": "tempo-" + "t" * 20, "HASH_KEY": "hash-" + "h" * 20}


def write(folder: Path, text: str) -> Path:
    path = folder / "scrubjay.yaml"
    path.write_text(text)
    return path


def test_a_good_configuration_is_understood(tmp_path: Path) -> None:
    config = load_config(write(tmp_path, GOOD), ENV).config
    assert isinstance(config.receivers["otlp"], OtlpReceiver)
    backend = config.exporters["otlp_http/tempo"]
    assert isinstance(backend, OtlpHttpExporter)
    assert backend.headers == {"Authorization": "Bearer " + ENV["TEMPO_TOKEN"]}
    assert config.policy.regions == ("US", "NO")
    assert config.policy.detectors.on == ("ipv4",)
    assert config.policy.hash.keys[0].key == ENV["HASH_KEY"]


def test_without_a_file_the_default_listens_on_loopback_and_writes_files() -> None:
    config = load_config(None, {}).config
    otlp, ndjson = config.receivers["otlp"], config.receivers["ndjson"]
    assert isinstance(otlp, OtlpReceiver)
    servers = [otlp.protocols.http, otlp.protocols.grpc, ndjson.server]
    assert [server.address for server in servers if server] == [("127.0.0.1", 4318), ("127.0.0.1", 4317), ("127.0.0.1", 4318)]
    assert [type(exporter) for exporter in config.exporters.values()] == [FileExporter]
    assert set(config.service.pipelines.by_signal()) == {"traces", "metrics", "logs"}


REFUSED = [
    # what is replaced, by what, and what the message says besides the file
    ("  ndjson:", "  nosuch:", "receivers.nosuch: one of 'otlp', 'ndjson'"),
    ("  stdout:", "  kafka: {}", "exporters.kafka: one of 'otlp_http', 'otlp_grpc', 'file', 'stdout'"),
    ("{path: ./out}", "{path: ./out, sending_queue: {}}", "exporters.file.sending_queue: one of path, rotate_bytes"),
    ("  stdout:", "  stdout: {flush: 1}", "exporters.stdout.flush: no settings at all"),
    ("  stdout:", "  stdout: {type: file}", "exporters: ids such as otlp or otlp/name; the id says the type"),
    ("{path: ./out}", "{}", "exporters.file.path: must be given"),
    ("{http: {", "{zipkin: {}, http: {", "receivers.otlp.protocols.zipkin: one of http, grpc"),
    ("{http: {", "{grpc: {endpoint: 127.0.0.1:4318}, http: {", "receivers.otlp: an endpoint of its own; HTTP and gRPC can't share one"),
    ("{http: {", "{grpc: {max_connection_age: 0s}, http: {", "receivers.otlp.protocols.grpc.max_connection_age: greater than 0"),
    ("127.0.0.1:4318", "4318", "receivers.otlp.protocols.http: host:port, such as 127.0.0.1:4318 or [::1]:4318"),
    ("127.0.0.1:4318", "127.0.0.1:99999", "receivers.otlp.protocols.http: host:port"),
    ("127.0.0.1:4318", "0.0.0.0:4318", "receivers.otlp.protocols.http: an endpoint on 127.0.0.1, [::1] or localhost; or allow_open: true"),
    ("http://tempo:4318", "tempo:4318", "exporters.otlp_http/tempo.endpoint: a URL such as http://tempo:4318"),
    ("exporters: [otlp_http/tempo]", "exporters: [tempo]", "service.pipelines.traces.exporters: each of otlp_http/tempo, file, stdout"),
    ("exporters: [otlp_http/tempo]", "exporters: [otlp_http/tempo, file]", "service.pipelines.traces.exporters: one without a sending_queue"),
    ("exporters: [file, stdout]", "exporters: [otlp_http/tempo]", "service.pipelines.logs.exporters: file or stdout"),
    (
        "receivers: [otlp], ",
        "receivers: [ndjson], ",
        "service.pipelines.traces.receivers: otlp; ndjson receivers feed the logs pipeline only",
    ),
    ("receivers: [otlp, ndjson]", "receivers: [otlp]", "receivers.ndjson: only receivers that a pipeline names"),
    ("  ndjson:", "  ndjson:\n  ndjson:", "line 5: valid YAML (the key ndjson stands here twice)"),
    ("service:\n", "service:\n  processes: 2\n", "service.processes: one of pipelines, workers, max_inflight_bytes, drain_timeout"),
    ("service:\n", "service:\n  workers: 0\n", "service.workers: greater than or equal to 1"),
    ("policy:\n", "policy:\n  version: 2\n", "policy.version: one of 1"),
    ("action: hash", "action: shred", "policy.rules[0].action: one of 'replace', 'mask', 'hash', 'summarize', 'drop', 'keep'"),
    ("action: hash", "action: hash, mode: maybe", "policy.rules[0].mode: one of 'enforce' or 'observe'"),
    ("action: hash", "action: hash, when: now", "policy.rules[0].when: one of detectors, where, action, mode"),
    ("[email]", "[]", "policy.rules[0].detectors: "),
    ("keep: 4", "keep: 9", "policy.rules[1].action.keep: less than or equal to 4"),
    ("keep: 4", "character: ''", "policy.rules[1].action.character: text of the form"),
    ("keep: 4", "character: '**'", "policy.rules[1].action.character: text of the form"),
    ("keep: 4", "length: 0", "policy.rules[1].action.length: one of type, keep, character"),
    ('"^test-"', '"(test-"', "policy.allow[0].matches: a regular expression; this one is not"),
    ('matches: "^test-"', "equals: []", "policy.allow[0]: exactly one of equals, matches"),
    ("[US, NO]", "[USA]", "policy.regions[0]: text of the form"),
    ("{on: [ipv4]", "{enable: [ipv4]", "policy.detectors.enable: one of on, off"),
    ('hash: {keys: [{id: k1, key: "${env:HASH_KEY}"}]}', "name: x", "policy: a key under hash.keys, because a rule hashes"),
    ("${env:HASH_KEY}", "short", "policy.hash.keys[0].key: "),
    ("HASH_KEY", "NOT_SET", "policy.hash.keys[0].key: the environment variable NOT_SET must be set"),
    ("${env:HASH_KEY}", "${HASH_KEY}", "policy.hash.keys[0].key: ${env:NAME} or ${file:PATH}"),
    ("${env:HASH_KEY}", "${file:nosuch.key}", "policy.hash.keys[0].key: the file nosuch.key must be there"),
    ("policy:\n", "policy: nosuch\nx:\n", "policy: one of default, gdpr, llm, pci, secrets, strict, or the path of a policy file"),
    ("service:", "service: [", "valid YAML"),
]


@pytest.mark.parametrize(("old", "new", "expected"), REFUSED, ids=[f"{new[:40]!r}" for _, new, _ in REFUSED])
def test_what_is_not_understood_is_refused_in_one_line_that_says_file_key_and_what_is_allowed(
    tmp_path: Path, old: str, new: str, expected: str
) -> None:
    assert old in GOOD
    path = write(tmp_path, GOOD.replace(old, new, 1))
    with pytest.raises(LoadError) as refusal:
        load_config(path, ENV)
    text = str(refusal.value)
    assert text.startswith(f"{path}: ")
    assert expected in text
    assert "\n" not in text
    assert not any(secret in text for secret in ENV.values())


@pytest.mark.parametrize("protocols", ["{http: {", "{grpc: {endpoint: 127.0.0.1:1}, http: {", "{grpc: {endpoint: 127.0.0.1:1, LIMIT}, http: {"])
def test_a_request_must_find_room_beside_its_decompressed_self(tmp_path: Path, protocols: str) -> None:
    limited = protocols if "LIMIT" in protocols else protocols.removesuffix("http: {") + "http: {LIMIT, "
    text = GOOD.replace("service:\n", "service:\n  max_inflight_bytes: 4MiB\n").replace("{http: {", limited)
    load_config(write(tmp_path, text.replace("LIMIT", "max_request_bytes: 2MiB")), ENV)
    with pytest.raises(LoadError, match=re.escape("receivers.otlp: a max_request_bytes of at most half of service.max_inflight_bytes")):
        load_config(write(tmp_path, text.replace("LIMIT", "max_request_bytes: 3MiB")), ENV)


QUEUES = [
    # exporters, the pipeline's, and what the message says; nothing where it is allowed
    ("otlp_http: {endpoint: 'http://a:1', sending_queue: {storage: q}}, file: {path: o}", "otlp_http, file", ""),
    ("otlp_http: {endpoint: 'http://a:1', sending_queue: {storage: q}}, otlp_grpc: {endpoint: 'http://a:1'}", "otlp_http, otlp_grpc", "one without"),
    ("otlp_grpc: {endpoint: 'http://a:1/x'}", "otlp_grpc", "exporters.otlp_grpc.endpoint: a URL such as http://collector:4317, without path"),
    ("otlp_grpc: {endpoint: 'http://a:1', retry_on_failure: {}}", "otlp_grpc", "retry_on_failure only beside sending_queue"),
    ("otlp_grpc: {endpoint: 'http://a:1', tls: {cert_file: c}}", "otlp_grpc", "exporters.otlp_grpc.tls: cert_file and key_file together"),
    ("otlp_grpc: {endpoint: 'http://a:1', compression: brotli}", "otlp_grpc", "exporters.otlp_grpc.compression: one of 'gzip' or 'none'"),
]


@pytest.mark.parametrize(("exporters", "used", "expected"), QUEUES, ids=[used + expected[:20] for _, used, expected in QUEUES])
def test_queues_and_retries_are_checked_at_start(tmp_path: Path, exporters: str, used: str, expected: str) -> None:
    pipeline = f"service: {{pipelines: {{traces: {{receivers: [otlp], exporters: [{used}]}}}}}}\npolicy: {{}}\n"
    path = write(tmp_path, f"receivers: {{otlp: }}\nexporters: {{{exporters}}}\n{pipeline}")
    if expected:
        with pytest.raises(LoadError, match=re.escape(expected)):
            load_config(path, {})
    else:
        load_config(path, {})


@pytest.mark.parametrize("policy", ["prompts: {mode: keep}", "rules: [{detectors: [email], action: keep}]"])
def test_raw_data_reaches_a_queue_only_where_the_operator_says_so(tmp_path: Path, policy: str) -> None:
    text = FILES.format(exporter="otlp_http", policy=policy, extra="").replace(
        "{path: ./out}", "{endpoint: 'http://a:1', sending_queue: {storage: q}}"
    )
    with pytest.raises(LoadError, match=r"allow_raw_at_rest: true where .* and otlp_http writes to disk"):
        load_config(write(tmp_path, text), {})
    load_config(write(tmp_path, text + "allow_raw_at_rest: true\n"), {})


RAW = [
    "prompts: {mode: keep}",
    "prompts: {mode: observe}",
    "rules: [{detectors: [email], action: keep}]",
    "rules: [{detectors: [email], action: replace, mode: observe}]",
]
FILES = """
receivers: {{otlp: }}
exporters: {{{exporter}: {{path: ./out}}}}
service: {{pipelines: {{traces: {{receivers: [otlp], exporters: [{exporter}]}}}}}}
policy: {{{policy}}}
{extra}
"""


@pytest.mark.parametrize("policy", RAW)
def test_raw_data_reaches_a_file_only_where_the_operator_says_so(tmp_path: Path, policy: str) -> None:
    with pytest.raises(LoadError, match="allow_raw_at_rest: true where a policy keeps or only observes"):
        load_config(write(tmp_path, FILES.format(exporter="file", policy=policy, extra="")), {})
    allowed = load_config(write(tmp_path, FILES.format(exporter="file", policy=policy, extra="allow_raw_at_rest: true")), {})
    assert allowed.config.allow_raw_at_rest


def test_observing_metric_names_is_no_raw_data_at_rest(tmp_path: Path) -> None:
    assert load_config(write(tmp_path, FILES.format(exporter="file", policy="metric_names: observe", extra="")), {})


def test_yaml_words_mean_what_they_say(tmp_path: Path) -> None:
    """YAML 1.1 reads ``on`` as true, ``NO`` as false and ``22:22`` as a number."""
    policy = tmp_path / "p.yaml"
    policy.write_text("regions: [NO]\ndetectors: {on: [a], off: [b]}\nallow: [{detectors: [yes], equals: [22:22, 2026-01-02]}]\n")
    loaded = load_policy(str(policy), {})
    assert (loaded.name, loaded.regions, loaded.detectors.on, loaded.detectors.off) == ("p", ("NO",), ("a",), ("b",))
    assert loaded.allow[0].detectors == ("yes",)
    assert loaded.allow[0].equals == ("22:22", "2026-01-02")


def test_references_are_replaced_inside_text_and_can_be_escaped(tmp_path: Path) -> None:
    (tmp_path / "key").write_text("from-a-file-" + "k" * 20 + "\n")
    policy = tmp_path / "p.yaml"
    policy.write_text(
        "hash: {keys: [{id: k1, key: '${file:key}'}, {id: k2, key: 'x-${env:KEY}-y'}]}\n"
        "allow: [{detectors: ['*'], equals: ['$${env:KEY}']}]\n"
        "limits: {max_depth: '${env:DEPTH}'}\n"
    )
    loaded = load_policy(str(policy), {"KEY": "k" * 20, "DEPTH": "12"})
    assert [key.key for key in loaded.hash.keys] == ["from-a-file-" + "k" * 20, "x-" + "k" * 20 + "-y"]
    assert loaded.allow[0].equals == ("${env:KEY}",)
    assert loaded.limits.max_depth == 12


def test_show_prints_the_effective_configuration_without_secrets(tmp_path: Path) -> None:
    literal = "literal-" + "l" * 20
    path = write(tmp_path, GOOD.replace("keys: [{", "keys: [{id: k0, key: " + literal + "}, {"))
    text = show(load_config(path, ENV))
    assert "Bearer ${env:TEMPO_TOKEN}" in text
    assert "${env:HASH_KEY}" in text
    assert "rotate_bytes: 256MiB" in text
    assert "timeout: 30s" in text
    assert literal not in text
    assert not any(secret in text for secret in ENV.values())


def test_what_show_prints_can_be_loaded_again(tmp_path: Path) -> None:
    first = load_config(write(tmp_path, GOOD), ENV)
    again = load_config(write(tmp_path, show(first)), ENV)
    assert again.config == first.config


def test_an_error_in_a_policy_file_names_that_file(tmp_path: Path) -> None:
    (tmp_path / "strict.yaml").write_text("rules: [{detectors: [email], action: shred}]\n")
    text = GOOD[: GOOD.index("policy:")] + "policy: ./strict.yaml\n"
    with pytest.raises(LoadError) as refusal:
        load_config(write(tmp_path, text), ENV)
    assert str(refusal.value).startswith(f"{tmp_path / 'strict.yaml'}: rules[0].action: one of ")


@pytest.mark.parametrize("name", sorted(path.stem for path in POLICIES.glob("*.yaml")))
def test_every_policy_that_ships_is_valid(name: str) -> None:
    assert load_policy(name, {}).name == name


def test_models_cannot_be_changed_and_do_not_print_secrets(tmp_path: Path) -> None:
    config = load_config(write(tmp_path, GOOD), ENV).config
    with pytest.raises(ValueError, match="frozen"):
        config.allow_raw_at_rest = True
    assert not any(secret in repr(config) for secret in ENV.values())


@pytest.mark.parametrize(
    ("endpoint", "loopback"),
    [("127.0.0.1:1", True), ("127.8.9.1:1", True), ("localhost:1", True), ("[::1]:1", True), ("0.0.0.0:1", False), ("[::]:1", False),
     ("10.0.0.1:1", False), ("localhost.example.com:1", False)],
)  # fmt: skip  # a table
def test_only_loopback_is_open_without_being_asked(tmp_path: Path, endpoint: str, loopback: bool) -> None:
    path = write(tmp_path, GOOD.replace("127.0.0.1:4318", endpoint))
    if loopback:
        load_config(path, ENV)
    else:
        with pytest.raises(LoadError, match="allow_open"):
            load_config(path, ENV)
        load_config(write(tmp_path, GOOD.replace('"127.0.0.1:4318"', f'"{endpoint}", allow_open: true')), ENV)
