"""The work on one record: what is counted, and how findings in a text become edits."""

from __future__ import annotations

from detectors.markers import is_marker
from detectors.model import Finding
from detectors.overlap import union
from detectors.scanner import TooManyHitsError
from service.redaction import prompt_media
from service.redaction.actions import Match, Summarize, Syntax
from service.redaction.edits import Edit, apply, compose, tidy
from service.redaction.plan import PROMPT_FIELD, UNPROCESSABLE, Decision, Plan
from service.redaction.prompt_fields import last_word
from service.redaction.prompt_metadata import Measures
from service.redaction.prompt_modes import REDACT_ENTITIES
from service.redaction.prompt_roles import NOBODY, OPEN
from service.redaction.report import Report

_WORD_BORDERS = bytes(0 if byte in b" \t\r\n\"'<>`" else 1 for byte in range(256))
_ESCAPED = frozenset(b"nrtbf")
_NAME_LIKE: dict[str, Syntax] = {"trace_state": "url", "metric_name": "name"}
"""Places with a syntax of their own: W3C tracestate takes no ``=`` in values, metric names take no brackets."""
_ROUNDS = 3
_APART_BEFORE = frozenset(bytes((byte,)) for byte in b" \t\r\n\"'=") | {b""}
_APART_AFTER = frozenset(bytes((byte,)) for byte in b" \t\r\n\"',;)") | {b""}
PROMPT = Finding(0, 0, PROMPT_FIELD, "prompt", 0.8)
_UNREADABLE = Summarize()
HITS_PER_LEAF = 20_000


