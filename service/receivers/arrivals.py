"""Messages on their way in over gRPC, whose size is not known before they are there.

Contract: ``read`` returns the message, accounted for in ``held``, or raises: ``OverloadedError`` when there is no room for it (send
again), ``ClientGoneError`` when it never came.

gRPC hands a message over whole, and a client may send it as slowly as it likes. So what a message may need is set aside while it is on
its way: nothing for the blink that nearly all of them take, in which the network itself bounds how much can have come; then room for a
message as senders usually bound them; then for the largest there may be. What finds no room is given up, and so is what takes for ever.
One timer looks after all of them.
"""

from __future__ import annotations

import asyncio
from typing import Any, NamedTuple

import grpc

from service.receivers.request import ClientGoneError, Held, OverloadedError

_BLINK = 0.1
_LONG = 1.0
_USUAL_BYTES = 4 << 20
"""The most that gRPC's own default lets a server receive."""

ARRIVAL_SECONDS = 120.0
"""A message that has not arrived after so long is given up."""


class _Step(NamedTuple):
    after: float
    room: int


class _Arrival:
    """One message on its way, and the task that waits for it."""

    __slots__ = ("held", "refused", "reserved", "since", "task")

    def __init__(self, task: asyncio.Task[Any], held: Held, since: float) -> None:
        self.task = task
        self.held = held
        self.since = since
        self.reserved = 0
        self.refused = ""

    def refuse(self, why: str) -> None:
        self.refused = why
        self.task.cancel()


class Arrivals:
    """All messages on their way; see the module. ``limit`` is the largest there may be."""

    def __init__(self, limit: int) -> None:
        self._steps = (_Step(_BLINK, min(_USUAL_BYTES, limit)), _Step(_LONG, limit))
        self._open: set[_Arrival] = set()
        self._timer: asyncio.TimerHandle | None = None

    async def read(self, context: grpc.aio.ServicerContext[bytes, bytes], held: Held) -> bytes:
        """The call's one message. To be called in the task that serves the call."""
        loop = asyncio.get_running_loop()
        task = asyncio.current_task()
        if task is None:
            raise OverloadedError("no task")
        arrival = _Arrival(task, held, loop.time())
        self._open.add(arrival)
        if self._timer is None:
            self._timer = loop.call_later(_BLINK, self._look)
        try:
            message = await context.read()
        except asyncio.CancelledError:
            if not arrival.refused:
                raise
            task.uncancel()
            raise OverloadedError(arrival.refused) from None
        finally:
            self._open.discard(arrival)
        if not isinstance(message, bytes):  # grpc.aio.EOF
            raise ClientGoneError
        held.add(len(message) - arrival.reserved)
        return message

    def _look(self) -> None:
        loop = asyncio.get_running_loop()
        now = loop.time()
        for arrival in self._open:
            if arrival.refused:
                continue
            elapsed = now - arrival.since
            if elapsed > ARRIVAL_SECONDS:
                arrival.refuse("the request did not arrive in time")
                continue
            room = max((step.room for step in self._steps if elapsed >= step.after), default=0)
            if room > arrival.reserved:
                try:
                    arrival.held.add(room - arrival.reserved)
                    arrival.reserved = room
                except OverloadedError as error:
                    arrival.refuse(str(error))
        self._timer = loop.call_later(_BLINK, self._look) if self._open else None
