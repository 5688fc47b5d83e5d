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
_NEIGHBOURS = re.compile(
    rb"(?i)(?:server|data source|host|addr(?:ess)?|database|initial catalog|uid|user(?:[ _]?(?:id|name))?"
    rb"|driver|dsn|endpoint|accountname|port)[ ]?="
)
_ALONE = re.compile(rb"(?i)(?:accountkey|accesskey|accesssignature)$")


def _verify(text: bytes, at: int) -> Span | None:
    found = _VALUE.match(text, at)
    if found is None:
        return None
    start, end = found.span("braced" if found.group("braced") else "secret")
    value = text[start:end].rstrip()
    around = text[max(0, start - 512) : start].rpartition(b"\n")[2] + b";" + text[end : end + 256].partition(b"\n")[0]
    if not _ALONE.search(text[at - 16 : at] if at >= 16 else text[:at]) and not (b";" in around[:-1] and _NEIGHBOURS.search(around)):
        return None
    return None if stand_in(value) or marker_spans(text, start, end) else (start, start + len(value))


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
