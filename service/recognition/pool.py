"""Texts in, findings out, within a budget: processes, a bounded queue, and a memory of what was found in equal texts.

``submit`` returns a future that resolves once all is known, or when the budget has run out: a text that was not looked at by then has
``None``. A service awaits it with ``asyncio.wrap_future``, a command waits with ``result()``. It never fails.
Remembered are findings under a keyed hash of the text (BLAKE2b, RFC 7693, a key of this process's own); no text is kept.
"""

from __future__ import annotations

import hashlib
import os
import threading
from collections import Counter, OrderedDict
from collections.abc import Sequence
from concurrent.futures import BrokenExecutor, Future
from functools import partial

from config.recognition import Ner
from detectors.model import Finding
from detectors.ner import NerSettings, NerUnavailable, check
from service.recognition.lane import TEXTS_EACH, Answer, Lane

TASK_TEXTS = 64
TASK_BYTES = 64 << 10
Found = list[Finding] | None
"""The findings in a text; ``None`` where it was not looked at."""


class Recognition:
    """The processes of one policy's ``ner``. Made and used in any thread.

    ``outcomes`` counts texts: ``looked_at``, ``remembered``, ``late`` (the budget ran out), ``refused`` (the queue was full), ``failed``.
    """

    def __init__(self, ner: Ner, *, entities: tuple[str, ...] | None = None, texts_each: int = TEXTS_EACH) -> None:
        self.settings = NerSettings(ner.model, ner.language, ner.entities if entities is None else entities, ner.recognizers, ner.score)
        check(self.settings)
        self.ner = ner
        self.outcomes: Counter[str] = Counter()
        self._lock = threading.Lock()
        self._queued = 0
        self._key = os.urandom(32)
        self._memory: OrderedDict[bytes, list[Finding]] = OrderedDict()
        self.lanes = [Lane(self.settings, texts_each) for _ in range(ner.processes)]

    def ready(self, timeout: float = 60.0) -> None:
        """Waits until the models are loaded. Raises :class:`NerUnavailable` where they can't be."""
        for lane in self.lanes:
            try:
                lane.ready(timeout)
            except (BrokenExecutor, TimeoutError) as error:
                raise NerUnavailable(f"policy.ner: no process came up that recognises ({type(error).__name__}); is there memory for it?") from None

    def close(self) -> None:
        for lane in self.lanes:
            lane.close()

    def submit(self, texts: Sequence[bytes]) -> Future[list[Found]]:
        """What is found in each of ``texts``."""
        batch = _Batch(texts)
        keys = [self._hashed(text) for text in texts]
        with self._lock:
            unknown = [i for i, key in enumerate(keys) if not self._remembered(batch, i, key)]
            room = len(unknown) if self.ner.over_budget == "wait" else max(0, self.ner.queue - self._queued)
            self.outcomes["remembered"] += len(texts) - len(unknown)
            self.outcomes["refused"] += max(0, len(unknown) - room)
            unknown = unknown[:room]
            self._queued += len(unknown)
        tasks = _tasks(texts, unknown)
        batch.missing = len(tasks)
        if not tasks:
            batch.resolve()
            return batch.future
        if self.ner.over_budget != "wait":
            batch.arm(self.ner.budget)
        for task in tasks:
            lane = min(self.lanes, key=lambda lane: lane.waiting)
            self._ask(batch, lane, task, keys, again=True)
        return batch.future

    def _ask(self, batch: _Batch, lane: Lane, task: list[int], keys: list[bytes], *, again: bool) -> None:
        asked = lane.submit([batch.texts[i] for i in task])
        batch.asked.append(asked)
        asked.add_done_callback(partial(self._answered, batch, lane, task, keys, again))

    def _hashed(self, text: bytes) -> bytes:
        return hashlib.blake2b(text, key=self._key, digest_size=16).digest()

    def _remembered(self, batch: _Batch, i: int, key: bytes) -> bool:
        found = self._memory.get(key)
        if found is None:
            return False
        self._memory.move_to_end(key)
        batch.found[i] = found
        return True

    def _answered(self, batch: _Batch, lane: Lane, task: list[int], keys: list[bytes], again: bool, done: Future[Answer]) -> None:
        failed = done.cancelled() or done.exception() is not None
        if failed and again and not done.cancelled() and not batch.said:
            self._ask(batch, lane, task, keys, again=False)  # the process died under it; there is another
            return
        with self._lock:
            self._queued -= len(task)
            self.outcomes["late" if done.cancelled() else "failed" if failed else "looked_at"] += len(task)
            for i, findings in zip(task, () if failed else done.result().findings, strict=not failed):
                batch.found[i] = findings
                if findings is not None:
                    self._memory[keys[i]] = findings
            while len(self._memory) > self.ner.cache:
                self._memory.popitem(last=False)
        batch.answered()


class _Batch:
    """One call's texts: what is known of them, and when it is said."""

    def __init__(self, texts: Sequence[bytes]) -> None:
        self.texts = texts
        self.future: Future[list[Found]] = Future()
        self.found: list[Found] = [None] * len(texts)
        self.asked: list[Future[Answer]] = []
        self.missing = 0
        self.said = False
        self._lock = threading.Lock()
        self._timer: threading.Timer | None = None

    def arm(self, seconds: float) -> None:
        self._timer = threading.Timer(seconds, self._out_of_time)
        self._timer.daemon = True
        self._timer.start()

    def answered(self) -> None:
        with self._lock:
            self.missing -= 1
            last = self.missing == 0
        if last:
            self.resolve()

    def resolve(self) -> None:
        """Says what is known; once."""
        with self._lock:
            if self.said:
                return
            self.said = True
            known = list(self.found)
        if self._timer is not None:
            self._timer.cancel()
        if self.future.set_running_or_notify_cancel():
            self.future.set_result(known)

    def _out_of_time(self) -> None:
        self.resolve()
        for asked in list(self.asked):
            asked.cancel()  # what has not begun need not be done any more


def _tasks(texts: Sequence[bytes], wanted: list[int]) -> list[list[int]]:
    """``wanted`` in portions that a process deals with in one go."""
    tasks: list[list[int]] = []
    size = TASK_BYTES
    for i in wanted:
        if size + len(texts[i]) > TASK_BYTES or len(tasks[-1]) >= TASK_TEXTS:
            tasks.append([])
            size = 0
        tasks[-1].append(i)
        size += len(texts[i])
    return tasks
