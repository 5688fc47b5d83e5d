"""uvicorn's HTTP protocol, for clients that can't be trusted to be quick or brief.

Contract, per connection:

* a request's head is whole within ``HEAD_SECONDS`` of the connection's start, or of its first byte on a connection that was kept; else
  the connection is closed;
* a head, or what else of a message is no body (trailers, extensions of chunks), has at most ``HEAD_BYTES``; else 431, or the connection is
  closed;
* after an answer that did not wait for the body, the rest of the body is read and forgotten for ``LINGER_SECONDS``: a client that is
  still sending would otherwise be reset before it has read its answer (RFC 9112, section 9.6). Then the connection is closed;
* an offer to upgrade is not taken up, and the request is answered as if it had not been made (RFC 9110, section 7.8). Java's HTTP client
  offers HTTP/2 so, with its first request; uvicorn would lose that request's body, and an empty request is a success.

How long the body itself may take is the receiver's to say, since it can then answer (``request.read_body``).
"""

from __future__ import annotations

import asyncio

import httptools
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

HEAD_SECONDS = 10.0
LINGER_SECONDS = 5.0
HEAD_BYTES = 64 << 10

_TOO_LARGE = b"431 request header fields too large"
_ANSWER_431 = (
    b"HTTP/1.1 431 Request Header Fields Too Large\r\ncontent-type: text/plain; charset=utf-8\r\nconnection: close\r\ncontent-length: %d\r\n\r\n%b"
)

_OF_THE_OFFER = (b"upgrade", b"connection", b"http2-settings")


class PatientProtocol(HttpToolsProtocol):
    """See the module."""

    _deadline: asyncio.TimerHandle | None = None
    _in_body = False
    _ended = False
    _no_body = 0
    """Bytes since the last one of a body, or since the last message."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as in uvicorn
        super().connection_made(transport)
        self._close_after(HEAD_SECONDS)

    def connection_lost(self, exc: Exception | None) -> None:
        self._wait_no_more()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        self._ended = False
        self._no_body += len(data)
        self._unset_keepalive_if_required()
        try:
            self._feed(data)
        except httptools.HttpParserError:
            self.send_400_response("400 not an HTTP request")
        if self.transport.is_closing():
            return
        if self._ended:
            self._end_of_message()
        elif self._no_body > HEAD_BYTES:
            self._refuse()
        elif not self._in_body and self._deadline is None:
            self._close_after(HEAD_SECONDS)

    def _feed(self, data: bytes) -> None:
        while True:
            try:
                return self.parser.feed_data(data)
            except httptools.HttpParserUpgrade as offer:
                method = self.parser.get_method()
                if method == b"CONNECT":
                    raise httptools.HttpParserError from None
                head = [b"%b %b HTTP/1.1\r\n" % (method, self.url)]
                head += [b"%b: %b\r\n" % (name, value) for name, value in self.headers if name not in _OF_THE_OFFER]
                self.parser = httptools.HttpRequestParser(self)
                self.parser.feed_data(b"".join(head) + b"\r\n")
                data = data[offer.args[0] :]

    def on_message_begin(self) -> None:
        self._ended = False
        super().on_message_begin()

    def on_headers_complete(self) -> None:
        if self.parser.should_upgrade():  # comes again, without the offer
            return
        self._in_body = True
        self._no_body = 0
        self._wait_no_more()
        super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        self._no_body = 0
        super().on_body(body)

    def on_message_complete(self) -> None:
        if self.parser.should_upgrade():
            return
        self._in_body = False
        self._ended = True
        self._no_body = 0
        super().on_message_complete()

    def on_response_complete(self) -> None:
        super().on_response_complete()
        if self._in_body and not self.transport.is_closing():
            self._close_after(LINGER_SECONDS)

    def _end_of_message(self) -> None:
        """At the end of a message nothing of a next one is there yet. uvicorn does not expect to have answered long ago."""
        self._wait_no_more()
        if self.cycle is not None and self.cycle.response_complete and self.timeout_keep_alive_task is None:
            self.timeout_keep_alive_task = self.loop.call_later(self.timeout_keep_alive, self.timeout_keep_alive_handler)

    def _refuse(self) -> None:
        if not self._in_body:
            self.transport.write(_ANSWER_431 % (len(_TOO_LARGE), _TOO_LARGE))
        self.transport.close()

    def _close_after(self, seconds: float) -> None:
        self._wait_no_more()
        self._deadline = self.loop.call_later(seconds, self.transport.close)

    def _wait_no_more(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None
