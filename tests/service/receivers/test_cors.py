"""Browsers may send from the pages that are listed, and from no others."""

from __future__ import annotations

from pathlib import Path

import httpx
import pytest

from tests.service.payloads import JSON, encoded
from tests.service.running import Running, running

ORIGIN = "https://app.example.com"


def allowing(folder: Path, *origins: str, more: str = "") -> str:
    listed = ", ".join(f"'{origin}'" for origin in origins)
    http = f"{{endpoint: '127.0.0.1:0', cors: {{allowed_origins: [{listed}]{more}}}}}"
    return (
        f"receivers: {{otlp: {{protocols: {{http: {http}}}}}}}\n"
        f"exporters: {{file: {{path: {folder / 'out'}}}}}\n"
        "service: {pipelines: {logs: {receivers: [otlp], exporters: [file]}}}\n"
    )


def preflight(service: Running, origin: str, headers: str = "content-type") -> httpx.Response:
    sent = {"Origin": origin, "Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": headers}
    return httpx.options(service.url + "/v1/logs", headers=sent)


def allowed(answer: httpx.Response) -> str:
    return str(answer.headers.get("access-control-allow-origin", ""))


def test_a_page_that_is_listed_may_send_and_read_the_answer(tmp_path: Path) -> None:
    with running(tmp_path, allowing(tmp_path, ORIGIN)) as service:
        asked = preflight(service, ORIGIN, "content-type, content-encoding")
        sent = service.post("/v1/logs", encoded("logs", JSON, "x"), JSON, origin=ORIGIN)
    assert (asked.status_code, allowed(asked)) == (200, ORIGIN)
    assert "POST" in asked.headers["access-control-allow-methods"]
    assert (sent.status_code, allowed(sent), sent.headers["content-type"]) == (200, ORIGIN, JSON)
    assert not any("access-control-allow-credentials" in answer.headers for answer in (asked, sent))


def test_a_page_that_is_not_listed_may_not(tmp_path: Path) -> None:
    with running(tmp_path, allowing(tmp_path, ORIGIN)) as service:
        asked = preflight(service, "https://evil.example.com")
        unlisted_header = preflight(service, ORIGIN, "x-other")
    assert (asked.status_code, allowed(asked)) == (400, "")
    assert unlisted_header.status_code == 400


def test_without_a_list_nobody_may_and_options_is_a_wrong_method(tmp_path: Path) -> None:
    with running(tmp_path, allowing(tmp_path)) as service:
        asked = preflight(service, ORIGIN)
    assert (asked.status_code, allowed(asked)) == (405, "")


def test_further_headers_and_the_age_of_an_answer_are_settings(tmp_path: Path) -> None:
    with running(tmp_path, allowing(tmp_path, ORIGIN, more=", allowed_headers: [x-tenant], max_age: 60s")) as service:
        asked = preflight(service, ORIGIN, "x-tenant")
    assert (asked.status_code, asked.headers["access-control-max-age"]) == (200, "60")


ANY = [
    ("https://*.example.com", "https://a.example.com", True),
    ("https://*.example.com", "https://a.b.example.com", True),
    ("https://*.example.com", "https://example.com", False),
    ("https://*.example.com", "http://a.example.com", False),
    ("https://*.example.com", "https://evil.com/.example.com", False),
    ("https://*.example.com", "https://evil.com#.example.com", False),
    ("https://*.example.com", "https://evil.com?.example.com", False),
    ("https://*.example.com", "https://evil.com\\.example.com", False),
    ("https://*.example.com", "https://user@evil.com:1.example.com", False),
    ("https://*.example.com", "https://a.example.com.evil.com", False),
    ("https://*.example.com", "https://a-example.com", False),
    ("https://*.example.com", "https://axexample.com", False),
    ("https://*.example.com", "null", False),
    ("http://localhost:*", "http://localhost:3000", True),
    ("http://localhost:*", "http://localhost:3000.evil.com/", False),
    ("*", "https://anybody.example", True),
]


@pytest.mark.parametrize(("pattern", "origin", "may"), ANY)
def test_a_star_stands_for_part_of_a_host(tmp_path: Path, pattern: str, origin: str, may: bool) -> None:
    with running(tmp_path, allowing(tmp_path, pattern)) as service:
        answer = preflight(service, origin)
    assert (answer.status_code == 200) is may
    assert bool(allowed(answer)) is may
