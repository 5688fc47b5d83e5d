"""Documents shaped alike are walked once: what is remembered changes nothing about what becomes of any of them."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from service.redaction.pipeline import rewrite
from service.redaction.plan import Plan
from service.redaction.report import Redacted
from service.redaction.shapes import Shape, Shapes
from tests.service.redaction.planted import ADDRESS, KEY, full_plan_of, plan_of
from tests.service.redaction.prompt_shapes import FEW, modes

_DOCUMENTS = [json.loads(line)["document"] for line in (Path(__file__).with_name("test_prompt_shapes.jsonl")).read_text().splitlines()]


class _Forgetful(Shapes):
    """Remembers nothing, so that every document is walked."""

    def shape(self, *_: Any) -> Shape | None:
        return None


def _forgetful(plan: Plan) -> Plan:
    other = copy.copy(plan)
    other.memory = {Shapes: _Forgetful()}
    return other


def _told(redacted: Redacted) -> tuple[object, ...]:
    report = redacted.report
    return redacted.payload, report.findings, report.touched, report.dropped, report.unprocessable


def _same(plan: Plan, lines: list[str]) -> None:
    warm, cold = copy.copy(plan), _forgetful(plan)
    warm.memory = {}
    for line in lines:
        assert _told(rewrite("ndjson", line.encode("utf-8", "replace"), warm)) == _told(rewrite("ndjson", line.encode("utf-8", "replace"), cold))


def _changed(value: Any, text: str, number: float) -> Iterator[Any]:
    """``value`` with other content in it: of the same shape, and with findings where there were none."""
    if isinstance(value, dict):
        names = {"role", "type", "part_kind", "kind"}
        yield {name: inner if name in names else next(_changed(inner, text, number)) for name, inner in value.items()}
    elif isinstance(value, list):
        yield [next(_changed(inner, text, number)) for inner in value]
    elif isinstance(value, str):
        yield next(_json_in(value, text, number), f"{text} {value}")
    else:
        yield number if isinstance(value, (int, float)) and not isinstance(value, bool) else value


def _json_in(value: str, text: str, number: float) -> Iterator[str]:
    if value[:1] in ("{", "["):
        try:
            yield json.dumps(next(_changed(json.loads(value), text, number)))
        except ValueError:
            return


@pytest.mark.parametrize(
    "policy", [{}, {"prompts": {"mode": "keep"}}, {"prompts": {"unknown": "strict"}}, {"rules": [{"detectors": ["email"], "action": "drop"}]}]
)
def test_whatever_a_known_shape_holds_it_is_dealt_with_as_when_it_is_walked(policy: dict[str, Any]) -> None:
    plan = full_plan_of(**policy)
    for document in _DOCUMENTS:
        versions = [document, document, *(next(_changed(document, text, 7)) for text in ("plain", ADDRESS, f"a {KEY} b", '"q"\n', ""))]
        nested = [{"level": "info", "body": json.dumps(version), "note": ADDRESS} for version in versions]
        _same(plan, [json.dumps(version) for version in (*versions, *nested)])


def test_a_shape_is_known_from_the_second_time_on_and_then_used() -> None:
    plan = copy.copy(plan_of(detectors=FEW))
    plan.memory = {}
    for number in range(4):
        line = json.dumps({"model": f"m-{number}", "messages": [{"role": "user", "content": f"what is it, number {number}"}]}).encode()
        assert b"what is it" not in rewrite("ndjson", line, plan).payload
        shapes = plan.memory[Shapes]._shapes
        assert len(shapes) == (number > 0)
    assert all(shape is not None for shape in shapes.values())


def test_nothing_of_a_value_is_remembered() -> None:
    plan = copy.copy(plan_of(detectors=FEW))
    plan.memory = {}
    for _ in range(3):
        line = {
            "model": KEY,
            "user": ADDRESS,
            "messages": [{"role": "user", "content": f"mail {ADDRESS}"}, {"role": "x" * 80 + ADDRESS, "content": "b"}],
        }
        rewrite("ndjson", json.dumps(line).encode(), plan)
    remembered = repr(plan.memory[Shapes]._shapes)
    assert "messages" in remembered
    assert ADDRESS not in remembered
    assert KEY not in remembered


def test_the_memory_is_bounded() -> None:
    plan = copy.copy(plan_of(detectors=FEW))
    plan.memory = {}
    for number in range(1200):
        line = json.dumps({"model": "m", f"n{number}": 1, "messages": [{"role": "user", "content": "what is it"}]}).encode()
        rewrite("ndjson", line + b"\n" + line, plan)
    shapes = plan.memory[Shapes]
    assert 0 < len(shapes._shapes) <= 512
    assert len(shapes._seen) <= 4096


@pytest.mark.parametrize("tenant", ["summarize", "replace-user", "drop-tool", "redact_entities-system", "all but user", "observe"])
def test_what_one_tenant_taught_holds_for_no_other(tenant: str) -> None:
    shared = copy.copy(modes())
    shared.memory, shared._tenants = {}, {}
    for document in _DOCUMENTS:
        line = json.dumps(document).encode()
        for plan in (shared, shared.for_tenant("keep"), shared.for_tenant(tenant)) * 3:
            assert _told(rewrite("ndjson", line, plan)) == _told(rewrite("ndjson", line, _forgetful(plan)))


_ROLES = st.sampled_from(["user", "system", "assistant", "tool", "", "u" * 70, "us\\er"])
_TEXT = st.sampled_from(
    ["hello there my friend of old", ADDRESS, KEY, "", "a\nb", 'say "x"', "[REDACTED:email]", "{}", '{"role":"user","content":"said within"}']
)
_VALUES = st.one_of(_TEXT, st.integers(-5, 5), st.none(), st.booleans(), st.lists(st.one_of(_TEXT, st.integers(0, 9)), max_size=2))
_MESSAGE = st.dictionaries(
    st.sampled_from(["role", "type", "content", "text", "name", "id", "arguments", "embedding", "password", "phone", "role.role"]),
    _VALUES,
    max_size=4,
)
_DOCUMENT = st.fixed_dictionaries(
    {"model": _TEXT, "messages": st.lists(st.one_of(_MESSAGE, st.fixed_dictionaries({"role": _ROLES, "content": _VALUES})), max_size=3)},
    optional={
        "level": _TEXT,
        "message": _TEXT,
        "input": _VALUES,
        "usage": st.dictionaries(st.sampled_from(["prompt_tokens", "phone"]), _VALUES),
        "a@b.example": _VALUES,
    },
)


@settings(max_examples=150, deadline=None)
@given(st.lists(_DOCUMENT, min_size=1, max_size=3), st.sampled_from(["", "replace-user", "drop-assistant", "redact_entities-tool"]), st.booleans())
def test_any_documents_come_out_the_same(documents: list[dict[str, Any]], tenant: str, compact: bool) -> None:
    lines = [json.dumps(each, separators=(",", ":") if compact else None) for each in documents]
    _same(modes().for_tenant(tenant), lines * 3)
