"""Password hashes in crypt(3), PHC, Django or Kerberos notation: what is logged can be cracked."""

from __future__ import annotations

import re

from detectors.matching import sample
from detectors.model import Anchor, Detector, Span

_hash = re.compile(
    rb"""
    (?:
      \$2[abxy]\$[0-9]{2}\$[./0-9A-Za-z]{40,53}+                                      # bcrypt
     | \$(?:apr)?1\$[./0-9A-Za-z]{1,8}+\$[./0-9A-Za-z]{22}                            # MD5 crypt
     | \$[56]\$(?:rounds=[0-9]{1,9}\$)?[./0-9A-Za-z]{1,16}+\$[./0-9A-Za-z]{32,86}+    # SHA-2 crypt
     | \$[789]\$[./0-9A-Za-z]{8,16}+\$[./0-9A-Za-z]{43}                               # scrypt, Cisco types 8 and 9
     | \$y\$[./0-9A-Za-z]{1,8}+\$[./0-9A-Za-z]{8,86}+\$[./0-9A-Za-z]{43}              # yescrypt
     | \$argon2(?:id|i|d)\$[0-9A-Za-z=,$+/]{40,300}+
     | \$krb5(?:asrep|tgs|pa)\$[^\s"'<>,;&]{64,4000}+
     | pbkdf2_sha(?:1|256|512)\$[0-9]{1,8}\$[0-9A-Za-z]{1,64}+\$[0-9A-Za-z+/=]{20,100}+   # Django
    )
    """,
    re.VERBOSE,
).match


def _verify(text: bytes, at: int) -> Span | None:
    mark = text[max(0, at - 8) : at]
    start = max(mark.rfind(b"$", 0, len(mark) - 3), mark.find(b"pbkdf2_s"))
    found = _hash(text, at - len(mark) + start) if start >= 0 else None
    return found.span() if found else None


DETECTOR = Detector(
    id="password_hash",
    entity="password_hash",
    kind="secret",
    title="Password hash",
    anchors=(
        Anchor(r"\$2[abxy]\$[0-9]"),
        Anchor(r"\$[156789]\$[./A-Za-z0-9]{2}"),
        *(Anchor(prefix) for prefix in (r"\$apr1\$", r"\$y\$j", r"\$argon", r"\$krb5", "pbkdf2_s")),
    ),
    verify=_verify,
    finds=(
        f"hash=«$2b$12${sample('alnum', 53)}»",
        f"root:«$6${sample('alnum', 16)}${sample('alnum', 86)}»:19000:0:99999:7:::",
        f"«$1${sample('alnum', 8)}${sample('alnum', 22)}»",
        f'"password": "«$argon2id$v=19$m=65536,t=3,p=4${sample("alnum", 22)}${sample("alnum", 43)}»"',
        f"«$krb5asrep$23$user@EXAMPLE:{sample('hex', 32)}${sample('hex', 128)}»",
        f"«pbkdf2_sha256$600000${sample('alnum', 22)}${sample('alnum', 43)}=»",
    ),
    ignores=(
        "costs $1$ or $5$a month",
        "awk '{print $1$2}' and $6$7",
        "$2b$ is the prefix of bcrypt",
        "$argon2id$ chosen",
    ),
    reference="noseyparker rules np.pwhash.*, np.krb5.*; crypt(5); https://github.com/P-H-C/phc-string-format",
    score=0.9,
)
