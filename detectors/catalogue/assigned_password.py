"""Passwords behind their field's name: ``DB_PASSWORD=…``, ``"pwd": "…"``, ``<password>…</password>``, ``--password …``."""

from __future__ import annotations

from detectors.assigned import assigned
from detectors.in_context import in_context
from detectors.model import Anchor, Detector

_STEMS = ("passw", "passphra", "pass_[a-z]", "contrase", "motdepas")
_ENDS = ("pass", "pwd", "psw", "passcode", "senha")
_SEPARATORS = ("=", ":", '"', "'", " =", " :", " !", "\\\\", "%3")

DETECTOR = Detector(
    id="assigned_password",
    entity="password",
    kind="secret",
    title="Passwords behind a field's name",
    anchors=(
        *(Anchor(stem, caseless=True) for stem in _STEMS),
        *(Anchor(end + separator, caseless=True) for end in _ENDS for separator in _SEPARATORS),
    ),
    verify=in_context(assigned(frozenset(("password",)))),
    finds=(
        "DB_PASSWORD=«hunter2» user=root",
        'password := "«correct horse»"',
        '{\\"dbPassword\\":\\"«s3cr3t,1»\\",\\"port\\":5432}',
        "{'user': 'ann', 'pwd': '«Tr0ub4dor&3»'}",
        "<password>«open sesame»</password>",
        "Server=db;User Id=app;Password=«#g3t1n»;Encrypt=true",
        "mysqladmin --password «n0tThis» ping",
        'the password is "«centipede»" for now',
        "login?user=ann&password%3D«abc123»&x=1",
        "map[user:ann password:«hunter2»]",
        'if user == "ann" and password == "«team10»":',
    ),
    ignores=(
        "Failed password for root from 192.0.2.7 port 50215 ssh2",
        "Access denied for user 'root'@'localhost' (using password: NO)",
        "password=[REDACTED:password] next",
        "password: ${DB_PASSWORD}",
        "password=******** host=db",
        "Password: must be at least 8 characters",
        "password = request.form['password']",
        "password_hash_algorithm=argon2id",
        "user username: authentication failure: Password Mismatch",
        "compass=north bypass=42",
    ),
    reference="https://github.com/Yelp/detect-secrets (keyword detection); CWE-532",
    score=0.6,
    loose=True,
)
