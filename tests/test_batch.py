"""Several keys side by side: one run each, none of which ends the others, and nothing is sent where nothing may be."""

import asyncio
import json
import time
import tracemalloc
from collections import Counter
from collections.abc import Callable
from contextlib import AsyncExitStack, nullcontext
from dataclasses import dataclass, field, replace

import httpx
import pytest
from endpoints import Between

from testkey_nb import sandbox
from testkey_nb.errors import DataExpired, KeyMalformed
from testkey_nb.http import Sender
from testkey_nb.judge import judge_run
from testkey_nb.keys import Key
from testkey_nb.outcome import Answer, Axis, Outcome, Verdict
from testkey_nb.politeness import IN_FLIGHT_PER_HOST
from testkey_nb.probe import CONTROL, Asked, Run, plan, probe_batch, probe_key
from testkey_nb.probe.asking import Asking
from testkey_nb.probe.batch import Batch
from testkey_nb.probe.shared import Shared
from testkey_nb.report import render_report
from testkey_nb.retention import purge
from testkey_nb.rows import ModelRow

PERSONAS = ("launch-ready", "broke", "revoked", "classic-write", "firewall")
SECRET = "hf_CanaryThatMustNeverBeSeenAnywhere42"
LATER = "hf_AnotherCanaryThatNobodyMayEverSee"


@dataclass
class Traffic:
    """What goes over several ways at once."""

    now: int = 0
    most: int = 0
    asked: list[str] = field(default_factory=list)
    given_up: int = 0


class Way(httpx.AsyncBaseTransport):
    """The sandbox, which lets nothing through while its gate is shut and counts what waits."""

    def __init__(
        self,
        persona: str = "launch-ready",
        traffic: Traffic | None = None,
        *,
        shut: bool = False,
        provider: str = "huggingface",
    ) -> None:
        self.inner = sandbox.transport(provider, persona)
        self.traffic = traffic or Traffic()
        self.gate, self.entered = asyncio.Event(), asyncio.Event()
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
        self.entered.set()
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
    transport: httpx.AsyncBaseTransport,
    persona: str = "launch-ready",
    *,
    key: str = "",
    operator: str = "x",
    provider: str = "huggingface",
) -> Asked:
    choices = plan(provider, base_url=sandbox.ORIGIN, trust_endpoint=True, operator=operator)
    text = key or sandbox.PERSONAS[provider][persona].key
    return Asked(Key(f"KEY_{persona.upper()}", text), choices, transport)


def facts(run: Run) -> list[tuple[str, int | None, str]]:
    return sorted((row.ask, row.status, str(row.outcome)) for row in run.answers)


def test_runs_come_back_in_the_order_they_were_asked_for_and_are_what_they_are_alone() -> None:
    async def go() -> tuple[tuple[Run, ...], list[Run]]:
        batch = await probe_batch([one(Way(name), name) for name in PERSONAS])
        return batch, [
            await probe_key(a.read(), a.plan, transport=a.transport) for a in [one(Way(n), n) for n in PERSONAS]
        ]

    batch, alone = asyncio.run(go())
    assert [run.key_name for run in batch] == [f"KEY_{name.upper()}" for name in PERSONAS]
    assert [facts(run) for run in batch] == [facts(run) for run in alone]
    assert len({run.stamp.run_id for run in batch}) == len(PERSONAS)


def test_nothing_asked_is_nothing_done() -> None:
    assert asyncio.run(probe_batch([])) == ()


SIX = ("huggingface", "openai", "deepseek", "groq", "mistral", "moonshot")


@pytest.mark.parametrize(("at_once", "expected"), [(1, 1), (3, 3), (8, 6), (0, 1)])
def test_runs_go_side_by_side_up_to_a_bound(at_once: int, expected: int) -> None:
    async def go() -> int:
        traffic = Traffic()
        ways = [Way(traffic=traffic, shut=True, provider=provider) for provider in SIX]
        asked = [one(way, provider=provider) for way, provider in zip(ways, SIX, strict=True)]
        batch = asyncio.ensure_future(probe_batch(asked, at_once=at_once))
        await asyncio.sleep(0.05)
        for way in ways:
            way.gate.set()
        await batch
        return traffic.most

    assert asyncio.run(go()) == expected


