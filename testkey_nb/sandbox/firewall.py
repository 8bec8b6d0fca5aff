"""A firewall on the way: an HTML page for every question, whoever was asked."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.responses import HTMLResponse
from starlette.routing import Route

if TYPE_CHECKING:
    from collections.abc import Sequence

    from starlette.requests import Request

_PAGE = """<!DOCTYPE html>
<html lang="en"><head><title>Access denied</title></head>
<body><h1>Access denied</h1>
<p>This site is not in a category that your organisation allows.</p>
<p>Reference: ExampleGuard 0000-0000</p></body></html>
"""


async def _blocked(_request: Request) -> HTMLResponse:
    return HTMLResponse(_PAGE, 403, {"server": "ExampleGuard", "cache-control": "no-store"})


def routes() -> Sequence[Route]:
    """Answer every path with the firewall's page."""
    return (Route("/{path:path}", _blocked),)
