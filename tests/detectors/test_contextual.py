"""Secrets that only the words beside them give away: every way a header, a member or an assignment is printed, and what is none."""

from __future__ import annotations

import base64
import importlib
import re
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from detectors.matching import sample
from detectors.model import CLOSE, OPEN, WINDOW, Detector
from detectors.overlap import union
from detectors.scanner import Scanner

NAMES = (
    "assigned_password assigned_secret authorization basic_credentials bearer command_line_password connection_string cookie keyword_secret"
    " query_secret session_cookie url_credentials"
)
DETECTORS: tuple[Detector, ...] = tuple(importlib.import_module(f"detectors.catalogue.{name}").DETECTOR for name in NAMES.split())
SCANNER = Scanner(DETECTORS)
S = sample("alnum", 24)
BASIC = base64.b64encode(b"ann:open sesame").decode()


def _found(text: str, scanner: Scanner = SCANNER) -> list[bytes]:
    raw = text.encode()
    return [raw[finding.start : finding.end] for finding in scanner.findings(raw)]


@pytest.mark.parametrize(("detector", "text"), [(detector, text) for detector in DETECTORS for text in detector.finds])
def test_a_detector_finds_exactly_what_its_examples_mark(detector: Detector, text: str) -> None:
    marked = re.findall(f"{OPEN}(.*?){CLOSE}", text)
    plain = text.replace(OPEN, "").replace(CLOSE, "")
    assert sorted(set(_found(plain, Scanner([detector])))) == sorted(part.encode() for part in marked)


@pytest.mark.parametrize(("detector", "text"), [(detector, text) for detector in DETECTORS for text in detector.ignores])
def test_a_detector_finds_nothing_in_what_it_ignores(detector: Detector, text: str) -> None:
    assert _found(text, Scanner([detector])) == []


HEADER_PRINTS = (
    "{h}: {v}",
    "{h}:{v}",
    "curl -H '{h}: {v}' https://example.org",
    'curl --header "{h}: {v}" https://example.org',
    '{{"{h}":"{v}","accept":"*/*"}}',
    '{{"{h}": ["{v}"]}}',
    '"{{\\"{h}\\":\\"{v}\\"}}"',
    '\\\\\\"{h}\\\\\\":\\\\\\"{v}\\\\\\",\\\\\\"a\\\\\\":1',
    "\\u0022{h}\\u0022:\\u0022{v}\\u0022",
    "{{'{h}': '{v}', 'accept': '*/*'}}",
    "Headers({{'{h}': '{v}'}})",
    "[(b'{h}', b'{v}'), (b'accept', b'*/*')]",
    '["{h}","{v}","Accept","*/*"]',
    "map[Accept:[*/*] {h}:[{v}]]",
    'http.Header{{"{h}":[]string{{"{v}"}}}}',
    '{{"key":"http.request.header.{h}","value":{{"stringValue":"{v}"}}}}',
    '{{"name": "{h}", "value": "{v}"}}',
    "{h}={v}",
    "{h} = '{v}'",
)


@pytest.mark.parametrize("layout", HEADER_PRINTS)
@pytest.mark.parametrize(
    ("header", "value"),
    [("Authorization", f"Bearer {S}"), ("proxy-authorization", f"Basic {BASIC}"), ("X-Api-Key", S), ("x-auth-token", S), ("api-key", S)],
)
def test_a_header_value_is_found_however_the_header_is_printed(layout: str, header: str, value: str) -> None:
    text = layout.format(h=header, v=value)
    assert value.rpartition(" ")[2].encode() in _found(text)


@pytest.mark.parametrize("layout", HEADER_PRINTS)
@pytest.mark.parametrize("header", ["Cookie", "Set-Cookie", "set-cookie"])
def test_all_cookies_are_found_however_the_header_is_printed(layout: str, header: str) -> None:
    value = f"theme=dark; sid={S}"
    assert any(value.encode() in found for found in _found(layout.format(h=header, v=value)))


@pytest.mark.parametrize(
    "text",
    [
        "password=hunter2",
        "DB_PASSWORD=hunter2 user=root",
        "(password=hunter2)",
        "{password=hunter2, user=ann}",
        "User(name='ann', password='hunter2')",
        "password: hunter2",
        'password := "hunter2"',
        'password ::= "hunter2"',
        'password :::= "hunter2"',
        'password ?= "hunter2"',
        "password ||: 'hunter2'",
        "password => 'hunter2'",
        "password -> hunter2",
        "password := `hunter2`",
        'var password string = "hunter2"',
        "password: str = 'hunter2'",
        "password is hunter2",
        'the default password is "hunter2".',
        'if ("hunter2" == password) {',
        "--password hunter2",
        "--password=hunter2",
        "<password>hunter2</password>",
        "&lt;password&gt;hunter2&lt;/password&gt;",
        '<add key="Password" value="hunter2"/>',
        "- name: DB_PASSWORD\n  value: hunter2",
        '["password"]=>\n  string(7) "hunter2"',
        "a=1&password=hunter2&b=2",
        "a%3D1%26password%3Dhunter2%26b%3D2",
        "%22password%22%3A%22hunter2%22",
        "password=hunter2\\nnext line",
        "Server=db;Uid=a;Pwd=hunter2;",
        "https://ann:hunter2@example.org/",
        "redis://:hunter2@cache",
        "jdbc:mysql://user:hunter2@tcp(db)/x",
        "jdbc:oracle:thin:ann/hunter2@db:1521/x",
        "curl -u ann:hunter2 https://example.org",
        "curl -uann:hunter2 https://example.org",
    ],
)
def test_a_password_is_found_in_any_syntax(text: str) -> None:
    assert b"hunter2" in _found(text)


