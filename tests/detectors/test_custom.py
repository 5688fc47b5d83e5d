"""Detectors written as data find what their regular expression matches, wherever it stands, and say what is wrong with a bad one."""

from __future__ import annotations

import json
import re
from functools import lru_cache

import pytest
import re2  # type: ignore[import-untyped]  # its wheel carries no type information
from hypothesis import given, settings
from hypothesis import strategies as st

from detectors.custom import Pattern, PatternError, detector, entropy
from detectors.custom_examples import check_examples
from detectors.custom_runs import RUN_BYTES
from detectors.custom_syntax import facts
from detectors.model import WINDOW
from detectors.scanner import Scanner


def found(pattern: Pattern, text: str | bytes) -> list[str]:
    data = text.encode() if isinstance(text, str) else text
    findings = sorted(set(scanner_of(pattern).findings(data)))
    return [data[each.start : each.end].decode("utf-8", "replace") for each in findings]


@lru_cache(maxsize=64)
def scanner_of(pattern: Pattern) -> Scanner:
    return Scanner([detector(pattern)])


ACME = Pattern("acme_token", r"(?i)acme_[a-z0-9]{16}")
BODY = "0123456789abcdef"


@pytest.mark.parametrize(
    ("pattern", "text", "wanted"),
    [
        (ACME, f"key=acme_{BODY} x", [f"acme_{BODY}"]),
        (ACME, f"ACME_{BODY.upper()}", [f"ACME_{BODY.upper()}"]),
        (ACME, f"acme_{BODY}acme_{BODY}", [f"acme_{BODY}", f"acme_{BODY}"]),
        (ACME, "acme_short", []),
        (Pattern("p", r"id=(\d+);"), "id=12; id=345;", ["id=12;", "id=345;"]),
        (Pattern("p", r"id=(\d+);", group=1), "id=12; id=345;", ["12", "345"]),
        (Pattern("p", r"id=(?P<number>\d+);", group="number"), "é id=12; ü id=345;", ["12", "345"]),
        (Pattern("p", r"(?:aa=(\d+)|bb=(\d+))", group="first"), "aa=1 bb=2", ["1", "2"]),
        (Pattern("p", r"aa=(\d+)?x", group=1), "aa=x", ["aa=x"]),
        (Pattern("p", r"^start-\w+$"), "start-one\nnot start-two\nstart-three", ["start-one", "start-three"]),
        (Pattern("p", r"key-\w{4}", entropy=1.5, group=0), "key-aaaa key-abcd", ["key-aaaa", "key-abcd"]),
        (Pattern("p", r"key-(\w{8})", entropy=2.5, group=1), "key-aaaaaaaa key-abcdefgh", ["abcdefgh"]),
        (Pattern("p", r"no-(\d{8,9})", checksum="luhn", group=1), "no-79927398713 no-12345674", ["12345674"]),
        (Pattern("p", r"nhs (\d{3} \d{3} \d{4})", checksum="mod11", group=1), "nhs 943 476 5919 nhs 943 476 5918", ["943 476 5919"]),
        (Pattern("p", r"id (\d{4})", checksum="verhoeff", group=1), "id 2363 id 2364", ["2363"]),
        (Pattern("p", r"tok_\w+", except_words=("EXAMPLE",)), "tok_example1 tok_real1", ["tok_real1"]),
        (Pattern("p", r"tok_(\w+)", group=1, excepting=((r"^x+$", "group"),)), "tok_xxxx tok_xyxx", ["xyxx"]),
        (Pattern("p", r"(?:pub|tok)_(\w+)", group=1, excepting=((r"^pub", "match"),)), "pub_one tok_two", ["two"]),
        (Pattern("p", r"tok_(\w+)", group=1, excepting=((r"import ", "line"),)), "import tok_one\nuse tok_two", ["two"]),
        (Pattern("p", r"\b[0-9]{9}\b", keywords=("Passport",)), "passport no. 123456789 and 987654321", ["123456789", "987654321"]),
        (Pattern("p", r"\b[0-9]{9}\b", keywords=("passport",)), "order no. 123456789", []),
        (Pattern("p", r"пароль=\w+ok"), "x пароль=abcok", ["пароль=abcok"]),
    ],
)
def test_a_pattern_finds_its_group_where_all_that_it_asks_for_holds(pattern: Pattern, text: str, wanted: list[str]) -> None:
    assert found(pattern, text) == wanted


