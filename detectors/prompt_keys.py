"""Which field names carry LLM prompts, completions and tool content.

Built from rows of the key catalogue (``key``, ``match``, ``kind``) and of the keep list (``key``). Names compare case-sensitively. In a
glob ``*`` is one dotted segment and ``**`` one or more. The keep list is asked first: ``gen_ai.system`` is a provider's name.

Three scopes. ``always``: the name alone says it (``gen_ai.input.messages``, ``prompt``). ``llm``: an ordinary word (``input``, ``text``)
that counts only where the record is about a language model (``llm_scope.about_llm``). ``path``: a member of a model's request or response,
known by the names above it (``choices[*].message.content``).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Literal

Scope = Literal["always", "llm"]

_ALWAYS = frozenset(
    b"prompt completion messages system_prompt inputText outputText generated_text prompt_token_ids systemInstruction system_instruction"
    b" input_text output_text page_content chat_history prompts".split()
)
"""Names without a dot that are distinctive enough to count anywhere."""

_OF_ANYBODY = (b"db.", b"exception.", b"error.", b"http.", b"url.", b"code.function.")
"""Beginnings of dotted names that every instrumented service has: content only where the record is about a language model."""

_CHATTY = frozenset(
    b"message text content input output query events metadata context response system template images audio delta inputs outputs suffix"
    b" transcript instructions thinking generation arguments result payload exception embeddings texts token_ids".split()
)
"""Names too common in ordinary records to be anchors; they are looked at once something else has shown the record to be about an LLM."""

NOT_PROMPTS = frozenset(b"url.query url.full http.url http.target db.statement gen_ai.headers llm.headers langsmith.request.headers".split())
"""Catalogued for inspection: they may hold a prompt among other things. Detectors and query rules see to them; they are not blanked."""

SCOPE_WORDS: tuple[bytes, ...] = tuple(
    b"input messages role choices candidates contents parts generations inputText chat_history preamble tool_calls systemInstruction model modelId"
    b" system_instruction completions content_block generated_text functionCall toolUse jsonrpc max_tokens generationConfig item_id outputText"
    b" embeddings revised_prompt top_p input_type kwargs assistant_id search_depth top_k truncation additional_messages text_delta"
    b" input_json_delta thinking_delta signature_delta contentBlockDelta content-delta text-generation max_new_tokens prompt_token_count"
    b" generation_token_count ToolCall structuredContent output_text".split()
)
"""Quoted names whose presence makes a JSON record worth walking for prompts."""


_LLM_CHILD = re.compile(
    rb"llm\.[^.]+\.(?:model|id|object|created|temperature|top_p|top_k|n|stream|seed|user|usage.*|max_\w*tokens\w*|\w*_tokens\w*|type|name|version"
    rb"|frequency_penalty|presence_penalty|logprobs|stop_reason|finish_reason|timeout|api_base|api_version|service_tier|system_fingerprint"
    rb"|response_format|parallel_tool_calls|tool_choice|stream_options|is_streaming)\Z"
)
"""Children of ``llm.{provider}.{param}`` (LiteLLM writes one attribute per raw field) that are settings and measures, not content."""


_MORE: tuple[bytes, ...] = tuple(
    b"documents sentences passages question questions contexts user_prompt negative_prompt search_query queries text_prompts conversation"
    b" history chat_messages dialogue examples additional_messages input_schema structuredContent systemPrompt".split()
)
"""Members of model requests that the catalogue does not list (rerankers, search tools, image models); content where a model is spoken to."""
_MORE_PATHS = (b"tools[*].description", b"tools[*].input_schema", b"functions[*].description")


class PromptKeys:
    """The catalogue, compiled. ``exact``: name → scope; ``paths``: the names from the payload's root down, list indices left out."""

    def __init__(self, rows: Iterable[Mapping[str, str]], keep: Iterable[Mapping[str, str]]) -> None:
        self.exact: dict[bytes, Scope] = {}
        self.paths: dict[bytes, list[tuple[bytes, ...]]] = {}
        globs: list[bytes] = []
        prefixes: list[bytes] = []
        for row in rows:
            key = row["key"].encode()
            if row["kind"] == "attribute" and key not in NOT_PROMPTS:
                if row["match"] == "glob":
                    globs.append(_glob(key))
                elif row["match"] == "prefix":
                    prefixes.append(key)
                else:
                    self.exact[key] = _scope_of(key)
            elif row["kind"] in ("json_path", "log_body") and row["match"] != "glob" and b" " not in key:
                self._add_path(key)
        for key in (*_MORE, *_MORE_PATHS):
            self._add_path(key)
        self.globs = tuple(sorted(set(globs)))
        self.prefixes = tuple(sorted(set(prefixes)))
        self._glob = re.compile(b"|".join(self.globs) or rb"(?!)")
        self._keep = re.compile(b"|".join(_glob(row["key"].encode()) for row in keep) or rb"(?!)")
        self.scope = lru_cache(maxsize=4096)(self._scope)

    def _add_path(self, key: bytes) -> None:
        if key.endswith(b"S3Path") or key in NOT_PROMPTS:
            return
        names = tuple(part for part in key.replace(b"[*]", b"").split(b".") if part)
        if not names:
            return
        if len(names) == 1:
            self.exact.setdefault(names[0], _scope_of(names[0]))
        paths = self.paths.setdefault(names[-1], [])
        if names not in paths:
            paths.append(names)

    def keeps(self, name: bytes) -> bool:
        """Whether the keep list names it: metadata that looks like content."""
        return self._keep.fullmatch(name) is not None

    def _scope(self, name: bytes) -> Scope | None:
        if len(name) > 256 or self.keeps(name) or _LLM_CHILD.match(name):
            return None
        found = self.exact.get(name)
        if found is not None:
            return found
        if self._glob.fullmatch(name) or name.startswith(self.prefixes or (b"\0",)):
            return "llm" if name.startswith(_OF_ANYBODY) else "always"
        return None

    def on_path(self, names: tuple[bytes, ...]) -> bool:
        """Whether the names above and of a member end in a catalogued path of two names or more."""
        for path in self.paths.get(names[-1], ()):
            if b"**" in path:
                head = path[: path.index(b"**")]
                if any(names[i : i + len(head)] == head for i in range(len(names))):
                    return True
            elif len(path) > 1 and names[-len(path) :] == path:
                return True
        return False

    def anchor_names(self) -> tuple[bytes, ...]:
        """Exact names worth an anchor of their own, the chatty ones left out."""
        return tuple(sorted(name for name in self.exact if name not in _CHATTY and not name.startswith(_OF_ANYBODY) and not self.keeps(name)))

    def words(self) -> tuple[bytes, ...]:
        """Ordinary words: affordable as anchors only where a name stands in full, as an OTLP attribute's does."""
        return tuple(sorted(name for name in self.exact if name in _CHATTY and b"." not in name))

    def anchor_stems(self) -> tuple[bytes, ...]:
        """The literal beginnings of globs and prefixes."""
        stems = {_literal_head(glob) for glob in self.globs} | set(self.prefixes)
        return tuple(sorted(stem for stem in stems if len(stem) >= 4))


def _scope_of(key: bytes) -> Scope:
    if key.startswith(_OF_ANYBODY):
        return "llm"
    return "always" if b"." in key or b":" in key or key in _ALWAYS else "llm"


def _glob(key: bytes) -> bytes:
    out = re.escape(key)
    return out.replace(rb"\*\*", rb"[^\x00]{1,200}").replace(rb"\*", rb"[^.\x00]{1,100}")


def _literal_head(glob: bytes) -> bytes:
    return glob.split(b"[^", 1)[0].replace(b"\\", b"")
