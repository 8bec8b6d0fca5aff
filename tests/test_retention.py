"""Five minutes and it is gone: by a clock that tests move, by the thread, and between the cells of a kernel."""

import gc
import json
import math
import time
import weakref
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pandas as pd
import pytest

from testkey_nb import expiry, retention
from testkey_nb.errors import DataExpired, KeyExpired
from testkey_nb.expiry import LONGEST_S, Keeper, lifetime_s
from testkey_nb.judge import judge_run
from testkey_nb.keys import Key
from testkey_nb.probe import Run, plan, probe_key
from testkey_nb.retention import hold, hold_frame, purge, receipts
from testkey_nb.rows import GRAINS
from testkey_nb.sandbox import ORIGIN, PERSONAS, transport

SECRET = "hf_FakeKeyRtntnQzQzQzQzQzQzQzQzQzQzQz"


class Clock:
    def __init__(self) -> None:
        self.moment = 0.0

    def __call__(self) -> float:
        return self.moment


class Thing:
    gone = False

    def forget(self) -> None:
        self.gone = True


async def fresh_run() -> Run:
    key = Key("RETENTION_KEY", PERSONAS["huggingface"]["launch-ready"].key)
    what = plan("huggingface", base_url=ORIGIN, trust_endpoint=True, operator="a test")
    return await probe_key(key, what, transport=transport("huggingface", "launch-ready"))


@pytest.fixture
def run() -> Run:
    import asyncio  # noqa: PLC0415

    return asyncio.run(fresh_run())


