"""The status page: Better Stack's JSON:API document, all well.

Shape, as `/index.json` of a page's own host gives it:
https://betterstack.com/docs/uptime/status-pages/subscribing-to-status-updates/subscribing-to-api.
Which components Hugging Face lists is not known; these are made up.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from starlette.responses import JSONResponse

from testkey_nb.sandbox.huggingface.account import iso

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

    from testkey_nb.sandbox.huggingface.scene import Scene

_COMPONENTS = ("Example Hub", "Example Hub API", "Example Inference Router")


def index(_scene: Scene, _request: Request) -> Response:
    """Answer `/index.json`."""
    now = datetime.now(UTC)
    page = {
        "company_name": "Hugging Face",
        "company_url": "https://huggingface.co",
        "timezone": "UTC",
        "aggregate_state": "operational",
        "updated_at": iso(now),
    }
    document = {
        "data": {"id": "1", "type": "status_page", "attributes": page},
        "included": [*_components(), _resolved_report(now)],
    }
    return JSONResponse(document, media_type="application/json; charset=utf-8")


def _components() -> list[dict[str, object]]:
    return [
        {
            "id": str(number),
            "type": "status_page_resource",
            "attributes": {"public_name": name, "status": "operational"},
        }
        for number, name in enumerate(_COMPONENTS, start=1)
    ]


def _resolved_report(now: datetime) -> dict[str, object]:
    """Tell of something long over: a report that exists is not a report that is open."""
    told = {
        "title": "Example slowness, resolved",
        "aggregate_state": "resolved",
        "starts_at": iso(now - timedelta(days=3, hours=2)),
        "ends_at": iso(now - timedelta(days=3)),
    }
    return {"id": "1", "type": "status_report", "attributes": told}
