"""Values of ``Authorization`` and ``Proxy-Authorization`` headers, however the header is printed; a known scheme's word is kept."""

from __future__ import annotations

import re

from detectors.field_names import plausible
from detectors.in_context import in_context
from detectors.matching import sample
from detectors.model import Anchor, Detector, Span
from detectors.name_value import field_at
from detectors.secret_shape import secret_like

# RFC 9110, section 11.6.2: credentials = auth-scheme [ 1*SP ( token68 / #auth-param ) ]. Schemes: IANA's registry, and vendors'.
_SCHEME = re.compile(
    rb"""(?:bearer|basic|token|apikey|api-key|key|jwt|oauth|negotiate|ntlm|kerberos|dpop|gnap|privatetoken|api-token|splunk|genie-?key
         |klaviyo-api-key|bot|ssws|sso-key|zoho-oauthtoken|discogs|client-id|vapid|webpush|sapisidhash|snowflake|machine-token
         |deepl-auth-key)
         (?:[ \t]|%20|[+]|\\u0020|=){1,4}+ (?:token=[ ]?["']?)?+""",
    re.VERBOSE | re.IGNORECASE,
)
_WITH_PARAMETERS = re.compile(
    rb"(?:digest|aws4-[a-z0-9-]{4,30}|hawk|signature|scram-sha-\d+|hmac[a-z0-9-]{0,12}|sharedkey(?:lite)?|oauth)[ +]", re.IGNORECASE
)
_TOKEN = re.compile(rb"(?:[^\s\"'`,;&<>()\[\]{}|\\]++|[,;](?=[A-Za-z0-9+/=_-]))++")
_LINE = re.compile(rb"(?:[^\r\n'\\]|\\(?!r|n)){1,4096}+")
_SENTENCE = re.compile(rb"[a-z]++[.:,!]?[ ][a-z]|[A-Za-z]{1,20}+[.:!]?$")


def _verify(text: bytes, at: int) -> Span | None:
    field = field_at(text, at)
    if field is None or not field.name.lower().endswith(b"authorization") or field.bond in ("is", "compared"):
        return None
    start, end = field.start, field.end
    if _WITH_PARAMETERS.match(text, start, start + 64):
        line = _LINE.match(text, start)
        end = end if field.quoted or line is None else line.end()
    elif scheme := _SCHEME.match(text, start, start + 64):
        start = scheme.end()
        end = max(start, end) if field.quoted and end > start else start
        if end == start and (token := _TOKEN.match(text, start, start + 4096)):
            end = token.end()
    elif field.bond == "beside" and not secret_like(text[start:end]):
        return None
    value = text[start:end]
    if not value or not plausible(value, "authorization") or (start == field.start and _SENTENCE.match(value)):
        return None
    return start, end


_TOKEN_SAMPLE = sample("alnum", 24)

DETECTOR = Detector(
    id="authorization",
    entity="authorization",
    kind="secret",
    title="Authorization header values",
    anchors=tuple(Anchor("ization" + behind, caseless=True) for behind in (":", "=", '"', "'", " ", "%3", "\\\\", "`", "&quot;")),
    verify=in_context(_verify),
    finds=(
        f"Authorization: Bearer «{_TOKEN_SAMPLE}»",
        f"curl -H 'Authorization: Bearer «{_TOKEN_SAMPLE}»' https://example.org",
        f'{{"authorization":"Bearer «{_TOKEN_SAMPLE}»","accept":"*/*"}}',
        f'{{\\"Authorization\\":\\"Bearer «{_TOKEN_SAMPLE}»\\"}}',
        f"Headers({{'proxy-authorization': 'Basic «{_TOKEN_SAMPLE}»'}})",
        f"[(b'authorization', b'Bearer «{_TOKEN_SAMPLE}»')]",
        f"map[Authorization:[Bearer «{_TOKEN_SAMPLE}»] Accept:[*/*]]",
        f"HTTP_AUTHORIZATION=Bearer «{_TOKEN_SAMPLE}»",
        f"Authorization%3A%20Bearer%20«{_TOKEN_SAMPLE}»&x=1",
        f'["Authorization","«{_TOKEN_SAMPLE}»"]',
        f'Authorization: «Digest username="ann", response="{sample("hex", 32)}"»',
    ),
    ignores=(
        "missing or invalid Authorization header",
        "Authorization: Bearer [REDACTED:authorization]",
        "Authorization: Bearer <token>",
        "authorization: required",
        "authorization: the caller is not allowed to list pods",
        "summarization=on",
        'Authorization: "Bearer ${TOKEN}"',
    ),
    reference="RFC 9110, section 11.6.2",
    score=0.8,
)
