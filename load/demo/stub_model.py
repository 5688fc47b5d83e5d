"""A server on loopback that stands for everything outside: the model's API, and a telemetry backend with nothing in front of it.

``POST /v1/chat/completions`` speaks OpenAI's chat API as far as the chat application uses it: a plain answer, a tool call, a stream of
server-sent events, and the refusal of an unknown key, which echoes that key. ``POST /v1/{traces,logs,metrics}`` keeps the very
bytes the application would have sent without Scrubjay: the "before" of the demo.
"""

from __future__ import annotations

import gzip
import json
import threading
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from load.demo.planted import Planted

Json = dict[str, Any]

MODEL = "gpt-4o-mini-2024-07-18"


class Outside(ThreadingHTTPServer):
    """The server; ``received`` holds the telemetry bodies by signal, in the order they came."""

    daemon_threads = True

    def __init__(self, planted: Planted) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.planted = planted
        self.received: defaultdict[str, list[bytes]] = defaultdict(list)
        self.answers = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


class Handler(BaseHTTPRequestHandler):
    """One connection; every answer carries its length, so connections are kept."""

    protocol_version = "HTTP/1.1"
    server: Outside

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
        if self.headers.get("Content-Encoding") == "gzip":
            body = gzip.decompress(body)
        if self.path == "/v1/chat/completions":
            self.chat(json.loads(body))
        elif self.path.startswith("/v1/"):
            self.server.received[self.path.removeprefix("/v1/")].append(body)
            self.answer(200, b"", "application/x-protobuf")
        else:
            self.answer(404, b"not found", "text/plain")

    def chat(self, request: Json) -> None:
        planted = self.server.planted
        self.server.answers += 1
        key = self.headers.get("Authorization", "").removeprefix("Bearer ")
        if key != planted.model_key:
            error = {"message": f"Incorrect API key provided: {key}.", "type": "invalid_request_error", "code": "invalid_api_key"}
            self.answer(401, json.dumps({"error": error}).encode())
        elif request.get("stream"):
            self.answer(200, b"".join(stream_events(planted.streamed_answer)), "text/event-stream")
        elif request.get("tools") and request["messages"][-1]["role"] != "tool":
            self.answer(200, json.dumps(completion(tool_call(planted), "tool_calls", self.server.answers)).encode())
        else:
            message = {"role": "assistant", "content": planted.answer}
            self.answer(200, json.dumps(completion(message, "stop", self.server.answers)).encode())

    def answer(self, status: int, body: bytes, content_type: str = "application/json") -> None:
        self.send_response(status)
        self.send_header("Content-Type", content_type)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Nothing: the demo's output is the comparison."""


def completion(message: Json, finish_reason: str, number: int) -> Json:
    return {
        "id": f"chatcmpl-demo{number:04d}",
        "object": "chat.completion",
        "created": 1767225600 + number,
        "model": MODEL,
        "choices": [{"index": 0, "message": message, "finish_reason": finish_reason, "logprobs": None}],
        "usage": {"prompt_tokens": 40 + number, "completion_tokens": 25, "total_tokens": 65 + number},
    }


def tool_call(planted: Planted) -> Json:
    arguments = json.dumps({"email": planted.email, "note": planted.tool_note})
    call = {"id": "call_demo0001", "type": "function", "function": {"name": "find_claim", "arguments": arguments}}
    return {"role": "assistant", "content": None, "tool_calls": [call]}


def stream_events(text: str) -> Iterator[bytes]:
    """The text word by word, as server-sent events; then the usage; then the end mark."""
    common: Json = {"id": "chatcmpl-demostream", "object": "chat.completion.chunk", "created": 1767225700, "model": MODEL}
    deltas: list[Json] = [{"role": "assistant", "content": ""}]
    deltas += [{"content": word + " "} for word in text.split(" ")]
    for delta in deltas:
        yield event(common | {"choices": [{"index": 0, "delta": delta, "finish_reason": None}]})
    yield event(common | {"choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]})
    yield event(common | {"choices": [], "usage": {"prompt_tokens": 31, "completion_tokens": 17, "total_tokens": 48}})
    yield b"data: [DONE]\n\n"


def event(chunk: Json) -> bytes:
    return b"data: " + json.dumps(chunk).encode() + b"\n\n"


@contextmanager
def outside(planted: Planted) -> Iterator[Outside]:
    """The server, up for as long as the block lasts."""
    server = Outside(planted)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, name="outside", daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
        thread.join(timeout=5)