def test_what_needs_no_key_is_asked_once_and_so_is_the_control() -> None:
    async def go() -> tuple[tuple[Run, ...], list[str]]:
        way = Way()
        return await probe_batch([one(way) for _ in range(6)]), way.traffic.asked

    runs, asked = asyncio.run(go())
    often = {path: number for path, number in Counter(asked).items() if number > 1}
    assert often == {"GET /api/whoami-v2": 7, "GET /api/settings/billing/usage-v2": 6}  # six keys and a control
    assert sum(row.ask == CONTROL for run in runs for row in run.answers) == 1
    assert {finding.answer for run in runs for finding in run.findings if finding.axis == "auth"} == {"yes"}


def test_each_run_says_what_it_sent_and_what_it_took_from_which_other() -> None:
    async def go() -> tuple[tuple[Run, ...], list[str]]:
        way = Way()
        return await probe_batch([one(way) for _ in range(6)]), way.traffic.asked

    runs, asked = asyncio.run(go())
    assert sum(run.manifest.requests for run in runs) == len(asked)
    sent = {run.stamp.run_id: {row.path for row in run.answers if row.request} for run in runs}
    assert sum(bool(row.shared_from) for run in runs for row in run.answers) == 5 * 3  # asks of two keyless requests
    for run in runs:
        for row in run.answers:
            assert bool(row.request) is not bool(row.shared_from)
            if row.shared_from:
                assert row.path in sent[row.shared_from]
                assert (row.keyed, row.latency_s, row.total_s, row.size_bytes) == (False, None, None, None)
    first, second = runs[:2]
    assert (first.manifest.shared, second.manifest.shared) == (0, 10)
    assert second.manifest.size_bytes < first.manifest.size_bytes


def test_a_report_says_of_a_shared_answer_that_another_run_sent_the_request() -> None:
    way = Way()
    first, second = asyncio.run(probe_batch([one(way), one(way, operator="y")]))
    shared = f"sent by run {first.stamp.run_id}, not by this one"
    assert shared in render_report(judge_run(second))
    assert "not by this one" not in render_report(judge_run(first))


def test_equal_rows_of_several_runs_are_the_same_objects() -> None:
    first, *others = asyncio.run(probe_batch([one(Way()) for _ in range(3)]))  # ways of their own: nothing is shared
    assert {run.manifest.shared for run in (first, *others)} == {0}
    assert len(first.models) > 1
    assert len(first.prices) > 1
    for run in others:
        assert run.models is first.models
        assert run.prices is first.prices


def test_a_run_keeps_nothing_of_its_own_for_each_model_of_a_list_that_it_shares() -> None:
    (run,) = asyncio.run(probe_batch([one(Way())]))
    models = tuple(ModelRow(f"example-org/Model-{number}", "", listed=True) for number in range(5000))
    tracemalloc.start()
    try:
        runs = [replace(run, models=models) for _ in range(10)]
        taken, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert taken / len(runs) < 20_000
    assert runs[0].live("example-org/Model-7") == [""]
    assert run.live(run.plan.models[0])


def test_what_the_headers_of_an_equal_list_say_stays_with_its_own_key() -> None:
    inner = sandbox.transport("anthropic", "launch-ready")

    async def answer(request: httpx.Request) -> httpx.Response:
        given = await inner.handle_async_request(request)
        if given.status_code == 200 and "x-api-key" in request.headers:
            given.headers["anthropic-organization-id"] = f"org-of-{request.headers['x-api-key'][-1]}"
        return given

    async def go() -> tuple[Run, ...]:
        door, key = httpx.MockTransport(answer), sandbox.PERSONAS["anthropic"]["launch-ready"].key
        return await probe_batch([one(door, key=f"{key[:-1]}{end}", provider="anthropic") for end in "AB"])

    first, second = asyncio.run(go())
    assert first.models
    assert first.models is second.models
    assert [run.values()["organization_id"] for run in (first, second)] == [("org-of-A",), ("org-of-B",)]


def test_a_shared_answer_goes_five_minutes_after_it_was_seen() -> None:
    way = Way()
    first, second = asyncio.run(probe_batch([one(way), one(way)], at_once=1))
    assert first.stamp.observed_at < second.stamp.observed_at
    assert second.until <= first.until


