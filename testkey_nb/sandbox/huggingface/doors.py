"""Hugging Face's paths: hub, router and status page on one origin, where no two collide."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from starlette.routing import Route

from testkey_nb.sandbox.huggingface import hub, router, status_page

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from starlette.requests import Request
    from starlette.responses import Response

    from testkey_nb.sandbox.huggingface.scene import Scene

    Answer = Callable[[Scene, Request], Response]

# Below these the key of a request is looked at, public or not; elsewhere it is not.
_HUB: dict[str, Answer] = {
    "/api/whoami-v2": hub.whoami,
    "/api/settings/billing/usage-v2": hub.usage,
    "/api/models": hub.model_list,
    "/api/models/{repo:path}": hub.model_info,
    "/api/{path:path}": hub.not_found,
}
_OPEN: dict[str, Answer] = {
    "/v1/models": router.model_list,
    "/v1/models/{repo:path}": router.model_info,
    "/index.json": status_page.index,
    "/{path:path}": hub.not_found,
}


def routes(scene: Scene) -> Sequence[Route]:
    """Answer every path from one scene."""
    guarded = [Route(path, partial(_guarded, answer, scene)) for path, answer in _HUB.items()]
    free = [Route(path, partial(_answered, answer, scene)) for path, answer in _OPEN.items()]
    return (*guarded, *free)


async def _guarded(answer: Answer, scene: Scene, request: Request) -> Response:
    return hub.refusal(scene, request) or answer(scene, request)


async def _answered(answer: Answer, scene: Scene, request: Request) -> Response:
    return answer(scene, request)
