"""An HTTP path that takes payloads: everything receivers have in common. What is particular to a protocol is its ``Dialect``.

Contract: every request gets exactly one answer, unless its client has gone. A success means acknowledged. Whatever goes wrong on our
side is a 503 and never a 500, which shippers and SDKs take as a reason to drop data. No answer quotes the payload.
"""

from __future__ import annotations

import logging
import time
from typing import Protocol

from service.errors import BackendError, FramingError, PayloadTooLargeError, UnsupportedEncodingError
from service.exporters.contract import Answer, GrpcAnswer
from service.exporters.rpc_status import as_http
from service.receivers.answers import plain, respond
from service.receivers.pipeline import Body, Pipeline
from service.receivers.request import (
    Budget,
    ClientGoneError,
    Held,
    OverloadedError,
    Receive,
    Scope,
    Send,
    content_encoding,
    header,
    media_type,
    read_body,
)
from service.redaction.report import Report
from service.telemetry import Telemetry, described

_log = logging.getLogger("scrubjay")


class Dialect(Protocol):
    """How one protocol reads requests and words answers. ``content_type`` is the request's media type."""

    def turn_away(self, method: str, content_type: str) -> Answer | None:
        """The answer to a request whose body need not be read: wrong method, wrong media type, a health check."""

    def body(self, scope: Scope, sent: bytes, content_type: str, encoding: str) -> Body:
        """How ``sent`` is to be read. May raise ``FramingError``."""

    def accepted(self, content_type: str, report: Report) -> Answer:
        """Acknowledged, and no backend has answered for us."""

    def malformed(self, content_type: str, message: str) -> Answer:
        """The payload can't be read; the client should not send it again."""

    def too_large(self, content_type: str, message: str) -> Answer:
        """The payload is larger than it may be; the client should not send it again."""

    def unavailable(self, content_type: str, message: str) -> Answer:
        """Not acknowledged; the client should send again."""


class Endpoint:
    """An ASGI application for one path; see the module."""

    def __init__(self, dialect: Dialect, pipeline: Pipeline, limit: int, budget: Budget, telemetry: Telemetry) -> None:
        self._dialect = dialect
        self._pipeline = pipeline
        self._limit = limit
        self._budget = budget
        self._telemetry = telemetry

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        started = time.perf_counter()
        content_type = media_type(scope)
        answer = self._dialect.turn_away(scope["method"], content_type)
        if answer is None:
            try:
                with Held(self._budget) as held:
                    answer = await self._answer(scope, receive, content_type, held)
            except ClientGoneError:
                return
        elif answer.status == 415:
            self._refused("media_type")
        if answer.status >= 400 and header(scope, b"expect"):  # the client may leave its body out, or not (RFC 9110, section 10.1.1)
            answer = answer._replace(headers=(*answer.headers, ("Connection", "close")))
        self._telemetry.request_seconds.labels(self._pipeline.receiver).observe(time.perf_counter() - started)
        await respond(send, answer)

    async def _answer(self, scope: Scope, receive: Receive, content_type: str, held: Held) -> Answer:
        try:
            encoding = content_encoding(scope)
            sent = await read_body(scope, receive, self._limit, held)
            if not sent:
                return self._dialect.accepted(content_type, Report())
            body = self._dialect.body(scope, sent, content_type, encoding)
            answer, report = await self._pipeline.accept(body, self._limit, held)
            if isinstance(answer, GrpcAnswer):
                return as_http(answer, content_type, self._pipeline.signal)
            return answer if answer is not None else self._dialect.accepted(content_type, report)
        except ClientGoneError:
            raise
        except FramingError as error:
            self._refused("framing")
            return self._dialect.malformed(content_type, str(error))
        except PayloadTooLargeError as error:
            self._refused("too_large")
            return self._dialect.too_large(content_type, str(error))
        except UnsupportedEncodingError as error:
            self._refused("encoding")
            return plain(415, str(error))
        except (BackendError, OverloadedError) as error:
            return self._dialect.unavailable(content_type, str(error))
        except Exception as error:  # a 500 would make clients drop data, and the error's text may quote it
            _log.error("request failed: %s", described(error))
            return self._dialect.unavailable(content_type, "internal error")

    def _refused(self, reason: str) -> None:
        self._telemetry.unprocessable.labels(self._pipeline.receiver, reason).inc()
