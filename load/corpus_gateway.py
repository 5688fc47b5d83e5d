"""Generated lines of an LLM gateway's log: request and response bodies as JSON inside a string of the line's JSON."""

from __future__ import annotations

import json

from load.corpus_requests import Corpus, clock, of_lines
from load.values import BASE62, Values


def gateway_bodies(size: int, *, share: float = 1.0, record_bytes: int = 960, seed: int = 6) -> Corpus:
    """What an LLM gateway logs. A record that is hit has both bodies with it; one that isn't has what the gateway knows of the call alone."""

    def record(values: Values, number: int, hit: bool) -> str:
        return (_gateway_line if hit else _call_line)(values, number, record_bytes)

    return of_lines("llm bodies", "ndjson", record, size, share, seed)


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


def _call_line(values: Values, number: int, record_bytes: int) -> str:
    """A call of which the gateway has logged no body: what it was, what it cost, which way it went."""
    hour, minute, second, ms = clock(number)
    draw = values.random.getrandbits(30)
    head = f'{{"ts":"2026-03-14T{hour:02}:{minute:02}:{second:02}.{ms:03}Z","level":"info","route":"/v1/chat/completions","status":200,'
    head += f'"request_id":"{values.uuid()}","latency_ms":{draw % 9000},"model":"gpt-4o","response_bytes":{draw % 9001},'
    head += f'"usage":{{"prompt_tokens":{draw % 900},"completion_tokens":{draw % 300},"total_tokens":{draw % 900 + draw % 300}}},'
    head += f'"upstream":"{values.address()}:443","user_agent":"{values.agent()}","note":"'
    return head + values.work(max(record_bytes - len(head), 0) // 2)[: max(record_bytes - len(head) - 3, 0)] + '"}\n'
