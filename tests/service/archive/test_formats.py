"""Formats: pieces joined are the content, wherever it was read to; what is found in any of them goes, and the rest stays."""

from __future__ import annotations

import csv
import io
import itertools
import json
from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from service.archive import FORMATS, formats
from service.archive.contract import PIECE_BYTES, Format
from service.archive.formats import lines, partial
from service.recognition.redaction import Redaction
from tests.service.redaction.planted import full_plan_of

EMAIL = "jo.doe" + "@" + "acme-mail.com"
KEY = "sk-" + "proj-" + "Ab3dEf6hIj9lMn2pQr5t" * 2
WORDS = (
    '{"level":"info","message":"order shipped"}',
    f"2026-11-24 ERROR login of {EMAIL} failed",
    "Traceback (most recent call last):",
    '  File "app.py", line 3, in <module>',
    "ValueError: no",
    "-----BEGIN " + "PRIVATE KEY-----",
    "MIIEvQIBADANBgkqhkiG9w0BAQEFAASC",
    "-----END " + "PRIVATE KEY-----",
    "",
)


def redaction() -> Redaction:
    return Redaction(full_plan_of())


def chunked(content: bytes, size: int) -> Iterator[bytes]:
    return (content[at : at + size] for at in range(0, len(content), size))


def form_of(content: bytes, name: str = "app.log") -> Format:
    found = formats.detect(content, name)
    assert found is not None
    return found


def redacted(content: bytes, name: str = "app.log") -> bytes:
    form, out, context = form_of(content, name), [], b""
    for at, piece in enumerate(form.pieces(iter([content]))):
        out.append(form.redact(piece, redaction(), context).payload)
        context = context if at else form.context(piece)
    return b"".join(out)


@pytest.mark.parametrize(
    ("head", "name", "expected"),
    [
        (b"2026-11-24 started\n", "a.log", "text"),
        (b'{"a":1}\n{"a":2}\n', "a", "ndjson"),
        (b'{\n  "a": 1\n}\n', "a", "json"),
        (b'{"resourceSpans":[]}\n', "a", "otlp"),
        (b'{"log":"a\\n","stream":"stdout","time":"2026-11-24T00:00:00Z"}\n', "a", "docker"),
        (b"2026-11-24T00:00:00.000000001Z stdout F hello\n", "a", "cri"),
        (b"id,name,mail\n1,a,b\n2,c,d\n", "a", "csv"),
        (b"id;name;mail\n1;a;b\n2;c;d\n", "a", "csv;"),
        (b"id\tname\n", "a.tsv.gz", "tsv"),
        (b"one, two, three\nfour\n", "a", "text"),
        (b"", "a", "text"),
        ("caf\xe9 closed\n".encode("latin-1"), "a", "text"),
    ],
)
def test_a_format_is_known_by_its_content(head: bytes, name: str, expected: str) -> None:
    assert form_of(head, name).name == expected


def test_each_format_that_can_be_asked_for_is_there_by_its_name() -> None:
    assert [formats.by_name(name).name for name in FORMATS] == list(FORMATS)


@pytest.mark.parametrize("head", [b"\x7fELF\x02\x01\x01\x00", "text".encode("utf-16"), bytes(range(1, 32)) * 10, b"MZ\x90\x00"])
def test_binary_is_none(head: bytes) -> None:
    assert formats.detect(head, "app.log") is None


@given(picked=st.lists(st.sampled_from(WORDS), max_size=60), sizes=st.tuples(st.integers(1, 700), st.integers(1, 700)))
@settings(max_examples=60)
def test_pieces_join_to_the_content_and_end_alike_however_it_is_read(picked: list[str], sizes: tuple[int, int]) -> None:
    content = "\n".join(picked).encode()
    with pytest.MonkeyPatch.context() as patch:
        for name, value in (("PIECE_BYTES", 200), ("_REACH", 150), ("_PEM_BYTES", 100), ("_AHEAD", 250)):
            patch.setattr(lines, name, value)
        for form in (formats.by_name(name) for name in FORMATS):
            first, second = (list(form.pieces(chunked(content, size))) for size in sizes)
            assert b"".join(first) == content
            assert first == second


