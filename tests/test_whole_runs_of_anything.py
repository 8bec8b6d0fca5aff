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


def judged(provider: str, persona: str, data: st.DataObject) -> Readiness:
    known = sandbox.PERSONAS[provider][persona]
    what = plan(
        provider, models=known.models, base_url=sandbox.ORIGIN, trust_endpoint=True, operator="the tests, made up"
    )
    return judge_run(asyncio.run(probe_key(Key("A_KEY", known.key), what, transport=Spoilt(provider, persona, data))))


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
    readiness = judged(provider, data.draw(st.sampled_from(names)), data)
    for grain in (*GRAINS, *VIEWS):
        rows = readiness.rows(grain)
        assert {name for row in rows for name in unfit(row)} == set(), grain
        assert len(readiness.frame(grain)) == len(rows)
    export = readiness.to_json()
    again = json.loads(json.dumps(export, allow_nan=False))
    assert drift(again, again) == ()
