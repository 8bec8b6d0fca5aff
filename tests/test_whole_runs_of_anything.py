"""Real answers with anything in any place: the run ends, its rows are scalar and finite, its export strict JSON."""

import asyncio
import json
import math
from dataclasses import asdict
from datetime import datetime
from itertools import islice
from typing import Any

import httpx
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from test_parsers_never_raise import places, planted

from testkey_nb import sandbox
from testkey_nb.drift import drift
from testkey_nb.judge import VIEWS, Readiness, judge_run
from testkey_nb.keys import Key
from testkey_nb.outcome import Answer, Axis
from testkey_nb.probe import plan, probe_key
from testkey_nb.rows import GRAINS

SCALAR = (str, bool, int, float, datetime, type(None))
HUGE = (10**400, -(10**30), 2**63, 2**53 + 1, 1.7e308, -1e308, 5e-324)
JUNK = st.one_of(
    st.none(), st.booleans(), st.sampled_from(HUGE), st.integers(), st.floats(allow_nan=False, allow_infinity=False),
    st.text(max_size=8), st.sampled_from(["1e999", "NaN", "-inf", "9" * 400, "\ud800", "٣", "2026-13-45T99:99Z"]),
    st.lists(st.none() | st.integers(), max_size=2), st.dictionaries(st.text(max_size=3), st.integers(), max_size=2),
)  # fmt: skip


class Spoilt(httpx.AsyncBaseTransport):
    """A persona whose every JSON answer has something else in one to three of its places, or lacks them."""

    def __init__(self, provider: str, persona: str, data: st.DataObject) -> None:
        self._inner, self._data = sandbox.transport(provider, persona), data

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Answer as the persona does, but for what is drawn."""
        answer = await self._inner.handle_async_request(request)
        body = await answer.aread()
        try:
            found: Any = json.loads(body)
        except ValueError:
            return httpx.Response(answer.status_code, headers=answer.headers, content=body)
        for _ in range(self._data.draw(st.integers(1, 3))):
            at = self._data.draw(st.sampled_from(list(islice(places(found), 300))))
            found = planted(found, at, self._data.draw(JUNK))
        text = json.dumps(found).replace("1.7e+308", "1e999")  # which JSON allows and no float can hold
        headers = [(name, value) for name, value in answer.headers.multi_items() if name != "content-length"]
        return httpx.Response(answer.status_code, headers=headers, content=text.encode())


class Garbled(httpx.AsyncBaseTransport):
    """A persona of whose answer at one path one place holds something else."""

    def __init__(self, provider: str, persona: str, path: str, at: tuple[object, ...], junk: object) -> None:
        self._inner, self._path, self._at, self._junk = sandbox.transport(provider, persona), path, at, junk

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Answer as the persona does, but for that place."""
        answer = await self._inner.handle_async_request(request)
        body = await answer.aread()
        if answer.status_code == 200 and request.url.path == self._path:
            body = json.dumps(planted(json.loads(body), self._at, self._junk)).encode()
        headers = [(name, value) for name, value in answer.headers.multi_items() if name != "content-length"]
        return httpx.Response(answer.status_code, headers=headers, content=body)


def judged(provider: str, persona: str, transport: httpx.AsyncBaseTransport) -> Readiness:
    known = sandbox.PERSONAS[provider][persona]
    what = plan(
        provider, models=known.models, base_url=sandbox.ORIGIN, trust_endpoint=True, operator="the tests, made up"
    )
    return judge_run(asyncio.run(probe_key(Key("A_KEY", known.key), what, transport=transport)))


def unfit(row: Any) -> list[str]:  # noqa: ANN401 - of any grain
    """Name what of a row is no scalar or no finite number."""
    cells = asdict(row)
    return [
        name
        for name, cell in cells.items()
        if not isinstance(cell, SCALAR) or (isinstance(cell, float) and not math.isfinite(cell))
    ]


@pytest.mark.parametrize("provider", sandbox.PERSONAS)
@settings(max_examples=3, suppress_health_check=list(HealthCheck), phases=(Phase.explicit, Phase.generate))
@given(st.data())
def test_whatever_stands_in_an_answer_a_run_is_judged_framed_and_exported(provider: str, data: st.DataObject) -> None:
    names = [name for name in sandbox.PERSONAS[provider] if name not in {"revoked", "firewall"}]
    persona = data.draw(st.sampled_from(names))
    readiness = judged(provider, persona, Spoilt(provider, persona, data))
    for grain in (*GRAINS, *VIEWS):
        rows = readiness.rows(grain)
        assert {name for row in rows for name in unfit(row)} == set(), grain
        assert len(readiness.frame(grain)) == len(rows)
    export = readiness.to_json()
    again = json.loads(json.dumps(export, allow_nan=False))
    assert drift(again, again) == ()


NO: tuple[
    tuple[str, str, str, tuple[object, ...], str], ...
] = (  # what keeps an axis from being yes, and where it stands
    ("huggingface", "org-blocked", "/api/whoami-v2", ("orgs", 0, "securityRestrictions"), "region"),
    ("openrouter", "budget-spent", "/api/v1/key", ("data", "effective_budget"), "quota"),
    ("openrouter", "budget-spent", "/api/v1/key", ("data", "effective_budget", "limit_usd"), "quota"),
    ("openrouter", "budget-spent", "/api/v1/key", ("data", "effective_budget", "remaining_usd"), "quota"),
    ("openrouter", "no-region", "/api/v1/key", ("data", "allowed_data_regions"), "region"),
    ("openrouter", "limit-reached", "/api/v1/key", ("data", "limit"), "quota"),
    ("litellm", "broke", "/key/info", ("info", "max_budget"), "quota"),
    ("litellm", "over-budget", "/key/info", ("info", "spend"), "quota"),
    ("litellm", "management-key", "/key/info", ("info", "allowed_routes"), "scope"),
    ("deepinfra", "broke", "/payment/checklist", ("suspended",), "funds"),
    ("fireworks", "spending-limit", "/v1/accounts", ("accounts", 0, "suspendState"), "quota"),
    ("xai", "disabled", "/v1/api-key", ("api_key_disabled",), "auth"),
    ("xai", "team-blocked", "/v1/api-key", ("team_blocked",), "scope"),
    ("deepseek", "broke", "/user/balance", ("is_available",), "funds"),
)


@pytest.mark.parametrize("junk", ["garbled", "1,5", {"x": [1]}, [None], [{}]], ids=str)
@pytest.mark.parametrize(("provider", "persona", "path", "at", "axis"), NO)
def test_a_no_that_can_no_longer_be_read_is_no_yes(
    provider: str, persona: str, path: str, at: tuple[object, ...], axis: str, junk: object
) -> None:
    before = judged(provider, persona, sandbox.transport(provider, persona)).passport[Axis(axis)].answer
    after = judged(provider, persona, Garbled(provider, persona, path, at, junk)).passport[Axis(axis)].answer
    assert before is not Answer.YES
    assert after is not Answer.YES
