"""``/api/v1/diff``: what policies on trial would change on live traffic. ``GET`` tells, ``DELETE`` starts anew.

Where several workers share a port, each answers for itself; ``worker`` says which one did.
"""

from __future__ import annotations

from collections.abc import Mapping

from fastapi import Response
from fastapi.responses import JSONResponse
from starlette.requests import Request
from starlette.routing import Route

from service.receivers.shadow import Trial

PATH = "/api/v1/diff"


def diff_routes(trials: Mapping[str, Trial], worker: int, workers: int) -> list[Route]:
    """The routes over these trials, by signal."""

    async def diff(request: Request) -> Response:
        if request.method == "DELETE":
            for trial in trials.values():
                trial.reset()
            return Response(status_code=204)
        pipelines = {signal: await trial.as_data() for signal, trial in trials.items()}
        return JSONResponse({"worker": worker, "workers": workers, "pipelines": pipelines}, headers={"Cache-Control": "no-store"})

    return [Route(PATH, diff, methods=["GET", "DELETE"])]
