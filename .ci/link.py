"""Installs the project into the virtual environment this runs in, from its source tree: ``.venv/bin/python .ci/link.py``.

What ``pip install --no-deps --editable .`` leaves behind, without a build backend, which would have to be downloaded outside the
lock file: a path file, the command, and the metadata (PyPA's "Recording installed projects") that tells the version.
"""

from __future__ import annotations

import os
import shutil
import sys
import sysconfig
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent

# The first two lines are both shell and Python: a #! line can't hold a path with spaces, or a long one.
LAUNCHER = """\
#!/bin/sh
'''exec' "{python}" "$0" "$@"
' '''
import sys

from {module} import {function}

if __name__ == "__main__":
    sys.exit({function}())
"""


def link() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    name, version = project["name"], project["version"]
    packages = Path(sysconfig.get_path("purelib"))
    for outdated in packages.glob(f"{name}-*.dist-info"):
        shutil.rmtree(outdated)

    # Relative to the path file's folder, so that the line holds whatever the tree is called.
    path_file = packages / f"{name}.pth"
    path_file.write_text(f"{os.path.relpath(ROOT, packages)}\n", encoding="utf-8")
    written = [path_file]
    for command, target in project["scripts"].items():
        module, _, function = target.partition(":")
        launcher = Path(sysconfig.get_path("scripts"), command)
        launcher.write_text(LAUNCHER.format(python=sys.executable, module=module, function=function), encoding="utf-8")
        launcher.chmod(0o755)
        written.append(launcher)

    metadata = packages / f"{name}-{version}.dist-info"
    metadata.mkdir()
    (metadata / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n", encoding="utf-8")
    (metadata / "INSTALLER").write_text("link\n", encoding="utf-8")
    written += [metadata / "METADATA", metadata / "INSTALLER", metadata / "RECORD"]
    (metadata / "RECORD").write_text("".join(f"{os.path.relpath(file, packages)},,\n" for file in written), encoding="utf-8")


if __name__ == "__main__":
    if sys.prefix == sys.base_prefix:
        sys.exit("link.py: run it with the Python of a virtual environment")
    link()