class Unprocessable(Exception):
    """A field can't be examined within its limits; ``reason`` is one of a fixed few words. Holds nothing of the field."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Work:
    """State of one rewrite: the plan, the report, and what holds for the record at hand.

    ``label`` is what prompt content is counted as. ``prompts`` gathers prompt content that was redacted, each with ``at``, which a codec sets
    to where the record stands: see ``copies``.

    ``place`` names where in the record the text stands. ``drop_record`` is set when a rule drops the record; ``drop_field`` when one
    drops the field (the caller, who knows the field's syntax, reads and resets it).
    """

    __slots__ = ("at", "budget", "depth", "drop_field", "drop_record", "found", "label", "measures", "place", "plan", "prompts", "report", "speaker")

    def __init__(self, plan: Plan, report: Report, place: str = "body") -> None:
        self.plan = plan
        self.report = report
        self.place = place
        self.at = 0
        self.label = PROMPT
        self.prompts: list[tuple[int, bytes]] = []
        self.depth = 0
        self.speaker = NOBODY
        self.measures: Measures | None = None
        self.found = 0
        self.budget = plan.max_findings
        self.drop_field = False
        self.drop_record = False

    def begin_record(self, size: int = 0) -> None:
        """Reset what is counted per record. A record of ``size`` bytes may hold a finding every 64 of them, but at least what the policy says."""
        self.found = 0
        self.budget = max(self.plan.max_findings, size >> 6)
        self.depth = 0
        self.speaker = NOBODY
        self.drop_field = False
        self.label = PROMPT
        self.drop_record = False

    def unprocessable(self, reason: str) -> bytes:
        """Count a field that could not be examined; returns what replaces it."""
        self.report.unprocessable[reason] += 1
        return UNPROCESSABLE

    def text_edits(self, text: bytes, name: bytes = b"") -> list[Edit]:
        """Edits for a text of no further structure. Raises :class:`Unprocessable`."""
        return self.settled(text, self.resolve(text, self._found(text, name), name), name)

    def hit_edits(self, text: bytes, hits: list[tuple[int, int]], name: bytes, base: int = 0) -> list[Edit]:
        """Edits for a text at ``base`` whose anchor hits are known from the wire: ``(end offset, pattern index)``.

        Detectors' patterns have the same index in all of a plan's scanners. A hit that reaches over the text's edge is none.
        """
        try:
            findings = self.plan.text.verified(text, hits, name, base)
        except Exception:  # fail closed: whatever a detector stumbled over, this field goes
            raise Unprocessable("error") from None
        if not findings:
            return []
        first = findings[0]
        decision = self.plan.decide(first, self.place, name, self.speaker.role if self.speaker.level else None)
        if len(findings) > 1 or first.entity == "prompt" or self.plan.allows or not decision.enforce:
            return self.settled(text, self.resolve(text, findings, name), name)
        edit = self._edit(text, first.start, first.end, first, decision)
        return [] if edit is None else self.settled(text, [edit], name) if touches(text, edit) else [edit]

    def value_edits(self, name: bytes, value: bytes) -> list[Edit]:
        """Edits for a field's value, looked at together with the field's name (``phone`` makes bare digits a phone number)."""
        if not name or b"\n" in name:
            return self.text_edits(value, name)
        head = len(name) + 1
        inside = []
        for found in self._found(name + b"=" + value, name):
            if found.end > head:
                start, end = max(0, found.start - head), found.end - head
                if start == 0 and self.plan.subject(found).kind in ("secret", "prompt"):
                    end = len(value)  # the field's name made it one: the value ends where the field does
                inside.append(Finding(start, end, found.detector, found.entity, found.score))
        return self.settled(value, self.resolve(value, inside, name), name)

    def settled(self, text: bytes, edits: list[Edit], name: bytes) -> list[Edit]:
        """``edits``, and those for what only shows once they are made: a number that touches a key, say (``…0958sk-…``)."""
        for _ in range(_ROUNDS):
            if self.drop_field or not any([touches(text, edit) for edit in edits]):  # noqa: C419  # most often one edit: a generator costs more
                break
            after = apply(text, edits)
            more = self.resolve(after, self._found(after, name), name)
            if not more:
                break
            edits = compose(edits, more)
        return edits

    def _found(self, text: bytes, name: bytes) -> list[Finding]:
        try:
            return self.plan.text.findings(text, name=name, limit=HITS_PER_LEAF)
        except TooManyHitsError:
            raise Unprocessable("work") from None
        except Exception:  # fail closed: whatever a detector stumbled over, this field goes
            raise Unprocessable("error") from None

    def decision(self, finding: Finding, name: bytes) -> Decision:
        """What becomes of a finding in a text: a prompt inside what is known to be someone's words is in that one's mode."""
        speaker = self.speaker
        return self.plan.decide(finding, self.place, name, None if speaker.level == OPEN else speaker.role)

    def resolve(self, text: bytes, findings: list[Finding], name: bytes) -> list[Edit]:
        """Findings → edits: the policy decides, overlaps are merged, markers are rendered in the text's own syntax.

        A print-out of messages or of a request that holds a prompt is gone into like the JSON it would be.
        """
        if len(findings) == 1 and findings[0].entity != "prompt":
            return self._resolved(text, findings, name)
        prompts = [finding for finding in findings if finding.entity == "prompt"]
        if not prompts or not any(self.decision(finding, name).enforce for finding in prompts):
            return self._resolved(text, findings, name)
        from service.redaction.printouts import Printouts  # here, as reading a print-out takes a Work

        printouts = Printouts(self, text).edits(prompts)
        if not printouts:
            return self._resolved(text, findings, name)
        places = [place for place, _ in printouts]
        rest = [finding for finding in findings if not any(lo <= finding.start and finding.end <= hi for lo, hi in places)]
        edits = [edit for _, inside in printouts for edit in inside]
        return tidy([*edits, *self._resolved(text, rest, name)])

    def _resolved(self, text: bytes, findings: list[Finding], name: bytes) -> list[Edit]:
        if not findings:
            return []
        plan, place = self.plan, self.place
        if len(findings) == 1 and not plan.allows:
            decision = plan.decide(findings[0], place, name, self.speaker.role if self.speaker.level else None)
            if decision.enforce:
                edit = self._edit(text, findings[0].start, findings[0].end, findings[0], decision)
                return [] if edit is None else [edit]
        enforced: list[Finding] = []
        decisions: dict[Finding, Decision] = {}
        for finding in dict.fromkeys(findings):
            if plan.allows and plan.allowed(finding, text[finding.start : finding.end]):
                continue
            decision = self.decision(finding, name)
            if decision.enforce:
                decisions[finding] = decision
                enforced.append(finding)
            else:
                self.report.findings[finding.detector, decision.outcome, place] += 1
        if not enforced:
            return []
        if len(enforced) == 1:
            edit = self._edit(text, enforced[0].start, enforced[0].end, enforced[0], decisions[enforced[0]])
            return [] if edit is None else [edit]
        edits: list[Edit] = []
        for start, end, label, strictest in union(enforced, lambda finding: decisions[finding].action.strictness):
            decision = decisions[strictest]
            if label is not strictest:  # the label's name, the strictest one's action
                decision = decision._replace(marker=None, kind=decisions[label].kind)
            edit = self._edit(text, start, end, label, decision)
            if edit is not None:
                edits.append(edit)
        return edits

    def whole(self, value: bytes, detector: str, entity: str, name: bytes, syntax: Syntax = "text") -> bytes | None:
        """What becomes of a value that is a finding as a whole because of its field's name; ``None`` if it stays."""
        finding = Finding(0, len(value), detector, entity, 0.8)
        if self.plan.allows and self.plan.allowed(finding, value):
            return None
        decision = self.plan.decide(finding, self.place, name)
        if not decision.enforce:
            self.report.findings[detector, decision.outcome, self.place] += 1
            return None
        edit = self._edit(value, 0, len(value), finding, decision, syntax)
        return None if edit is None else edit.text

    def redacts_prompts(self, name: bytes) -> bool:
        """Whether prompt content under ``name`` is to be gone into; where the policy lets it through, counts it: its leaves are looked at as any."""
        decision = self.plan.decide(self.label, self.place, name)
        if decision.enforce or decision.outcome == REDACT_ENTITIES:
            return True
        self.report.findings[self.label.detector, decision.outcome, self.place] += 1
        return False

    def prompt(self, value: bytes, name: bytes, *, readable: bool = True, refers: bool = False) -> bytes | None:
        """What becomes of a piece of prompt content, which is the speaker's; ``None`` if it stays, to be looked at like any other value.

        ``readable``: whether detectors can see what is in it (not in token ids); ``refers``: whether it refers to media. ``drop_field`` is set
        when it goes without replacement.
        """
        if self.plan.allows and self.plan.allowed(self.label, value):
            return None
        role = self.speaker.role if self.plan.prompt_modes.roles_matter else None
        decision = self.plan.decide(self.label, self.place, name, role)
        action = decision.action.name
        shown: bytes | None = None
        if decision.enforce:
            shown = prompt_media.shown(value, refers=refers) if action in ("summarize", "replace") else None
        elif decision.outcome == REDACT_ENTITIES:
            shown = prompt_media.without_signature(value, refers=refers)
            if shown is None and (not readable or not prompt_media.readable(value, last_word(name))):
                shown = _UNREADABLE.render(Match(value, "prompt", "prompt"))
        if self.measures is not None and (decision.enforce or shown is not None):
            self.measures.went(value, self.speaker.role)
        if shown is None and decision.enforce:
            edit = self._edit(value, 0, len(value), self.label, decision, "text")
            return value if edit is None else edit.text
        self.report.findings[self.label.detector, decision.outcome, self.place] += 1
        return shown

    def _edit(self, text: bytes, start: int, end: int, label: Finding, decision: Decision, syntax: Syntax | None = None) -> Edit | None:
        self.found += 1
        if self.found > self.budget:
            raise Unprocessable("findings")
        if start and text[start - 1] == 92:
            start = _outside_escape(text, start, end)
        if syntax is None:
            syntax = "url" if decision.kind != "prompt" and _in_url(text, start) else "text"
        if self.place in _NAME_LIKE:
            syntax = _NAME_LIKE[self.place]
        if decision.marker is not None and syntax == "text":
            rendered: bytes | None = decision.marker
        else:
            value = text[start:end]
            rendered = decision.action.render(Match(value, label.entity, decision.kind, syntax, self.speaker.role))
            if rendered == value or (rendered is not None and is_marker(value) and rendered.startswith((b"[REDACTED", b"REDACTED-"))):
                return None
        self.report.findings[label.detector, decision.outcome, self.place] += 1
        if decision.kind == "prompt" and self.plan.side_copies:
            self.prompts.append((self.at, text[start:end]))
        if rendered is None:
            self.drop_field = True
            self.drop_record = self.drop_record or decision.action.strictness == 100
            rendered = b""
        return Edit(start, end, rendered)


def _outside_escape(text: bytes, start: int, end: int) -> int:
    """``start``, behind a backslash, moved behind the escape it may stand in: in ``\\njohn@x.com`` the ``n`` belongs to the backslash."""
    if start + 1 >= end:
        return start
    slashes = start
    while slashes > 0 and text[slashes - 1] == 92:
        slashes -= 1
    if (start - slashes) % 2 == 0:
        return start
    if text[start] in _ESCAPED:
        return start + 1
    return start + 5 if text[start] == 117 and start + 5 < end else start


def touches(text: bytes, edit: Edit) -> bool:
    """Whether something stands right beside an edit, which together with what is replaced may have looked like something else."""
    start, end, _ = edit
    before, after = text[start - 1 : start], text[end : end + 1]
    if after in _APART_AFTER and before in _APART_BEFORE:
        return False
    return before != b":" or after != b"@"  # a URL's password: its neighbours have been read with it


def _in_url(text: bytes, start: int) -> bool:
    """Whether ``start`` stands inside a URL, where brackets are not allowed: its word has a scheme, or a path with a query, before it."""
    lo = max(0, start - 2048)
    if text.find(b"/", lo, start) < 0:
        return False
    before = text[lo:start]
    before = before[before.translate(_WORD_BORDERS).rfind(b"\0") + 1 :]
    return b"://" in before or (before.startswith(b"/") and b"?" in before) or b":\\/\\/" in before
