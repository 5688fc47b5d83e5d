"""Generated log lines: application JSON, logfmt, nginx's access and error logs, Python tracebacks.

Clean records are full of what is easily mistaken: UUIDs, epochs, addresses, versions, durations, hexadecimal ids. ``record_bytes`` is a
record's length, newline included, where the format can be filled up to it (application JSON exactly, the others to a word); ``None`` is
the format's natural length. A record is never shorter than what it has to say.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from load.corpus_requests import Corpus, clock, of_lines
from load.values import BASE62, HEX, MESSAGE_HITS, Values


def application_ndjson(size: int, *, share: float = 0.05, record_bytes: int = 320, seed: int = 1) -> Corpus:
    """One JSON object a line, as an application's structured logger writes it; every line ``record_bytes`` long, if that is 300 or more."""
    return of_lines("ndjson", "ndjson", partial(_application_line, record_bytes=record_bytes), size, share, seed)


def logfmt(size: int, *, share: float = 0.05, record_bytes: int | None = None, seed: int = 2) -> Corpus:
    """``key=value`` pairs, as services in Go write them."""
    return of_lines("logfmt", "text", partial(_logfmt_line, record_bytes=record_bytes), size, share, seed)


def nginx(size: int, *, share: float = 0.05, record_bytes: int | None = None, seed: int = 3) -> Corpus:
    """Access log in the combined format with the request time behind it; what is sensitive stands in the query, URL-encoded."""
    return of_lines("nginx", "text", partial(_nginx_line, record_bytes=record_bytes), size, share, seed)


def nginx_errors(size: int, *, share: float = 0.05, record_bytes: int | None = None, seed: int = 7) -> Corpus:
    """Error log: what failed, and the request it failed in; what is sensitive stands in that request's query or in the upstream's URL."""
    return of_lines("nginx errors", "text", partial(_nginx_error, record_bytes=record_bytes), size, share, seed)


def tracebacks(size: int, *, share: float = 0.05, record_bytes: int | None = None, seed: int = 4) -> Corpus:
    """Python tracebacks under the log line that announces them; one record is all of it."""
    return of_lines("tracebacks", "text", partial(_traceback, record_bytes=record_bytes), size, share, seed)


