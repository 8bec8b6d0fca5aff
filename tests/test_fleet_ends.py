"""A fleet that does not get to its end: stopped, purged, with keys that are missing, too slow, or told to wait."""

import asyncio
import os

import httpx
import pytest
from crowd import READY, Crowd, key_of, named

from testkey_nb import sandbox
from testkey_nb.errors import KeyMalformed, KeyMissing, UnknownName
from testkey_nb.fleet import Fleet, probe_many
from testkey_nb.judge import judge_run
from testkey_nb.outcome import Answer, Axis
from testkey_nb.probe import Asked, Run, plan
from testkey_nb.retention import purge, receipts


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch) -> Crowd:
    """Give twelve keys of one persona in variables, and who answers them in this process."""
    keys = {f"KEY_{number}": key_of("huggingface", READY, number) for number in range(12)}
    for name, key in keys.items():
        monkeypatch.setenv(name, key)
    return Crowd("huggingface", dict.fromkeys(keys.values(), READY))


def twelve(crowd: Crowd) -> list[Asked]:
    door = httpx.ASGITransport(crowd)
    choices = plan("huggingface", base_url=sandbox.ORIGIN, trust_endpoint=True, operator="the tests")
    return [Asked(f"KEY_{number}", choices, door) for number in range(12)]


def stopping_after(number: int, how: str, crowd: Crowd) -> tuple[Fleet, list[Run], int]:
    """Stop a fleet when so many runs have ended; return it, what ended, and what was asked afterwards."""
    ended: list[Run] = []

    async def go() -> tuple[Fleet, int]:
        reached = asyncio.Event()

        def note(run: Run) -> None:
            ended.append(run)
            if len(ended) == number:
                reached.set()

        before = asyncio.all_tasks()
        fleet = probe_many(twelve(crowd), ended=note, at_once=2)
        waiting = asyncio.ensure_future(fleet)
        await reached.wait()
        if how == "stopped":
            fleet.stop()
            assert await waiting is fleet
        elif how == "cancelled":
            waiting.cancel()
            with pytest.raises(asyncio.CancelledError):
                await waiting
        else:
            purge()
            assert await waiting is fleet
        asked = crowd.asked.total()
        await asyncio.sleep(0.05)
        assert not asyncio.all_tasks() - before
        return fleet, crowd.asked.total() - asked

    fleet, later = asyncio.run(go())
    return fleet, ended, later


@pytest.mark.parametrize("how", ["stopped", "cancelled"])
def test_stopping_in_the_middle_keeps_what_is_done_and_sends_nothing_more(hub: Crowd, how: str) -> None:
    fleet, ended, later = stopping_after(3, how, hub)
    assert later == 0
    assert 3 <= len(fleet.runs) == len(ended) < 12
    assert {row.why for row in fleet.not_made} == {"the fleet was stopped before its run ended"}
    assert len(fleet.not_made) == 12 - len(ended)
    assert fleet.frame("gates")["run_id"].nunique() == len(ended)


def test_a_purge_in_the_middle_ends_the_fleet_and_leaves_nothing(hub: Crowd) -> None:
    fleet, ended, later = stopping_after(3, "purged", hub)
    assert later == 0
    assert fleet.runs == ()
    assert all(run.gone and not run.answers for run in ended)
    rows = fleet.credentials
    assert [row.why for row in rows if row.made] == ["its data is gone; probe again"] * len(ended)
    assert {row.why for row in rows if not row.made} == {"everything was purged before its run ended"}
    assert receipts()[-1].dropped["run"] >= len(ended)
    assert "batch" in receipts()[-1].dropped
    assert fleet.frame("gates").empty
    assert not fleet.frame("credentials").empty


