"""Passwords and keys in ADO, ODBC, JDBC and Azure connection strings: ``;Pwd=…;``, ``AccountKey=…``, ``SharedAccessKey=…``."""

from __future__ import annotations

import re

from detectors.in_context import in_context
from detectors.markers import marker_spans
from detectors.matching import sample
from detectors.model import Anchor, Detector, Span
from detectors.secret_shape import stand_in

# ODBC: a value with special characters stands in braces; ADO.NET: in quotes. It ends at ";" otherwise and may hold blanks.
_VALUE = re.compile(rb"""[ ]?=[ ]?(?:\{(?P<braced>[^}\n]{1,512}+)\}|(?P<secret>(?:[^;"'`\n\r<>&\\]|&(?=amp;)|\\(?![nrt"'])){1,512}+))""")
_NEIGHBOURS = (
    b"server,data source,host,addr,address,database,initial catalog,uid,user,userid,user id,user_id,username,user name,user_name"
    b",driver,dsn,endpoint,accountname,port"
).split(b",")
_NEIGHBOUR_BACKWARDS = re.compile(b"=[ ]?(?:%b)" % b"|".join(name[::-1] for name in _NEIGHBOURS))
_may_hold_marker = re.compile(rb"[\[<]|edacted|EDACTED").search
_ALONE = (b"accountkey", b"accesskey", b"accesssignature")


def _verify(text: bytes, at: int) -> Span | None:
    found = _VALUE.match(text, at)
    if found is None:
        return None
    start, end = found.span(found.lastgroup or 0)
    if not text[max(0, at - 16) : at].lower().endswith(_ALONE) and not _has_neighbours(text, start, end):
        return None
    value = text[start:end].rstrip()
    if stand_in(value) or (_may_hold_marker(value) and marker_spans(text, start, end)):
        return None
    return start, start + len(value)


def _has_neighbours(text: bytes, start: int, end: int) -> bool:
    """Whether other members of a connection string stand on the line, before or behind."""
    before = text[max(0, start - 512, text.rfind(b"\n", max(0, start - 512), start) + 1) : start]
    after = text[end : end + 256].partition(b"\n")[0]
    if not after and b";" not in before:
        return False
    return _NEIGHBOUR_BACKWARDS.search((before + b";" + after).lower()[::-1]) is not None


DETECTOR = Detector(
    id="connection_string",
    entity="password",
    kind="secret",
    title="Passwords and keys in connection strings",
    anchors=tuple(Anchor(name, caseless=True) for name in (";pwd", "password", "accountkey", "accesskey", "accesssignature", "; ?pwd")),
    verify=in_context(_verify),
    finds=(
        "Server=db;Database=shop;Uid=app;Pwd=«my pass,word»;Encrypt=yes",
        "Driver={SQL Server};Server=db;UID=app;PWD={«a;b»};",
        "Data Source=db;User ID=app;Password=«#g3t1n»",
        f"DefaultEndpointsProtocol=https;AccountName=x;AccountKey=«{sample('alnum', 86)}==»;EndpointSuffix=core",
        f"Endpoint=sb://x.example.net/;SharedAccessKeyName=Root;SharedAccessKey=«{sample('alnum', 43)}=»",
    ),
    ignores=(
        "password=hunter2 user=ann",
        "Server=db;Uid=app;Pwd=;",
        "Server=db;Uid=app;Pwd=${DB_PASSWORD};",
        "Server=db;Uid=a;Password=****;",
    ),
    reference="https://learn.microsoft.com/dotnet/framework/data/adonet/connection-string-syntax",
    score=0.7,
)
