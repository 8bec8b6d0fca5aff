"""A watch repeats cheap questions: as politely and as carefully as a run, and nothing of it stays."""

import asyncio
import gc
import math
from collections.abc import AsyncIterator
from contextlib import aclosing

import httpx
import pytest
import real_bodies as real
from conftest import KEY_NAME, PERSONAS
from endpoints import Between, answer, listening, wire

from testkey_nb import sandbox
from testkey_nb.errors import CallerError, KeyMalformed, UnknownName
from testkey_nb.expiry import lifetime_s, now
from testkey_nb.keys import Key
from testkey_nb.outcome import Outcome, Verdict
from testkey_nb.probe import Plan, Watch, plan
from testkey_nb.retention import purge
from testkey_nb.rows import AnswerRow, ModelRow, PriceRow

OPERATOR = "the tests, for made-up accounts"
SAMPLED = f"/v1/models/{real.COVERED}"
FAST = 0.1


def vouched(provider: str = "huggingface") -> Plan:
    return plan(provider, base_url=sandbox.ORIGIN, trust_endpoint=True, operator=OPERATOR)


def watch(
    transport: httpx.AsyncBaseTransport, *, requests: int = 60, choices: Plan | None = None, key: str = ""
) -> Watch:
    secret = Key(KEY_NAME, key or PERSONAS["launch-ready"].key)
    return Watch(secret, choices or vouched(), every_s=FAST, requests=requests, transport=transport)


async def first(rows: AsyncIterator[AnswerRow], count: int) -> list[AnswerRow]:
    return [await anext(rows) for _ in range(count)]


def sampled(transport: Between, path: str = SAMPLED) -> int:
    return transport.paths().count(path)


def test_answers_come_one_after_the_other_until_the_requests_are_spent() -> None:
    transport = Between()
    seen = watch(transport, requests=20)

    async def consume() -> list[AnswerRow]:
        return [row async for row in seen.rows()]

    rows = asyncio.run(consume())
    assert len(transport.requests) == seen.sent == seen.manifest.requests == 20
    assert [row.sample for row in rows] == list(range(1, sampled(transport) + 1))
    assert {(row.ask, row.path, row.outcome) for row in rows} == {("model_catalog", SAMPLED, Outcome.OK)}
    assert seen.ended == "its 20 requests are spent, on finding out who answers, too"
    assert seen.window == tuple(rows)
    assert seen.sandbox
    assert not seen.going_on
    [steady] = seen.stability
    assert (steady.n, steady.failed, steady.timed) == (len(rows), 0, len(rows))


def test_a_sample_that_the_end_of_the_key_cuts_off_is_no_failure_of_the_host() -> None:
    key = Key(KEY_NAME, sandbox.PERSONAS["openai"]["launch-ready"].key)
    asked = 0

    def late(request: httpx.Request) -> None:
        nonlocal asked
        asked += "authorization" in request.headers
        if asked == 6:
            key.forget()

    seen = Watch(key, vouched("openai"), every_s=FAST, transport=Between(instead=late, provider="openai"))

    async def consume() -> list[AnswerRow]:
        return [row async for row in seen.rows()]

    rows = asyncio.run(consume())
    assert rows
    assert {row.outcome for row in rows} == {Outcome.OK}
    assert not seen.going_on
    assert seen.ended


def test_nothing_is_sampled_before_it_is_known_who_answers() -> None:
    transport = Between()

    async def one() -> None:
        async with aclosing(watch(transport).rows()) as rows:
            await anext(rows)

    asyncio.run(one())
    assert transport.paths().index(SAMPLED) > transport.paths().index("/api/whoami-v2")


@pytest.mark.parametrize("persona", ["wrong-host", "firewall"])
def test_who_would_not_get_the_key_in_a_run_does_not_get_it_here(persona: str) -> None:
    transport = Between(persona)
    seen = watch(transport, choices=plan("huggingface", base_url=sandbox.ORIGIN, operator=OPERATOR))

    async def consume() -> list[AnswerRow]:
        return [row async for row in seen.rows()]

    assert asyncio.run(consume()) == []
    assert transport.bearers() == []
    assert sampled(transport) == 0
    assert seen.ended.startswith("not watched: ")
    assert seen.verdict in {Verdict.RELAY, Verdict.UNKNOWN}


def test_a_relay_that_shows_itself_later_gets_the_key_no_more() -> None:
    unmasked = answer(200, {"data": [{"id": "openai/gpt-oss-20b"}]}, {**real.JSON, "x-litellm-version": "1.0"})
    transport = Between(provider="groq", genuine=True, instead=lambda _request: unmasked if late() else None)

    def late() -> bool:
        return len(transport.requests) > 4

    seen = watch(transport, choices=plan("groq", operator=OPERATOR), key=sandbox.PERSONAS["groq"]["launch-ready"].key)

    async def consume() -> list[AnswerRow]:
        return [row async for row in seen.rows()]

    rows = asyncio.run(consume())
    assert len(transport.bearers()) == 5
    assert len(rows) == 3
    assert seen.ended == "it shows marks of somebody else now"
    assert seen.verdict is Verdict.CONTRADICTED
    assert asyncio.run(consume()) == []  # also where it is started again
    assert len(transport.bearers()) == 5
    assert seen.ended == "it shows marks of somebody else now"


