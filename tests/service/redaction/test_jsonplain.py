"""A document whose hits lie in one plain string is dealt with in one go, and comes out as it does when it is gone into like any other."""

from __future__ import annotations

import copy
import json
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from detectors.catalogue import CATALOGUE
from detectors.model import CLOSE, OPEN
from service.redaction.pipeline import rewrite
from service.redaction.plan import Plan
from tests.service.redaction.planted import full_plan_of, plan_of

_EXAMPLES = [text.replace(OPEN, "").replace(CLOSE, "") for detector in CATALOGUE for text in (*detector.finds, *detector.ignores)]
_NAMES = ("message", "m", "detail", "password", "phone", "name", "", "trace_id", "a b", "é", 'q"q', "input")
_RULES: tuple[list[dict[str, Any]], ...] = (
    [],
    [{"detectors": ["email"], "action": "mask"}],
    [{"detectors": ["email", "secret"], "action": "replace", "mode": "observe"}],
)


def _gone_into(plan: Plan) -> Plan:
    """The same plan, which takes no document for a plain one."""
    other = copy.copy(plan)
    other.drops = True
    return other


def _same(plan: Plan, payload: bytes) -> None:
    quick, slow = rewrite("ndjson", payload, plan), rewrite("ndjson", payload, _gone_into(plan))
    assert quick.payload == slow.payload
    assert quick.report.findings == slow.report.findings
    assert (quick.report.touched, quick.report.unprocessable) == (slow.report.touched, slow.report.unprocessable)


def test_every_example_of_every_detector_comes_out_the_same() -> None:
    for plan in [full_plan_of(rules=rules) for rules in _RULES]:
        for separators in ((",", ":"), (", ", ": ")):
            lines = [json.dumps({"ts": 1, "message": text, "n": 2}, ensure_ascii=False, separators=separators) for text in _EXAMPLES]
            _same(plan, "\n".join(lines).encode())


@settings(max_examples=300, deadline=None)
@given(
    st.lists(
        st.dictionaries(
            st.sampled_from(_NAMES),
            st.one_of(
                st.tuples(st.text(max_size=6), st.sampled_from(_EXAMPLES), st.text(max_size=6)).map("".join),
                st.lists(st.sampled_from(_EXAMPLES), max_size=2),
                st.integers(),
                st.none(),
            ),
            max_size=4,
        ),
        max_size=4,
    ),
    st.booleans(),
    st.booleans(),
    st.sampled_from(_RULES),
)
def test_any_document_comes_out_the_same(documents: list[object], compact: bool, ascii_only: bool, rules: list[dict[str, Any]]) -> None:
    lines = [json.dumps(each, ensure_ascii=ascii_only, separators=(",", ":") if compact else None) for each in documents]
    _same(full_plan_of(rules=rules), "\n".join(lines).encode("utf-8", "replace"))


def test_a_plan_that_drops_goes_into_every_document() -> None:
    plan = plan_of(rules=[{"detectors": ["email"], "action": {"type": "drop", "what": "match"}}])
    assert plan.drops
    assert rewrite("ndjson", b'{"a":1,"m":"to jo@example.org"}', plan).payload == b'{"a":1}'
