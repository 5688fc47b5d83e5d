"""HashiCorp Vault: tokens of before version 1.10 (``s.``, ``b.``, ``r.``), beside the name."""

from __future__ import annotations

from detectors.catalogue._prefixed import named
from detectors.matching import sample
from detectors.model import Anchor, Detector

_KEY = "s." + sample("alnum", 24)

DETECTOR = Detector(
    id="vault_legacy_token",
    entity="vault_token",
    kind="secret",
    title="HashiCorp Vault token of the old form",
    anchors=(
        Anchor("vault", caseless=True),
        Anchor("ient_tok", caseless=True),
        Anchor("oot token", caseless=True),
    ),
    verify=named(rb"[sbr]\.[A-Za-z0-9_-]{24,500}+(?:\.[A-Za-z0-9]{5}(?![A-Za-z0-9]))?"),
    finds=(
        f"VAULT_TOKEN=«{_KEY}»",
        f"X-Vault-Token: «{_KEY}»",
        f'{{"client_token":"«{_KEY}»"}}',
        f"Initial Root Token: «{_KEY}»",
    ),
    ignores=(
        "vault: r.handler called",
        "vault-agent s.service started",
        "s." + sample("alnum", 24),
    ),
    reference="noseyparker rules np.hashicorp.1 to 3; https://developer.hashicorp.com/vault/docs/concepts/tokens",
    score=0.9,
)