def mixed_text(size: int, *, share: float = 0.05, record_bytes: int | None = None, seed: int = 5) -> Corpus:
    """What one machine writes: logfmt and access lines by turns, every fiftieth record a traceback."""

    def record(values: Values, number: int, hit: bool) -> str:
        if number % 50 == 49:
            return _traceback(values, number, hit, record_bytes)
        return (_logfmt_line if number % 2 else _nginx_line)(values, number, hit, record_bytes)

    return of_lines("text", "text", record, size, share, seed)


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
    filler = values.work(max(60, record_bytes // 2))[: max(room + 20, 0)]
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


def _logfmt_line(values: Values, number: int, hit: bool, record_bytes: int | None = None) -> str:
    hour, minute, second, ms = clock(number)
    draw = values.random.getrandbits(30)
    message = values.work(8)
    said = "; " + MESSAGE_HITS[number // 2 % len(MESSAGE_HITS)](values) if hit else ""
    head = (
        f"ts=2026-03-14T{hour:02}:{minute:02}:{second:02}.{ms:03}{draw % 1000:03}Z level={('info', 'warn', 'debug')[draw % 3]} "
        f"caller=ledger.go:{draw % 900} component=compactor block={values.hex(26)} tenant={draw % 5000} request_id={values.uuid()} "
        f"duration={draw % 9000 / 1000}s peer={values.address()}:{1024 + draw % 60_000} msg="
    )
    return f'{head}"{_filled(values, message, record_bytes, len(head) + len(message) + len(said) + 3)}{said}"\n'


def _filled(values: Values, said: str, record_bytes: int | None, length: int) -> str:
    """``said``, as much longer or shorter as a record of ``length`` has to become to have ``record_bytes``."""
    if record_bytes is None:
        return said
    room = max(len(said) + record_bytes - length, 0)
    return said[:room] if room <= len(said) else f"{said} {values.work(room // 2)}"[:room]


_QUERY_HITS: tuple[Callable[[Values], str], ...] = (
    lambda values: "email=" + values.email().replace("@", "%40"),
    lambda values: "access_token=" + values.of(BASE62, 40),
    lambda values: "api_key=" + values.sk_key(),
    lambda values: "next=%2Fhome&password=" + values.password(),
)


def _nginx_line(values: Values, number: int, hit: bool, record_bytes: int | None = None) -> str:
    hour, minute, second, _ms = clock(number)
    draw = values.random.getrandbits(30)
    query = f"page={draw % 40}&sort=price&cursor={values.hex(20)}"
    if hit:
        query += "&" + _QUERY_HITS[number // 2 % len(_QUERY_HITS)](values)
    head = f'{values.address()} - - [14/Mar/2026:{hour:02}:{minute:02}:{second:02} +0000] "GET /catalogue/{draw}?{query}'
    tail = (
        f' HTTP/1.1" {(200, 200, 304, 404)[draw % 4]} {draw % 60_000} '
        f'"https://shop.example.com/lists/{draw % 9999}" "{values.agent()}" {draw % 2000 / 1000:.3f}\n'
    )
    return head + _more_query(values, record_bytes, len(head) + len(tail)) + tail


def _nginx_error(values: Values, number: int, hit: bool, record_bytes: int | None = None) -> str:
    """nginx, ngx_http_log_error_handler: what failed, then client, server, request, upstream, host."""
    hour, minute, second, _ms = clock(number)
    draw = values.random.getrandbits(30)
    failure = _FAILURES[draw % len(_FAILURES)]
    query = f"page={draw % 40}&cursor={values.hex(20)}"
    backend = f"{values.address()}:8080"
    if hit and number % 3 == 2:
        backend = f"{values.userinfo()}@{backend}"
    elif hit:
        query += "&" + _QUERY_HITS[number // 3 % len(_QUERY_HITS)](values)
    head = (
        f"2026/03/14 {hour:02}:{minute:02}:{second:02} [error] {30 + draw % 8}#{30 + draw % 8}: *{number + 1} {failure}, "
        f'client: {values.address()}, server: shop.example.com, request: "GET /catalogue/{draw}?{query}'
    )
    tail = f' HTTP/1.1", upstream: "http://{backend}/catalogue/{draw}", host: "shop.example.com"\n'
    return head + _more_query(values, record_bytes, len(head) + len(tail)) + tail


def _more_query(values: Values, record_bytes: int | None, length: int) -> str:
    """A search in a query, long enough for a record of ``length`` to have ``record_bytes``."""
    missing = 0 if record_bytes is None else record_bytes - length
    return f"&q={values.work(missing // 2).replace(' ', '+')}"[:missing] if missing > 3 else ""


_FAILURES = (
    "upstream timed out (110: Connection timed out) while reading response header from upstream",
    "connect() failed (111: Connection refused) while connecting to upstream",
    "upstream prematurely closed connection while reading response header from upstream",
    "recv() failed (104: Connection reset by peer) while reading response header from upstream",
)
_FRAMES = (
    ("orders/api.py", "create", "receipt = self.ledger.commit(batch, timeout=self.timeout)"),
    ("orders/ledger.py", "commit", "return self._send(self._encode(batch))"),
    ("orders/transport.py", "_send", "raise LedgerError(answer.status, answer.reason)"),
    ("orders/stock.py", "reserve", "row = cursor.execute(RESERVE, (item.id, count)).fetchone()"),
    ("orders/retry.py", "wrapped", "return function(*args, **kwargs)"),
)


def _traceback(values: Values, number: int, hit: bool, record_bytes: int | None = None) -> str:
    hour, minute, second, ms = clock(number)
    draw = values.random.getrandbits(30)
    lines = [
        f"2026-03-14 {hour:02}:{minute:02}:{second:02},{ms:03} ERROR [orders.api] request {values.uuid()} failed after {draw % 4} attempts",
        "Traceback (most recent call last):",
    ]
    release = f"/srv/releases/2.{draw % 40}.{draw % 7}"
    frames = 3 + draw % 5 if record_bytes is None else max((record_bytes - _TRACEBACK_BYTES) // _FRAME_BYTES, 1)
    for depth in range(frames):
        file, function, code = _FRAMES[(draw + depth) % len(_FRAMES)]
        lines.append(f'  File "{release}/{file}", line {draw // (depth + 1) % 900 + 1}, in {function}\n    {code}')
    said = MESSAGE_HITS[number // 50 % len(MESSAGE_HITS)](values) if hit else f"shard {values.of(HEX, 8)} answered 503: {values.work(6)}"
    return "\n".join([*lines, f"orders.errors.LedgerError: {said}", ""])


_TRACEBACK_BYTES, _FRAME_BYTES = 250, 118
"""What a traceback takes besides its frames, and what a frame takes; on average."""
