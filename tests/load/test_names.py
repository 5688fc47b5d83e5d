"""What measures recognition: the lines' labels, the counting, the soak."""

from __future__ import annotations

import pytest

pytest.importorskip("spacy", reason="needs the extra ner")

from load.names import main, score
from load.names_lines import CLOSE, OPEN, WITHOUT, rows
from load.soak import soak, texts


def test_labels_are_where_the_names_stand() -> None:
    labelled = dict(rows())
    assert len(labelled) >= 150
    assert labelled["Subscription cancelled by Emily Watson"] == [(26, 38)]
    assert not any(OPEN in text or CLOSE in text for text in labelled)
    assert not any(labelled[text] for text in WITHOUT)


def test_recall_goes_by_overlap_and_exact_by_borders() -> None:
    labelled = [("a Bo Ek b", [(2, 7)]), ("nobody", []), ("Di Le", [(0, 5)])]
    found = score(labelled, [[(2, 4)], [(0, 6)], [(0, 5)]])
    assert (found.names, found.recall, found.exact, found.false) == (2, 1.0, 0.5, 1)
    assert found.precision == pytest.approx(2 / 3)


def test_on_log_lines_no_less_is_found_and_less_is_wrong_than_by_plain_presidio(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([]) == 0
    table = [line.split() for line in capsys.readouterr().out.splitlines()[1:]]
    ours, plain = table[0], table[2]
    assert float(ours[6]) >= float(plain[6])
    assert float(ours[8]) >= float(plain[8])


def test_the_soak_measures_its_process() -> None:
    assert len(set(texts(500))) == 500
    measured = list(soak(500, 250))
    assert [done for done, *_ in measured] == [0, 250, 500]
    assert all(process > 10 << 20 for _, process, _, _ in measured)
