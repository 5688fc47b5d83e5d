"""What can become of a finding: one action a file, listed here."""

from __future__ import annotations

from service.redaction.actions.drop import Drop
from service.redaction.actions.hash import Hash
from service.redaction.actions.keep import Keep
from service.redaction.actions.mask import Mask
from service.redaction.actions.match import Action, Match, Syntax
from service.redaction.actions.replace import Replace
from service.redaction.actions.summarize import Summarize

ACTIONS: tuple[type[Action], ...] = (
    Replace,
    Mask,
    Hash,
    Summarize,
    Drop,
    Keep,
)

__all__ = ["ACTIONS", "Action", "Drop", "Hash", "Keep", "Mask", "Match", "Replace", "Summarize", "Syntax"]
