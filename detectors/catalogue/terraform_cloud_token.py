"""Terraform Cloud or Vagrant Cloud token."""

from __future__ import annotations

import re

from detectors.matching import sample, token
from detectors.model import Anchor, Detector

_FORMAT = rb"""
    [0-9A-Za-z]{14}\.atlasv1\.(?!(.)\1{9})[0-9A-Za-z_=-]{36,128}+
"""
_KEY = sample("alnum", 14) + ".atlasv1." + sample("alnum", 67)

DETECTOR = Detector(
    id="terraform_cloud_token",
    entity="terraform_cloud_token",
    title="Terraform Cloud or Vagrant Cloud token",
    kind="secret",
    anchors=(Anchor("\\.atlasv1"),),
    verify=token(_FORMAT, back=22, flags=re.VERBOSE),
    finds=(
        f"Bearer%20«{_KEY}»",
        f"Authorization: Bearer «{_KEY}», retrying",
    ),
    ignores=(
        "x2x2x2x2x2x2x2.atlasv1." + "x" * 40,
        "export TOKEN=x2x2x2x2x2x2x2.atlasv1.<your-token>",
        "module.atlasv1.name",
    ),
    reference="gitleaks rule hashicorp-tf-api-token; trufflehog detector terraformcloudpersonaltoken",
)
