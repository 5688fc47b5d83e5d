"""All a payload goes through before it leaves: a plan, and the processes it asks for.

A plan whose recognition can't be had is a ``ConfigError``: names would pass that are to go.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import NamedTuple

from detectors.ner import NerUnavailable
from service.errors import ConfigError
from service.recognition.pool import Recognition
from service.recognition.revision import check_recognition, recognise, recognition_of
from service.redaction.pipeline import rewrite
from service.redaction.plan import Plan
from service.redaction.report import Redacted


class Redaction(NamedTuple):
    """A plan, and the processes it asks for, if it does."""

    plan: Plan
    recognition: Recognition | None = None

    def ready(self) -> None:
        """Waits until recognition can begin. Raises ``ConfigError`` where it can't."""
        if self.recognition is not None:
            try:
                self.recognition.ready()
            except NerUnavailable as error:
                raise ConfigError(str(error)) from None

    def close(self) -> None:
        """Ends the processes."""
        if self.recognition is not None:
            self.recognition.close()

    def rewrite(self, codec: str, payload: bytes) -> Redacted:
        """``payload`` as plan and recognition leave it; waits for the latter. Raises as ``service.redaction.pipeline.rewrite`` does."""
        detected = rewrite(codec, payload, self.plan)
        return detected if self.recognition is None else recognise(codec, detected, self.plan, self.recognition).result()


def redaction_of(plan: Plan) -> Redaction:
    """The plan with its processes, starting; close it. Raises ``ConfigError`` where something is not installed."""
    try:
        return Redaction(plan, recognition_of(plan))
    except NerUnavailable as error:
        raise ConfigError(str(error)) from None


def check_installed(plan: Plan) -> None:
    """Raises ``ConfigError`` where a plan asks for what is not installed; starts nothing."""
    try:
        check_recognition(plan)
    except NerUnavailable as error:
        raise ConfigError(str(error)) from None


@contextmanager
def redacting(plan: Plan) -> Iterator[Redaction]:
    """What a command redacts with, as long as the block lasts. Raises ``ConfigError``."""
    redaction = redaction_of(plan)
    try:
        redaction.ready()
        yield redaction
    finally:
        redaction.close()