def test_a_piece_ends_before_a_line_that_begins_a_record() -> None:
    record = b"2026-11-24 ERROR failed\nTraceback (most recent call last):\n" + b'  File "app.py"\n' * 50 + b"ValueError: no\n"
    content = record * (3 * PIECE_BYTES // len(record))
    pieces = list(formats.by_name("text").pieces(chunked(content, 1 << 20)))
    assert len(pieces) > 2
    assert all(piece.startswith(b"2026-11-24 ") for piece in pieces)


@pytest.mark.parametrize("name", sorted(FORMATS))
def test_nothing_found_is_the_very_object(name: str) -> None:
    piece = b'{"log":"all is well\\n","stream":"stdout","time":"2026-11-24T00:00:00Z"}\n' * 3
    assert formats.by_name(name).redact(piece, redaction()).payload is piece


def test_columns_names_count_and_cells_that_stay_are_bytes_as_they_were() -> None:
    content = f'id,"password",note\r\n1,hunter2-x9,"said ""hi"" to {EMAIL}"\r\n2,,"a, b"\r\n"3",q8!kdkw,plain'.encode()
    out = redacted(content, "users.csv")
    expected = b'id,"password",note\r\n1,[REDACTED:password],"said ""hi"" to [REDACTED:email]"\r\n2,,"a, b"\r\n"3",[REDACTED:password],plain'
    assert out == expected


def test_cells_over_lines_and_json_in_cells_are_gone_into() -> None:
    document = json.dumps({"user": {"api_key": "k8dkw93kd02kd8x"}}).replace('"', '""')
    content = f'when,body,count\n2026-11-24,"{document}",3\n2026-11-25,"two\nlines of {EMAIL}",4\n'.encode()
    out = redacted(content, "export.csv")
    assert b"k8dkw93" not in out
    assert EMAIL.encode() not in out
    assert out.count(b"\n") == content.count(b"\n")
    assert out.endswith(b",4\n")


def test_a_table_without_a_header_is_looked_at_cell_by_cell() -> None:
    content = f"1,{EMAIL},x\n2,b,y\n".encode()
    assert redacted(content, "a.csv") == b"1,[REDACTED:email],x\n2,b,y\n"


def docker_lines(text: str, at: list[int], stream: str = "stdout") -> list[bytes]:
    cuts = [0, *at, len(text)]
    return [
        json.dumps({"log": text[a:b], "stream": stream, "time": f"2026-11-24T00:00:0{i}Z"}, separators=(",", ":")).encode() + b"\n"
        for i, (a, b) in enumerate(itertools.pairwise(cuts))
    ]


def test_what_dockers_cut_in_two_is_found_and_the_lines_stay_as_many() -> None:
    text = f"login of {EMAIL} with {KEY} done\n"
    first, other = docker_lines(text, [text.index("@"), text.index("proj") + 4]), docker_lines("all is well\n", [3], "stderr")
    content = first[0] + other[0] + first[1] + other[1] + first[2]
    out = redacted(content).splitlines()
    logs = [json.loads(line) for line in out]
    assert [log["stream"] for log in logs] == ["stdout", "stderr", "stdout", "stderr", "stdout"]
    assert [log["log"] for log in logs] == ["login of [REDACTED:email]", "all", " with [REDACTED:openai_api_key]", " is well\n", " done\n"]
    assert out[1] == other[0].rstrip()
    assert [log["time"][-3:] for log in logs] == ["00Z", "00Z", "01Z", "01Z", "02Z"]


def test_what_the_cri_cut_in_two_is_found_and_tags_stay() -> None:
    text = f"login of {EMAIL} done"
    at = text.index("@")
    content = (
        f"2026-11-24T00:00:00.1Z stdout P {text[:at]}\n2026-11-24T00:00:00.2Z stderr F hello\n2026-11-24T00:00:00.3Z stdout F {text[at:]}\n"
    ).encode()
    assert redacted(content).decode().splitlines() == [
        "2026-11-24T00:00:00.1Z stdout P login of [REDACTED:email]",
        "2026-11-24T00:00:00.2Z stderr F hello",
        "2026-11-24T00:00:00.3Z stdout F  done",
    ]


@given(st.data())
def test_places_move_with_what_is_replaced_before_them(data: st.DataObject) -> None:
    kept = [data.draw(st.text("abcdefgh ", min_size=partial._ANCHOR, max_size=60)).encode() for _ in range(data.draw(st.integers(1, 4)))]
    value, marker = b"@" * data.draw(st.integers(1, 40)), b"[REDACTED:email]"
    old, new = value.join(kept), marker.join(kept)
    cuts = sorted(data.draw(st.lists(st.integers(0, len(old)), max_size=4)))
    borders = [0, *partial.moved(old, new, cuts), len(new)]
    assert borders == sorted(borders)
    for cut, place in zip(cuts, borders[1:], strict=False):
        if b"@" not in old[max(0, cut - 1) : cut + 1]:
            assert old[cut : cut + 1] == new[place : place + 1]


@pytest.mark.parametrize("wrap", ["array", "lines"])
def test_a_document_of_any_size_is_worked(wrap: str, monkeypatch: pytest.MonkeyPatch) -> None:
    from service.archive.formats import document

    monkeypatch.setattr(document, "MAX_RECORD_BYTES", 2000)
    monkeypatch.setattr(lines, "PIECE_BYTES", 500)
    monkeypatch.setattr(lines, "_AHEAD", 500)
    records = [{"id": i, "user": EMAIL if i % 7 == 0 else "-", "nested": [{"a": 1}, {"b": 2}]} for i in range(60)]
    content = json.dumps(records, indent=2).encode()
    out = redacted(content)
    assert out == content.replace(EMAIL.encode(), b"[REDACTED:email]")


def test_export_requests_are_worked_line_by_line() -> None:
    line = json.dumps(
        {"resourceLogs": [{"scopeLogs": [{"logRecords": [{"body": {"stringValue": f"to {EMAIL}"}, "attributes": []}]}]}]}, separators=(",", ":")
    )
    clean = line.replace(EMAIL, "nobody")
    content = f"{line}\n{clean}\n".encode()
    assert redacted(content) == content.replace(EMAIL.encode(), b"[REDACTED:email]")


@given(
    rows=st.lists(
        st.lists(
            st.sampled_from(["", "a", " b ", 'say "hi"', "1,5", "two\nlines", EMAIL, f"to {EMAIL}, please", "caf\xe9", "x\ry"]),
            min_size=2,
            max_size=4,
        ),
        max_size=8,
    ),
    ending=st.sampled_from(["\n", "\r\n"]),
    encoding=st.sampled_from(["utf-8", "latin-1"]),
)
def test_a_tables_cells_become_what_they_would_by_themselves_and_the_rest_is_bytes_as_it_was(
    rows: list[list[str]], ending: str, encoding: str
) -> None:
    written = io.StringIO(newline="")
    csv.writer(written, lineterminator=ending).writerows(rows)
    content = written.getvalue().encode(encoding)
    out = formats.by_name("csv").redact(content, redaction(), b"n,m,o,p\n").payload
    assert out == content.replace(EMAIL.encode(), b"[REDACTED:email]")


@pytest.mark.parametrize("row", ['a,"b"c,d {}', '"a"b"c,{}', "a,b\rc,{}", '{},"open', '"",{}"'])
def test_what_stands_in_odd_quotes_is_found(row: str) -> None:
    out = formats.by_name("csv").redact(row.format(EMAIL).encode(), redaction()).payload
    assert EMAIL.encode() not in out
    assert b"[REDACTED:email]" in out
