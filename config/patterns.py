"""Detectors of the operator's own, written as data: a regular expression and what must hold for its match to count."""

from __future__ import annotations

from typing import Annotated, Any, Literal, Self

from pydantic import BeforeValidator, Field, model_validator

from config.model import Model

Kind = Literal["secret", "contact", "financial", "government", "network"]

Checksum = Literal["luhn", "iban", "verhoeff", "mod11"]


class ExceptMatching(Model):
    """A regular expression that spares a match, and where it looks for something."""

    regex: str = Field(min_length=1, description="RE2 syntax.")
    within: Literal["group", "match", "line"] = Field(default="group", description="Looked at: the group, the whole match, or the line it stands in.")


def _in_group(value: Any) -> Any:
    """A regular expression by itself is short for one that looks at the group."""
    return {"regex": value} if isinstance(value, str) else value


class Pattern(Model):
    """A detector of your own. Its `finds` and `ignores` are run when the policy is loaded; one that fails is an error."""

    name: str = Field(pattern=r"^[a-z][a-z0-9_]{0,63}$", description="Its id; rules, metrics and reports go by it.")
    regex: str = Field(
        min_length=1,
        description="RE2 syntax, matched over UTF-8 text in a window of 4 KiB; `^` and `$` are a line's ends, `(?i)` and the like are allowed.",
    )
    entity: str | None = Field(default=None, pattern=r"^[a-z][a-z0-9_]{0,63}$", description="What the marker calls it. Default: the name.")
    kind: Kind = Field(default="secret", description="What sort of thing it is; rules go by it too.")
    title: str = Field(default="", description="A line for people.")
    keywords: tuple[str, ...] = Field(
        default=(),
        description="Words of which one stands in every match or within 2 KiB of it, in any case.",
    )
    group: int | str = Field(
        default=0,
        description="The capture group that is redacted, by number or name; 0 is the whole match, `first` the first group that is not empty.",
    )
    entropy: float | None = Field(default=None, gt=0, le=8, description="The least Shannon entropy of the group, in bits a character.")
    checksum: Checksum | None = Field(default=None, description="A check digit that must be right.")
    except_words: tuple[str, ...] = Field(default=(), description="A match whose group contains one of these, in any case, is none.")
    except_matching: tuple[Annotated[ExceptMatching, BeforeValidator(_in_group)], ...] = Field(
        default=(),
        description="A match in which one of these regular expressions finds something is none: a regex, for the group, or a mapping.",
    )
    loose: bool = Field(default=False, description="Does not fire inside ids such as `trace_id=…` and long base64 runs.")
    finds: tuple[str, ...] = Field(default=(), description="Texts in which it finds exactly what stands between « and ».")
    ignores: tuple[str, ...] = Field(default=(), description="Texts in which it finds nothing.")
    reference: str = Field(default="", description="Where the format is documented.")

    @model_validator(mode="after")
    def _examples_mark_something(self) -> Self:
        if any("«" not in text or "»" not in text for text in self.finds):
            raise ValueError("finds with « and » around what is to be found")
        return self
