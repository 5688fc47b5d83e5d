"""What speeds are compared with does what it says."""

from __future__ import annotations

from detectors.matching import sample
from load.corpus import MIB, application_ndjson
from load.yardstick import PLAIN_PATTERNS, YARDSTICK_PATTERNS, Yardstick, plain_redact


def test_the_yardstick_scans_whole_chunks_of_a_mebibyte() -> None:
    yardstick = Yardstick(2 * MIB + 1)
    assert [len(chunk) for chunk in yardstick.chunks[:2]] == [MIB, MIB]
    assert sum(map(len, yardstick.chunks)) == yardstick.size >= 2 * MIB + 1
    yardstick.run()


def test_the_yardstick_has_the_four_pinned_patterns() -> None:
    assert len(YARDSTICK_PATTERNS) == 4


def test_the_plain_redactor_redacts_each_of_its_five_kinds() -> None:
    line = (
        f"Authorization: Bearer {sample('alnum', 30)} sk-{sample('alnum', 30)} to jo@example.org or +12125550142 "
        '{"prompt": "tell me \\"all\\" about it", "n": 1}'
    )
    (redacted,) = plain_redact([line.encode()])
    assert len(PLAIN_PATTERNS) == 5
    assert redacted == (
        'Authorization: [REDACTED:token] [REDACTED:key] to [REDACTED:email] or [REDACTED:phone] {"prompt": "[REDACTED:prompt]", "n": 1}'
    )


def test_the_plain_redactor_leaves_clean_lines_alone() -> None:
    payloads = application_ndjson(50_000, share=0.0).payloads
    assert plain_redact(payloads) == b"".join(payloads).decode().splitlines()
