"""Policy → Plan: what the operator wrote, compiled once, validated, immutable.

A plan holds the scanners (one database per wire format), the decision for every detector, and the compiled key rules. Nothing is
validated on the hot path, and nothing unknown is ignored: a name no detector has is refused here with a :class:`ConfigError`.
"""

from __future__ import annotations

import copy
import fnmatch
import hashlib
import re
from collections.abc import Callable
from functools import lru_cache
from typing import Any, Literal, NamedTuple

from config.policy import Allow, Policy, Rule
from config.prompts import Role
from detectors.catalogue import VERSION
from detectors.compiled import Origin
from detectors.field_names import sensitive
from detectors.model import Anchor, Detector, Finding
from detectors.prompt_field import sure_anchors
from detectors.prompt_keys import PromptKeys
from detectors.recognised import KNOWN_NAME, PERSON, ner_id, ner_kind
from detectors.scanner import Scanner
from service.errors import ConfigError
from service.redaction.actions import Action, Drop, Hash, Keep, Mask, Replace, Summarize
from service.redaction.actions.replace import marker
from service.redaction.anchors import (
    BYTES_VALUES,
    ESCAPES,
    KeyAnchor,
    attribute_anchors,
    name_anchors,
    protobuf_anchors,
    scope_anchors,
    string_start_anchors,
)
from service.redaction.known_names_rules import KnownNames
from service.redaction.prompt_modes import PromptModes

_DECISIONS_KEPT = 8192
_TENANTS_KEPT = 1024
PROMPT_FIELD = "prompt_field"
PROMPT_COPY = "prompt_copy"
UNKNOWN_KEY = "unknown_key"
PROMPT_IDS = frozenset((PROMPT_FIELD, PROMPT_COPY, UNKNOWN_KEY))
"""What counts as a prompt because of where it stands; no detector in the catalogue has these ids."""

SENSITIVE_FIELD = "sensitive_field"
UNPROCESSABLE = b"[REDACTED:unprocessable]"


class Decision(NamedTuple):
    """What becomes of a finding. ``outcome`` is what reports call it: the action's name, or ``observe``.

    ``marker`` is what takes the match's place in plain text where that is always the same, ``kind`` the detector's.
    """

    action: Action
    enforce: bool
    outcome: str
    kind: str
    marker: bytes | None


class Subject(NamedTuple):
    """What rules go by: a detector's id, its entity and its kind."""

    id: str
    entity: str
    kind: str


def recognised(policy: Policy) -> tuple[Subject, ...]:
    """What is found without anchors, where the policy asks for it and does not switch it off."""
    subjects = [Subject(KNOWN_NAME, PERSON, "contact")] if policy.names is not None else []
    for entity in policy.ner.entities if policy.ner is not None else ():
        subjects.append(Subject(ner_id(entity), entity.lower(), ner_kind(entity)))
    off = policy.detectors.off
    return tuple(subject for subject in subjects if subject.id not in off and subject.kind not in off)


def _subjects(policy: Policy, detectors: tuple[Detector, ...]) -> dict[str, Subject]:
    subjects = [Subject(detector.id, detector.entity, detector.kind) for detector in detectors]
    return {subject.id: subject for subject in (*subjects, *recognised(policy))}


