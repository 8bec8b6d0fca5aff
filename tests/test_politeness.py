"""Politeness: slots by host, and what a host that asks to wait is granted."""

import asyncio
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from testkey_nb.politeness import IN_FLIGHT_PER_HOST, PAUSE_S, Politeness

FAR = f"Mon, 01 Jan {'9' * 20} 00:00:00 GMT"  # no calendar goes that far


class Clock:
    """Seconds that tests move."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


def test_a_host_has_four_slots_and_no_other_hosts_are_taken() -> None:
    async def go() -> tuple[bool, bool]:
        polite = Politeness()
        for _ in range(IN_FLIGHT_PER_HOST):
            await polite.slot("a.example").acquire()
        return polite.slot("a.example").locked(), polite.slot("b.example").locked()

    assert asyncio.run(go()) == (True, False)
    assert IN_FLIGHT_PER_HOST == 4


def test_a_host_that_asked_to_wait_is_let_be_until_then() -> None:
    clock = Clock()
    polite = Politeness(clock)
    assert polite.stopped("a.example") is None
    polite.stop("a.example", "20")
    assert (polite.stopped("a.example"), polite.stopped("b.example")) == ("20", None)
    assert (polite.wait_s(["b.example"]), polite.wait_s(["a.example", "b.example"])) == (0, 20)
    clock.now = 19.9
    assert polite.stopped("a.example") == "20"
    clock.now = 20.0
    assert polite.stopped("a.example") is None
    assert polite.wait_s(["a.example"]) == 0


@pytest.mark.parametrize("said", ["", "soon", "-5", "1.5", "5, 10", "2026-11-25", "Wed, 99 Nov 2026 00:00:00 GMT", FAR])
def test_what_cannot_be_read_is_a_pause_that_grows_each_time(said: str) -> None:
    clock = Clock()
    polite = Politeness(clock)
    for pause_s in (PAUSE_S, 2 * PAUSE_S, 4 * PAUSE_S):
        for _ in range(IN_FLIGHT_PER_HOST):  # that were on their way together
            polite.stop("a.example", said)
        assert polite.stopped("a.example") == said
        assert polite.wait_s(["a.example"]) == pause_s
        clock.now += pause_s
        assert polite.stopped("a.example") is None
    polite.stop("b.example", said)
    assert polite.wait_s(["b.example"]) == PAUSE_S


def test_a_number_of_any_length_is_a_time_to_wait() -> None:
    polite = Politeness(Clock())
    polite.stop("a.example", "9" * 40)
    assert polite.wait_s(["a.example"]) > 1e39
    polite.stop("b.example", "9" * 200)
    assert polite.stopped("b.example") is not None


def test_a_date_is_a_time_to_wait() -> None:
    polite = Politeness(Clock())
    polite.stop("a.example", format_datetime(datetime.now(UTC) + timedelta(seconds=30), usegmt=True))
    assert 25 < polite.wait_s(["a.example"]) <= 30
    polite.stop("b.example", "Fri, 31 Dec 1999 23:59:59 GMT")
    assert polite.stopped("b.example") is None


@pytest.mark.parametrize("said", ["0", "1", "Fri, 31 Dec 1999 23:59:59 GMT", ""])
def test_an_answer_that_was_on_its_way_does_not_shorten_the_time_to_wait(said: str) -> None:
    polite = Politeness(Clock())
    polite.stop("a.example", "20")
    polite.stop("a.example", said)
    assert (polite.stopped("a.example"), polite.wait_s(["a.example"])) == ("20", 20)
    polite.stop("a.example", "30")
    assert (polite.stopped("a.example"), polite.wait_s(["a.example"])) == ("30", 30)
