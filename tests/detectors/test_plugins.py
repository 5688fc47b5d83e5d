"""Detectors of installed packages are found by their entry points, and one that can't be used says whose it is."""

from __future__ import annotations

from pathlib import Path

import pytest

from config.policy import Policy
from detectors.plugins import PluginError, load_plugins
from service.errors import ConfigError
from service.redaction.compilation import compile_plan
from service.redaction.pipeline import rewrite

MODULE = """
from detectors.custom import Pattern, detector

BADGE = detector(Pattern(NAME, "badge-[0-9]{6}", kind="contact"))
BOTH = (BADGE, detector(Pattern(NAME + "_two", "locker-[0-9]{4}")))


def make():
    return BOTH


def broken():
    raise RuntimeError("locker-1234 is my secret")


NONE = ()
WORD = "badge"
"""


@pytest.fixture
def install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Installer:
    monkeypatch.syspath_prepend(str(tmp_path))
    return Installer(tmp_path)


class Installer:
    """Puts a package where Python finds it, as an installer does: a module, and its metadata beside it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def __call__(self, distribution: str, target: str, detector_id: str = "acme_badge") -> None:
        module = f"plugin_{distribution}_{abs(hash((str(self.folder), target)))}"
        (self.folder / f"{module}.py").write_text(f"NAME = {detector_id!r}\n{MODULE}")
        metadata = self.folder / f"{distribution}-1.2.dist-info"
        metadata.mkdir()
        (metadata / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {distribution}\nVersion: 1.2\n")
        (metadata / "entry_points.txt").write_text(f"[scrubjay.detectors]\nbadges = {module}:{target}\n")


@pytest.mark.parametrize(
    ("target", "ids"), [("BADGE", ["acme_badge"]), ("BOTH", ["acme_badge", "acme_badge_two"]), ("make", ["acme_badge", "acme_badge_two"])]
)
def test_a_detector_a_tuple_or_a_function_that_returns_one_is_loaded(install: Installer, target: str, ids: list[str]) -> None:
    install("acme", target)
    (plugin,) = load_plugins()
    assert plugin.source == "acme 1.2, entry point badges"
    assert [detector.id for detector in plugin.detectors] == ids


@pytest.mark.parametrize(
    ("target", "says"),
    [("broken", "RuntimeError"), ("missing", "AttributeError"), ("NONE", "must be a detectors.model.Detector"), ("WORD", "must be")],
)
def test_what_cannot_be_used_names_the_package_and_repeats_nothing(install: Installer, target: str, says: str) -> None:
    install("acme", target)
    with pytest.raises(PluginError, match=rf"^acme 1\.2, entry point badges: .*{says}") as caught:
        load_plugins()
    assert "1234" not in str(caught.value)


def test_an_id_is_one_packages_alone(install: Installer) -> None:
    install("acme", "BADGE")
    install("bolt", "BADGE")
    with pytest.raises(PluginError, match=r"^bolt 1\.2, entry point badges: the id acme_badge is taken by acme 1\.2, entry point badges"):
        load_plugins()


def test_an_id_of_the_catalogue_is_refused_when_a_plan_is_compiled(install: Installer) -> None:
    install("acme", "BADGE", "email")
    with pytest.raises(ConfigError, match=r"acme 1\.2, entry point badges: the id email is taken by the catalogue"):
        compile_plan(Policy())


def test_an_installed_package_redacts_like_any_detector_and_is_part_of_the_plans_hash(install: Installer) -> None:
    without = compile_plan(Policy()).hash
    install("acme", "make")
    plan = compile_plan(Policy.model_validate({"rules": [{"detectors": ["acme_badge"], "action": "mask"}]}))
    assert rewrite("text", b"badge-123456 locker-9876 -", plan).payload == b"*********456 [REDACTED:acme_badge_two] -"
    assert compile_plan(Policy()).hash != without
    assert rewrite("text", b"password=[REDACTED:acme_badge_two]", plan).payload == b"password=[REDACTED:acme_badge_two]"
