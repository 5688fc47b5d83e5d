"""Cloudflare: API tokens and global keys in the former format, which only the vendor's name beside them gives away."""

from __future__ import annotations

from detectors.catalogue._prefixed import B64URL, HEX, holding, named, run
from detectors.matching import sample
from detectors.model import Anchor, Detector

_TOKEN = holding(rb"[0-9]", within=B64URL) + rb"%b{40}(?!%b)" % (B64URL, B64URL)

DETECTOR = Detector(
    id="cloudflare_named",
    entity="cloudflare_api_token",
    kind="secret",
    title="Cloudflare API token (former format)",
    anchors=(Anchor("cloudfla", caseless=True), Anchor("CF_API_"), Anchor("CF_TOKEN")),
    verify=named(rb"(?:%b(?![A-Za-z0-9_-])|%b)" % (run(HEX, 37, 45), _TOKEN)),
    finds=(
        f"cloudflareToken := `«{sample('b64url', 40)}»`",
        f"CLOUDFLARE_GLOBAL_API_KEY: «{sample('hex', 37)}»",
        f'System.setProperty("CLOUDFLARE_TOKEN", "«{sample("b64url", 40)}»")',
        f"CF_API_TOKEN=«{sample('b64url', 40)}»",
    ),
    ignores=(
        "cloudflare: " + sample("hex", 32),
        "cloudflare_token=<your-token>",
        "cdnjs.cloudflare.com/ajax/libs/x.js",
        sample("b64url", 40),
    ),
    reference="https://developers.cloudflare.com/fundamentals/api/get-started/create-token/",
    score=0.6,
    loose=True,
)