def test_a_key_that_manages_is_not_used_again_and_again() -> None:
    secret = sandbox.PERSONAS["openrouter"]["management-key"].key
    transport = Between("management-key", provider="openrouter")
    seen = watch(transport, choices=vouched("openrouter"), key=secret)

    async def consume() -> list[AnswerRow]:
        return [row async for row in seen.rows()]

    assert asyncio.run(consume()) == []
    assert seen.ended == "not watched: this key may ask nothing that can be repeated"
    assert transport.paths().count("/api/v1/key") == 1


def test_a_host_that_asks_to_wait_is_left_alone() -> None:
    busy = answer(429, real.THROTTLED, {**real.JSON, "retry-after": "17"})
    transport = Between(
        instead=lambda request: busy if request.url.path == SAMPLED and sampled(transport) == 3 else None
    )
    seen = watch(transport)

    async def consume() -> list[AnswerRow]:
        return [row async for row in seen.rows()]

    rows = asyncio.run(consume())
    assert [row.outcome for row in rows] == [Outcome.OK, Outcome.OK, Outcome.RATE_LIMITED]
    assert seen.ended == "the host asked to wait (Retry-After: 17)"
    assert sampled(transport) == 3


def test_a_network_that_fails_is_a_row_and_the_watch_goes_on() -> None:
    def broken(request: httpx.Request) -> httpx.Response | None:
        if request.url.path == SAMPLED and sampled(transport) == 2:
            raise httpx.ConnectError("no route")
        return None

    transport = Between(instead=broken)
    seen = watch(transport)

    async def three() -> list[AnswerRow]:
        async with aclosing(seen.rows()) as rows:
            return await first(rows, 3)

    assert [row.outcome for row in asyncio.run(three())] == [Outcome.OK, Outcome.UNAVAILABLE, Outcome.OK]
    assert seen.stability[0].failed == 1


def test_a_key_that_is_echoed_reaches_no_row() -> None:
    secret = PERSONAS["launch-ready"].key
    echo = answer(403, {"error": f"no {secret} here"}, {**real.JSON, "retry-after": secret, "x-amz-cf-pop": secret})
    transport = Between(instead=lambda request: echo if request.url.path == SAMPLED else None)
    seen = watch(transport)

    async def two() -> list[AnswerRow]:
        async with aclosing(seen.rows()) as rows:
            return await first(rows, 2)

    shown = repr(asyncio.run(two())) + repr(vars(seen)) + seen.ended
    assert not [secret[at : at + 6] for at in range(len(secret) - 5) if secret[at : at + 6] in shown]


class Slow(httpx.AsyncBaseTransport):
    """Answer the sampled question never, and count what was opened and closed."""

    def __init__(self) -> None:
        self.inner, self.waiting, self.closed, self.asked = Between(), 0, 0, asyncio.Event()

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        if request.url.path == SAMPLED:
            self.waiting += 1
            self.asked.set()
            try:
                await asyncio.sleep(60)
            finally:
                self.waiting -= 1
        return await self.inner.handle_async_request(request)

    async def aclose(self) -> None:
        self.closed += 1


@pytest.mark.parametrize("how", ["stop", "cancel", "close", "purge"])
def test_however_it_ends_no_task_and_no_client_is_left(how: str) -> None:
    transport = Slow()
    seen = watch(transport)

    async def consume() -> None:
        async with aclosing(seen.rows()) as rows:
            async for _ in rows:
                pass

    async def end() -> set[asyncio.Task[object]]:
        task = asyncio.create_task(consume())
        await transport.asked.wait()
        if how == "cancel":
            task.cancel()
        elif how == "purge":
            purge()
        else:
            seen.stop()
        await asyncio.gather(task, return_exceptions=True)
        return asyncio.all_tasks() - {asyncio.current_task()}

    assert asyncio.run(end()) == set()
    assert (transport.waiting, transport.closed) == (0, 1)
    assert not seen.going_on
    assert seen.ended == "stopped"


def test_it_can_be_started_again_with_what_is_left_of_its_requests() -> None:
    transport = Between()
    seen = watch(transport, requests=30)

    async def twice() -> list[AnswerRow]:
        async with aclosing(seen.rows()) as rows:
            begun = await first(rows, 2)
        return begun + [row async for row in seen.rows()]

    rows = asyncio.run(twice())
    assert len(transport.requests) == seen.sent == 30
    assert [row.sample for row in rows] == list(range(1, len(rows) + 1))


def test_it_goes_on_once_at_a_time() -> None:
    async def both() -> None:
        seen = watch(Between())
        async with aclosing(seen.rows()) as rows:
            await anext(rows)
            with pytest.raises(CallerError, match="goes on already"):
                await anext(seen.rows())

    asyncio.run(both())


