"""A provider as the sandbox plays it: what it answers to a key, to anybody, and to a key that it does not take.

Most providers are a handful of paths with fixed answers, so each is data: a `Vendor` and the situations its personas
are in.  Where a real body is not known, the sandbox invents none: it answers as the documentation says and no more.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from email.utils import formatdate
from functools import partial
from types import MappingProxyType
from typing import TYPE_CHECKING

from starlette.responses import Response
from starlette.routing import Route

from testkey_nb.sandbox.bearer import bearer, is_control
from testkey_nb.sandbox.persona import Persona

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from starlette.requests import Request

_JSON = MappingProxyType({"content-type": "application/json"})


@dataclass(frozen=True)
class Said:
    """One answer; `text` is JSON unless the headers say otherwise."""

    status: int
    text: str
    headers: Mapping[str, str] = field(default_factory=dict)

    def response(self, headers: Mapping[str, str]) -> Response:
        """Make it an answer dated now, dressed as the vendor dresses all of its answers."""
        dress = {**_JSON, "date": formatdate(usegmt=True), **headers, **self.headers}
        return Response(self.text, self.status, dress)


def models(path: str, body: str, at: str = "data", name: str = "id", said: str = "") -> Mapping[str, Said]:
    """Return the answer to the list at `path`, and to each of its models by itself, at `path` or under `said`."""
    entries = json.loads(body)[at]
    return {
        path: Said(200, body),
        **{f"{said or path}/{entry[name]}": Said(200, json.dumps(entry)) for entry in entries},
    }


@dataclass(frozen=True, kw_only=True)
class Vendor:
    """What a provider answers by path, whatever the query; a path that ends in `*` stands for all that begin so.

    `keyed` is answered to a key that is taken, `public` to anybody.  `headers` go with every answer.
    """

    key: Callable[[str], str]  # makes a persona's key from its name
    refused: Said
    keyed: Mapping[str, Said]
    public: Mapping[str, Said] = field(default_factory=dict)
    no_key: Said | None = None  # as `refused` where the vendor does not tell them apart
    throttled: Said = Said(429, '{"error":{"message":"Rate limit exceeded"}}', {"retry-after": "20"})
    unknown: Said = Said(404, '{"error":{"message":"Not Found"}}')
    headers: Mapping[str, str] = field(default_factory=dict)
    models: tuple[str, ...] = ()  # to probe for, where a provider has none of its own


@dataclass(frozen=True, kw_only=True)
class Situation:
    """How one persona differs from the one that is ready."""

    name: str
    says: str
    keyed: Mapping[str, Said] = field(default_factory=dict)  # instead of the vendor's answers
    public: Mapping[str, Said] = field(default_factory=dict)
    takes_keys: bool = True
    throttles_keys: bool = False
    only_at: str = ""  # host that takes this key; every other host of the vendor refuses it
    key: str = ""  # of another shape than the vendor's usual one


def personas(vendor: Vendor, ready: str, *others: Situation) -> Mapping[str, Persona]:
    """Return the personas of a vendor: `launch-ready`, `revoked`, `throttled`, and those of its own."""
    situations = (
        Situation(name="launch-ready", says=ready),
        Situation(name="revoked", says="the key is refused", takes_keys=False),
        Situation(name="throttled", says="429 to every question with the key", throttles_keys=True),
        *others,
    )
    return MappingProxyType({situation.name: persona_of(vendor, situation) for situation in situations})


def persona_of(vendor: Vendor, situation: Situation) -> Persona:
    """Return the persona of a vendor that is in this situation."""
    key = situation.key or vendor.key(situation.name)
    return Persona(
        name=situation.name,
        says=situation.says,
        issue=lambda: key,
        routes=partial(_routes, vendor, situation),
        models=vendor.models,
    )


def _routes(vendor: Vendor, situation: Situation) -> Sequence[Route]:
    async def answer(request: Request) -> Response:
        return _said(vendor, situation, request).response(vendor.headers)

    return (Route("/{path:path}", answer),)


def _said(vendor: Vendor, situation: Situation, request: Request) -> Said:
    path, key = request.url.path, bearer(request.headers)
    if open_to_all := _found(path, situation.public) or _found(path, vendor.public):
        return open_to_all
    answer = _found(path, situation.keyed) or _found(path, vendor.keyed)
    if not answer:
        return vendor.unknown
    if not key:
        return vendor.no_key or vendor.refused
    elsewhere = situation.only_at and request.url.hostname != situation.only_at
    if is_control(key) or elsewhere or not situation.takes_keys:
        return vendor.refused
    return vendor.throttled if situation.throttles_keys else answer


def _found(path: str, answers: Mapping[str, Said]) -> Said | None:
    begun = (said for at, said in answers.items() if at.endswith("*") and path.startswith(at[:-1]))
    return answers.get(path) or next(begun, None)
