"""Hugging Face: user access tokens and organization tokens."""

from __future__ import annotations

from detectors.catalogue._prefixed import ALNUM, EDGE, holding, literal_anchors, prefixed, run
from detectors.matching import sample
from detectors.model import Detector

# Wireshark's protocol fields are named hf_…, so a token that is not whole must hold an upper-case letter or a digit.
_SHAPES = {
    "hf_": rb"(?:[A-Za-z0-9]{34}(?![A-Za-z0-9_])|%b%b(?!_))" % (holding(rb"[A-Z0-9]"), run(ALNUM, 20, 60)),
    "api_org_": rb"(?:[A-Za-z0-9]{34}(?![A-Za-z0-9_])|%b%b(?!_))" % (holding(rb"[A-Z0-9]"), run(ALNUM, 20, 60)),
}
_KEY = "hf" + "_" + sample("alnum", 34)

DETECTOR = Detector(
    id="huggingface",
    entity="huggingface_token",
    kind="secret",
    title="Hugging Face access token",
    anchors=literal_anchors(_SHAPES),
    verify=prefixed(_SHAPES, edge=EDGE),
    finds=(f"HF_TOKEN=«{_KEY}»", f"tok_«{_KEY}»,", f"'«api_org_{sample('alnum', 34)}»'", f"cut «{_KEY[:26]}»…"),
    ignores=("&hf_servingcellpriorityparametersdescription_h_prio", "API_ORG_EXIST", "hf_" + "x" * 34, "shf_" + sample("alnum", 34)),
    reference="https://huggingface.co/docs/hub/security-tokens",
)
