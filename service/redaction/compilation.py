"""The way from what the operator wrote to a :class:`Plan`: names are checked, detectors chosen, what an action may not do is refused.

Every error is a :class:`ConfigError` of one line: the key and what is allowed.
"""

from __future__ import annotations

from collections.abc import Iterable

from config import patterns as config_patterns
from config.policy import DetectorSwitches, Hash, Mask, Policy
from config.prompt_catalogue import load_prompt_keys
from detectors.catalogue import CATALOGUE
from detectors.catalogue.phone import phone_detector
from detectors.custom import Pattern, PatternError
from detectors.custom import detector as pattern_detector
from detectors.custom_examples import check_examples
from detectors.field_names import ENTITIES
from detectors.markers import learn
from detectors.model import CatalogueError, Detector
from detectors.plugins import PluginError, load_plugins
from detectors.prompt_field import prompt_detectors
from detectors.prompt_keys import PromptKeys
from detectors.recognised import KNOWN_NAME, PERSON
from service.errors import ConfigError
from service.redaction.plan import PROMPT_IDS, SENSITIVE_FIELD, Plan, Subject, kind_of, recognised, selects

KINDS = ("secret", "contact", "financial", "government", "network", "prompt")


def compile_plan(policy: Policy) -> Plan:
    """Compile ``policy``. Raises :class:`ConfigError` with one line: the key and what is allowed."""
    prompt_keys = PromptKeys(*load_prompt_keys())
    known, versions = _catalogue(policy, prompt_keys)
    catalogue = [phone_detector(policy.regions) if detector.id == "phone" else detector for detector in known]
    _check_names(policy, catalogue)
    on, off = policy.detectors.on, policy.detectors.off
    detectors = tuple(
        detector
        for detector in catalogue
        if detector.id not in off and (detector.id in on or (detector.kind not in off and (detector.default or detector.kind in on)))
    )
    _check_actions(policy, catalogue)
    return Plan(policy, detectors, prompt_keys, versions)


def only(policy: Policy, names: tuple[str, ...]) -> Policy:
    """``policy`` for these detectors, entities or kinds alone; those that are off by default are switched on. Raises ``ConfigError``."""
    catalogue, _ = _catalogue(policy, PromptKeys(*load_prompt_keys()))
    wanted = {detector.id for detector in catalogue if {detector.id, detector.entity, detector.kind} & {*names}}
    known = {name for detector in catalogue for name in (detector.id, detector.entity, detector.kind)} | {*PROMPT_IDS, SENSITIVE_FIELD, KNOWN_NAME}
    for name in names:
        if name not in known:
            raise ConfigError(f"--detect: {name} is no detector, entity or kind; `scrubjay detectors` lists them")
    off = {detector.id for detector in catalogue} - wanted
    off |= PROMPT_IDS if not {"prompt", *PROMPT_IDS} & {*names} else set()
    off |= {SENSITIVE_FIELD} if not {"secret", SENSITIVE_FIELD} & {*names} else set()
    switches = policy.detectors.model_copy(update={"on": tuple(sorted(wanted)), "off": tuple(sorted(off))})
    return policy.model_copy(update={"detectors": switches})


def _catalogue(policy: Policy, prompt_keys: PromptKeys) -> tuple[list[Detector], tuple[str, ...]]:
    """All detectors that there are for the policy; and the versions of the packages that add some."""
    catalogue = [*CATALOGUE, *prompt_detectors(prompt_keys)]
    added, versions = _added_detectors(policy, catalogue)
    return [*catalogue, *added], versions


def _added_detectors(policy: Policy, catalogue: Iterable[Detector]) -> tuple[list[Detector], tuple[str, ...]]:
    """The operator's own detectors: of installed packages and of the policy's patterns; and the packages' versions."""
    taken = _ids(policy, catalogue) | set(KINDS)
    try:
        plugins = load_plugins(taken)
    except PluginError as error:
        raise ConfigError(str(error)) from None
    added = [detector for plugin in plugins for detector in plugin.detectors]
    taken.update(detector.id for detector in added)
    for i, pattern in enumerate(policy.patterns):
        if pattern.name in taken:
            raise ConfigError(f"patterns.{i}.name: a name that no detector has; {pattern.name} is taken (see `scrubjay detectors`)")
        try:
            detector = pattern_detector(plain_pattern(pattern))
            if pattern.finds or pattern.ignores:
                check_examples(detector, pattern.finds, pattern.ignores)
        except (PatternError, CatalogueError) as error:
            raise ConfigError(f"patterns.{i} ({pattern.name}): {error}") from None
        added.append(detector)
    learn(detector.entity for detector in added)
    learn(entity.lower() for entity in (policy.ner.entities if policy.ner else ()))
    return added, tuple(plugin.source for plugin in plugins)


def plain_pattern(pattern: config_patterns.Pattern) -> Pattern:
    """A pattern of the policy in the words of ``detectors``, which know no policy."""
    return Pattern(
        name=pattern.name,
        regex=pattern.regex,
        entity=pattern.entity or pattern.name,
        kind=pattern.kind,
        title=pattern.title,
        keywords=pattern.keywords,
        group=pattern.group,
        entropy=pattern.entropy or 0.0,
        checksum=pattern.checksum or "",
        except_words=pattern.except_words,
        excepting=tuple((each.regex, each.within) for each in pattern.except_matching),
        loose=pattern.loose,
        reference=pattern.reference,
    )


def _recognisable(policy: Policy) -> tuple[Subject, ...]:
    """What the policy asks to be recognised, switched off or not: its names are names all the same."""
    return recognised(policy.model_copy(update={"detectors": DetectorSwitches()}))


def _ids(policy: Policy, catalogue: Iterable[Detector]) -> set[str]:
    """Every id that a rule may name."""
    ids = {detector.id for detector in catalogue} | {subject.id for subject in _recognisable(policy)}
    return ids | PROMPT_IDS | {SENSITIVE_FIELD, KNOWN_NAME}


def _check_names(policy: Policy, catalogue: Iterable[Detector]) -> None:
    known = _ids(policy, catalogue)
    entities = {detector.entity for detector in catalogue} | {PERSON} | {subject.entity for subject in _recognisable(policy)}
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
    subjects += recognised(policy)
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
