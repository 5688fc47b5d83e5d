"""Passwords given to command-line clients: ``curl -u user:password``, ``--proxy-user``, ``sshpass -p``, ``mysql -p…``."""

from __future__ import annotations

import re

from detectors.in_context import in_context
from detectors.model import Anchor, Detector, Span
from detectors.secret_shape import stand_in

_COMMAND = re.compile(
    rb"(?:curl|http|https|xh|wget|ldapsearch|smbclient|rclone|ab|sshpass|mysql|mysqldump|mysqladmin|mariadb|redis-cli|skopeo)(?=[ .])"
)
_USER = re.compile(rb"""[ =]?(?P<quote>\\{0,7}["'])?(?P<user>[^\s"'`:\\]{0,128}+):(?P<secret>(?(quote)[^"'\n\\]|[^\s"'`\\|;&<>]){1,512}+)""")
_ATTACHED = re.compile(rb" (-p|-a)( ?|[^\s-])$")
_GLUED = re.compile(rb" -[uU][^\s\"'-]$")
_TAKES = {b"-p": (b"sshpass", b"mysql", b"mysqldump", b"mysqladmin", b"mariadb"), b"-a": (b"redis-cli",)}
_PLAIN = re.compile(rb"""[ ]?(?P<quote>\\{0,7}["'])?(?P<secret>(?(quote)[^"'\n\\]|[^\s"'`\\|;&<>]){3,256}+)""")


def _verify(text: bytes, at: int) -> Span | None:
    line = text[max(0, at - 1024) : at].replace(b"\\\n", b"  ").rpartition(b"\n")[2]
    commands = _COMMAND.findall(line)
    if not commands:
        return None
    if _GLUED.search(line):
        at -= 1
    attached = _ATTACHED.search(line)
    if attached is None:
        found = _USER.match(text, at)
    elif commands[-1] in _TAKES.get(attached.group(1), ()):
        found = _PLAIN.match(text, at - len(attached.group(2)))
    else:
        return None
    if found is None or stand_in(found.group("secret")):
        return None
    return found.span("secret")


DETECTOR = Detector(
    id="command_line_password",
    entity="password",
    kind="secret",
    title="Passwords on command lines",
    anchors=(
        *(Anchor(flag) for flag in (" -u ", " -u[\"']", " -U ", " -u[a-z]", "--user", "-user ", "-user=", "sshpass -p", "-cli -a ", " --creds")),
        Anchor(r" -p[^\s-]"),
    ),
    verify=in_context(_verify),
    finds=(
        "curl -u ann:«hunter2» https://example.org",
        "curl -X POST --user 'app:«s3cr3t word»' https://example.org",
        "run: curl --proxy-user ann:«hunter2» x",
        "sshpass -p «n0tThis» ssh ann@example.org",
        "mysqldump -h db -u app -p«s3cr3t» shop",
    ),
    ignores=(
        "sudo -u ann:staff ls",
        "curl -u ann https://example.org",
        "curl -u ${USER}:${PASS} x",
        "mkdir -p/tmp/x",
        "docker run --user 1000:1000 x",
    ),
    reference="https://curl.se/docs/manpage.html#-u",
    score=0.8,
)
