"""Generated traffic, for benchmarks and load drivers.

Each generator makes a ``Corpus``: about ``size`` bytes of records, ``share`` of which carry something to redact, cut into requests of
about 1 MiB. The same arguments give the same bytes. Clean records are full of what is easily mistaken: UUIDs, epochs, addresses,
versions, durations, hexadecimal ids. Formats of the wire protocols are in ``load.spans``.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from load.values import BASE62, HEX, MESSAGE_HITS, Values, hit_positions

MIB = 1 << 20
REQUEST_BYTES = MIB
DAY_MS = 86_400_000

Record = Callable[[Values, int, bool], str]
"""(values, number of the record, is it hit) -> its text, newline included."""


@dataclass(frozen=True, slots=True)
class Corpus:
    """``payloads`` are whole requests for ``codec``; ``hits`` of the ``records`` carry something to redact."""

    name: str
    codec: str
    payloads: tuple[bytes, ...] = field(repr=False)
    records: int
    hits: int

    @property
    def size(self) -> int:
        return sum(map(len, self.payloads))


def application_ndjson(size: int, *, share: float = 0.05, record_bytes: int = 320, seed: int = 1) -> Corpus:
    """One JSON object a line, as an application's structured logger writes it; every line ``record_bytes`` long, if that is 300 or more."""

    def record(values: Values, number: int, hit: bool) -> str:
        return _application_line(values, number, hit, record_bytes)

    return _of_lines("ndjson", "ndjson", record, size, share, seed)


def logfmt(size: int, *, share: float = 0.05, seed: int = 2) -> Corpus:
    return _of_lines("logfmt", "text", _logfmt_line, size, share, seed)


def nginx(size: int, *, share: float = 0.05, seed: int = 3) -> Corpus:
    return _of_lines("nginx", "text", _nginx_line, size, share, seed)


def tracebacks(size: int, *, share: float = 0.05, seed: int = 4) -> Corpus:
    """Python tracebacks under the log line that announces them; one record is all of it."""
    return _of_lines("tracebacks", "text", _traceback, size, share, seed)


def mixed_text(size: int, *, share: float = 0.05, seed: int = 5) -> Corpus:
    """What one machine writes: logfmt and access lines by turns, every fiftieth record a traceback."""

    def record(values: Values, number: int, hit: bool) -> str:
        if number % 50 == 49:
            return _traceback(values, number, hit)
        return (_logfmt_line if number % 2 else _nginx_line)(values, number, hit)

    return _of_lines("text", "text", record, size, share, seed)


def gateway_bodies(size: int, *, record_bytes: int = 960, seed: int = 6) -> Corpus:
    """What an LLM gateway logs: request and response bodies as JSON inside a string of the line's JSON. All of them are hit."""

    def record(values: Values, number: int, hit: bool) -> str:
        return _gateway_line(values, number, record_bytes)

    return _of_lines("llm bodies", "ndjson", record, size, 1.0, seed)


def requests_of(records: Iterator[bytes]) -> Iterator[bytes]:
    """Records joined into requests of about 1 MiB."""
    gathered: list[bytes] = []
    length = 0
    for record in records:
        gathered.append(record)
        length += len(record)
        if length >= REQUEST_BYTES:
            yield b"".join(gathered)
            gathered, length = [], 0
    if gathered:
        yield b"".join(gathered)


def _of_lines(name: str, codec: str, record: Record, size: int, share: float, seed: int) -> Corpus:
    values = Values(seed)
    is_hit = hit_positions(values.random, share)
    made = hits = 0

    def records() -> Iterator[bytes]:
        nonlocal made, hits
        length = 0
        while length < size:
            hit = is_hit(made)
            line = record(values, made, hit).encode()
            made += 1
            hits += hit
            length += len(line)
            yield line

    payloads = tuple(requests_of(records()))
    return Corpus(name, codec, payloads, made, hits)


def clock(number: int) -> tuple[int, int, int, int]:
    """Hour, minute, second, millisecond of a record: 13 ms after the one before it."""
    ms = (33_813_589 + 13 * number) % DAY_MS
    return ms // 3_600_000, ms // 60_000 % 60, ms // 1000 % 60, ms % 1000


def _application_line(values: Values, number: int, hit: bool, record_bytes: int) -> str:
    hour, minute, second, ms = clock(number)
    draw = values.random.getrandbits(30)
    line = (
        f'{{"ts":"2026-03-14T{hour:02}:{minute:02}:{second:02}.{ms:03}Z","level":"{("info", "info", "info", "warn", "debug")[draw % 5]}",'
        f'"logger":"orders.{("api", "ledger", "stock")[draw % 3]}","host":"node-{draw % 97}",'
        f'"trace_id":"{values.hex(32)}","span_id":"{values.hex(16)}"'
    )
    message = ""
    if hit and number % (len(MESSAGE_HITS) + 1) == len(MESSAGE_HITS):
        line += f',"gen_ai.request.model":"m-4o","prompt":"{values.prose(9)}"'
    elif hit:
        message = "; " + MESSAGE_HITS[number % (len(MESSAGE_HITS) + 1)](values)
    room = record_bytes - len(line) - len(message) - len(',"message":""}\n') - 20
    for member in _optional_members(values, number, draw):
        if len(member) <= room:
            line += member
            room -= len(member)
    filler = values.work(60)[: max(room + 20, 0)]
    return f'{line},"message":"{filler}{message}"}}\n'


