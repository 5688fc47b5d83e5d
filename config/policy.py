"""What an operator wants done with what is found: ordered rules, the prompt mode, what is let through, keys and limits.

A policy is data. The redaction core compiles it into a plan; that is where detector names are checked against the catalogue. Here
everything else is: unknown keys, actions and modes, a mask that masks nothing, a pattern that doesn't compile.
"""

from __future__ import annotations

import re
from typing import Annotated, Any, Literal, Self

from pydantic import BeforeValidator, Field, field_validator, model_validator

from config.model import Model, Size
from config.patterns import Pattern
from config.prompts import Prompts
from config.recognition import Names, Ner

Place = Literal["body", "attribute", "key", "name", "status", "trace_state", "resource", "scope", "exemplar", "label", "metric_name"]
"""Where in a record something was found."""

Mode = Literal["enforce", "observe"]


class Replace(Model):
    """The match becomes `[REDACTED:<entity>]`."""

    type: Literal["replace"] = Field(default="replace", description="`[REDACTED:<entity>]` takes the place of the match.")


class Mask(Model):
    """The match keeps its length and at most four of its last characters. Refused for secrets and prompts."""

    type: Literal["mask"] = Field(default="mask", description="Characters are covered, the last ones stay.")
    keep: int = Field(default=4, ge=0, le=4, description="How many of the last characters stay; never more than a quarter of them.")
    character: str = Field(default="*", pattern=r"^[*#xX_.-]$", description="What the others become: exactly one of `*` `#` `x` `X` `_` `.` `-`.")


class Hash(Model):
    """The match becomes a keyed pseudonym, `[<entity>:<key id>:<24 hex>]`. Needs a key under `hash`; refused for passwords."""

    type: Literal["hash"] = Field(default="hash", description="A keyed pseudonym: equal values stay equal. Still personal data.")


class Summarize(Model):
    """A prompt becomes its measures: characters, messages, roles."""

    type: Literal["summarize"] = Field(default="summarize", description="For prompts: their length, number of messages and roles.")


class Drop(Model):
    """The member, attribute or field that holds the match is removed, or the whole record."""

    type: Literal["drop"] = Field(default="drop", description="Removes what holds the match.")
    what: Literal["match", "record"] = Field(default="match", description="`match`: the field that holds it; `record`: the whole record.")


class Keep(Model):
    """The match stays as it is, and is counted."""

    type: Literal["keep"] = Field(default="keep", description="Leaves the match as it is.")


def _named_action(value: Any) -> Any:
    """`action: replace` is short for `action: {type: replace}`."""
    return {"type": value} if isinstance(value, str) else value


Action = Annotated[
    Annotated[Replace | Mask | Hash | Summarize | Drop | Keep, Field(discriminator="type")],
    BeforeValidator(_named_action),
]


class Where(Model):
    """Restricts a rule to some places; both conditions must hold where both are given."""

    places: tuple[Place, ...] = Field(default=(), description="Only in these places; empty means everywhere.")
    keys: tuple[str, ...] = Field(default=(), description="Only under keys that match one of these globs; empty means any key.")


class Rule(Model):
    """One row of the policy. The first rule that fits a finding decides."""

    detectors: tuple[str, ...] = Field(min_length=1, description='Detector ids, entities, kinds, or `"*"`.')
    where: Where = Field(default=Where(), description="Where the rule holds; absent means everywhere.")
    action: Action = Field(description="What becomes of the match: a name, or `{type: …}` with the action's settings.")
    mode: Mode = Field(default="enforce", description="`observe` counts and changes nothing.")


class DetectorSwitches(Model):
    """Which detectors run besides, or despite, their own default."""

    on: tuple[str, ...] = Field(default=(), description="Ids or kinds switched on.")
    off: tuple[str, ...] = Field(default=(), description="Ids or kinds switched off.")


class Allow(Model):
    """A match that is let through. It is about the match alone, never about the text around it."""

    detectors: tuple[str, ...] = Field(min_length=1, description='Detector ids, entities, kinds, or `"*"`.')
    equals: tuple[str, ...] = Field(default=(), description="The match is exactly one of these.")
    matches: str | None = Field(default=None, min_length=1, description="The match fits this regular expression.")

    @field_validator("matches")
    @classmethod
    def _compiles(cls, value: str | None) -> str | None:
        try:
            re.compile(value or "")
        except re.error as error:
            raise ValueError(f"a regular expression; this one is not ({error.msg} at position {error.pos})") from None
        return value

    @model_validator(mode="after")
    def _says_what(self) -> Self:
        if bool(self.equals) == (self.matches is not None):
            raise ValueError("exactly one of equals, matches")
        return self


