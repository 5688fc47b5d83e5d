"""Messages on their way in over gRPC, whose size is not known before they are there.

Contract: ``read`` returns the call's one message, accounted for in ``held``, or raises: ``OverloadedError`` when there is no room for it
(send again), ``ClientGoneError`` when it never came, ``FramingError`` when another one comes behind it.

gRPC hands a message over whole, and a client may send it as slowly as it likes. So what a message may need is set aside while it is on
its way: nothing for the blink that nearly all of them take, in which the network itself bounds how much can have come; then room for a
message as senders usually bound them; then for the largest there may be.

All of them together have half of the budget, so that whole messages find room however many streams are open. Where that half is full, room
is made: by whoever has set aside most, by host and then by connection, else by whoever has been on the way for long. So streams on which
nothing comes hold up only one another. One timer looks after all of them.

gRPC's core hands over an empty message also for a frame that it cannot read (a compression flag of which it knows nothing), and no more
than that; so such a frame counts as an empty request, of which nothing goes on.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from typing import Any, NamedTuple

import grpc

from service.errors import FramingError
from service.receivers.request import Budget, ClientGoneError, Held, OverloadedError

_BLINK = 0.1
_LONG = 1.0
_USUAL_BYTES = 4 << 20
"""The most that gRPC's own default lets a server receive."""

LONG_ENOUGH_SECONDS = 10.0
"""From then on a message that has not arrived makes room for one that began later."""

ARRIVAL_SECONDS = 120.0
"""A message that has not arrived after so long is given up."""

_AT_A_TIME = 500
"""How many messages room is looked for before others get their turn."""

_NO_ROOM = "too many requests at once"

Context = grpc.aio.ServicerContext[bytes, bytes]


class _Step(NamedTuple):
    after: float
    room: int


class _Arrival:
    """One message on its way, and the task that waits for it."""

    __slots__ = ("context", "held", "peer", "refused", "reserved", "since", "task")

    def __init__(self, task: asyncio.Task[Any], held: Held, context: Context, since: float) -> None:
        self.task = task
        self.held = held
        self.context = context
        self.since = since
        self.peer = ""
        self.reserved = 0
        self.refused = ""

    @property
    def host(self) -> str:
        return self.peer.rpartition(":")[0]


class Arrivals:
    """All messages on their way; see the module. ``limit`` is the largest there may be."""

    def __init__(self, limit: int, budget: Budget) -> None:
        self._steps = (_Step(_BLINK, min(_USUAL_BYTES, limit)), _Step(_LONG, limit))
        self._share = max(limit, budget.limit // 2)
        self._open: dict[_Arrival, None] = {}
        self._reserved = 0
        self._holding: dict[_Arrival, bool] = {}
        self._timer: asyncio.TimerHandle | None = None

    async def read(self, context: Context, held: Held) -> bytes:
        """The call's one message. To be called in the task that serves the call."""
        loop = asyncio.get_running_loop()
        task = asyncio.current_task()
        if task is None:
            raise OverloadedError("no task")
        arrival = _Arrival(task, held, context, loop.time())
        self._open[arrival] = None
        if self._timer is None:
            self._timer = loop.call_later(_BLINK, self._look)
        try:
            message = await context.read()
            another = isinstance(message, bytes) and isinstance(await context.read(), bytes)
        except asyncio.CancelledError:
            if not arrival.refused:
                raise
            task.uncancel()
            raise OverloadedError(arrival.refused) from None
        finally:
            self._give_back(arrival)
            del self._open[arrival]
        if not isinstance(message, bytes):  # grpc.aio.EOF
            raise ClientGoneError
        if another:
            raise FramingError("more than one message in a call that takes one")
        held.add(len(message))
        return message

    def _look(self) -> None:
        loop = asyncio.get_running_loop()
        now = loop.time()
        looked_for = 0
        for arrival in self._open:
            if arrival.refused:
                continue
            elapsed = now - arrival.since
            if elapsed > ARRIVAL_SECONDS:
                self._refuse(arrival, "the request did not arrive in time")
                continue
            room = max((step.room for step in self._steps if elapsed >= step.after), default=0)
            if room > arrival.reserved and looked_for < _AT_A_TIME:
                looked_for += 1
                self._reserve(arrival, room - arrival.reserved, now)
        self._timer = loop.call_later(_BLINK, self._look) if self._open else None

    def _reserve(self, arrival: _Arrival, more: int, now: float) -> None:
        arrival.peer = arrival.peer or arrival.context.peer()
        while self._reserved + more > self._share:
            giving_way = self._giving_way(arrival, more, now)
            self._refuse(giving_way, _NO_ROOM)
            if giving_way is arrival:
                return
        try:
            arrival.held.add(more)
        except OverloadedError as error:  # whole messages fill the budget
            self._refuse(arrival, str(error))
            return
        self._holding[arrival] = True
        self._reserved += more
        arrival.reserved += more

    def _giving_way(self, asking: _Arrival, more: int, now: float) -> _Arrival:
        """Who is to make room: someone who takes more than the one who asks for it, or has been on the way for long, or the one who asks."""
        by_host: Counter[str] = Counter()
        by_peer: Counter[str] = Counter()
        for one in self._holding:
            by_host[one.host] += one.reserved
            by_peer[one.peer] += one.reserved
        heaviest = max(
            (one for one in self._holding if one is not asking),
            key=lambda one: (by_host[one.host], by_peer[one.peer], now - one.since),
            default=asking,
        )
        outweighs = (by_host[heaviest.host], by_peer[heaviest.peer]) > (by_host[asking.host], by_peer[asking.peer] + more)
        return heaviest if outweighs or now - heaviest.since >= LONG_ENOUGH_SECONDS else asking

    def _refuse(self, arrival: _Arrival, why: str) -> None:
        arrival.refused = why
        arrival.task.cancel()
        self._give_back(arrival)

    def _give_back(self, arrival: _Arrival) -> None:
        if self._holding.pop(arrival, None) is not None:
            arrival.held.add(-arrival.reserved)
            self._reserved -= arrival.reserved
            arrival.reserved = 0
