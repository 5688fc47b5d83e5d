"""PyPI and TestPyPI: upload tokens."""

from __future__ import annotations

from detectors.catalogue._prefixed import ANYWHERE, B64URL, literal_anchors, prefixed, run
from detectors.matching import sample
from detectors.model import Detector

_SHAPES = {
    "pypi-AgE": run(B64URL, 40, 1000),
}

_KEY = "pypi" + "-AgEIcHlwaS5vcmc" + sample("b64url", 150)

DETECTOR = Detector(
    id="pypi",
    entity="pypi_token",
    kind="secret",
    title="PyPI API token",
    anchors=literal_anchors(_SHAPES),
    verify=prefixed(_SHAPES, edge=ANYWHERE),
    finds=(
        f"TWINE_PASSWORD=«{_KEY}»",
        f"password = «{_KEY}»\n",
    ),
    ignores=(
        "pypi-AgE...",
        "pypi-publish",
    ),
    reference="https://pypi.org/help/#apitoken",
)
