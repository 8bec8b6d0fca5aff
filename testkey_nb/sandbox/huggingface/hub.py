"""The hub's answers: identity, usage and repositories."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from testkey_nb.sandbox.bearer import bearer, is_control
from testkey_nb.sandbox.huggingface import answers

if TYPE_CHECKING:
    from starlette.datastructures import QueryParams
    from starlette.requests import Request
    from starlette.responses import Response

    from testkey_nb.sandbox.huggingface.model import Model
    from testkey_nb.sandbox.huggingface.scene import Scene

# Eleven digits of seconds reach the year 5138; more is a mistake and no moment.
_INTEGER = re.compile(r"\d{1,11}", re.ASCII)


def refusal(scene: Scene, request: Request) -> Response | None:
    """Refuse a request for its key alone; a bad one is refused even where none is needed."""
    key = bearer(request.headers)
    if key and scene.throttles_keys:
        return answers.throttled()
    if key and (is_control(key) or not scene.takes_keys):
        return answers.invalid_key()
    return None


def whoami(scene: Scene, request: Request) -> Response:
    """Answer `/api/whoami-v2`."""
    if not bearer(request.headers):
        return answers.no_key()
    return answers.hub(scene.account.whoami(datetime.now(UTC)))


def usage(scene: Scene, request: Request) -> Response:
    """Answer `/api/settings/billing/usage-v2`."""
    if not bearer(request.headers):
        return answers.no_key()
    if not scene.account.token.reads_billing():
        # That it is a 403 is known, its words are not (https://github.com/steipete/CodexBar,
        # docs/huggingface.md): these are invented, and nothing should be read from them.
        return answers.hub_error(403, "This token may not read billing information")
    start, end = (_moment(request.query_params, name) for name in ("startDate", "endDate"))
    if start is None or end is None:
        # Both are required integers by the OpenAPI; the words of the refusal are invented.
        return answers.hub_error(400, "startDate and endDate are required integers")
    return answers.hub(scene.account.usage_body(start, end))


def model_list(scene: Scene, request: Request) -> Response:
    """Answer `/api/models`, one page of it: the sandbox's catalogue never needs a second."""
    query = request.query_params
    limit = query.get("limit", "1000")
    if not _INTEGER.fullmatch(limit):
        return answers.hub_error(400, "limit is an integer")
    found = [model for model in scene.models if _wanted(model, query)][: int(limit)]
    fields = _expanded(query)
    if fields:
        return answers.hub([model.expanded(fields, listed=True) for model in found])
    return answers.hub([model.hub() for model in found])


def model_info(scene: Scene, request: Request) -> Response:
    """Answer `/api/models/{org}/{name}`."""
    model = scene.model(request.path_params["repo"])
    if model is None:
        # Whether a repository is missing or private is not for strangers to know, hence the 401.
        known = bool(bearer(request.headers))
        missing = answers.hub_error(404, "Repository not found", code="RepoNotFound")
        return missing if known else answers.no_key("RepoNotFound")
    fields = _expanded(request.query_params)
    return answers.hub(model.expanded(fields, listed=False) if fields else model.hub())


def not_found(_scene: Scene, request: Request) -> Response:
    """Answer 404 the way the hub does to whoever accepts JSON, on the router's paths too."""
    message = "Sorry, we can't find the page you are looking for."
    if request.url.path.startswith("/v1/"):
        return answers.router({"error": message}, 404)
    return answers.hub_error(404, message)


def _moment(query: QueryParams, name: str) -> datetime | None:
    """Read unix seconds; None when they are missing or no integer."""
    given = query.get(name, "")
    return datetime.fromtimestamp(int(given), UTC) if _INTEGER.fullmatch(given) else None


def _expanded(query: QueryParams) -> frozenset[str]:
    # The docs write `expand[]`, huggingface_hub sends `expand`; the hub takes both.
    return frozenset((*query.getlist("expand"), *query.getlist("expand[]")))


def _wanted(model: Model, query: QueryParams) -> bool:
    slugs = frozenset(filter(None, query.get("inference_provider", "").split(",")))
    return (
        query.get("search", "").lower() in model.id.lower()
        and query.get("author", model.author) == model.author
        and (not slugs or model.served_by(slugs))
    )
