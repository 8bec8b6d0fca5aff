"""Samples are taken at even distances, and what our own bounds kept from being asked or answered is none."""

import asyncio
import math
from itertools import pairwise

import httpx
import pytest
import real_bodies as real
from conftest import KEY_NAME, PERSONAS
from endpoints import Between, answer
from hypothesis import given
from hypothesis import strategies as st

from testkey_nb import sandbox
from testkey_nb.keys import Key
from testkey_nb.outcome import Outcome
from testkey_nb.probe import Run, plan, probe_key
from testkey_nb.probe.beat import Beat
from testkey_nb.rows import AnswerRow
from testkey_nb.stability import sampled, steadiness, told

SAMPLED = f"/v1/models/{real.COVERED}"


def probe(transport: httpx.AsyncBaseTransport, samples: int, run_s: float = 30.0) -> Run:
    choices = plan("huggingface", base_url=sandbox.ORIGIN, trust_endpoint=True, samples=samples, operator="the tests")
    secret = Key(KEY_NAME, PERSONAS["launch-ready"].key)
    return asyncio.run(probe_key(secret, choices, transport=transport, run_s=run_s))


def samples_of(run: Run) -> list[AnswerRow]:
    return [row for row in run.answers if row.sample]


class Clock:
    """A clock that tests move."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.mark.parametrize(
    ("took", "starts"),
    [
        ([0.1, 0.1, 0.1], [0.5, 1.0, 1.5]),
        ([0.4, 0.4, 0.4], [0.5, 1.0, 1.5]),
        ([0.7, 0.1, 0.1], [0.5, 1.5, 2.0]),  # a slow answer costs one place and moves none
        ([2.6, 0.1, 0.1], [0.5, 3.5, 4.0]),
        ([0.0, 0.0, 0.0], [0.5, 1.0, 1.5]),
    ],
)
def test_starts_lie_on_an_even_grid_however_long_an_answer_takes(took: list[float], starts: list[float]) -> None:
    clock = Clock()
    beat, begun = Beat(0.5, clock), []
    for seconds in took:
        clock.now += beat.wait_s()
        begun.append(round(clock.now - 100, 9))
        clock.now += seconds
    assert begun == starts


@given(st.lists(st.floats(0, 20), max_size=20), st.floats(0.1, 10))
def test_no_two_starts_are_closer_than_the_distance(took: list[float], every_s: float) -> None:
    clock = Clock()
    beat, before = Beat(every_s, clock), -math.inf
    for seconds in took:
        wait = beat.wait_s()
        assert 0 <= wait <= every_s + 1e-6
        clock.now += wait
        assert clock.now - before >= every_s - 1e-6
        before = clock.now
        clock.now += seconds


def test_each_sample_says_when_it_was_asked_and_they_are_evenly_apart() -> None:
    times = [row.asked_at for row in samples_of(probe(Between(), 3))]
    gaps = [(after - before).total_seconds() for before, after in pairwise(times) if before and after]
    assert len(gaps) == 2
    assert gaps == pytest.approx([0.5, 0.5], abs=0.2)


def test_once_a_host_asks_to_wait_no_further_sample_is_taken_or_counted() -> None:
    busy = answer(429, real.THROTTLED)
    transport = Between(
        instead=lambda request: busy if request.url.path == SAMPLED and transport.paths().count(SAMPLED) == 2 else None
    )
    run = probe(transport, 10)
    assert transport.paths().count(SAMPLED) == 2
    rows = samples_of(run)
    assert [(row.sample, row.outcome, bool(row.request)) for row in rows] == [
        (1, Outcome.OK, True), (2, Outcome.RATE_LIMITED, True), (3, Outcome.UNAVAILABLE, False),
    ]  # fmt: skip
    assert rows[2].why == "not asked: this host asked to wait (Retry-After: -)"
    assert rows[2].asked_at is None
    assert sampled(run.answers) == (False,)
    assert told(run.answers) == 1


def test_a_sample_that_the_end_of_our_time_cut_off_did_not_fail() -> None:
    async def stalling(request: httpx.Request) -> httpx.Response:
        if request.url.path == SAMPLED:
            await asyncio.sleep(20)
        return await inner.handle_async_request(request)

    inner = sandbox.transport("huggingface", "launch-ready")
    run = probe(httpx.MockTransport(stalling), 5, run_s=1.2)
    assert samples_of(run) == []
    assert steadiness(run.answers) == ()


def test_samples_stay_within_the_runs_budget_and_time() -> None:
    transport = Between()
    run = probe(transport, 40, run_s=1.4)
    assert 1 <= len(samples_of(run)) <= 3
    assert run.manifest.requests == len(transport.requests)