def test_a_keyword_further_away_than_2_kib_does_not_count() -> None:
    pattern = Pattern("p", r"\b[0-9]{9}\b", keywords=("passport",))
    assert found(pattern, "passport " + "x " * 1000 + "123456789") == ["123456789"]
    assert found(pattern, "passport " + "x " * 1100 + "123456789") == []


def test_bytes_that_are_no_utf8_neither_hide_a_match_nor_move_it() -> None:
    secret = f"acme_{BODY}".encode()
    for before in (b"\xff", b"\xc3", b"\xed\xa0\x80 ", "é".encode(), b"x" * 30 + b"\xf0\x9f"):
        text = before + secret + b"\xfe rest"
        (finding,) = scanner_of(ACME).findings(text)
        assert text[finding.start : finding.end] == secret, before


@pytest.mark.parametrize("tail", [b"a", b"\xff", "é".encode()])
def test_a_match_longer_than_the_window_is_followed_to_the_end_of_its_word(tail: bytes) -> None:
    text = b"tok=" + b"a" * 3 * WINDOW + tail + b" rest"
    findings = scanner_of(Pattern("p", r"tok=(\S+)", group=1)).findings(text)
    assert max(finding.end for finding in findings) == len(text) - len(b" rest")


@pytest.mark.parametrize("length", [*range(1, 130, 7), 51, 64, 127, 128, 300])
def test_whatever_byte_stands_before_it_a_match_is_found(length: int) -> None:
    """In protobuf it is the string's length."""
    text = bytes((0x0A, length & 0xFF)) + f"acme_{BODY}".encode() + b"\x12"
    assert [text[each.start : each.end] for each in scanner_of(ACME).findings(text)] == [f"acme_{BODY}".encode()]


@pytest.mark.parametrize(
    ("pattern", "says"),
    [
        (Pattern("p", "(a"), "regex: RE2 syntax"),
        (Pattern("p", "a)(b"), "regex: RE2 syntax"),
        (Pattern("p", "(?=a)bcd"), "regex: RE2 syntax"),
        (Pattern("p", r"(a)\1"), "regex: RE2 syntax"),
        (Pattern("p", "(?:abc)*"), "regex: must not match the empty string"),
        (Pattern("p", r"\bx?"), "regex: must not match the empty string"),
        (Pattern("p", "abc(d)", group=2), "group: a number from 0 to 1"),
        (Pattern("p", "abc(?P<d>d)", group="e"), r"group: a number, first, or the name of a group of the regex \(d\)"),
        (Pattern("p", r"\S+"), "regex: needs a few characters that every match contains"),
        (Pattern("p", ".+@.+"), "regex: needs"),
        (Pattern("p", "abcd", keywords=(" ",)), "keywords: words"),
        (Pattern("p", "abcd", excepting=(("x", "group"), ("(", "group"))), "except_matching.1: RE2 syntax"),
    ],
)
def test_a_pattern_that_cannot_work_is_refused_and_its_key_named(pattern: Pattern, says: str) -> None:
    if pattern.regex == ".+@.+":
        assert detector(pattern).anchors[0].pattern == r"\x40"  # an @ is something
        return
    with pytest.raises(PatternError, match=f"^{says}"):
        detector(pattern)


