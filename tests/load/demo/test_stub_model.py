"""The stub model speaks the chat API well enough for the real client."""

from __future__ import annotations

from collections.abc import Iterator

import openai
import pytest

from load.demo.chat import FIND_CLAIM, MODEL
from load.demo.planted import Planted, plant
from load.demo.stub_model import Outside, outside

PLANTED: Planted = plant(11)


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> Iterator[Outside]:
    monkeypatch.setenv("NO_PROXY", "*")
    with outside(PLANTED) as server:
        yield server


def connect(world: Outside, key: str) -> openai.OpenAI:
    return openai.OpenAI(base_url=f"{world.url}/v1", api_key=key, max_retries=0, timeout=10)


def test_it_answers_and_counts_tokens(world: Outside) -> None:
    with connect(world, PLANTED.model_key) as client:
        completion = client.chat.completions.create(model=MODEL, messages=[{"role": "user", "content": "hello"}])
    assert completion.choices[0].message.content == PLANTED.answer
    assert completion.usage is not None
    assert completion.usage.total_tokens == completion.usage.prompt_tokens + completion.usage.completion_tokens


def test_it_calls_a_tool_it_was_given(world: Outside) -> None:
    with connect(world, PLANTED.model_key) as client:
        completion = client.chat.completions.create(model=MODEL, messages=[{"role": "user", "content": "hello"}], tools=[FIND_CLAIM])
    assert completion.choices[0].finish_reason == "tool_calls"
    assert completion.choices[0].message.tool_calls


def test_it_streams_word_by_word(world: Outside) -> None:
    with connect(world, PLANTED.model_key) as client:
        stream = client.chat.completions.create(model=MODEL, messages=[{"role": "user", "content": "hello"}], stream=True)
        pieces = [chunk.choices[0].delta.content or "" for chunk in stream if chunk.choices]
    assert "".join(pieces).strip() == PLANTED.streamed_answer
    assert len(pieces) > 10


def test_it_refuses_an_unknown_key_and_echoes_it(world: Outside) -> None:
    with connect(world, PLANTED.revoked_key) as client, pytest.raises(openai.AuthenticationError, match=PLANTED.revoked_key):
        client.chat.completions.create(model=MODEL, messages=[{"role": "user", "content": "hello"}])
