"""A backend gets the credentials, the tenant and what is harmless of a client's headers, and of the rest nothing raw."""

from __future__ import annotations

import pytest

from service.errors import FramingError
from service.exporters.contract import Headers
from service.receivers.forwarding import TENANT, Forwarding
from tests.service.payloads import ADDRESS, MARKER
from tests.service.running import default_plan

TOKEN = "gh" + "p_" + "R7kQ2mZx9LwVb4TnYc6HsJd8FgPa3Eu5KtXo"[:36]


def select(*headers: tuple[str, str | bytes]) -> Headers:
    return Forwarding(default_plan()).select(headers)


CREDENTIALS = [
    "authorization",
    "x-api-key",
    "api-key",
    "apikey",
    "dd-api-key",
    "x-honeycomb-team",
    "lightstep-access-token",
    "x-sf-token",
    "x-otlp-api-key",
    "signoz-access-token",
    "signoz-ingestion-key",
    "x-seq-apikey",
    "x-instana-key",
    "x-insert-key",
    "x-acme-token",
    "acme-license-key",
    "x-acme-api-key",
]


@pytest.mark.parametrize("name", CREDENTIALS)
def test_a_credential_goes_on_and_a_persons_address_in_its_place_does_not(name: str) -> None:
    assert select((name, TOKEN), (name, f"Bearer {TOKEN}"), (name, "Basic YTpi")) == ((name, TOKEN), (name, f"Bearer {TOKEN}"), (name, "Basic YTpi"))
    ((_, value),) = select((name, ADDRESS))
    assert ADDRESS not in value


def test_a_dsn_is_no_address() -> None:
    header = ("uptrace-dsn", "https://" + "sEcReT1234@" + "api.uptrace.dev?grpc=4317")
    assert select(header) == (header,)


@pytest.mark.parametrize(
    "name",
    [
        "x-auth-request-email",
        "x-goog-authenticated-user-email",
        "x-author",
        "x-keyword",
        "x-monkey",
        "x-teammate",
        "authorization-info",
        "x-tokens-used",
        "user-agent",
        "x-honeycomb-dataset",
    ],
)
def test_what_only_sounds_like_a_credential_is_redacted(name: str) -> None:
    assert select((name, ADDRESS), (name, "plain")) == ((name, MARKER), (name, "plain"))
    ((_, value),) = select((name, f"token {TOKEN}"))
    assert TOKEN not in value


@pytest.mark.parametrize(
    "name",
    [
        "cookie",
        "baggage",
        "origin",
        "referer",
        "forwarded",
        "x-forwarded-for",
        "x-real-ip",
        "x-client-ip",
        "true-client-ip",
        "cf-connecting-ip",
        "fastly-client-ip",
        "proxy-authorization",
        "grpc-timeout",
        "content-length",
        "x-blob-bin",
        ":path",
    ],
)
def test_what_belongs_to_the_connection_or_to_a_person_stays_behind(name: str) -> None:
    assert select((name, "192.0.2.1"), ("x-note", "a")) == (("x-note", "a"),)


@pytest.mark.parametrize("name", [f"x-{TOKEN.lower()}", TOKEN.lower(), "x y", "", "x:y", "caf\xe9"])
def test_a_name_that_holds_a_secret_or_is_none_stays_behind(name: str) -> None:
    assert select((name, "1"), ("x-note", "a")) == (("x-note", "a"),)


UNPRINTABLE = ["a\x01b", "a\x7fb", "a\tb", "caf\xe9", "\u4e2d", "a\r\nb", "\x0b"]


@pytest.mark.parametrize("value", UNPRINTABLE)
@pytest.mark.parametrize("name", ["x-note", "authorization", "user-agent"])
def test_what_no_backend_could_be_sent_stays_behind(name: str, value: str) -> None:
    assert select((name, value), ("x-other", "a")) == (("x-other", "a"),)


@pytest.mark.parametrize("value", [*UNPRINTABLE, ADDRESS, TOKEN])
def test_a_tenant_that_can_not_go_on_as_it_is_is_refused(value: str) -> None:
    with pytest.raises(FramingError) as refused:
        select((TENANT, value))
    assert value not in str(refused.value)


def test_a_tenant_goes_on_as_it_is_and_there_is_one() -> None:
    assert select((TENANT, "acme|globex")) == ((TENANT, "acme|globex"),)
    with pytest.raises(FramingError, match="given twice"):
        select((TENANT, "acme"), (TENANT, "acme"))
