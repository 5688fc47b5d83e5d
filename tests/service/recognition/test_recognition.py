"""Recognition in processes: what is found is redacted by the policy; what was not looked at in time is not let through unasked."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from functools import cache

import pytest

pytest.importorskip("spacy", reason="needs the extra ner")

from config.policy import Policy
from config.recognition import Ner
from detectors.ner import NerUnavailable
from service.recognition.lane import HUNG_SECONDS, resident_bytes
from service.recognition.pool import Recognition
from service.recognition.revision import PIECE_BYTES, check_recognition, recognise, recognition_of
from service.redaction.compilation import compile_plan
from service.redaction.pipeline import rewrite
from service.redaction.plan import Plan
from service.redaction.report import Redacted
from tests.service.redaction.otlp_requests import REQUESTS, logs, wire

WAIT = 60.0
TEXT = b"Ticket was escalated by Margaret Hamilton on Friday."
P = "[REDACTED:person]"


@cache
def plan(over_budget: str = "wait", rules: str = "[]") -> Plan:
    return compile_plan(Policy.model_validate({"ner": {"over_budget": over_budget, "budget": "30s"}, "rules": json.loads(rules)}))


@pytest.fixture(scope="module")
def recognition() -> Iterator[Recognition]:
    started = recognition_of(plan())
    assert started is not None
    started.ready(WAIT)
    yield started
    started.close()


def revised(recognition: Recognition, codec: str, payload: bytes, using: Plan | None = None) -> Redacted:
    using = using or plan()
    return recognise(codec, rewrite(codec, payload, using), using, recognition).result(WAIT)


def test_people_in_the_fields_named_go(recognition: Recognition) -> None:
    line = json.dumps({"message": TEXT.decode(), "other": TEXT.decode(), "msg": "short", "log": f"mail a@example.com {TEXT.decode()}"}).encode()
    redacted = revised(recognition, "ndjson", line)
    found = json.loads(redacted.payload)
    assert found["message"] == f"Ticket was escalated by {P} on Friday."
    assert found["other"] == TEXT.decode()
    assert found["log"].startswith("mail [REDACTED:email] Ticket")
    assert P in found["log"]
    assert redacted.report.findings["ner_person", "replace", "body"] == 2
    assert revised(recognition, "ndjson", redacted.payload).payload == redacted.payload


def test_otlp_bodies_and_lines_of_text_are_looked_at(recognition: Recognition) -> None:
    out = revised(recognition, "otlp_proto:logs", wire(logs(TEXT.decode(), "nothing to be seen here")))
    records = REQUESTS["logs"].FromString(out.payload).resource_logs[0].scope_logs[0].log_records
    assert [record.body.string_value for record in records] == [f"Ticket was escalated by {P} on Friday.", "nothing to be seen here"]
    assert revised(recognition, "text", TEXT).payload.decode() == f"Ticket was escalated by {P} on Friday."


def test_rules_decide_about_what_is_recognised(recognition: Recognition) -> None:
    ruled = plan(rules=json.dumps([{"detectors": ["ner_person"], "action": "replace", "mode": "observe"}]))
    redacted = revised(recognition, "text", TEXT, ruled)
    assert redacted.payload == TEXT
    assert redacted.report.findings["ner_person", "observe", "body"] == 1


def test_a_policy_that_only_observes_changes_nothing(recognition: Recognition) -> None:
    redacted = revised(recognition, "text", TEXT, compile_plan(Policy.model_validate({"ner": {"over_budget": "wait"}, "mode": "observe"})))
    assert redacted.payload == TEXT
    assert redacted.report.findings["ner_person", "observe", "body"] == 1
    assert redacted.report.touched == 0


def test_a_service_awaits_and_the_very_object_comes_back_where_nothing_is_found(recognition: Recognition) -> None:
    clean = Redacted(b'{"message":"kafka consumer lag is 1200 now"}', rewrite("ndjson", b"", plan()).report)

    async def awaited() -> Redacted:
        return await asyncio.wrap_future(recognise("ndjson", clean, plan(), recognition))

    assert asyncio.run(awaited()) is clean
    nothing = Redacted(b'{"n":1}', clean.report)
    assert recognise("ndjson", nothing, plan(), recognition).result(0) is nothing


def test_long_texts_are_looked_at_in_pieces(recognition: Recognition) -> None:
    long = (b"Nothing was seen. " * 300) + TEXT + (b" Nothing was seen." * 300) + TEXT
    assert len(long) > 2 * PIECE_BYTES
    assert revised(recognition, "text", long).payload.count(P.encode()) == 2


def test_equal_texts_are_looked_at_once(recognition: Recognition) -> None:
    text = b"A second ticket was escalated by Margaret Hamilton on Monday."
    first = recognition.submit([text]).result(WAIT)
    before = recognition.outcomes["looked_at"]
    assert recognition.submit([text, text]).result(WAIT) == first * 2
    assert recognition.outcomes["looked_at"] == before


def test_a_process_that_dies_is_replaced_and_its_texts_are_looked_at_again(recognition: Recognition) -> None:
    lane = recognition.lanes[0]
    lane._born = time.monotonic() - HUNG_SECONDS  # it is not one that dies as soon as it is born
    asked = recognition.submit([b"%d %s" % (i, TEXT) for i in range(400)])
    os.kill(lane.pid, signal.SIGKILL)
    found = asked.result(WAIT)
    assert all(found)


def test_a_process_that_has_seen_its_share_hands_over() -> None:
    own = Recognition(Ner(over_budget="wait", cache=0), texts_each=10)
    try:
        own.ready(WAIT)
        first = own.lanes[0].pid
        deadline = time.monotonic() + WAIT
        while own.lanes[0].pid == first and time.monotonic() < deadline:
            assert all(own.submit([TEXT] * 20).result(WAIT))
        assert own.lanes[0].pid != first
    finally:
        own.close()


@pytest.mark.parametrize("over_budget", ["replace", "pass"])
def test_what_is_over_budget_goes_whole_or_passes_and_is_counted(over_budget: str) -> None:
    using = compile_plan(Policy.model_validate({"ner": {"over_budget": over_budget, "budget": "1ms", "queue": 1}}))
    own = recognition_of(using)
    assert own is not None
    try:
        lines = json.dumps({"message": TEXT.decode()}).encode() + b"\n" + json.dumps({"message": "One more: " + TEXT.decode()}).encode()
        redacted = revised(own, "ndjson", lines, using)  # the model is not loaded yet, and only one text may wait
        if over_budget == "pass":
            assert redacted.payload == lines
            assert redacted.report.findings["ner", "over_budget", "body"] == 2
        else:
            assert [json.loads(line)["message"] for line in redacted.payload.splitlines()] == ["[REDACTED:unprocessable]"] * 2
            assert redacted.report.unprocessable == {"ner_budget": 2}
        assert own.outcomes["refused"] == 1
    finally:
        own.close()


def test_what_lies_too_deep_to_be_looked_at_goes(recognition: Recognition) -> None:
    deep = b'{"message":' * 200 + b'"x"' + b"}" * 200
    redacted = revised(recognition, "json", deep, plan(rules='[{"detectors": ["ip"], "action": "keep"}]'))
    assert b"[REDACTED:unprocessable]" in redacted.payload
    assert redacted.report.unprocessable["depth"] >= 1


def test_what_is_not_installed_is_said_before_anything_starts() -> None:
    missing = compile_plan(Policy.model_validate({"ner": {"model": "no_such_model"}}))
    for asked in (check_recognition, recognition_of):
        with pytest.raises(NerUnavailable, match="no_such_model"):
            asked(missing)
    late = Recognition(Ner(entities=("NO_SUCH_ENTITY",)))
    try:
        with pytest.raises(NerUnavailable, match="NO_SUCH_ENTITY"):
            late.ready(WAIT)
    finally:
        late.close()


def test_without_the_setting_there_are_no_processes() -> None:
    assert recognition_of(compile_plan(Policy())) is None
    assert recognition_of(compile_plan(Policy.model_validate({"ner": {}, "detectors": {"off": ["ner_person"]}}))) is None


_PARENT = """
import sys, time
from config.recognition import Ner
from detectors.ner import NerUnavailable
from service.recognition.pool import Recognition
if __name__ == "__main__":
    own = Recognition(Ner(over_budget="wait"))
    own.ready(60)
    print(own.lanes[0].pid, flush=True)
    time.sleep(60)
"""


def test_processes_end_with_their_parent_however_it_ends(tmp_path: object) -> None:
    script = f"{tmp_path}/parent.py"
    with open(script, "w") as file:
        file.write(_PARENT)
    with subprocess.Popen([sys.executable, script], stdout=subprocess.PIPE, env={**os.environ, "PYTHONPATH": os.getcwd()}) as parent:
        assert parent.stdout is not None
        pid = int(parent.stdout.readline())
        assert resident_bytes(pid) > 0
        parent.kill()
    deadline = time.monotonic() + WAIT
    while resident_bytes(pid) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert resident_bytes(pid) == 0