def test_purge_leaves_nothing_of_it() -> None:
    seen = watch(Between())

    async def purged() -> None:
        async with aclosing(seen.rows()) as rows:
            await first(rows, 2)
            assert len(seen.window) >= 2
            receipt = purge()
            assert receipt.dropped["watch"] == 1
            assert receipt.dropped["sample"] >= 2
            assert seen.window == ()
            assert [row async for row in rows] == []

    asyncio.run(purged())
    assert (seen.window, seen.stability) == ((), ())


def test_purge_at_any_turn_leaves_nothing_that_was_on_its_way() -> None:
    async def purged(turns: int) -> bool:
        seen = watch(Between())

        async def consume() -> int:
            return len([row async for row in seen.rows()])

        task = asyncio.create_task(consume())
        for _ in range(turns):
            await asyncio.sleep(0)
        sampled = bool(seen.window)
        purge()
        assert sampled or await task == 0
        await task
        assert seen.window == ()
        return sampled

    async def until_it_samples() -> int:
        turns = 1
        while not await purged(turns):
            turns += 1
        return turns

    assert asyncio.run(until_it_samples()) > 1


def test_what_it_took_to_find_out_who_answers_is_not_kept_while_it_goes_on() -> None:
    def rows_alive() -> int:
        gc.collect()
        return sum(isinstance(thing, ModelRow | PriceRow) for thing in gc.get_objects())

    before, seen = rows_alive(), watch(Between())

    async def listed() -> None:
        async with aclosing(seen.rows()) as rows:
            await first(rows, 1)
            assert seen.going_on
            assert rows_alive() <= before

    asyncio.run(listed())


def test_requests_are_counted_while_it_goes_on() -> None:
    transport = Between()
    seen = watch(transport)

    async def twice() -> None:
        for _ in range(2):
            async with aclosing(seen.rows()) as rows:
                await first(rows, 2)
                assert seen.sent == len(transport.requests) > 2

    asyncio.run(twice())


def test_its_frames_carry_one_stamp_and_go_with_the_oldest_answer() -> None:
    seen = watch(Between(), requests=20)

    async def consume() -> int:
        return len([row async for row in seen.rows()])

    count = asyncio.run(consume())
    answers, stability = seen.frame("answers"), seen.frame("stability")
    assert len(answers) == count == stability["n"].item()
    assert set(answers["run_id"]) == set(stability["run_id"]) == {seen.stamp.run_id}
    assert now() < seen.until <= now() + lifetime_s()
    with pytest.raises(UnknownName, match="choose one of: answers, stability"):
        seen.frame("models")
    purge()
    assert answers.empty
    assert stability.empty
    assert seen.until == math.inf


def test_old_samples_drop_out_while_it_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    seen = watch(Between(), requests=200)
    monkeypatch.setenv("TESTKEY_TTL_S", "0.25")

    async def slide() -> None:
        async with aclosing(seen.rows()) as rows:
            async for row in rows:
                kept = [one.sample for one in seen.window]
                if row.sample > 4 and 1 not in kept:
                    assert kept == sorted(kept)
                    return

    asyncio.run(slide())
    assert seen.sent < 200


def test_it_works_over_a_socket_and_closes_it() -> None:
    open_sockets = 0

    async def serve(asked: str, writer: asyncio.StreamWriter) -> None:
        nonlocal open_sockets
        open_sockets += 1
        request = httpx.Request("GET", f"http://sandbox.localhost{asked.split()[1]}", headers=_headers(asked))
        async with httpx.AsyncClient(transport=sandbox.transport("huggingface", "launch-ready")) as client:
            writer.write(wire(await client.send(request)))
        open_sockets -= 1

    async def three() -> list[AnswerRow]:
        async with listening(serve) as port:
            choices = plan("huggingface", base_url=f"http://127.0.0.1:{port}", trust_endpoint=True, operator=OPERATOR)
            secret = Key(KEY_NAME, PERSONAS["launch-ready"].key)
            async with aclosing(Watch(secret, choices, every_s=FAST).rows()) as rows:
                return await first(rows, 3)

    assert [row.outcome for row in asyncio.run(three())] == [Outcome.OK] * 3
    assert open_sockets == 0


def _headers(asked: str) -> dict[str, str]:
    lines = [line.partition(": ") for line in asked.split("\r\n")[1:] if ": " in line]
    return {name: value for name, _, value in lines if name.lower() in {"authorization", "user-agent", "accept"}}


@pytest.mark.parametrize(
    ("every_s", "requests"), [(0, 10), (-1, 10), (float("inf"), 10), (float("nan"), 10), (1, 0), (1, 1001)]
)
def test_a_pace_or_a_number_that_cannot_be_is_the_callers_mistake(every_s: float, requests: int) -> None:
    with pytest.raises(CallerError, match="watch every"):
        Watch(Key(KEY_NAME, PERSONAS["launch-ready"].key), vouched(), every_s=every_s, requests=requests)


def test_a_key_that_stands_in_the_plan_is_refused_before_anything_is_sent() -> None:
    secret = PERSONAS["launch-ready"].key
    with pytest.raises(KeyMalformed):
        Watch(Key(KEY_NAME, secret), plan("huggingface", operator=f"me {secret}"))