def test_an_answer_that_echoes_a_key_is_not_taken_from_another_run() -> None:
    way = Way()
    body = json.dumps({"object": "list", "data": [{"id": f"org/{SECRET[-12:]}", "providers": []}]})

    async def answer(request: httpx.Request) -> httpx.Response:
        way.traffic.asked.append(request.url.path)
        if request.url.path == "/v1/models":
            return httpx.Response(200, headers={"content-type": "application/json"}, content=body.encode())
        return await way.inner.handle_async_request(request)

    async def go() -> tuple[Run, ...]:
        door = httpx.MockTransport(answer)
        return await probe_batch([one(door), one(door, key=SECRET), one(door)], at_once=1)

    first, echoed, third = asyncio.run(go())
    assert any(row.shared_from == first.stamp.run_id for row in third.answers)
    assert way.traffic.asked.count("/v1/models") == 2
    assert not any(SECRET[-6:] in row.model for row in echoed.models)
    assert echoed.manifest.shared == first.manifest.requests - 4  # all that needs no key but the list


def test_a_relay_that_shows_itself_to_one_key_gets_none_of_those_that_come_later() -> None:
    def first_key_only(request: httpx.Request) -> httpx.Response | None:
        if SECRET not in request.headers.get("authorization", ""):
            return None
        return httpx.Response(401, headers={"x-litellm-version": f"1.0 {LATER[-6:]}"}, json={"error": "no"})

    way = Between(instead=first_key_only)

    async def go() -> tuple[Run, ...]:
        return await probe_batch([one(way, key=SECRET), one(way, key=LATER), one(way, key=LATER)], at_once=1)

    first, *others = asyncio.run(go())
    assert set(way.bearers()) == {SECRET}
    for run in (first, *others):
        assert run.identity.verdict is Verdict.RELAY
        assert [row.points_to for row in run.identity.evidence if row.mark == "x-litellm-*"] == ["litellm"]
    for run in others:
        assert not any(row.keyed for row in run.answers)
        assert LATER[-6:] not in str(run.identity.evidence)
        assert judge_run(run).passport[Axis.AUTH].answer is Answer.UNKNOWN


def test_a_key_that_is_told_to_wait_keeps_no_other_from_being_asked() -> None:
    def first_key_only(request: httpx.Request) -> httpx.Response | None:
        if SECRET not in request.headers.get("authorization", ""):
            return None
        return httpx.Response(429, headers={"retry-after": "3600"}, json={"error": "slow down"})

    way = Between(instead=first_key_only)
    waits, other = asyncio.run(probe_batch([one(way, key=SECRET), one(way, key=LATER)], at_once=1))
    assert [judge_run(run).passport[Axis.AUTH].answer for run in (waits, other)] == [Answer.UNKNOWN, Answer.YES]


