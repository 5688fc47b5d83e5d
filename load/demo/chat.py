"""A small chat application of an insurer, written the way such applications are: it logs what helped somebody debug it once.

Each handler is one request: a span, a log line or two, and calls to the model through the real ``openai`` client. What is
wrong with it, from a privacy officer's view, is marked by nothing; that is the point.
"""

from __future__ import annotations

import json
from typing import cast
from urllib.parse import urlencode

import openai
from openai.types.chat import ChatCompletionMessageFunctionToolCall, ChatCompletionMessageParam, ChatCompletionToolParam
from opentelemetry.trace import SpanKind, Status, StatusCode

from load.demo.errors import DemoError
from load.demo.instrumentation import Telemetry
from load.demo.planted import Planted

MODEL = "gpt-4o-mini"

FIND_CLAIM: ChatCompletionToolParam = {
    "type": "function",
    "function": {
        "name": "find_claim",
        "description": "Find a customer's claim",
        "parameters": {"type": "object", "properties": {"email": {"type": "string"}, "note": {"type": "string"}}},
    },
}


class ChatApplication:
    """Answers one customer's questions. Every request is handled to its end, the failing one too."""

    def __init__(self, telemetry: Telemetry, model_url: str, customer: Planted) -> None:
        self.tracer = telemetry.tracer
        self.log = telemetry.log
        self.requests = telemetry.meter.create_counter("chat.requests", unit="{request}")
        self.model_url = model_url
        self.customer = customer
        self.client = self.connect(customer.model_key)

    def connect(self, key: str) -> openai.OpenAI:
        self.log.debug("model client options %r", {"base_url": self.model_url, "api_key": key, "timeout": 10})
        return openai.OpenAI(base_url=f"{self.model_url}/v1", api_key=key, max_retries=0, timeout=10)

    def serve_all(self) -> None:
        self.log_in()
        self.answer()
        self.answer_with_tool()
        self.answer_in_stream()
        self.fail()
        self.client.close()

    def log_in(self) -> None:
        who = self.customer
        query = urlencode({"email": who.email, "token": who.jwt, "page": "2"})
        with self.tracer.start_as_current_span("POST /login", kind=SpanKind.SERVER) as span:
            span.set_attribute("url.full", f"https://claims.example.net/login?{query}")
            span.set_attribute("http.request.method", "POST")
            span.set_attribute("http.request.header.authorization", [f"Bearer {who.bearer}"])
            span.set_attribute("http.response.status_code", 200)
            span.set_attribute("enduser.id", who.email)
            headers = {"host": "claims.example.net", "authorization": f"Bearer {who.bearer}", "cookie": f"session={who.session_cookie}"}
            self.log.info("login ok for %s, headers=%r", who.email, headers, extra={"client.address": "198.51.100.23", "duration_ms": 12})
            self.log.info("callback requested on %s", who.phone, extra={"customer": json.dumps({"phone": who.phone, "tier": "gold"})})

    def messages(self, question: str) -> list[ChatCompletionMessageParam]:
        return [{"role": "system", "content": self.customer.system_prompt}, {"role": "user", "content": question}]

    def answer(self) -> None:
        with self.tracer.start_as_current_span("POST /chat", kind=SpanKind.SERVER):
            self.requests.add(1, {"route": "/chat", "user.email": self.customer.email})
            completion = self.client.chat.completions.create(model=MODEL, messages=self.messages(self.customer.question), temperature=0.2)
            self.expect(completion.choices[0].message.content, self.customer.answer)
            self.log.info("answered in %d tokens", completion.usage.total_tokens if completion.usage else 0)

    def answer_with_tool(self) -> None:
        with self.tracer.start_as_current_span("POST /chat/claim", kind=SpanKind.SERVER):
            self.requests.add(1, {"route": "/chat/claim", "user.email": self.customer.email})
            messages = self.messages(self.customer.question)
            first = self.client.chat.completions.create(model=MODEL, messages=messages, tools=[FIND_CLAIM]).choices[0].message
            if not first.tool_calls:
                raise DemoError("the stub model did not call the tool")
            call = cast("ChatCompletionMessageFunctionToolCall", first.tool_calls[0])
            self.log.debug("model answered %s", first.model_dump_json(exclude_none=True))
            messages.append(cast("ChatCompletionMessageParam", first.model_dump(exclude_none=True)))
            messages.append({"role": "tool", "tool_call_id": call.id, "content": json.dumps({"ssn": self.customer.ssn, "status": "open"})})
            second = self.client.chat.completions.create(model=MODEL, messages=messages, tools=[FIND_CLAIM])
            self.expect(second.choices[0].message.content, self.customer.answer)

    def answer_in_stream(self) -> None:
        with self.tracer.start_as_current_span("POST /chat/stream", kind=SpanKind.SERVER):
            self.requests.add(1, {"route": "/chat/stream", "user.email": self.customer.second_email})
            messages = self.messages(self.customer.streamed_question)
            stream = self.client.chat.completions.create(model=MODEL, messages=messages, stream=True, stream_options={"include_usage": True})
            pieces = [chunk.choices[0].delta.content or "" for chunk in stream if chunk.choices]
            self.expect("".join(pieces).strip(), self.customer.streamed_answer)

    def fail(self) -> None:
        """A request with a revoked key: the model's refusal quotes it, and the traceback carries it on."""
        with (
            self.tracer.start_as_current_span("POST /chat", kind=SpanKind.SERVER) as span,
            self.connect(self.customer.revoked_key) as client,
        ):
            self.requests.add(1, {"route": "/chat", "user.email": self.customer.email})
            try:
                client.chat.completions.create(model=MODEL, messages=self.messages(self.customer.question))
            except openai.AuthenticationError as error:
                span.record_exception(error)
                span.set_status(Status(StatusCode.ERROR, str(error)))
                self.log.exception("request of %s failed", self.customer.email)
            else:
                raise DemoError("the stub model took a revoked key")

    def expect(self, got: str | None, wanted: str) -> None:
        if got != wanted:
            raise DemoError("the chat application did not get the stub model's answer")
