"""Several keys side by side: one run each, none of which ends the others, and nothing is sent where nothing may be."""

import asyncio
from dataclasses import dataclass, field

import httpx
import pytest

from testkey_nb import sandbox
from testkey_nb.errors import KeyMalformed
from testkey_nb.keys import Key
from testkey_nb.outcome import Outcome
from testkey_nb.probe import CONTROL, Asked, Run, plan, probe_batch, probe_key

PERSONAS = ("launch-ready", "broke", "revoked", "hub-throttled", "firewall")
SECRET = "hf_CanaryThatMustNeverBeSeenAnywhere42"


@dataclass
class Traffic:
    """What goes over several ways at once."""

    now: int = 0
    most: int = 0
    asked: list[str] = field(default_factory=list)
    given_up: int = 0


class Way(httpx.AsyncBaseTransport):
    """The sandbox, which lets nothing through while its gate is shut and counts what waits."""

    def __init__(self, persona: str = "launch-ready", traffic: Traffic | None = None, *, shut: bool = False) -> None:
        self.inner = sandbox.transport("huggingface", persona)
        self.traffic = traffic or Traffic()
        self.gate = asyncio.Event()
        if not shut:
            self.gate.set()
        self.waiting = 0

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        self.traffic.asked.append(f"{request.method} {request.url.path}")
        self._enter()
        try:
            await self.gate.wait()
            await asyncio.sleep(0)
            return await self.inner.handle_async_request(request)
        except asyncio.CancelledError:
            self.traffic.given_up += 1
            raise
        finally:
            self._leave()

    def _enter(self) -> None:
        self.waiting += 1
        self.traffic.now += self.waiting == 1  # ways in use, not requests
        self.traffic.most = max(self.traffic.most, self.traffic.now)

    def _leave(self) -> None:
        self.waiting -= 1
        self.traffic.now -= self.waiting == 0


class Down(httpx.AsyncBaseTransport):
    """A network without the host."""

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("no route", request=request)


class Faulty(httpx.AsyncBaseTransport):
    """A fault of our own, in place of an answer."""

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        raise ZeroDivisionError(request.url.path)


def one(
    transport: httpx.AsyncBaseTransport, persona: str = "launch-ready", *, key: str = "", operator: str = "x"
) -> Asked:
    choices = plan("huggingface", base_url=sandbox.ORIGIN, trust_endpoint=True, operator=operator)
    text = key or sandbox.PERSONAS["huggingface"][persona].key
    return Asked(Key(f"KEY_{persona.upper()}", text), choices, transport)


def facts(run: Run) -> list[tuple[str, int | None, str]]:
    return sorted((row.ask, row.status, str(row.outcome)) for row in run.answers)


def test_runs_come_back_in_the_order_they_were_asked_for_and_are_what_they_are_alone() -> None:
    async def go() -> tuple[tuple[Run, ...], list[Run]]:
        batch = await probe_batch([one(Way(name), name) for name in PERSONAS])
        return batch, [
            await probe_key(a.key, a.plan, transport=a.transport) for a in [one(Way(n), n) for n in PERSONAS]
        ]

    batch, alone = asyncio.run(go())
    assert [run.key_name for run in batch] == [f"KEY_{name.upper()}" for name in PERSONAS]
    assert [facts(run) for run in batch] == [facts(run) for run in alone]
    assert len({run.stamp.run_id for run in batch}) == len(PERSONAS)


def test_nothing_asked_is_nothing_done() -> None:
    assert asyncio.run(probe_batch([])) == ()


@pytest.mark.parametrize(("at_once", "expected"), [(1, 1), (3, 3), (8, 6), (0, 1)])
def test_runs_go_side_by_side_up_to_a_bound(at_once: int, expected: int) -> None:
    async def go() -> int:
        traffic = Traffic()
        ways = [Way(traffic=traffic, shut=True) for _ in range(6)]
        batch = asyncio.ensure_future(probe_batch([one(way) for way in ways], at_once=at_once))
        await asyncio.sleep(0.05)
        for way in ways:
            way.gate.set()
        await batch
        return traffic.most

    assert asyncio.run(go()) == expected


