"""The plans that are measured: the default policy, as shipped, with the phone regions a case asks for."""

from __future__ import annotations

from functools import cache

from config.load import load_policy
from config.policy import Policy
from service.redaction.compilation import compile_plan
from service.redaction.plan import Plan


@cache
def default_plan() -> Plan:
    return compile_plan(load_policy("default", {}))


@cache
def plan_for(region: str) -> Plan:
    """The default policy with ``region`` as the only configured phone region."""
    policy = load_policy("default", {})
    return compile_plan(Policy.model_validate(policy.model_dump() | {"regions": [region]}))
