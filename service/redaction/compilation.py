"""The way from what the operator wrote to a :class:`Plan`: names are checked, detectors chosen, what an action may not do is refused.

Every error is a :class:`ConfigError` of one line: the key and what is allowed.
"""

from __future__ import annotations

from collections.abc import Iterable

from config.policy import Hash, Mask, Policy
from config.prompt_catalogue import load_prompt_keys
from detectors.catalogue import CATALOGUE
from detectors.catalogue.phone import phone_detector
from detectors.field_names import ENTITIES
from detectors.model import Detector
from detectors.prompt_field import prompt_detectors
from detectors.prompt_keys import PromptKeys
from service.errors import ConfigError
from service.redaction.plan import PROMPT_FIELD, SENSITIVE_FIELD, Plan, Subject, kind_of, selects

KINDS = ("secret", "contact", "financial", "government", "network", "prompt")


def compile_plan(policy: Policy) -> Plan:
    """Compile ``policy``. Raises :class:`ConfigError` with one line: the key and what is allowed."""
    rows, keep = load_prompt_keys()
    prompt_keys = PromptKeys(rows, keep)
    catalogue = [phone_detector(policy.regions) if detector.id == "phone" else detector for detector in CATALOGUE]
    catalogue.extend(prompt_detectors(prompt_keys))
    _check_names(policy, catalogue)
    on, off = policy.detectors.on, policy.detectors.off
    detectors = tuple(
        detector
        for detector in catalogue
        if detector.id not in off and (detector.id in on or (detector.kind not in off and (detector.default or detector.kind in on)))
    )
    _check_actions(policy, catalogue)
    return Plan(policy, detectors, prompt_keys)


def _check_names(policy: Policy, catalogue: Iterable[Detector]) -> None:
    known = {detector.id for detector in catalogue} | {PROMPT_FIELD, SENSITIVE_FIELD}
    entities = {detector.entity for detector in catalogue}
    switches = [("detectors.on", policy.detectors.on), ("detectors.off", policy.detectors.off)]
    for where, names in switches:
        for name in names:
            if name not in known and name not in KINDS:
                raise ConfigError(f"{where}: {name!r} is no detector; allowed are the ids of `scrubjay detectors` and the kinds {', '.join(KINDS)}")
    selections = [(f"rules.{i}.detectors", rule.detectors) for i, rule in enumerate(policy.rules)]
    selections += [(f"allow.{i}.detectors", allow.detectors) for i, allow in enumerate(policy.allow)]
    for where, names in selections:
        for name in names:
            if name != "*" and name not in known and name not in KINDS and name not in entities and name not in ENTITIES:
                raise ConfigError(
                    f'{where}: {name!r} is no detector; allowed are "*", the ids and entities of `scrubjay detectors`, the kinds {", ".join(KINDS)}'
                )


def _check_actions(policy: Policy, catalogue: Iterable[Detector]) -> None:
    subjects = [Subject(detector.id, detector.entity, detector.kind) for detector in catalogue]
    subjects += [Subject(SENSITIVE_FIELD, entity, kind_of(entity)) for entity in sorted(ENTITIES)]
    for i, rule in enumerate(policy.rules):
        if rule.detectors == ("*",):
            continue  # a catch-all rule: what may not be masked or hashed is replaced
        for subject in subjects:
            if not selects(rule.detectors, subject):
                continue
            if isinstance(rule.action, Mask) and subject.kind in ("secret", "prompt"):
                raise ConfigError(f"rules.{i}.action: mask is refused for {subject.kind}s ({subject.id}); allowed are replace, hash, drop, keep")
            if isinstance(rule.action, Hash) and subject.entity == "password" and {subject.id, subject.entity} & set(rule.detectors):
                raise ConfigError(f"rules.{i}.action: hash is refused for passwords (they can be guessed); allowed are replace, drop, keep")