def _optional_members(values: Values, number: int, draw: int) -> tuple[str, ...]:
    """More members, as far as there is room: those of a web request, of a queue worker, or of a database call."""
    if draw % 3 == 0:
        status, duration = (200, 200, 204, 404, 503)[draw % 5], draw % 90_000 / 1000
        web = f',"path":"/v1/orders/{draw}/items","status":{status},"duration_ms":{duration}'
        return (web, f',"user_agent":"{values.agent()}"', f',"client_ip":"{values.address()}"', f',"version":"2.{draw % 40}.{draw % 7}"')
    if draw % 3 == 1:
        queue = f',"job":"{values.uuid()}","attempt":{draw % 4},"enqueued_at":{1773480413589 + 13 * number}'
        return (queue, f',"offset":{draw * 1031}', f',"partition":{draw % 24}', ',"service":"worker"')
    call = f',"statement_id":"{values.hex(12)}","rows":{draw % 5000},"elapsed":"{draw % 900}.{draw % 1000:03}ms"'
    return (call, f',"peer":"{values.address()}:5432"', f',"tx":{draw * 7}', ',"db":"orders"', ',"service":"checkout"')


def _logfmt_line(values: Values, number: int, hit: bool) -> str:
    hour, minute, second, ms = clock(number)
    draw = values.random.getrandbits(30)
    message = values.work(8)
    if hit:
        message += "; " + MESSAGE_HITS[number // 2 % len(MESSAGE_HITS)](values)
    return (
        f"ts=2026-03-14T{hour:02}:{minute:02}:{second:02}.{ms:03}{draw % 1000:03}Z level={('info', 'warn', 'debug')[draw % 3]} "
        f"caller=ledger.go:{draw % 900} component=compactor block={values.hex(26)} tenant={draw % 5000} request_id={values.uuid()} "
        f'duration={draw % 9000 / 1000}s peer={values.address()}:{1024 + draw % 60_000} msg="{message}"\n'
    )


_QUERY_HITS: tuple[Callable[[Values], str], ...] = (
    lambda values: "email=" + values.email().replace("@", "%40"),
    lambda values: "access_token=" + values.of(BASE62, 40),
    lambda values: "api_key=" + values.sk_key(),
    lambda values: "next=%2Fhome&password=" + values.password(),
)


def _nginx_line(values: Values, number: int, hit: bool) -> str:
    hour, minute, second, _ms = clock(number)
    draw = values.random.getrandbits(30)
    query = f"page={draw % 40}&sort=price&cursor={values.hex(20)}"
    if hit:
        query += "&" + _QUERY_HITS[number // 2 % len(_QUERY_HITS)](values)
    return (
        f"{values.address()} - - [14/Mar/2026:{hour:02}:{minute:02}:{second:02} +0000] "
        f'"GET /catalogue/{draw}?{query} HTTP/1.1" {(200, 200, 304, 404)[draw % 4]} {draw % 60_000} '
        f'"https://shop.example.com/lists/{draw % 9999}" "{values.agent()}" {draw % 2000 / 1000:.3f}\n'
    )


_FRAMES = (
    ("orders/api.py", "create", "receipt = self.ledger.commit(batch, timeout=self.timeout)"),
    ("orders/ledger.py", "commit", "return self._send(self._encode(batch))"),
    ("orders/transport.py", "_send", "raise LedgerError(answer.status, answer.reason)"),
    ("orders/stock.py", "reserve", "row = cursor.execute(RESERVE, (item.id, count)).fetchone()"),
    ("orders/retry.py", "wrapped", "return function(*args, **kwargs)"),
)


def _traceback(values: Values, number: int, hit: bool) -> str:
    hour, minute, second, ms = clock(number)
    draw = values.random.getrandbits(30)
    lines = [
        f"2026-03-14 {hour:02}:{minute:02}:{second:02},{ms:03} ERROR [orders.api] request {values.uuid()} failed after {draw % 4} attempts",
        "Traceback (most recent call last):",
    ]
    for depth in range(3 + draw % 5):
        file, function, code = _FRAMES[(draw + depth) % len(_FRAMES)]
        lines.append(f'  File "/srv/releases/2.{draw % 40}.{draw % 7}/{file}", line {draw // (depth + 1) % 900 + 1}, in {function}\n    {code}')
    said = MESSAGE_HITS[number // 50 % len(MESSAGE_HITS)](values) if hit else f"shard {values.of(HEX, 8)} answered 503: {values.work(6)}"
    return "\n".join([*lines, f"orders.errors.LedgerError: {said}", ""])


def _gateway_line(values: Values, number: int, record_bytes: int) -> str:
    hour, minute, second, ms = clock(number)
    draw = values.random.getrandbits(30)
    answer = {
        "id": "chatcmpl-" + values.of(BASE62, 24),
        "object": "chat.completion",
        "model": "gpt-4o-2024-08-06",
        "choices": [{"index": 0, "message": {"role": "assistant", "content": values.prose(20)}, "finish_reason": "stop"}],
        "usage": {"prompt_tokens": draw % 900, "completion_tokens": draw % 300, "total_tokens": draw % 900 + draw % 300},
    }
    head = f'{{"ts":"2026-03-14T{hour:02}:{minute:02}:{second:02}.{ms:03}Z","level":"info","route":"/v1/chat/completions","status":200,'
    head += f'"request_id":"{values.uuid()}","latency_ms":{draw % 9000},"response":{json.dumps(json.dumps(answer))},"body":'
    system = "You answer questions about contracts. Be brief."
    request = {"model": "gpt-4o", "messages": [{"role": "system", "content": system}, {"role": "user", "content": ""}], "temperature": 0.2}
    marks = json.dumps(json.dumps(request))
    question = values.prose(max((record_bytes - len(head) - len(marks)) // 6, 4))
    cut = marks.rindex('\\"\\"') + 2
    return f"{head}{marks[:cut]}{question}{marks[cut:]}}}\n"