class Plan:
    """A compiled policy. Build it with :func:`service.redaction.compilation.compile_plan`; share it freely, it never changes.

    ``text``, ``json``, ``protobuf`` are the scanners for the wire formats; ``decide`` tells what becomes of a finding.
    """

    def __init__(self, policy: Policy, detectors: tuple[Detector, ...], prompt_keys: PromptKeys, plugins: tuple[str, ...] = ()) -> None:
        self.policy = policy
        self.name = policy.name
        self.catalogue = VERSION
        self.detectors = detectors
        self.prompt_keys = prompt_keys
        self.max_depth = policy.limits.max_depth
        self.max_findings = policy.limits.max_findings_per_record
        self.max_record = policy.limits.max_record_bytes
        self.hash = _plan_hash(policy, plugins)
        self._subjects = _subjects(policy, detectors)
        self.known_names = KnownNames(policy.names) if policy.names is not None and KNOWN_NAME in self._subjects else None
        self._rules = _compile_rules(policy)
        self._allow = _compile_allow(policy.allow)
        self.allows = bool(self._allow)
        self.drops = any(isinstance(action, Drop) for _, action in self._rules)
        off = frozenset(policy.detectors.off)
        self.sensitive_on = not off & {"secret", SENSITIVE_FIELD}
        self.prompts_on, self.side_copies, self.unknown = _prompt_switches(policy)
        names: list[tuple[Anchor, KeyAnchor]] = [*ESCAPES, *(scope_anchors() if self.prompts_on else ())]
        names += name_anchors() if self.sensitive_on else []
        origin: Origin = "policy" if policy.patterns or plugins else "package"
        self.text = Scanner(detectors, shadowing=_lets_nothing_through(policy), origin=origin)
        self.json = Scanner(detectors, names, origin=origin)
        words: list[tuple[Anchor, KeyAnchor]] = attribute_anchors(prompt_keys) if self.prompts_on else []
        self.otlp_json = Scanner(detectors, [*names, *BYTES_VALUES, *words], origin=origin)
        fields = [*string_start_anchors(detectors), *protobuf_anchors(prompt_keys if self.prompts_on else None, self.sensitive_on)]
        self.protobuf = Scanner(detectors, [*names, *fields], origin=origin)
        self._sort_patterns()
        self.entity_of: Callable[[bytes], str | None] = lru_cache(maxsize=8192)(_entity) if self.sensitive_on else _nothing
        self.prompt_scope: Callable[[bytes], str | None] = prompt_keys.scope if self.prompts_on else _nothing
        self.prompt_modes = PromptModes(policy.prompts, policy.hash.keys, None)
        self.memory: dict[type, Any] = {}
        """What those who work by this plan remember of what they have met; each keeps its own within bounds."""
        self._tenants: dict[str, Plan] = {}
        self._decisions: dict[tuple[str, str, str, bytes, Role | None], Decision] = {}
        self._keyed = any(rule.where.keys for rule in policy.rules)

    def _sort_patterns(self) -> None:
        """Which patterns of the scanners, by index, say what about the place they hit."""
        self.json_prompt_patterns = _prompt_patterns(self.json)
        escaped = frozenset(i for i, values in enumerate(self.json.values) if KeyAnchor.ESCAPE in values)
        self.json_structural_patterns = self.json_prompt_patterns | escaped
        self.protobuf_prompt_patterns = _prompt_patterns(self.protobuf)
        sure = sure_anchors(self.prompt_keys) if self.prompts_on else frozenset()
        self.json_scope_patterns = frozenset(i for i, values in enumerate(self.json.values) if all(v is KeyAnchor.SCOPE for v in values))
        self.json_sure_patterns = frozenset(i for i, anchor in enumerate(self.json.patterns) if anchor in sure)

    @property
    def observes(self) -> bool:
        """Whether the whole policy only counts."""
        return self.policy.mode == "observe"

    def warm(self) -> None:
        """Compile all databases now. A service does so before it says it is ready; a filter needs only the ones it uses."""
        for scanner in (self.text, self.json, self.otlp_json, self.protobuf):
            scanner.warm()

    def subject(self, finding: Finding) -> Subject:
        """The detector behind a finding, as rules see it. Key rules have the entity of the field's name."""
        known = self._subjects.get(finding.detector)
        if known is not None:
            return known
        return Subject(finding.detector, finding.entity, "prompt" if finding.detector in PROMPT_IDS else kind_of(finding.entity))

    def for_tenant(self, tenant: str) -> Plan:
        """The plan that holds for ``tenant``: what becomes of prompts may differ. Cheap; the scanners are shared.

        The plan itself where the policy says nothing of this tenant (and prompts get no ids, which differ by tenant).
        """
        prompts = self.policy.prompts
        if tenant not in prompts.tenants and not prompts.ids:
            return self
        plan = self._tenants.get(tenant)
        if plan is None:
            plan = copy.copy(self)
            plan.prompt_modes = PromptModes(prompts, self.policy.hash.keys, tenant)
            plan._decisions, plan._tenants, plan.memory = {}, {}, {}
            if len(self._tenants) >= _TENANTS_KEPT:
                self._tenants.clear()
            self._tenants[tenant] = plan
        return plan

    def decide(self, finding: Finding, place: str, name: bytes, role: Role | None = None) -> Decision:
        """What becomes of ``finding`` in ``place`` under the field ``name``; of a prompt, where it is known to be ``role``'s words."""
        key = (finding.detector, finding.entity, place, name if self._keyed else b"", role)
        decision = self._decisions.get(key)
        if decision is None:
            subject = self.subject(finding)
            action, enforce, outcome = self._decide(subject, place, name, role)
            constant = marker(finding.entity) if type(action) is Replace else None
            decision = Decision(action, enforce, outcome, subject.kind, constant)
            if len(self._decisions) < _DECISIONS_KEPT:
                self._decisions[key] = decision
        return decision

    def _decide(self, subject: Subject, place: str, name: bytes, role: Role | None) -> tuple[Action, bool, str]:
        for rule, action in self._rules:
            if selects(rule.detectors, subject) and _holds(rule, place, name):
                if isinstance(action, Mask) and subject.kind in ("secret", "prompt"):
                    action = Replace()
                if isinstance(action, Hash) and subject.entity == "password":
                    action = Replace()
                if isinstance(action, Summarize):
                    action = self.prompt_modes.summary
                enforce = rule.mode == "enforce" and not isinstance(action, Keep)
                return action, enforce, action.name if rule.mode == "enforce" else "observe"
        if subject.kind == "prompt":
            return self.prompt_modes.strictest if role is None else self.prompt_modes.by_role[role]
        if place == "metric_name" and self.policy.metric_names == "observe":
            return Replace(), False, "observe"
        return Replace(), True, "replace"

    def allowed(self, finding: Finding, value: bytes) -> bool:
        """Whether an allow-list lets this very match through."""
        return any(selects(names, self.subject(finding)) and test(value) for names, test in self._allow)


