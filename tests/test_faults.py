"""Faults over real sockets: every fault against three providers, and every provider against six faults."""

import asyncio
import gc
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from itertools import cycle

import fault_table
import pytest
from fault_ways import WAYS

from testkey_nb import sandbox
from testkey_nb.http import Sender
from testkey_nb.judge import judge_run
from testkey_nb.keys import Key
from testkey_nb.outcome import Answer, Axis
from testkey_nb.probe import Run, plan
from testkey_nb.probe.asking import Asking
from testkey_nb.probe.probing import Probing
from testkey_nb.rows import GRAINS
from testkey_nb.sandbox.faults import FAULTS
from testkey_nb.sandbox.faulty import Fault
from testkey_nb.sandbox.oddities import refused

THREE = ("huggingface", "openai", "openrouter")
SIX = (
    "reset inside the body", "gzip that is none", "a page that is said to be JSON", "401 with an unfamiliar body",
    "429, Retry-After in a while", "an echo of the whole request",
)  # fmt: skip
LARGE = [name for name, fault in FAULTS.items() if fault.large]  # of what they parse, one provider is enough
FOUR = ("huggingface", "openrouter", "deepseek", "mistral")


@pytest.mark.parametrize("provider", THREE)
@pytest.mark.parametrize("fault", [name for name in FAULTS if name not in LARGE])
def test_whatever_goes_wrong_everywhere_nothing_is_known_and_nothing_leaks(fault: str, provider: str) -> None:
    assert fault_table.everywhere(provider, fault).good


@pytest.mark.parametrize("fault", LARGE)
def test_what_is_large_decides_nothing_and_memory_stays_under_its_ceiling(fault: str) -> None:
    gc.collect()
    found = fault_table.where_listed("openai", fault)
    assert found is not None
    assert found.good
    assert found.grown_mib is None or found.grown_mib < fault_table.CEILING_MIB


@pytest.mark.parametrize("provider", [one for one in sandbox.PERSONAS if one not in THREE])
@pytest.mark.parametrize("fault", SIX)
def test_no_provider_makes_a_verdict_of_what_it_did_not_say(fault: str, provider: str) -> None:
    assert fault_table.everywhere(provider, fault).good


@pytest.mark.parametrize("fault", [name for name, fault in FAULTS.items() if not fault.slow and name not in LARGE])
def test_what_goes_wrong_at_one_question_costs_the_others_nothing(fault: str) -> None:
    found = fault_table.where_proved("huggingface", fault)
    assert found is not None
    assert found.good


@pytest.mark.parametrize("provider", THREE)
@pytest.mark.parametrize("way", WAYS)
def test_where_no_request_can_leave_nothing_is_known_or_counted(way: str, provider: str) -> None:
    assert fault_table.on_the_way(provider, way).good


@pytest.mark.parametrize("provider", FOUR)
@pytest.mark.parametrize("nth", [1, 2])
@pytest.mark.parametrize("fault", SIX)
def test_what_goes_wrong_at_one_of_several_requests_to_a_path_costs_its_answer_only(
    fault: str, nth: int, provider: str
) -> None:
    assert fault_table.at_the_nth(provider, fault, nth).good


@pytest.mark.parametrize(
    ("provider", "path"),
    [
        ("deepseek", "/user/balance"),
        ("moonshot", "/v1/users/me/balance"),
        ("siliconflow", "/v1/models"),
        ("one_api", "/v1/models"),
        ("deepinfra", "/v1/me"),
    ],
)
def test_a_key_that_is_refused_at_one_question_and_answered_at_another_is_neither_valid_nor_invalid(
    provider: str, path: str
) -> None:
    at_one = Fault("refused", refused)
    found = {where: fault_table.answers(fault_table.probed(provider, at_one, where).readiness) for where in (path, "")}
    assert fault_table.baseline(provider, fault_table.best(provider))[Axis.AUTH] is Answer.YES
    assert {where: answers[Axis.AUTH] for where, answers in found.items()} == {path: Answer.UNKNOWN, "": Answer.NO}


@pytest.mark.parametrize("way", WAYS)
def test_the_page_names_every_way(way: str) -> None:
    assert f"| {way} |" in fault_table.PAGE.read_text(encoding="utf-8")


def test_a_result_that_is_not_as_it_should_be_is_not_good() -> None:
    good = fault_table.Result("openai", "null", "everywhere")
    assert good.good
    for bad in ({"wrong": ("auth",)}, {"leaks": ("sk-",)}, {"late_s": 0.1}, {"miscounted": 1}, {"grown_mib": 1e6}):
        assert not fault_table.Result("openai", "null", "everywhere", **bad).good


# Clocks.

NOON = datetime(2026, 11, 25, 12, tzinfo=UTC)
JUMPS = {
    "back and forth": (timedelta(), timedelta(hours=-3), timedelta(hours=5)),
    "a day ahead, and stays": (timedelta(), *[timedelta(days=1)] * 60),
    "to the epoch": (timedelta(), NOON.replace(year=1970) - NOON),
    "a century ahead": (NOON.replace(year=2126) - NOON, timedelta()),
}


def by_the_clock(provider: str, clock: Callable[[], datetime]) -> Run:
    persona = fault_table.best(provider)
    who = sandbox.PERSONAS[provider][persona]
    key = Key(fault_table.KEY_NAME, who.key)
    what = plan(
        provider,
        models=who.models,
        base_url=sandbox.ORIGIN,
        trust_endpoint=True,
        samples=2,
        operator="the fault suite",
    )

    async def probed() -> Run:
        async with Sender(sandbox.transport(provider, persona), key=key, headers=what.provider.headers) as sender:
            return await Probing(Asking(sender, key, what, clock=clock)).run()

    return asyncio.run(probed())


@pytest.mark.parametrize("jump", JUMPS)
@pytest.mark.parametrize("provider", THREE)
def test_a_wall_clock_that_jumps_changes_no_verdict_and_keeps_no_run_from_ending(provider: str, jump: str) -> None:
    steps = cycle(JUMPS[jump])
    run = by_the_clock(provider, lambda: NOON + next(steps))
    readiness = judge_run(run)
    assert fault_table.answers(readiness) == fault_table.baseline(provider, fault_table.best(provider))
    assert {row.sample for row in run.answers} >= {0, 1, 2}
    assert all((row.total_s or 0) >= 0 for row in run.answers)
    for grain in GRAINS:
        readiness.frame(grain)
    readiness.to_json()
