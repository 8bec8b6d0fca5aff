"""Two panels, two runs, a purge while a run goes on: nothing of one is in the other, and nothing stale stays."""

import asyncio

import httpx
import pandas as pd
from conftest import PERSONAS

from testkey_nb import sandbox
from testkey_nb.errors import DataExpired
from testkey_nb.judge import judge_run
from testkey_nb.keys import Key
from testkey_nb.panels import OnboardingPanel
from testkey_nb.probe import Run, plan, probe_key
from testkey_nb.retention import purge

FACTS = ("answers", "metrics", "models", "prices", "limits")


class Slow(httpx.AsyncBaseTransport):
    """A persona that lets others have their turn before each answer, and does something at one of them."""

    def __init__(self, persona: str, at: int = -1, then: object = None) -> None:
        self._inner, self._at, self._then = sandbox.transport("huggingface", persona), at, then
        self.asked = 0

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Answer later."""
        self.asked += 1
        if self.asked == self._at and callable(self._then):
            self._then()
        await asyncio.sleep(0.002)
        return await self._inner.handle_async_request(request)


async def probed(persona: str, name: str, transport: Slow | None = None) -> Run:
    what = plan("huggingface", base_url=sandbox.ORIGIN, trust_endpoint=True, operator="the tests, for made-up accounts")
    return await probe_key(Key(name, PERSONAS[persona].key), what, transport=transport or Slow(persona))


def told(frame: pd.DataFrame) -> list[dict[str, object]]:
    """Return what a frame says, but for which run says it and how long that took."""
    other = [
        name
        for name in map(str, frame.columns)
        if name in {"run_id", "key_hint", "observed_at", "checked_at"} or name.endswith("_s")
    ]
    return frame.drop(columns=other).astype("string").fillna("").to_dict("records")  # type: ignore[return-value]


def test_runs_that_go_on_at_once_tell_what_each_tells_alone() -> None:
    async def both() -> tuple[Run, Run, Run]:
        return await asyncio.gather(probed("launch-ready", "ONE"), probed("revoked", "TWO"), probed("broke", "THREE"))

    runs = asyncio.run(both())
    alone = [asyncio.run(probed(persona, "ALONE")) for persona in ("launch-ready", "revoked", "broke")]
    assert len({run.stamp.run_id for run in runs}) == len({run.stamp.key_hint for run in runs}) == 3
    for run, other in zip(runs, alone, strict=True):
        for grain in FACTS:
            frame = run.frame(grain)
            assert set(frame["key_hint"]) <= {run.stamp.key_hint}
            assert set(frame["run_id"]) <= {run.stamp.run_id}
            if grain in {"metrics", "models", "prices"}:
                assert told(frame) == told(other.frame(grain)), (run.key_name, grain)
        assert judge_run(run).action.id == judge_run(other).action.id


def test_panels_that_probe_at_once_show_their_own_persona() -> None:
    async def both() -> tuple[OnboardingPanel, OnboardingPanel]:
        one, two = (OnboardingPanel(transport=Slow(name), persona=name) for name in ("launch-ready", "revoked"))
        await asyncio.gather(one.probe_now(), two.probe_now())
        return one, two

    one, two = asyncio.run(both())
    assert one.run
    assert two.run
    assert one.run.stamp.run_id != two.run.stamp.run_id
    assert (one.readiness.passport["auth"].answer, two.readiness.passport["auth"].answer) == ("yes", "no")  # type: ignore[union-attr, index]
    assert set(one.frame("answers")["run_id"]) == {one.run.stamp.run_id}
    assert set(two.frame("answers")["run_id"]) == {two.run.stamp.run_id}


def test_a_purge_while_a_run_goes_on_ends_it_and_leaves_nothing_of_it() -> None:
    transport = Slow("launch-ready", at=4, then=purge)
    keyed = asyncio.run(_ended(probed("launch-ready", "PURGED", transport)))
    assert isinstance(keyed, DataExpired)
    again = asyncio.run(probed("launch-ready", "PURGED"))
    assert again.answers
    assert not again.gone


async def _ended(coming: object) -> object:
    (found,) = await asyncio.gather(coming, return_exceptions=True)  # type: ignore[call-overload]
    return found
