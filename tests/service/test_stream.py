"""The filter behind ``scrubjay pipe``: at once, whole lines, byte for byte, in constant memory."""

from __future__ import annotations

import os
import resource
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from detectors.matching import sample
from service.errors import PayloadTooLargeError
from service.recognition.redaction import Redaction
from service.redaction.pipeline import rewrite
from service.stream import redact_stream
from tests.service.payloads import ADDRESS, MARKER
from tests.service.running import default_plan

BEGIN, END = "-----BEGIN RSA " + "PRIVATE KEY-----", "-----END RSA " + "PRIVATE KEY-----"


class Filter:
    """The filter in a thread, between two real pipes."""

    def __init__(self, form: str) -> None:
        source, self.feed_end = os.pipe()
        self.out_end, sink = os.pipe()
        self.error: BaseException | None = None

        def run() -> None:
            try:
                redact_stream(source, sink, Redaction(default_plan()), form)
            except BaseException as error:  # handed over to the test
                self.error = error
            finally:
                os.close(source)
                os.close(sink)

        self.thread = threading.Thread(target=run)
        self.thread.start()

    def feed(self, data: bytes) -> None:
        view = memoryview(data)
        while view:
            view = view[os.write(self.feed_end, view) :]

    def take(self) -> bytes:
        """What has come out; waits until something has."""
        return os.read(self.out_end, 1 << 20)


@contextmanager
def filtering(form: str = "auto") -> Iterator[Filter]:
    one = Filter(form)
    try:
        yield one
    finally:
        for descriptor in (one.feed_end, one.out_end):
            os.close(descriptor)
        one.thread.join(30)
        assert not one.thread.is_alive()


def filtered(pieces: list[bytes], form: str = "auto") -> bytes:
    """What comes out when these pieces go in."""
    one = Filter(form)
    out: list[bytes] = []
    reader = threading.Thread(target=lambda: out.extend(iter(one.take, b"")))
    reader.start()
    for piece in pieces:
        one.feed(piece)
    os.close(one.feed_end)
    reader.join(60)
    one.thread.join(60)
    os.close(one.out_end)
    if one.error is not None:
        raise one.error
    return b"".join(out)


@pytest.mark.parametrize("form", ["text", "ndjson"])
def test_a_line_comes_out_before_the_next_one_goes_in(form: str) -> None:
    with filtering(form) as one:
        for number in range(3):
            one.feed(f"{number} {ADDRESS}\n".encode())
            assert one.take() == f"{number} {MARKER}\n".encode()


def test_the_first_line_decides_the_format_and_does_not_wait_for_the_second() -> None:
    with filtering("auto") as one:
        one.feed(f'{{"a":"{ADDRESS}"}}\n'.encode())
        assert one.take() == f'{{"a":"{MARKER}"}}\n'.encode()


@pytest.mark.parametrize("body", [b"", b"\n", b"a", b"a\n", b"\n\n", b"a\r\nb", b"\xff\xfe\x00\n\x80", b"[1,2", b"{", b'{"a":\n'])
@pytest.mark.parametrize("form", ["auto", "text", "ndjson", "json"])
def test_what_needs_no_redaction_comes_out_byte_for_byte(form: str, body: bytes) -> None:
    assert filtered([body], form) == body


@settings(max_examples=25, deadline=None)
@given(st.lists(st.sampled_from(["x\n", f"to {ADDRESS}\n", "y", "\r\n", f'{{"m":"{ADDRESS}"}}\n', "\n"]), max_size=12), st.data())
def test_the_output_does_not_depend_on_how_the_input_is_cut(lines: list[str], data: st.DataObject) -> None:
    whole = "".join(lines).encode()
    cuts = sorted(data.draw(st.lists(st.integers(0, len(whole)), max_size=5)))
    pieces = [whole[start:end] for start, end in zip([0, *cuts], [*cuts, len(whole)], strict=True)]
    assert filtered(pieces, "text") == rewrite("text", whole, default_plan()).payload


def test_a_private_key_is_kept_together_however_slowly_it_comes() -> None:
    key = [BEGIN, *(sample("alnum", 64, seed) for seed in range(20)), END]
    with filtering("text") as one:
        one.feed(b"before\n")
        assert one.take() == b"before\n"
        for line in key:
            one.feed(line.encode() + b"\n")
        out = one.take()
        one.feed(b"after\n")
        assert one.take() == b"after\n"
    assert not any(line.encode() in out for line in key[1:-1])


def test_a_private_key_that_never_ends_does_not_hold_back_more_than_64_kib() -> None:
    one = "line of an ordinary log\n" * 8000
    out = filtered([f"{BEGIN}\n".encode(), one.encode()], "text")
    assert out.endswith(b"line of an ordinary log\n")


def test_a_line_without_end_is_replaced_and_the_next_ones_go_on() -> None:
    endless = b"secret " * (1 << 18)
    out = filtered([b"a\n", *[endless] * 12, b"\nb " + ADDRESS.encode() + b"\n"], "text")
    assert out == b"a\n[REDACTED:unprocessable]\nb " + MARKER.encode() + b"\n"


WORD = sample("alnum", 14)
PRETTY = f'{{\n  "login": [\n    {{"password":\n "{WORD}", "mail": "{ADDRESS}"}}\n  ]\n}}\n'
REDACTED = PRETTY.replace(ADDRESS, MARKER).replace(WORD, "[REDACTED:password]")


@pytest.mark.parametrize("copies", [1, 3])
def test_pretty_printed_documents_are_read_whole_also_several_on_end(copies: int) -> None:
    """A key and its value stand on different lines there."""
    assert filtered([(PRETTY * copies).encode()]) == (REDACTED * copies).encode()


def test_a_document_that_is_cut_off_is_redacted_all_the_same() -> None:
    out = filtered([(PRETTY + PRETTY[:-8]).encode()]).decode()
    assert out.startswith(REDACTED)
    assert ADDRESS not in out


def test_a_document_that_is_too_large_is_refused_before_anything_of_it_comes_out(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("service.stream._MAX_DOCUMENT", 1 << 10)
    (tmp_path / "in").write_bytes(b"[\n" + b"1,\n" * 1000)
    refused = pytest.raises(PayloadTooLargeError, match="--format ndjson")
    with (tmp_path / "in").open("rb") as source, (tmp_path / "out").open("wb") as sink, refused:
        redact_stream(source.fileno(), sink.fileno(), Redaction(default_plan()), "auto")
    assert (tmp_path / "out").read_bytes() == b""


def test_a_reader_that_has_enough_ends_the_filter() -> None:
    one = Filter("text")
    os.close(one.out_end)
    one.feed(b"x\n")
    one.thread.join(10)
    assert isinstance(one.error, BrokenPipeError)
    os.close(one.feed_end)


@pytest.mark.skipif(sys.platform != "linux", reason="ru_maxrss is in KiB there")
def test_lines_take_constant_memory() -> None:
    line = b"2026-01-01T00:00:00Z INFO request handled in 12 ms path=/a/b/c\n" * 1000
    filtered([line] * 20, "text")
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    sink = os.open(os.devnull, os.O_WRONLY)
    source, feed = os.pipe()
    worker = threading.Thread(target=redact_stream, args=(source, sink, Redaction(default_plan()), "text"))
    worker.start()
    for _ in range(800):
        os.write(feed, line)
    os.close(feed)
    worker.join()
    os.close(source)
    os.close(sink)
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 24 << 10
