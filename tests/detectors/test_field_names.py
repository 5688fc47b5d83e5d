"""Field names that make a value sensitive, those that only look like it, and the anchors that must reach every one of them."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from detectors import field_names
from detectors.field_names import ANCHOR_STEMS, plausible, sensitive

SENSITIVE = {
    "authorization": "Authorization Proxy-Authorization http.request.header.authorization HTTP_AUTHORIZATION",
    "cookie": "Cookie set-cookie http.response.header.set_cookie Set-Cookie2",
    "password": "password dbPassword DB_PASSWORD passwd pwd PGPASSWORD sslkey-pass password1 password_confirmation password_super_secure"
    " passwordHash smtp_pass passphrase user.password db_pwd_prod",
    "api_key": "X-Api-Key apiKey APIKEY api_key_v2 x-goog-api-key aws_access_key_id Ocp-Apim-Subscription-Key license_key",
    "private_key": "private_key STRIPE_SECRET_KEY AccountKey SharedAccessKey encryption_key secret_key_base signingKey psk",
    "secret": "client_secret clientSecret aws_secret_access_key shared_secret secret secret_id",
    "token": "accessToken refresh_token id_token X-Auth-Token csrf_token TOKEN token_v2 GITHUB_PAT jwt passwordResetToken _authToken",
    "credential": "credentials creds auth _auth",
    "session": "sessionid PHPSESSID JSESSIONID connect.sid",
    "otp": "otp pin totp mfa_code",
    "card_code": "cvv cvc2 security_code",
    "ssn": "ssn user.ssn social_security_number",
    "signature": "sig X-Amz-Signature hmac",
    "connection_string": "connectionString AZURE_STORAGE_CONNECTION_STRING",
    "key": "openai_key datadog-key",
}
SPARED = (
    "next_token nextToken page_token nextPageToken continuation_token token_type tokens max_tokens prompt_tokens total_tokens token_count"
    " gen_ai.usage.input_tokens status_code secretName secret_name secret_arn password_hash_algorithm passwordPolicy token_expiry"
    " public_key primary_key partition_key cache_key sort_key routing_key key keys author authors tokenizer session_id session.id user.id"
    " authType monkey compass bypass spin shipping pinned sign design signature_version secret_version idempotency_key object_key passenger"
    " credentialsId access_token_url PUBLIC-KEY user.sid http.response.status_code"
)


@pytest.mark.parametrize(("name", "entity"), [(name, entity) for entity, names in SENSITIVE.items() for name in names.split()])
def test_a_sensitive_name_gives_its_values_entity_in_any_spelling(name: str, entity: str) -> None:
    assert sensitive(name.encode()) == entity


@pytest.mark.parametrize("name", SPARED.split())
def test_names_of_counts_ids_and_indexes_are_spared(name: str) -> None:
    assert sensitive(name.encode()) is None


def _reached(name: str) -> bool:
    return any(re.search(stem.pattern + ('"' if stem.ends else ""), name + '"', re.IGNORECASE) for stem in ANCHOR_STEMS)


@pytest.mark.parametrize("name", [name for names in SENSITIVE.values() for name in names.split() if not name.endswith(("1", "prod"))])
def test_every_sensitive_name_holds_an_anchor_stem(name: str) -> None:
    assert _reached(name)


@given(
    prefix=st.lists(st.sampled_from(["", "db", "user", "x", "http", "my", "stripe"]), max_size=2),
    ending=st.sampled_from(sorted(field_names._ENTITY_OF_ENDING) + sorted(field_names._ENTITY_OF_WORD)),
    joint=st.sampled_from(["_", "-", ".", ""]),
    upper=st.booleans(),
)
def test_any_combination_that_is_sensitive_holds_an_anchor_stem(prefix: list[str], ending: bytes, joint: str, upper: bool) -> None:
    name = joint.join([*prefix, ending.decode()])
    name = name.upper() if upper else name
    assert sensitive(name.encode()) is None or _reached(name)


@given(st.binary(max_size=300))
def test_any_bytes_are_a_name(name: bytes) -> None:
    sensitive(name)


@pytest.mark.parametrize(
    "value",
    [
        "",
        " ",
        "true",
        "null",
        "None",
        "no",
        "<token>",
        "<your-key>",
        "${VAR}",
        "${{ secrets.X }}",
        "{{ x }}",
        "{token}",
        "%s",
        "%(pw)s",
        "xxxx",
        "****",
        "[REDACTED]",
        "[REDACTED:password]",
        "[Filtered]",
        "__REDACTED__",
        "<elided>",
        "redacted-by-litellm",
        "SecretStr('**********')",
        "$DB_PASS",
        "$(cat x)",
        "sk-...abcd",
        "your_api_key_here",
        "REDACTED-password",
        "[api_key:k1:" + "0a" * 12 + "]",
        "string",
    ],
)
def test_stand_ins_are_not_secrets(value: str) -> None:
    assert not plausible(value.encode(), "password")


@pytest.mark.parametrize("value", ["hunter2", "12345", "7", "value with quotes and spaces", "$2b$12$abc", "p@ss*word", "password", "P4$$w0rd"])
def test_nearly_everything_else_under_a_sensitive_name_is(value: str) -> None:
    assert plausible(value.encode(), "password")


def test_a_weak_name_needs_a_value_that_looks_generated() -> None:
    assert plausible(b"4f9a1c" * 6, "key")
    assert not plausible(b"settings.title.main", "key")
    assert not plausible(b"basic", "credential")
    assert plausible(b"Server=db;Password=x1", "connection_string")
    assert not plausible(b"Server=db;Database=x", "connection_string")