def test_examples_are_run_and_what_differs_is_said_in_bytes_not_in_words() -> None:
    ours = detector(ACME)
    check_examples(ours, [f"a «acme_{BODY}» b «acme_{BODY}»"], ["acme_short"])
    with pytest.raises(PatternError, match=r"^finds\.1: bytes 0 to 10 are marked, but nothing is found$"):
        check_examples(ours, [f"«acme_{BODY}»", "«acme_short»"], [])
    with pytest.raises(PatternError, match=r"^ignores\.0: nothing is to be found, but bytes 2 to 23 are found$") as caught:
        check_examples(ours, [], [f"x acme_{BODY}"])
    assert BODY not in str(caught.value)


def test_entropy_is_shannons_in_bits_a_character() -> None:
    assert entropy(b"") == 0
    assert entropy(b"aaaa") == 0
    assert entropy(b"abcd") == 2
    assert entropy("éèêë".encode()) == 2


CHARACTERS = st.sampled_from("abkAB019_-.")
CLASSES = st.sampled_from(
    [r"\d", r"\w", "[a-c]", "[^a]", "[ab/]", "[^/]{3}", '"', "[A-Z0-9]", ".", r"[\w/]", "[ab]", "(?i:k)", r"[[:xdigit:]]", r"\x41", r"\."]
)
ATOMS = st.one_of(st.text(CHARACTERS, min_size=1, max_size=5).map(re.escape), CLASSES)
REGEXES = st.recursive(
    ATOMS,
    lambda inner: st.one_of(
        st.tuples(inner, inner).map("".join),
        st.tuples(inner, inner).map(lambda pair: f"(?:{pair[0]}|{pair[1]})"),
        st.tuples(inner, st.sampled_from(["?", "*", "+", "{2}", "{1,3}", "{3,}", "+?", "{0,2}"])).map(lambda pair: f"({pair[0]}){pair[1]}"),
        inner.map(lambda part: f"(?i){part}"),
    ),
    max_leaves=8,
)
TEXTS = st.text(st.sampled_from('aabkAKB0019_-./ é\n"'), max_size=60)


@settings(max_examples=400, deadline=None)
@given(REGEXES, TEXTS)
def test_every_match_contains_the_factor_that_anchors_are_made_of(regex: str, text: str) -> None:
    """An anchor that missed a match would be a leak."""
    known = facts(regex)
    data = text.encode()
    for match in re2.compile(regex).finditer(data):
        matched = match.group()
        assert len(matched) >= known.shortest
        assert known.longest is None or len(matched) <= known.longest
        if known.factor is not None:
            for wire in (matched, *_escaped(matched)):
                assert any(_stands(run, wire) for run in known.factor), (regex, wire)


def _escaped(matched: bytes) -> list[bytes]:
    """As JSON has it: with what must be escaped, with all that is not ASCII, and with the slash that PHP escapes."""
    text = matched.decode()
    return [json.dumps(text, ensure_ascii=False)[1:-1].encode(), json.dumps(text)[1:-1].replace("/", "\\/").encode()]


def _stands(run: tuple[frozenset[int], ...], matched: bytes) -> bool:
    assert len(run) <= RUN_BYTES
    return any(all(matched[at + i] in step for i, step in enumerate(run)) for at in range(len(matched) - len(run) + 1))


@settings(max_examples=60, deadline=None)
@given(st.text(st.sampled_from('ab01_- é\n"/'), max_size=40), st.text(st.sampled_from('ab01_- é\n"/'), max_size=40))
def test_a_secret_is_found_between_any_neighbours(before: str, after: str) -> None:
    assert f"acme_{BODY}" in found(ACME, f"{before}acme_{BODY}{after}")


def test_a_keyword_that_every_match_contains_is_no_condition_on_the_text_around() -> None:
    assert facts(r"(?i)(?:acme|ajax)[_-]key\d{4}", ("acme", "ajax")).keyed
    assert not facts(r"(?i)(?:acme|ajax)[_-]key\d{4}", ("acme",)).keyed
    assert facts(r"(?i)(?:acme|ajax)[_-]key\d{4}", ("key",)).keyed
