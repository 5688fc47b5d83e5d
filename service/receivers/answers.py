"""HTTP answers for people, and how an answer is sent."""

from __future__ import annotations

from service.exporters.contract import Answer
from service.receivers.request import Send

RETRY_AFTER = "1"
"""Seconds after which a client that was turned away may try again."""


def plain(status: int, text: str) -> Answer:
    """An answer for people."""
    extra: tuple[tuple[str, str], ...] = (("Retry-After", RETRY_AFTER),) if status == 503 else ()
    return Answer(status, (("Content-Type", "text/plain; charset=utf-8"), *extra), text.encode())


def method_not_allowed(*supported: str) -> Answer:
    """405, with what is allowed."""
    answer = plain(405, f"405 method not allowed, supported: [{', '.join(supported)}]")
    return answer._replace(headers=(*answer.headers, ("Allow", ", ".join(supported))))


async def respond(send: Send, answer: Answer) -> None:
    """Sends the answer. A backend's may hold what the server refuses to write, for which the client would get a 500: that is left out."""
    headers = [(name.lower().encode(), value.encode()) for name, value in answer.headers if value.isascii() and value.isprintable()]
    headers.append((b"content-length", str(len(answer.body)).encode()))
    status = answer.status if 200 <= answer.status < 600 else 502
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": answer.body})
