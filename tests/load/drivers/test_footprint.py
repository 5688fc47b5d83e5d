"""What processes take is read for each of them: memory, open files, threads."""

from __future__ import annotations

import sys
from pathlib import Path

from load.drivers.footprint import footprints, workers_of
from load.processes import started, wait_until

_PARENT = """
import subprocess, sys, threading, time
child = subprocess.Popen([sys.executable, "-c", "import time; held = bytearray(64 << 20); print('ready', flush=True); time.sleep(60)"])
held = [open("/dev/null") for _ in range(20)]
threading.Thread(target=time.sleep, args=(60,)).start()
time.sleep(60)
"""


def test_each_process_of_a_family_has_its_own_figures_and_those_that_are_gone_have_none(tmp_path: Path) -> None:
    with started("family", (sys.executable, "-c", _PARENT), tmp_path / "log") as process:
        wait_until(lambda: "ready" in process.log.read_text(), process)
        wait_until(lambda: footprints(process)[0].threads == 2, process)
        parent, child = footprints(process)
        assert [each.pid for each in workers_of(process)] == [child.pid]
        assert parent.pid == process.pid
        assert parent.files >= 20 > child.files > 0
        assert (parent.threads, child.threads) == (2, 1)
        assert child.peak >= child.resident >= 64 << 20 > parent.resident
        assert 64 << 20 <= child.proportional <= child.resident + (4 << 20)
    assert [each.resident for each in footprints(process)] == [0]