@pytest.mark.parametrize(
    "text",
    [
        "Failed password for invalid user ann from 192.0.2.7 port 22 ssh2",
        "pam_unix(sshd:auth): authentication failure; logname= uid=0 euid=0 user=root",
        "Login failed user=ann auth=ann host=example.org",
        "invalid or expired token",
        'usage={"max_tokens": 4096, "prompt_tokens": 17, "cached_tokens": 0}',
        f"trace_id={sample('hex', 32)} commit {sample('hex', 40)}",
        f'"integrity": "sha512-{sample("alnum", 86)}=="',
        f"image@sha256:{sample('hex', 64)}",
        f"go.sum h1:{sample('alnum', 43)}=",
        "pod orders-7d6dfcc787-x7k2p key=orders-7d6dfcc787-x7k2p",
        f'msg="Removing target" key="/var/log/pods/*{sample("hex", 8)}-1a2b/app/*.log"',
        "Adding job token for job_1445144423722_0020 to jobTokenSecretManager",
        'Unable to retrieve pull secret pod="a/b" secret="" err="secret \\"not-needed\\" not found"',
        "password = request.form['password']",
        "token = get_token(user)",
        "api_key = settings.API_KEY",
        "secretName: orders-db-credentials",
        'WWW-Authenticate: Bearer realm="example", error="invalid_token"',
        "doc.Security.KeySize = PdfEncryptionKeySize.Key128Bit;",
    ],
)
def test_ordinary_lines_are_left_alone(text: str) -> None:
    assert _found(text) == []


@pytest.mark.parametrize("mask", ["********", "[REDACTED:password]", "<redacted>", "${DB_PASSWORD}", "{{ password }}", "__REDACTED__", "[Filtered]"])
@pytest.mark.parametrize(
    "layout", ["password={}", 'password: "{}"', '{{"password":"{}"}}', "https://ann:{}@example.org/", "Authorization: Bearer {}"]
)
def test_what_is_masked_already_is_no_finding(layout: str, mask: str) -> None:
    assert _found(layout.format(mask)) == []


def test_a_value_repeated_right_behind_itself_is_found_too() -> None:
    assert _found(f"fooapp token = '{S}' | '{S}'")[0].count(S.encode()) == 2


@pytest.mark.parametrize("marker", ["[REDACTED:{}]", "REDACTED-{}", "[{}:k1:0123456789abcdef01234567]"])
@pytest.mark.parametrize("text", [text for detector in DETECTORS for text in detector.finds])
def test_what_was_redacted_is_not_found_again(text: str, marker: str) -> None:
    raw = text.replace(OPEN, "").replace(CLOSE, "").encode()
    redacted, done = b"", 0
    for start, end, label, _ in union(SCANNER.findings(raw), lambda finding: 0):
        redacted += raw[done:start] + marker.format(label.entity).encode()
        done = end
    assert SCANNER.findings(redacted + raw[done:]) == []


PIECES = st.sampled_from(
    [
        b"password",
        b"token",
        b"Authorization",
        b"Cookie",
        b"bearer ",
        b"basic ",
        b"://",
        b"@",
        b"%40",
        b"key",
        b"secret",
        b"=",
        b":",
        b'"',
        b"\\",
        b"'",
        b"\n",
        b"<",
        b">",
        b"&",
        b"{",
        b"[",
        b" ",
        b"curl -u ",
        b"?key=",
        b"x9",
        b"A1b2C3d4E5f6G7h8",
        b"\x00",
        b"\xff",
        b"%3D",
        b";Pwd=",
        b"is ",
    ]
)


@given(st.lists(PIECES | st.binary(max_size=4), max_size=40).map(b"".join))
def test_any_bytes_give_spans_inside_the_text_and_on_one_line(text: bytes) -> None:
    for detector in DETECTORS:
        for at in range(1, len(text) + 1):
            span = detector.verify(text, at)
            if span is not None:
                assert 0 <= span[0] < span[1] <= len(text)
                assert b"\n" not in text[span[0] : span[1]]


@pytest.mark.parametrize(
    "unit", [b"password=", b'token":"', b"key ", b'password="\\', b"a:b@", b"://", b"Cookie: a=", b"secret (", b"{{", b"curl -u "]
)
@pytest.mark.parametrize("detector", DETECTORS, ids=lambda detector: detector.id)
def test_a_look_costs_no_more_than_its_window(detector: Detector, unit: bytes) -> None:
    text = unit * (4 * WINDOW // len(unit)) + b"x" * WINDOW * 4
    places = range(len(unit), 256 * len(unit), len(unit))
    started = time.process_time()
    for at in places:
        detector.verify(text, at)
    assert (time.process_time() - started) / len(places) < 0.005