class HashKey(Model):
    """One HMAC key, known by its id."""

    id: str = Field(pattern=r"^[a-z0-9_]{1,16}$", description="Short name that appears in the pseudonym.")
    key: str = Field(min_length=16, repr=False, description="The secret, at least 16 characters; give it as `${env:NAME}` or `${file:PATH}`.")


class HashKeys(Model):
    """Keys of the `hash` action."""

    keys: tuple[HashKey, ...] = Field(default=(), description="The first key signs; pseudonyms made with the others are still recognised.")

    @field_validator("keys")
    @classmethod
    def _distinct(cls, value: tuple[HashKey, ...]) -> tuple[HashKey, ...]:
        if len({key.id for key in value}) != len(value):
            raise ValueError("keys with distinct ids")
        return value


class Limits(Model):
    """How much work one record may make. What exceeds a limit is replaced by `[REDACTED:unprocessable]`."""

    max_depth: int = Field(default=64, ge=1, le=512, description="Levels of JSON, strings inside JSON included.")
    max_findings_per_record: int = Field(default=10_000, ge=1, description="Matches within one record.")
    max_record_bytes: Size = Field(default=16 << 20, ge=1, description="Bytes of one record.")


def _region(value: Any) -> Any:
    """YAML 1.1 readers turn an unquoted `NO` into false; Norway means Norway."""
    return "NO" if value is False else value


Region = Annotated[str, BeforeValidator(_region), Field(pattern=r"^[A-Z]{2}$")]


class PolicyTest(Model):
    """A text and what becomes of it under the policy; run by `scrubjay config check`."""

    text: str = Field(description="What goes in.")
    becomes: str = Field(description="What comes out.")
    format: Literal["auto", "text", "ndjson", "json"] = Field(default="auto", description="How the text is read; `auto` looks at its beginning.")


class Policy(Model):
    """What is looked for and what becomes of it."""

    version: Literal[1] = Field(default=1, description="Version of the policy format.")
    name: str = Field(default="inline", pattern=r"^[A-Za-z0-9._-]{1,64}$", description="Appears in metrics.")
    extends: str | None = Field(
        default=None,
        description="Another policy's name or path: its settings hold where this one says nothing, its rules, allow-list and patterns come after.",
    )
    mode: Mode = Field(default="enforce", description="`observe` counts what would be redacted and changes nothing.")
    regions: tuple[Region, ...] = Field(default=("US", "GB"), description="Countries (ISO 3166 alpha-2) whose national phone formats are looked for.")
    detectors: DetectorSwitches = Field(default=DetectorSwitches(), description="Detectors switched on or off.")
    rules: tuple[Rule, ...] = Field(default=(), description="Ordered; the first rule that fits decides. Where none fits, the match is replaced.")
    prompts: Prompts = Field(default=Prompts(), description="Prompt and completion bodies of language models.")
    allow: tuple[Allow, ...] = Field(default=(), description="Matches that are let through.")
    hash: HashKeys = Field(default=HashKeys(), description="The keys of pseudonyms.")
    limits: Limits = Field(default=Limits(), description="Work limits per record.")
    metric_names: Mode = Field(default="observe", description="Whether findings in metric names are redacted, or only counted.")
    patterns: tuple[Pattern, ...] = Field(default=(), description="Detectors of your own.")
    names: Names | None = Field(default=None, description="Names known from name fields, found again in free text; off without it.")
    ner: Ner | None = Field(default=None, description="Names and other entities in free text; off without it.")
    tests: tuple[PolicyTest, ...] = Field(default=(), description="Texts and what becomes of them.")

    @model_validator(mode="after")
    def _hash_has_key(self) -> Self:
        if not self.hash.keys and any(isinstance(rule.action, Hash) for rule in self.rules):
            raise ValueError("a key under hash.keys, because a rule hashes")
        if not self.hash.keys and self.prompts.ids:
            raise ValueError("a key under hash.keys, because prompts.ids are keyed")
        return self

    @field_validator("extends")
    @classmethod
    def _is_resolved(cls, value: str | None) -> None:
        """Whoever reads the file puts in what is inherited: a policy that still extends another would be less than it says."""
        if value is not None:
            raise ValueError("nothing here; only files and what they hold can extend a policy")

    @field_validator("patterns")
    @classmethod
    def _distinct_patterns(cls, value: tuple[Pattern, ...]) -> tuple[Pattern, ...]:
        if len({pattern.name for pattern in value}) != len(value):
            raise ValueError("patterns with distinct names")
        return value