def test_keys_of_one_provider_take_turns_and_share_its_control() -> None:
    async def go() -> tuple[tuple[Run, ...], list[tuple[int, int]]]:
        way, told = Way(), []
        runs = await probe_batch([one(way) for _ in range(4)], ended=lambda n, _run: told.append((n, way.waiting)))
        return runs, told

    runs, told = asyncio.run(go())
    assert told == [(0, 0), (1, 0), (2, 0), (3, 0)], "one was under way when another ended"
    assert sum(row.ask == CONTROL for run in runs for row in run.answers) == 1
    assert {finding.answer for run in runs for finding in run.findings if finding.axis == "auth"} == {"yes"}


def test_a_run_that_the_network_fails_is_a_run_and_ends_no_other() -> None:
    down, up = asyncio.run(probe_batch([one(Down()), one(Way())]))
    assert {row.outcome for row in down.answers} == {Outcome.UNAVAILABLE}
    assert Outcome.OK in {row.outcome for row in up.answers}


def test_a_fault_of_our_own_is_raised_when_the_others_have_ended() -> None:
    ended: list[str] = []

    async def go() -> None:
        asked = [one(Faulty()), one(Way("broke"), "broke"), one(Way("revoked"), "revoked")]
        await probe_batch(asked, ended=lambda _n, run: ended.append(run.key_name))

    with pytest.raises(ZeroDivisionError):
        asyncio.run(go())
    assert sorted(ended) == ["KEY_BROKE", "KEY_REVOKED"]


def test_a_key_that_stands_in_any_plan_keeps_the_whole_batch_from_being_sent() -> None:
    traffic = Traffic()

    async def go() -> None:
        pasted = one(Way(traffic=traffic), operator=f"me, {SECRET}")
        await probe_batch([one(Way(traffic=traffic)), pasted, one(Way(traffic=traffic), key=SECRET)])

    with pytest.raises(KeyMalformed) as mistake:
        asyncio.run(go())
    assert traffic.asked == []
    assert SECRET not in str(mistake.value)


def test_cancelling_ends_every_run_keeps_what_had_ended_and_sends_nothing_more() -> None:
    async def go() -> tuple[Traffic, list[int], int, set[str]]:
        traffic, ended = Traffic(), []
        asked = [one(Way(traffic=traffic)), *(one(Way(traffic=traffic, shut=True)) for _ in range(12))]
        before = asyncio.all_tasks()
        first = asyncio.Event()

        def note(number: int, _run: Run) -> None:
            ended.append(number)
            first.set()

        batch = asyncio.ensure_future(probe_batch(asked, ended=note))
        await first.wait()
        batch.cancel()
        with pytest.raises(asyncio.CancelledError):
            await batch
        sent, left = len(traffic.asked), {task.get_name() for task in asyncio.all_tasks() - before}
        await asyncio.sleep(0.05)
        return traffic, ended, len(traffic.asked) - sent, left

    traffic, ended, later, left = asyncio.run(go())
    assert ended == [0]
    assert (later, left) == (0, set())
    assert traffic.given_up > 0
    assert traffic.now == 0


def test_progress_goes_forward_to_all_of_them_and_names_keys_without_showing_one() -> None:
    told: list[tuple[int, int, str]] = []

    async def go() -> None:
        asked = [one(Way(name), name) for name in PERSONAS]
        await probe_batch(asked, progress=lambda done, total, what: told.append((done, total, what)))

    asyncio.run(go())
    done = [done for done, _, _ in told]
    assert done == sorted(done)
    assert (done[0], done[-1]) == (0, len(PERSONAS))
    assert {total for _, total, _ in told} == {len(PERSONAS)}
    assert any("KEY_BROKE: /api/whoami-v2" in what for _, _, what in told)
    said = "\n".join(what for _, _, what in told)
    assert not [name for name in PERSONAS if sandbox.PERSONAS["huggingface"][name].key in said]


def test_no_key_is_shown_by_what_is_asked() -> None:
    assert SECRET not in repr(one(Way(), key=SECRET))
