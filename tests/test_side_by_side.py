"""Two panels, two runs, a purge while a run goes on: nothing of one is in the other, and nothing stale stays."""

import asyncio
import gc

import httpx
import pandas as pd
import pytest
from conftest import PERSONAS

from testkey_nb import sandbox
from testkey_nb.errors import DataExpired
from testkey_nb.judge import judge_run
from testkey_nb.keys import Key
from testkey_nb.panels import OnboardingPanel
from testkey_nb.probe import Run, plan, probe_key
from testkey_nb.probe.heard import Told
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


class Silent(Slow):
    """A persona that answers so many requests, and then none."""

    def __init__(self, after: int = 0) -> None:
        super().__init__("launch-ready")
        self._after, self.begun = after, asyncio.Event()

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Answer, or never."""
        if self.asked >= self._after:
            self.asked += 1
            self.begun.set()
            await asyncio.sleep(60)
        return await super().handle_async_request(request)


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


@pytest.mark.parametrize("from_a_thread", [False, True])
def test_a_purge_ends_a_lone_run_at_once_although_nobody_answers_it(*, from_a_thread: bool) -> None:
    async def go() -> tuple[object, int, set[asyncio.Task[object]]]:
        before = asyncio.all_tasks()
        silent = Silent()
        coming = asyncio.ensure_future(_ended(probed("launch-ready", "PURGED", silent)))
        await silent.begun.wait()
        await asyncio.to_thread(purge) if from_a_thread else purge()
        async with asyncio.timeout(5):  # by itself it would wait for twice as long
            ended = await coming
        asked = silent.asked
        await asyncio.sleep(0.01)
        return ended, silent.asked - asked, asyncio.all_tasks() - before

    ended, later, left = asyncio.run(go())
    assert isinstance(ended, DataExpired)
    assert (later, left) == (0, set())


def test_who_cancels_a_run_gets_it_cancelled_although_it_is_purged_as_well() -> None:
    async def go() -> bool:
        silent = Silent()
        task = asyncio.ensure_future(probed("launch-ready", "PURGED", silent))
        await silent.begun.wait()
        purge()
        await asyncio.sleep(0)
        task.cancel()
        await asyncio.wait([task])
        return task.cancelled()

    assert asyncio.run(go())


def test_a_purge_while_two_panels_probe_ends_both_and_each_can_probe_again() -> None:
    async def go() -> tuple[OnboardingPanel, OnboardingPanel]:
        one, two = (OnboardingPanel(transport=Slow(name), persona=name) for name in ("launch-ready", "revoked"))
        await asyncio.gather(one.probe_now(), two.probe_now())
        both = asyncio.gather(one.probe_now(), two.probe_now())
        await asyncio.sleep(0.01)
        one.countdown.button.click()
        assert [*await both] == [None, None]
        for panel in (one, two):
            assert (panel.run, panel.readiness, panel.results.headline.value) == (None, None, "")
            assert "purged" in panel.status.value
        await asyncio.gather(one.probe_now(), two.probe_now())
        return one, two

    one, two = asyncio.run(go())
    assert (one.readiness.passport["auth"].answer, two.readiness.passport["auth"].answer) == ("yes", "no")  # type: ignore[union-attr, index]
    assert not set(one.frame("answers")["run_id"]) & set(two.frame("answers")["run_id"])


def test_what_a_run_heard_before_it_was_cancelled_is_in_no_frame_of_its_traceback() -> None:
    silent, kept = Silent(after=10), []  # when nothing without the key is left to ask
    others = [thing for thing in gc.get_objects() if isinstance(thing, Told)]  # of tests before this one

    async def waiting() -> None:
        with pytest.raises(asyncio.CancelledError) as stopped:
            await probed("launch-ready", "CANCELLED", silent)
        kept.append(stopped)

    async def go() -> None:
        task = asyncio.ensure_future(waiting())
        await silent.begun.wait()
        task.cancel()
        await task

    asyncio.run(go())
    gc.collect()
    assert "probe_key" in {entry.name for entry in kept[0].traceback}
    heard = [thing for thing in gc.get_objects() if isinstance(thing, Told)]
    assert [one for one in heard if not any(one is other for other in others)] == []


async def _ended(coming: object) -> object:
    (found,) = await asyncio.gather(coming, return_exceptions=True)  # type: ignore[call-overload]
    return found
