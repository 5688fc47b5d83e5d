"""The plans that are measured: the default policy, as shipped, with the phone regions and detectors a case asks for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache

from config.load import load_policy
from config.policy import Policy
from service.redaction.compilation import compile_plan
from service.redaction.plan import Plan

DIGIT_DETECTORS = ("card", "iban", "ssn")
"""Those whose anchors are runs of digits, the dearest there are: three detectors that cost about as much as all others together."""


@cache
def default_plan() -> Plan:
    return compile_plan(load_policy("default", {}))


@cache
def plan_for(region: str) -> Plan:
    """The default policy with ``region`` as the only configured phone region."""
    return _changed({"regions": [region]})


@cache
def plan_without(*detectors: str) -> Plan:
    """The default policy with these detectors switched off."""
    return _changed({"detectors": {"off": detectors}})


def plan_with(regexes: Sequence[str]) -> Plan:
    """The default policy with a pattern of the operator's own for each of these regular expressions."""
    return _changed({"patterns": [{"name": f"own_{number}", "regex": regex} for number, regex in enumerate(regexes)]})


def _changed(settings: Mapping[str, object]) -> Plan:
    policy = load_policy("default", {})
    return compile_plan(Policy.model_validate(policy.model_dump() | dict(settings)))
