"""A payload's free text is recognised and what is found in it redacted, after the detectors have had their say.

``revise`` walks the payload in the caller's thread, and returns a future: of the very object given where there is nothing to look at.
The policy decides about findings as about any other; what was not looked at in time goes whole, or passes and is counted.
"""

from __future__ import annotations

from concurrent.futures import Future
from typing import NamedTuple

from config.recognition import Ner
from detectors.markers import is_marker
from detectors.model import Finding
from detectors.ner import NerSettings, check
from detectors.recognised import ner_id
from service.recognition.pool import Found, Recognition
from service.redaction.free_text import FreeText
from service.redaction.leaves import Leaf, Verdict, leaves, revise
from service.redaction.leaves_fields import Fields
from service.redaction.plan import Plan, recognised
from service.redaction.report import Redacted

PIECE_BYTES = 4096
_BORDERS = (b"\n", b". ", b"? ", b"! ", b"; ", b", ", b" ")


class _Piece(NamedTuple):
    start: int
    text: bytes


def recognition_of(plan: Plan) -> Recognition | None:
    """The processes that a plan asks for, starting; ``None`` where it asks for none.

    Raises :class:`detectors.ner.NerUnavailable` where something is not installed; ``Recognition.ready`` does for what shows only later.
    """
    entities = _entities(plan)
    return Recognition(plan.policy.ner, entities=entities) if plan.policy.ner is not None and entities else None


def check_recognition(plan: Plan) -> None:
    """Raises :class:`detectors.ner.NerUnavailable` where a plan asks for what is not installed; starts nothing."""
    ner, entities = plan.policy.ner, _entities(plan)
    if ner is not None and entities:
        check(NerSettings(ner.model, ner.language, entities, ner.recognizers, ner.score))


def _entities(plan: Plan) -> tuple[str, ...]:
    """The entities that are asked for and not switched off."""
    ner = plan.policy.ner
    on = {subject.id for subject in recognised(plan.policy)}
    return tuple(entity for entity in ner.entities if ner_id(entity) in on) if ner is not None else ()


def recognise(codec: str, redacted: Redacted, plan: Plan, recognition: Recognition) -> Future[Redacted]:
    """``redacted`` without what recognition finds in its free text. Raises as :func:`service.redaction.leaves.revise` does."""
    ner = recognition.ner
    fields = Fields(ner.fields)
    wanted: dict[bytes, None] = {}
    deep = False
    for leaf in leaves(codec, redacted.payload):
        deep = deep or (leaf.kind == "opaque" and leaf.name in fields)
        if _is_looked_at(leaf, fields, ner):
            wanted.update((piece.text, None) for piece in _pieces(leaf.text))
    texts = list(wanted)
    done: Future[Redacted] = Future()
    done.set_running_or_notify_cancel()
    if not texts and not deep:
        done.set_result(redacted)
        return done

    def known(answer: Future[list[Found]]) -> None:
        try:
            done.set_result(_revised(codec, redacted, plan, ner, dict(zip(texts, answer.result(), strict=True))))
        except Exception as error:  # the waiting one must hear of it
            done.set_exception(error)

    recognition.submit(texts).add_done_callback(known)
    return done


def _is_looked_at(leaf: Leaf, fields: Fields, ner: Ner) -> bool:
    return leaf.kind == "string" and len(leaf.text) >= ner.min_length and leaf.name in fields and not is_marker(leaf.text)


def _pieces(text: bytes) -> list[_Piece]:
    """``text`` in pieces of at most 4 KiB that end where a sentence does, or a word, or a character."""
    out = []
    at = 0
    while at < len(text):
        end = min(len(text), at + PIECE_BYTES)
        if end < len(text):
            for border in _BORDERS:
                found = text.rfind(border, at + PIECE_BYTES // 2, end)
                if found >= 0:
                    end = found + len(border)
                    break
            else:
                while end > at + 1 and text[end] & 0xC0 == 0x80:
                    end -= 1
        out.append(_Piece(at, text[at:end]))
        at = end
    return out


def _revised(codec: str, redacted: Redacted, plan: Plan, ner: Ner, known: dict[bytes, Found]) -> Redacted:
    """The same walk again, with what was found in each piece."""
    fields = Fields(ner.fields)
    free = FreeText(plan, redacted.report)

    def look(leaf: Leaf) -> Verdict:
        if leaf.kind == "opaque" and leaf.name in fields:
            return free.unprocessable(leaf, "depth")
        if not _is_looked_at(leaf, fields, ner):
            return []
        findings: list[Finding] = []
        missing = False
        for piece in _pieces(leaf.text):
            found = known[piece.text]
            missing = missing or found is None
            findings += [one._replace(start=one.start + piece.start, end=one.end + piece.start) for one in found or ()]
        if missing and ner.over_budget == "pass":
            free.report.findings["ner", "over_budget", leaf.place] += 1
        elif missing:
            return free.unprocessable(leaf, "ner_budget")
        return free.verdict(leaf, findings)

    payload = revise(codec, redacted.payload, look)
    if plan.observes:
        return Redacted(redacted.payload, free.redacted(redacted, payload).report.observed())
    return redacted if payload is redacted.payload and not free.report.findings else free.redacted(redacted, payload)
