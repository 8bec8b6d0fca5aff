"""Rate limits as answers' headers tell them, each for the service it limits."""

import re
from collections.abc import Callable, Iterator, Mapping

from testkey_nb.keys import masked
from testkey_nb.rows import LimitRow
from testkey_nb.spec import Metric, Reply, Rows

# huggingface_hub 2.4.0 utils/_http.py and https://huggingface.co/docs/hub/rate-limits, read 2026-11-23: the
# draft-ietf-httpapi-ratelimit-headers-09 forms `"api";r=999;t=286` and `"fixed window";"api";q=1000;w=300`.
_NAME = re.compile(r'"([^"]+)"')
_PARAMETER = re.compile(r";\s*([qwrt])\s*=\s*(\d{1,15})(?!\d)")
_HEADER_CHARS = 2000


def parse_limits(service: str) -> Callable[[Reply], Rows]:
    """Return a parser of the limits of `service` from an answer's headers; none is an answer too."""

    def parse(reply: Reply) -> Rows:
        limits = (*_ietf(reply.headers, service), *_upstream(reply.headers))
        own = [limit for limit in limits if limit.service == service]
        metrics = [
            Metric(name, int(value), "requests")
            for limit in own[:1]
            for name, value in (("rate_limit_quota", limit.quota), ("rate_limit_remaining", limit.remaining))
            if value is not None
        ]
        return Rows(tuple(metrics), limits=limits)

    return parse


def _ietf(headers: Mapping[str, str], service: str) -> Iterator[LimitRow]:
    policies, left = _items(headers.get("ratelimit-policy", "")), _items(headers.get("ratelimit", ""))
    for name in dict.fromkeys([*left, *policies]):
        found = {**policies.get(name, {}), **left.get(name, {})}
        quota, remaining, window, reset = (found.get(parameter) for parameter in "qrwt")
        yield LimitRow(name, service, quota, remaining, window, reset, "RateLimit, RateLimit-Policy")


def _items(header: str) -> dict[str, dict[str, float]]:
    """Return the parameters of each item by its last quoted name; an item without a name or a number is none."""
    found = {}
    for item in header[:_HEADER_CHARS].split(","):
        names, numbers = _NAME.findall(item), {name: float(value) for name, value in _PARAMETER.findall(item)}
        if names and numbers:
            found[masked(names[-1])] = numbers
    return found


def _upstream(headers: Mapping[str, str]) -> Iterator[LimitRow]:
    """Read `x-ratelimit-*`: no vendor in front of others sends these itself, so they are the route's behind it."""
    route = masked(headers.get("x-inference-provider", "unknown"))
    for unit in ("requests", "tokens"):
        quota, remaining = (headers.get(f"x-ratelimit-{part}-{unit}", "") for part in ("limit", "remaining"))
        if _number(quota) is not None or _number(remaining) is not None:
            yield LimitRow(unit, f"upstream:{route}", _number(quota), _number(remaining), None, None, "x-ratelimit-*")


def _number(text: str) -> float | None:
    return float(text) if text.isascii() and text.isdigit() else None
