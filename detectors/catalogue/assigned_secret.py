"""API keys, tokens, secrets, private keys, session ids and one-time codes behind their field's name, in any syntax."""

from __future__ import annotations

from detectors.assigned import assigned
from detectors.in_context import in_context
from detectors.matching import sample
from detectors.model import Anchor, Detector

_ENTITIES = frozenset(
    (
        "api_key",
        "private_key",
        "secret",
        "token",
        "credential",
        "session",
        "otp",
        "card_code",
        "ssn",
        "key",
        "signature",
        "connection_string",
    )
)
_STEMS = (
    "secret",
    "api[_-]ke",
    "apikey",
    "api key",
    "accesske",
    "access_k",
    "access-k",
    "private_k",
    "private-k",
    "privatek",
    "credenti",
    "tionstring",
    "ion_string",
)
_ENDS = ("token", "token_v2", "[a-z0-9_.-]key", "creds", "[a-z_-]auth", "jwt", "sessid", "sessionid", "totp", "cvv", "cvc", "csrf", "ssn")
_RARE_ENDS = ("otp", "auth", "signature", "hmac", "_sig", "psk", "_pat", "_sas", "connstr", "mnemonic", "bearer")
_SEPARATORS = ("=", ":", '"', "'", " =", " :", " !", "\\\\", "%3")
_WIDE_SEPARATORS = (*_SEPARATORS, ">", r"\|", r"\?", "&quot;", "` ", " -> ", " [?.|]=", " is ", " stri", ": str")

_SAMPLE = sample("alnum", 32)

DETECTOR = Detector(
    id="assigned_secret",
    entity="secret",
    kind="secret",
    title="Keys, tokens and secrets behind a field's name",
    anchors=(
        *(Anchor(stem, caseless=True) for stem in _STEMS),
        *(Anchor(end + separator, caseless=True) for end in _ENDS for separator in _WIDE_SEPARATORS),
        *(Anchor(end + separator, caseless=True) for end in _RARE_ENDS for separator in _SEPARATORS),
    ),
    verify=in_context(assigned(_ENTITIES)),
    finds=(
        f'API_KEY = "«{_SAMPLE}»"',
        f"GET /v1 access_token=«{_SAMPLE}»&page=2",
        f'{{"client_secret":"«{_SAMPLE}»","scope":"a"}}',
        f'{{\\"x-api-key\\":[\\"«{_SAMPLE}»\\"]}}',
        f'api_token :::= "«{_SAMPLE}»"',
        f'configure("api_token", "«{_SAMPLE}»")',
        f"map[X-Api-Key:[«{_SAMPLE}»] Accept:[*/*]]",
        f"<apiToken>«{_SAMPLE}»</apiToken>",
        f'{{"name":"STRIPE_SECRET_KEY","value":"«{_SAMPLE}»"}}',
        "csrf_token=«abcdefgh»;",
        "user_otp: «123456» sent",
    ),
    ignores=(
        "next_token=" + _SAMPLE,
        'usage={"prompt_tokens": 25, "total_tokens": 70} token_type=bearer',
        "secretName: db-credentials-v2 secret_arn=none",
        "bufio.Scanner: token too long",
        "Skipping token=Token{a64f992 ActivityRecord}",
        "partition_key=" + _SAMPLE,
        "secret_length = X25519.secret_length",
        "access_token_url='https://idp.example.org/login/oauth/access_token'",
        "the secret: nothing to see",
        'api_key="<your-api-key>" token=${TOKEN}',
        "doc.Security.KeySize = PdfEncryptionKeySize.Key128Bit;",
    ),
    reference="https://github.com/gitleaks/gitleaks (generic-api-key); CWE-532",
    score=0.6,
    loose=True,
)