@pytest.mark.parametrize("begun_after_s", [2.4, 4.8])  # half of what runs share is over by then, or all of it
def test_a_relay_stays_found_out_for_as_long_as_a_batch_goes_on(
    begun_after_s: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TESTKEY_TTL_S", "4")
    monkeypatch.setenv("THE_LATER_KEY", LATER)
    begun, asked = time.monotonic(), list[str]()

    async def slow(request: httpx.Request) -> httpx.Response:
        asked.append(request.headers.get("authorization", ""))
        if SECRET not in asked[-1]:
            return await Between().handle_async_request(request)
        return httpx.Response(401, headers={"x-litellm-version": "1.0"}, json={"error": "no"})

    def wait(number: int, _run: Run) -> None:
        if number == 0:
            time.sleep(max(0.0, begun + begun_after_s - time.monotonic()))

    async def go() -> tuple[Run, ...]:
        door = httpx.MockTransport(slow)
        asks = [one(door, key=SECRET), Asked("THE_LATER_KEY", one(door).plan, door)]
        return await probe_batch(asks, at_once=1, ended=wait)

    _, run = asyncio.run(go())
    assert not any(LATER in said for said in asked)
    assert run.identity.verdict is Verdict.RELAY


def test_a_relay_behind_one_address_is_none_at_another() -> None:
    relay = Between(instead=lambda _request: httpx.Response(401, headers={"x-litellm-version": "1.0"}))

    async def go() -> tuple[Run, ...]:
        return await probe_batch([one(relay), one(Way())], at_once=1)

    assert [run.identity.verdict for run in asyncio.run(go())] == [Verdict.RELAY, Verdict.VOUCHED]


def test_what_was_never_asked_is_not_taken_from_another_run() -> None:
    way, shared = Way(), Shared()

    async def go() -> tuple[Run, Run]:
        hasty, patient = one(way), one(way)
        async with AsyncExitStack() as others:
            for host in hasty.hosts | {hasty.plan.service}:
                for _ in range(IN_FLIGHT_PER_HOST):
                    await others.enter_async_context(shared.politeness.slot(host))
            first = asyncio.create_task(
                probe_key(hasty.read(), hasty.plan, transport=way, run_s=0.1, shared=shared),
            )
            await asyncio.sleep(0)
            second = asyncio.create_task(probe_key(patient.read(), patient.plan, transport=way, shared=shared))
            cut_off = await first
        return cut_off, await second

    cut_off, run = asyncio.run(go())
    assert (cut_off.manifest.requests, run.manifest.shared) == (0, 0)
    assert not any(row.sent for row in cut_off.answers)
    assert {axis.answer for axis in judge_run(run).passport.values()} == {Answer.YES}


def test_whoever_waits_for_another_runs_answer_ends_in_its_own_time() -> None:
    slow, shared = Way(shut=True), Shared()

    async def go() -> tuple[Run, float]:
        first = asyncio.create_task(probe_key(one(slow).read(), one(slow).plan, transport=slow, shared=shared))
        await slow.entered.wait()
        began = time.monotonic()
        hasty = await probe_key(one(slow).read(), one(slow).plan, transport=slow, run_s=0.2, shared=shared)
        took_s = time.monotonic() - began
        assert not first.done()
        slow.gate.set()
        assert {axis.answer for axis in judge_run(await first).passport.values()} == {Answer.YES}
        return hasty, took_s

    hasty, took_s = asyncio.run(go())
    assert took_s < 5, "the first run waits for its own answer 10 s long"
    assert not any(row.sent for row in hasty.answers)
    assert {row.why for row in hasty.answers} == {"timeout: this run's time was over"}


def test_what_waits_for_a_run_that_is_cancelled_asks_for_itself() -> None:
    way, shared = Way(shut=True), Shared()

    async def go() -> Run:
        first = asyncio.create_task(probe_key(one(way).read(), one(way).plan, transport=way, shared=shared))
        await way.entered.wait()
        second = asyncio.create_task(probe_key(one(way).read(), one(way).plan, transport=way, shared=shared))
        await asyncio.sleep(0.05)
        first.cancel()
        way.gate.set()
        return await second

    assert {axis.answer for axis in judge_run(asyncio.run(go())).passport.values()} == {Answer.YES}


@pytest.mark.parametrize("status", [429, 500, None])
def test_what_went_wrong_for_the_moment_is_asked_again_by_the_next_run(status: int | None) -> None:
    way, lists = Way(), []

    async def answer(request: httpx.Request) -> httpx.Response:
        if request.url.path == "/v1/models":
            lists.append(request.url.path)
            if len(lists) == 1 and status is None:
                raise httpx.ConnectError("no route", request=request)
            if len(lists) == 1:
                return httpx.Response(status or 0, headers={"retry-after": "0"})
        return await way.inner.handle_async_request(request)

    async def go() -> tuple[Run, ...]:
        door = httpx.MockTransport(answer)
        return await probe_batch([one(door), one(door)], at_once=1)

    first, second = asyncio.run(go())
    assert not any(row.listed for row in first.models)
    assert any(row.listed for row in second.models)
    assert len(lists) == 2


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
        shut = [one(Way(traffic=traffic, shut=True, provider=name), provider=name) for name in (*SIX[1:], *SIX[1:])]
        asked = [one(Way(traffic=traffic)), *shut]
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


def test_a_purge_ends_the_batch_and_drops_what_was_on_its_way() -> None:
    ended: list[Run] = []

    async def go() -> tuple[int, int]:
        way = Way()

        def note(_number: int, run: Run) -> None:
            ended.append(run)
            if len(ended) == 1:
                purge()

        with pytest.raises(DataExpired, match="purged"):
            await probe_batch([one(way) for _ in range(9)], ended=note)
        sent = len(way.traffic.asked)
        await asyncio.sleep(0.05)
        return sent, len(way.traffic.asked)

    sent, later = asyncio.run(go())
    assert sent == later
    assert len(ended) < 9
    assert all(run.gone for run in ended)


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


def test_what_a_batch_keeps_of_a_body_goes_with_everything_else_it_shares() -> None:
    shared = Shared()
    kept = [shared.bodies.of(b"[1]") for _ in range(2)][-1]
    assert shared.bodies.of(b"[1]") is kept
    shared.forget()
    assert shared.bodies.of(b"[1]") is not kept
    assert shared.bodies.of(b"[1]") is not kept


@pytest.mark.parametrize(("others", "stay", "most"), [(0, False, 4), (9, True, 1), (9, False, 3)])
def test_as_long_as_others_wait_for_the_host_a_key_is_asked_about_one_thing_after_the_other(
    *, others: int, stay: bool, most: int
) -> None:
    class Counting(Way):
        most = 0

        async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
            self.most = max(self.most, self.waiting + 1)
            return await super().handle_async_request(request)

    async def other(slot: asyncio.Semaphore) -> None:
        async with slot:
            await asyncio.sleep(0)
        while stay:
            async with slot:
                await asyncio.sleep(0)

    async def go() -> int:
        way, shared = Counting(provider="deepinfra"), Shared()
        key = Key("DEEPINFRA_KEY", sandbox.PERSONAS["deepinfra"]["launch-ready"].key)
        what = plan("deepinfra", base_url=sandbox.ORIGIN, trust_endpoint=True, operator="x")
        async with Sender(way, key=key, politeness=shared.politeness) as sender:
            asking = Asking(sender, key, what, way, shared=shared)
            questions = asking.questions(ask for ask in what.provider.asks if ask.auth and not ask.waits)
            slot = shared.politeness.slot(questions[0].host)
            waiting = [asyncio.ensure_future(other(slot)) for _ in range(others)]
            await asyncio.sleep(0)
            await asking.ask(questions)
            for one in waiting:
                one.cancel()
            assert [one.row.status for one in asking.told] == [200, 200, 200, 200]
            return way.most

    assert asyncio.run(go()) == most


def raising(error: Exception, at: int) -> Callable[..., None]:
    """Return what a caller hands over and what fails once."""
    calls = iter(range(1000))

    def call(*_told: object) -> None:
        if next(calls) == at:
            raise error

    return call


@pytest.mark.parametrize("error", [ZeroDivisionError(), DataExpired("of a run that is gone")], ids=type)
@pytest.mark.parametrize("at", [0, 2])
def test_a_callers_function_that_fails_once_costs_one_run_at_the_most(error: Exception, at: int) -> None:
    async def go() -> tuple[int, int]:
        way, made = Way(), []
        asked = [one(way, key=SECRET[:-2] + f"{number:02d}") for number in range(8)]
        with pytest.raises(type(error)):
            await probe_batch(asked, progress=raising(error, at), ended=lambda number, _run: made.append(number))
        batch = Batch(asked, lambda *_: None, raising(error, at))
        with pytest.raises(type(error)) if isinstance(error, ZeroDivisionError) else nullcontext():
            await batch.run()
        assert not batch.purged
        return len(made), len(batch.runs)

    assert asyncio.run(go()) == (7, 8)


def test_a_callers_function_that_fails_while_a_host_is_waited_for_keeps_no_key_from_its_turn() -> None:
    class Busy(Way):
        async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
            if not self.traffic.asked:
                self.traffic.asked.append("")
                return httpx.Response(429, headers={"retry-after": "1"})
            return await super().handle_async_request(request)

    async def go() -> int:
        failed: list[str] = []

        def fail_once(_done: int, _total: int, what: str) -> None:
            if "waiting" in what and not failed:
                failed.append(what)
                raise ZeroDivisionError(what)

        way = Busy()
        asked = [one(way, key=SECRET[:-2] + f"{number:02d}") for number in range(3)]
        batch = Batch(asked, fail_once, lambda *_: None, at_once=1)
        with pytest.raises(ZeroDivisionError):
            await batch.run()
        assert failed
        return len(batch.runs) + len(batch.faults)

    assert asyncio.run(go()) == 3
