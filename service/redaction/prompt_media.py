"""Images, sounds and files in prompts: what a consumer may still see of them.

A data URI (RFC 2397) keeps its type and shows its size: ``data:image/png;redacted,bytes=48213``. A URL under a name such as ``image_url``
stays a URL and keeps its host: ``https://files.example/REDACTED-prompt``; path, query (the signature of a signed URL) and user go.
Where prompts stay and only entities go, URLs lose the query that signs them, and what no detector can read goes.
"""

from __future__ import annotations

import re
from urllib.parse import unquote_to_bytes

_DATA = re.compile(
    rb"data:(?P<type>(?:image|audio|video|application|text|font|model)/[a-z0-9][a-z0-9.+-]{0,63})?(?:;[a-z0-9_-]{1,32}=[\w.+-]{1,64}){0,4}(?P<base64>;base64)?,",
    re.IGNORECASE,
)
_SHOWN = re.compile(
    rb"data:(?:[a-z]+/[a-z0-9.+-]{1,64})?;redacted,bytes=[0-9]{1,18}|[a-z][a-z0-9+.-]{1,15}://[^/?#@\s]{1,255}/REDACTED-prompt", re.IGNORECASE
)
_URL = re.compile(
    rb"(?P<scheme>https?|gs|s3|abfss?|wasbs?|ftp)://(?:[^/?#@\s]{0,255}@)?(?P<host>[A-Za-z0-9.\-\[\]:]{1,255})(?P<rest>[/?#]\S*)?", re.IGNORECASE
)
_SIGNED = re.compile(rb"[?&#](?:x-amz-signature|x-goog-signature|signature|sig|token|se|expires|key-pair-id|policy|hmac|auth)=", re.IGNORECASE)
_URL_NAMES = frozenset(b"image_url imageUrl file_uri fileUri file_url fileUrl audio_url video_url image_uri s3Location".split())
_OF_MEDIA = frozenset(
    b"image_url imageUrl image input_image file input_file source document audio input_audio video audio_url video_url file_data fileData"
    b" s3Location parts".split()
)
"""Names under which ``url`` and ``uri`` are a medium's; elsewhere (a search's results) they are content like any other."""
_BLOB_NAMES = frozenset(
    b"data b64_json bytes blob file_data inlineData encrypted_content signature image images audio content redacted_content".split()
)
_BLOB = re.compile(rb"[A-Za-z0-9+/_\-]{64,}+={0,2}\s*+")
_SPACE = b" \t\r\n"


def is_shown(text: bytes) -> bool:
    """Whether ``text`` is what this module leaves of something."""
    return (text[:5].lower() == b"data:" and _SHOWN.fullmatch(text) is not None) or (
        text.endswith(b"/REDACTED-prompt") and _SHOWN.fullmatch(text) is not None
    )


def refers(name: bytes, above: bytes) -> bool:
    """Whether a URL under ``name``, which stands under ``above``, is that of an image, a sound or a file."""
    *_, holder, word = b"", above, *name.split(b".")
    return word in _URL_NAMES or (word in (b"url", b"uri") and holder in _OF_MEDIA) or (word == b"uri" and holder == b"content")


def shown(text: bytes, *, refers: bool) -> bytes | None:
    """What stays of ``text`` where prompts go; ``None`` where it is no media."""
    data = _data(text)
    if data is not None or not refers:
        return data
    found = _URL.fullmatch(text)
    if found is None:
        return None
    return found["scheme"] + b"://" + found["host"] + b"/REDACTED-prompt"


def readable(text: bytes, name: bytes) -> bool:
    """Whether detectors can see what is in ``text``: base64 under the names of media is not looked into."""
    return name not in _BLOB_NAMES or _BLOB.fullmatch(text) is None


def without_signature(text: bytes, *, refers: bool) -> bytes | None:
    """What stays of ``text`` where prompts stay: a data URI shows its size, a URL loses the query that signs it; ``None``: all of it."""
    data = _data(text)
    if data is not None or not refers:
        return data
    if _URL.fullmatch(text) is None or _SIGNED.search(text) is None:
        return None
    return re.split(rb"[?#]", text, maxsplit=1)[0]


def _data(text: bytes) -> bytes | None:
    found = _DATA.match(text)
    if found is None:
        return None
    if found["base64"]:
        body = text[found.end() :].translate(None, _SPACE).rstrip(b"=")
        size = len(body) * 3 // 4
    else:
        size = len(unquote_to_bytes(text[found.end() :]))
    return b"data:" + (found["type"] or b"").lower() + b";redacted,bytes=%d" % size