@pytest.mark.parametrize(("said", "kept"), [
    ("", 300.0), ("2", 2.0), ("9000", 300.0), ("-1", 0.0), ("soon", 300.0), ("nan", 300.0), ("inf", 300.0),
])  # fmt: skip
def test_a_lifetime_can_be_shortened_and_never_extended(
    said: str, kept: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TESTKEY_TTL_S", said)
    assert lifetime_s() == kept


def test_the_clock_only_goes_forward() -> None:
    first = expiry.now()
    assert first <= expiry.now()


def test_a_key_is_gone_at_300_seconds_and_its_hint_stays() -> None:
    clock = Clock()
    key = Key("MY_KEY", SECRET, clock=clock)
    clock.moment = LONGEST_S - 0.001
    assert key.reveal() == SECRET
    clock.moment = LONGEST_S
    with pytest.raises(KeyExpired, match="make it anew"):
        key.reveal()
    assert key.expired
    assert key.hint.startswith("MY_KEY#")
    assert not key.fits(".+")
    assert key.claims() == {}
    clock.moment = 0.0
    assert key.expired, "a clock that is set back brings nothing back"


def test_nothing_of_a_provider_is_quoted_once_the_key_is_gone() -> None:
    key = Key("MY_KEY", SECRET)
    key.forget()
    assert key.redact(f"you sent {SECRET}") == ""


def test_an_expired_key_is_not_sent_and_the_run_says_so() -> None:
    import asyncio  # noqa: PLC0415

    key = Key("MY_KEY", PERSONAS["huggingface"]["launch-ready"].key)
    key.forget()
    what = plan("huggingface", base_url=ORIGIN, trust_endpoint=True, operator="a test")
    found = asyncio.run(probe_key(key, what, transport=transport("huggingface", "launch-ready")))
    keyed = [row for row in found.answers if row.keyed]
    assert keyed
    assert {row.why for row in keyed} == {"not asked: the key is gone after five minutes"}
    assert judge_run(found).ready is None


def test_what_is_due_forgets_and_what_is_not_stays() -> None:
    clock, early, late = Clock(), Thing(), Thing()
    clock.moment = -1e9  # the thread of this keeper never finds anything due
    keeper = Keeper(clock)
    keeper.hold(early, "run", Thing.forget, 10.0)
    keeper.hold(late, "run", Thing.forget, 20.0)
    clock.moment = 10.0
    deadline = time.monotonic() + 5
    while not early.gone and time.monotonic() < deadline:
        keeper.forget()
    assert (early.gone, late.gone) == (True, False)
    assert keeper.earliest("run") == 20.0
    assert keeper.earliest("key") is None


def test_holding_keeps_nothing_alive() -> None:
    keeper, thing = Keeper(), Thing()
    keeper.hold(thing, "run", Thing.forget, expiry.now() + 300)
    alive = weakref.ref(thing)
    del thing
    gc.collect()
    assert alive() is None
    assert keeper.earliest("run") is None


def test_the_thread_forgets_while_the_main_thread_is_busy() -> None:
    keeper, thing = Keeper(), Thing()
    keeper.hold(thing, "run", Thing.forget, expiry.now() + 0.05)
    end = time.monotonic() + 5
    while not thing.gone and time.monotonic() < end:
        pass
    assert thing.gone


def test_one_that_cannot_forget_does_not_keep_the_others() -> None:
    keeper, other = Keeper(), Thing()
    broken = Thing()

    def fail(_thing: Thing) -> None:
        raise RuntimeError("a mistake")

    keeper.hold(broken, "run", fail, expiry.now() + 300)
    keeper.hold(other, "run", Thing.forget, expiry.now() + 300)
    with pytest.raises(RuntimeError):
        keeper.forget(everything=True)
    assert other.gone


def test_what_comes_while_everything_is_purged_goes_with_it() -> None:
    keeper, going_on, run = Keeper(), Thing(), Thing()

    def end(thing: Thing) -> None:
        thing.forget()
        keeper.hold(run, "run", Thing.forget, keeper.clock() + LONGEST_S)

    keeper.hold(going_on, "probe", end, math.inf)
    assert keeper.forget(everything=True) == {"probe": 1, "run": 1}
    assert run.gone
    assert keeper.earliest("probe", "run") is None


def test_a_purge_empties_runs_verdicts_and_frames_and_gives_a_receipt(run: Run) -> None:
    readiness = judge_run(run)
    frames = {grain: readiness.frame(grain) for grain in GRAINS}
    before = {grain: frame.dtypes for grain, frame in frames.items()}
    assert len(frames["answers"])
    receipt = purge()
    assert receipt.dropped["frame"] >= len(GRAINS)
    assert {"run", "verdict", "frame"} <= set(receipt.dropped)
    assert receipt.cannot_reach
    assert "Out of reach" in str(receipt)
    assert receipts()[-1] == receipt
    assert all(len(frame) == 0 for frame in frames.values())
    assert all(frame.dtypes.equals(before[grain]) for grain, frame in frames.items())
    assert (run.answers, run.metrics, run.models, run.identity.evidence) == ((), (), (), ())


def test_what_is_gone_is_never_ready_and_says_what_to_do(run: Run) -> None:
    readiness = judge_run(run)
    readiness.forget()
    assert readiness.ready is None
    assert readiness.stage is None
    assert readiness.action.opens == "probe again"
    for ask in (readiness.to_json, lambda: judge_run(run)):
        with pytest.raises(DataExpired, match="probe again"):
            ask()


def test_a_report_of_what_is_gone_is_refused(run: Run) -> None:
    from testkey_nb.report import render_report  # noqa: PLC0415

    readiness = judge_run(run)
    readiness.forget()
    with pytest.raises(DataExpired):
        render_report(readiness)


def test_judging_again_does_not_extend_the_time(run: Run) -> None:
    until = run.until
    judge_run(run).frame("gates")
    assert run.until == until
    assert until <= expiry.now() + LONGEST_S


class Shell:
    """As much of an IPython shell as retention looks at."""

    def __init__(self) -> None:
        self.cleared = 0
        self.user_ns: dict[str, Any] = {"_1": "data", "_": "data", "df": 1}
        self.user_ns_hidden: dict[str, Any] = {"_1": "data"}
        self.last_execution_result: object = "data"
        self.display_pub = SimpleNamespace(clear_output=self._clear)
        self.displayhook = SimpleNamespace(flush=lambda: None)
        self.events = SimpleNamespace(register=lambda _name, _call: None)

    def _clear(self) -> None:
        self.cleared += 1


@pytest.fixture
def shell(monkeypatch: pytest.MonkeyPatch) -> Iterator[Shell]:
    purge()
    found = Shell()
    monkeypatch.setattr(retention._kernel, "shell", found)  # noqa: SLF001 - there is no kernel in a test
    monkeypatch.setattr(retention._kernel, "running", True)  # noqa: SLF001
    yield found
    retention._kernel.running = False  # noqa: SLF001
    retention._settle()  # noqa: SLF001


def test_frames_are_emptied_when_the_running_cell_ends(shell: Shell) -> None:
    frame = pd.DataFrame({"a": [1, 2]})
    hold_frame(frame, expiry.now() + 300)
    purge()
    assert len(frame) == 2
    retention._cell_ended(None)  # noqa: SLF001
    assert len(frame) == 0
    assert list(frame.columns) == ["a"]
    assert shell.user_ns == {"df": 1, "_": "", "__": "", "___": ""}
    assert "_1" not in shell.user_ns_hidden
    assert shell.last_execution_result is None


def test_the_output_of_a_cell_that_may_show_data_is_cleared_with_it(shell: Shell) -> None:
    thing = Thing()
    hold(thing, "run", Thing.forget, expiry.now() + 300)
    retention._cell_ended(None)  # noqa: SLF001
    assert shell.cleared == 0
    purge()
    assert shell.cleared == 1


def test_a_cell_that_shows_a_panel_keeps_it(shell: Shell) -> None:
    thing = Thing()
    hold(thing, "panel", Thing.forget, expiry.now() + 300)
    retention.keep_output()
    retention._cell_ended(None)  # noqa: SLF001
    purge()
    assert shell.cleared == 0


def test_a_receipt_can_be_shown_to_anybody() -> None:
    receipt = purge()
    assert SECRET not in json.dumps({"dropped": dict(receipt.dropped), "cannot_reach": receipt.cannot_reach})