def test_a_variable_that_is_not_set_is_a_row_and_ends_nothing(hub: Crowd, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("KEY_3")
    monkeypatch.setenv("KEY_5", "has a space")

    async def go() -> Fleet:
        return await probe_many(twelve(hub))

    fleet = asyncio.run(go())
    assert len(fleet.runs) == 10
    assert [row.credential for row in fleet.not_made] == ["KEY_3", "KEY_5"]
    unset, malformed = fleet.not_made
    assert "not set" in unset.why
    assert "cannot be one" in malformed.why
    rows = fleet.frame("credentials").set_index("credential")
    assert rows.loc["KEY_3", "run_id"] == ""
    assert rows["requests"].isna().sum() == 2
    assert (rows["made"].sum(), rows["gone"].sum()) == (10, 0)


def test_a_key_is_read_when_its_turn_comes(hub: Crowd, monkeypatch: pytest.MonkeyPatch) -> None:
    async def go() -> Fleet:
        unset = monkeypatch.delenv
        return await probe_many(twelve(hub), at_once=1, ended=lambda _run: unset("KEY_7", raising=False))

    fleet = asyncio.run(go())
    assert [row.credential for row in fleet.not_made] == ["KEY_7"]
    begun = [run.stamp.observed_at for run in fleet.runs]
    assert len(set(begun)) == len(begun)


def test_what_is_exported_as_each_run_ends_outlives_the_fleet(hub: Crowd, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TESTKEY_TTL_S", "1")
    exported: list[object] = []

    async def go() -> Fleet:
        fleet = await probe_many(twelve(hub)[:3], ended=lambda run: exported.append(judge_run(run).to_json()["run_id"]))
        await asyncio.sleep(1.2)
        return fleet

    fleet = asyncio.run(go())
    assert len(set(exported)) == 3
    assert all(row.made and row.gone for row in fleet.credentials)
    assert list(fleet.judged()) == []


def test_a_fault_of_our_own_is_told_and_keeps_the_other_runs(hub: Crowd) -> None:
    def fail(run: Run) -> None:
        if run.key_name == "KEY_2":
            raise ZeroDivisionError

    async def go() -> Fleet:
        fleet = probe_many(twelve(hub)[:4], ended=fail)
        with pytest.raises(ZeroDivisionError):
            await fleet
        return fleet

    assert [run.key_name for run in asyncio.run(go()).runs] == ["KEY_0", "KEY_1", "KEY_2", "KEY_3"]


@pytest.mark.parametrize("another", ["huggingface", "deepseek"])
def test_a_name_that_is_there_twice_is_a_mistake_before_anything_is_sent(hub: Crowd, another: str) -> None:
    async def go() -> None:
        probe_many([*twelve(hub), named("KEY_3", another, sandbox.ORIGIN)])

    with pytest.raises(UnknownName, match=r"KEY_3 is named for huggingface (twice|and for deepseek)"):
        asyncio.run(go())
    assert not hub.asked


def test_a_key_that_stands_in_a_plan_keeps_the_whole_fleet_from_being_sent(hub: Crowd) -> None:
    async def go() -> None:
        choices = plan("huggingface", base_url=sandbox.ORIGIN, trust_endpoint=True, operator=os.environ["KEY_4"])
        probe_many([*twelve(hub)[:5], Asked("KEY_9", choices, httpx.ASGITransport(hub))])

    with pytest.raises(KeyMalformed):
        asyncio.run(go())
    assert not hub.asked


def test_a_key_in_place_of_a_name_is_refused_and_not_shown() -> None:
    key = key_of("huggingface", READY, 1)
    for pasted in (key, f"sk-{'a1' * 16}", f"gsk_{'Ab1' * 12}", "f32a" * 8, "a key"):
        with pytest.raises(KeyMissing) as mistake:
            named(pasted, "huggingface", sandbox.ORIGIN)
        assert pasted not in str(mistake.value)
    for name in ("hf_token_for_production", "openai_key_of_region_eu2", "K", "ORGANISATION_KEY_2026_FOR_EVERYTHING_1"):
        assert named(name, "huggingface", sandbox.ORIGIN).name == name


def test_a_host_that_asks_everybody_to_wait_is_waited_for(hub: Crowd) -> None:
    lists: list[str] = []
    door = httpx.ASGITransport(hub)

    async def answer(request: httpx.Request) -> httpx.Response:
        if request.url.path == "/v1/models":
            lists.append(request.url.path)
            if len(lists) == 1:
                return httpx.Response(429, headers={"retry-after": "1"})
        return await door.handle_async_request(request)

    paces: list[str] = []

    async def go() -> Fleet:
        way = httpx.MockTransport(answer)
        asked = [Asked(one.key, one.plan, way) for one in twelve(hub)[:3]]
        return await probe_many(asked, at_once=1, progress=lambda pace: paces.append(pace.what))

    first, *others = asyncio.run(go()).runs
    assert not any(row.listed for row in first.models)
    assert all(any(row.listed for row in run.models) for run in others)
    assert any("waiting" in said for said in paces)


def test_a_host_that_does_not_say_how_long_to_wait_is_asked_with_the_keys_after_a_pause(hub: Crowd) -> None:
    lists: list[str] = []
    door = httpx.ASGITransport(hub)

    async def answer(request: httpx.Request) -> httpx.Response:
        if request.url.path == "/v1/models":
            lists.append(request.url.path)
            if len(lists) == 1:
                return httpx.Response(429)
        return await door.handle_async_request(request)

    async def go() -> Fleet:
        way = httpx.MockTransport(answer)
        return await probe_many([Asked(one.key, one.plan, way) for one in twelve(hub)[:4]], at_once=1)

    first, *others = asyncio.run(go()).runs
    assert judge_run(first).passport[Axis.MODELS].answer is Answer.UNKNOWN
    for run in others:
        assert {finding.answer for finding in judge_run(run).passport.values()} == {Answer.YES}