def _prompt_switches(policy: Policy) -> tuple[bool, bool, Literal["off", "messages", "strict"]]:
    """Whether prompts are looked for at all, whether copies of them are, and what is under names that nobody knows."""
    off, prompts = frozenset(policy.detectors.off), policy.prompts
    on = not off & {"prompt", PROMPT_FIELD}
    return on, on and prompts.side_copies and PROMPT_COPY not in off, prompts.unknown if on and UNKNOWN_KEY not in off else "off"


def _lets_nothing_through(policy: Policy) -> bool:
    """Whether whatever is found goes, so that what lies within a finding need not be looked for."""
    enforcing = not policy.allow and all(rule.mode == "enforce" and rule.action.type != "keep" for rule in policy.rules)
    return enforcing and policy.prompts.all_modes().isdisjoint(("keep", "observe", "redact_entities"))


def _prompt_patterns(scanner: Scanner) -> frozenset[int]:
    named = (KeyAnchor.SCOPE, KeyAnchor.PROMPT)
    return frozenset(
        i for i, values in enumerate(scanner.values) if any(v in named or (isinstance(v, Detector) and v.kind == "prompt") for v in values)
    )


def _entity(name: bytes) -> str | None:
    """The entity of the value behind a field's name; a name that is a marker of ours says nothing."""
    return None if b"redacted_" in name else sensitive(name)


def _nothing(name: bytes) -> str | None:
    del name
    return None


def kind_of(entity: str) -> str:
    """The kind of a key rule's entity."""
    return "government" if entity == "ssn" else "financial" if entity == "card_code" else "secret"


def selects(names: tuple[str, ...], subject: Subject) -> bool:
    """Whether a rule that goes by these names is about the detector."""
    return any(name in ("*", subject.id, subject.entity, subject.kind) for name in names)


def _holds(rule: Rule, place: str, name: bytes) -> bool:
    where = rule.where
    if where.places and place not in where.places:
        return False
    if not where.keys:
        return True
    text = name.decode("utf-8", "replace")
    return any(fnmatch.fnmatchcase(text, glob) for glob in where.keys)


_SIMPLE: dict[str, Action] = {"replace": Replace(), "summarize": Summarize(), "keep": Keep()}


def _compile_rules(policy: Policy) -> tuple[tuple[Rule, Action], ...]:
    keys = policy.hash.keys
    rules: list[tuple[Rule, Action]] = []
    for i, rule in enumerate(policy.rules):
        wanted = rule.action
        if wanted.type == "hash":
            if not keys:
                raise ConfigError(f"rules.{i}.action: hash needs a key under hash.keys")
            rules.append((rule, Hash(keys[0].id, keys[0].key.encode())))
        elif wanted.type == "mask":
            rules.append((rule, Mask(wanted.keep, wanted.character)))
        elif wanted.type == "drop":
            rules.append((rule, Drop(wanted.what)))
        else:
            rules.append((rule, _SIMPLE[wanted.type]))
    return tuple(rules)


def _compile_allow(allow: tuple[Allow, ...]) -> tuple[tuple[tuple[str, ...], Callable[[bytes], bool]], ...]:
    tests: list[tuple[tuple[str, ...], Callable[[bytes], bool]]] = []
    for entry in allow:
        if entry.matches is not None:
            pattern = re.compile(entry.matches.encode())
            tests.append((entry.detectors, lambda value, pattern=pattern: pattern.fullmatch(value) is not None))  # type: ignore[misc]  # default binds the loop variable
        else:
            equals = frozenset(text.encode() for text in entry.equals)
            tests.append((entry.detectors, equals.__contains__))
    return tuple(tests)


def _plan_hash(policy: Policy, plugins: tuple[str, ...]) -> str:
    """Names the plan: equal policies over equal catalogues redact alike. Keys are not part of it, their ids are."""
    text = policy.model_dump_json(exclude={"hash", "tests"}) + VERSION + ",".join((*(key.id for key in policy.hash.keys), *plugins))
    return hashlib.sha256(text.encode()).hexdigest()[:16]
