"""The signals panel, driven through its attributes: limits, samples, a live chart, one key from several places."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any, TypeVar

import ipywidgets
import pytest
from endpoints import answer
from traitlets import Bunch
from widgets import Counting, ended, held_by_widgets

from testkey_nb import purge
from testkey_nb.errors import CallerError, KeyMissing, UnknownName
from testkey_nb.judge import Readiness, judge_run
from testkey_nb.outcome import Outcome
from testkey_nb.panels import SignalsPanel
from testkey_nb.panels.everywhere import PLACES
from testkey_nb.panels.live import EACH_S
from testkey_nb.panels.signals import TABLES
from testkey_nb.panels.signals_results import LIVE, PICTURES
from testkey_nb.probe import Run, Watch
from testkey_nb.rows import AnswerRow, LimitRow, Why

CANARY = "hf_CanaryThatMustNeverBeSeenAnywhere42"
PROXY = "http://user:PasswordNobodyMaySee@proxy.example:3128"
HOSTILE = '<script>alert("1")</script>\x00\u202e' + "x" * 400
SAMPLED = "/v1/models/meta-llama/Llama-3.1-8B-Instruct"
FAST: dict[str, Any] = {"every_s": 0.1, "requests": 20}
LOAD: dict[str, Any] = {"planned_requests_per_min": 100, "planned_tokens_per_min": 50_000}
Done = TypeVar("Done")

pytestmark = pytest.mark.usefixtures("own_widgets")


def made(*personas: str, **chosen: Any) -> SignalsPanel:  # noqa: ANN401 - as the panel takes them
    return SignalsPanel(personas={"huggingface": personas or ("launch-ready",)}, **{**FAST, **chosen})


def done(start: Callable[[], Awaitable[Done | None]]) -> Done:
    """Start something of a panel and return what it came to, which is not nothing."""
    found = ended(start)
    assert found is not None
    return found


def probed(*personas: str, **chosen: Any) -> SignalsPanel:  # noqa: ANN401 - the same
    panel = made(*personas, **chosen)
    done(panel.probe_now)
    return panel


def look_at(panel: SignalsPanel, page: str) -> str:
    """Open a tab and return what its sheets hold."""
    panel.results.tab.selected_index = list(panel.results.pages).index(page)
    sheets = [panel.results.sheets[name] for name in panel.results.pages[page]]
    bodies = (sheet.table.body.value if sheet.table else "" for sheet in sheets)
    return "".join([panel.results.binding.value, *(s.said.value + s.picture.value for s in sheets), *bodies])


def watching(**chosen: Any) -> SignalsPanel:  # noqa: ANN401 - the same
    """Return a panel whose live chart is looked at."""
    panel = made(**chosen)
    look_at(panel, LIVE)
    return panel


async def changed(widget: ipywidgets.HTML, holds: Callable[[str], bool]) -> None:
    """Wait until a widget is given a value that is so, from whatever thread."""
    loop, event = asyncio.get_running_loop(), asyncio.Event()

    def look(change: Bunch) -> None:
        if holds(change["new"]):
            loop.call_soon_threadsafe(event.set)

    widget.observe(look, names="value")
    await asyncio.wait_for(event.wait(), 30)


def others() -> set["asyncio.Task[Any]"]:
    current = asyncio.current_task()
    return {task for task in asyncio.all_tasks() if task is not current}


# Limits, samples, places.


def test_every_table_has_the_rows_of_its_frame_and_what_is_made_up_says_so() -> None:
    panel = SignalsPanel(personas={"huggingface": ["launch-ready"], "deepinfra": ["launch-ready"]}, samples=1, **LOAD)
    verdicts = done(panel.probe_now)
    for name in ("limits", "headroom", "stability", "latency", "published", "places"):
        table = panel.table(name)
        assert len(table) == sum(len(one.rows(name)) for one in verdicts)
        assert list(table.columns) == list(panel.frame(name).columns)
        assert table["key_hint"].str.startswith("SANDBOX ").all()
    assert panel.table("region")["axis"].tolist() == ["region"] * 2
    assert '<div class="tk-sandbox"><strong>SANDBOX</strong>' in panel.results.headline.value
    for page in ("Limits and headroom", "Stability", "Region and IP"):
        said = look_at(panel, page)
        assert said.count("<tr>") > 1
        assert 'class="tk-made-up">SANDBOX' in said
    assert all("SANDBOX" in panel.picture(what).data for what in ("limits", "stability"))
    assert "none of these did" in panel.picture("latency").data, "the sandbox answers over no network"


def test_no_empty_table_stands_there_before_a_probe() -> None:
    tables = [sheet.table for sheet in made().results.sheets.values() if sheet.table]
    assert [table.view.layout.display for table in tables] == ["none"] * len(tables)
    assert all(head.description for table in tables for head in table.heads)


def test_nothing_is_shown_or_sent_before_something_is_started() -> None:
    transport = Counting()
    panel = made(transport=transport, **LOAD)
    panel.controls.planned_tokens_per_min.value = 5
    assert transport.asked == 0
    assert "press Probe" in str([hint.value for hint in panel.results._hints.values()])  # noqa: SLF001 - what is seen
    for name in TABLES:
        with pytest.raises(UnknownName, match="yet"):
            panel.table(name)
    for name in (*PICTURES, "watched"):
        with pytest.raises(UnknownName, match="yet"):
            panel.picture(name)


@pytest.mark.parametrize("ask", ["table", "picture"])
def test_a_table_or_picture_that_does_not_exist_is_refused(ask: str) -> None:
    with pytest.raises(UnknownName, match="'gates'"):
        getattr(made(), ask)("gates")


def test_a_larger_load_is_judged_without_another_request_and_the_limit_that_binds_is_named() -> None:
    panel = SignalsPanel(personas={"deepinfra": ["launch-ready"]}, **LOAD)
    done(panel.probe_now)
    asked = panel.runs[0].manifest.requests
    fits = panel.table("headroom").query("binding")
    assert "reached first is tokens: 50000 tokens a minute are planned" in look_at(panel, "Limits and headroom")
    panel.controls.planned_tokens_per_min.value = 2_000_000
    over = panel.table("headroom").query("binding")
    assert panel.runs[0].manifest.requests == asked
    assert f"still {asked} requests" in panel.status.value
    assert (fits["carries"].tolist(), over["carries"].tolist()) == ([True], [False])
    assert "tokens does not carry the planned load" in look_at(panel, "Limits and headroom")
    panel.controls.planned_tokens_per_min.value = panel.controls.planned_requests_per_min.value = 0
    panel.controls.planned_requests_per_day.value = 1_000_000
    panel.controls.planned_input_tokens.value = 2_000
    assert panel.table("headroom").query("binding")["planned_per_min"].tolist() == pytest.approx([1388888.9])


def test_sorting_a_table_sorts_its_frame() -> None:
    panel = probed("launch-ready", "hub-throttled")
    table = panel.results.sheets["limits"].table
    assert table is not None
    table.sort_by("Remaining")
    assert panel.table("limits")["remaining"].tolist() == [0, 999]
    assert [row.limit for row in panel.results.lines("limits")] == [line.limit for line in table.lines]


def test_every_heading_of_every_table_sorts() -> None:
    panel = probed("launch-ready", "hub-throttled", samples=1, **LOAD)
    for name, sheet in panel.results.sheets.items():
        assert sheet.table is not None
        sheet.table.show(panel.results.lines(name), "en")
        given = sorted(map(id, sheet.table.lines))
        for column in sheet.table.columns:
            sheet.table.sort_by(str(column.heading), descending=True)
            assert sorted(map(id, sheet.table.lines)) == given


def test_tabs_are_drawn_when_they_are_looked_at() -> None:
    panel = probed(samples=1)

    def drawn() -> set[str]:
        return {name for name, sheet in panel.results.sheets.items() if sheet.filled}

    assert drawn() == {"limits"}
    look_at(panel, "Stability")
    assert drawn() == {"limits", "stability", "latency", "published"}
    panel.controls.planned_requests_per_min.value = 7
    assert drawn() == {"stability", "latency", "published"}


def test_it_speaks_the_language_that_is_chosen() -> None:
    panel = watching(lang="id")
    assert done(panel.watch_now).ended
    done(panel.probe_now)
    assert "tidak ada beban yang direncanakan" in look_at(panel, "Limits and headroom")
    assert "Tidak ada sampel yang diambil" in look_at(panel, "Stability")
    assert "Dalam lima menit" in panel.live.steady.value


def hostile(run: Run) -> Readiness:
    seen = AnswerRow(
        HOSTILE, 1, 1, "GET", HOSTILE, "/", False, 200, Outcome.OK, Why(""), "", "", 0.1, 0.1, 1, "SIN", "",  # noqa: FBT003 - as the row has it
        first_byte_s=0.1, server_region=HOSTILE, server_region_header=HOSTILE, tls_issuer=HOSTILE,
    )  # fmt: skip
    limit = LimitRow(HOSTILE, HOSTILE, 10, 5, 60, 9, HOSTILE, HOSTILE, HOSTILE)
    return judge_run(replace(run, answers=(seen,), limits=(limit,)))


def test_foreign_names_are_text_in_every_table() -> None:
    panel = probed()
    panel.results.show((hostile(panel.runs[0]),), "en")
    for page in ("Limits and headroom", "Stability", "Region and IP"):
        said = look_at(panel, page)
        assert "x" * 40 in said
        assert not [mark for mark in ("<script", "\x00", "\u202e") if mark in said]


# The live chart.


def test_a_watch_draws_what_comes_and_ends_by_itself_with_its_reason() -> None:
    panel = watching()
    watch = done(panel.watch_now)
    assert watch.sent == 20
    assert (
        "its 20 requests are spent, on finding out who answers, too. 20 requests, reading only"
        in panel.live.job.status.value
    )
    assert panel.live.job.bar.bar_style == "success"
    assert f"latency of {len(watch.window)} answers" in panel.live.chart.value
    assert "SANDBOX" in panel.live.banner.value
    assert 'aria-label="SANDBOX.' in panel.live.chart.value
    assert len(panel.table("watched")) == len(watch.window) == watch.stability[0].n
    assert panel.picture("watched").data.count("<svg") == 1


def test_a_watch_that_nobody_looks_at_is_drawn_when_somebody_does() -> None:
    panel = made()
    look_at(panel, LIVE)
    assert panel.live.chart.value == "", "nothing was watched yet"
    look_at(panel, "Stability")
    watch = done(panel.watch_now)
    assert panel.live.chart.value == panel.live.banner.value == panel.live.steady.value == ""
    look_at(panel, LIVE)
    assert f"latency of {len(watch.window)} answers" in panel.live.chart.value
    assert "SANDBOX" in panel.live.banner.value
    assert panel.live.steady.value
    look_at(panel, "Stability")
    purge()
    assert panel.live.chart.value == panel.live.banner.value == panel.live.steady.value == ""
    look_at(panel, LIVE)
    assert "Nothing is seen yet." in panel.live.chart.value


def test_a_host_that_asks_to_wait_ends_it_and_the_wait_is_shown() -> None:
    busy = answer(429, {"error": "slow down"}, {"content-type": "application/json", "retry-after": "17"})
    panel = watching(transport=Counting(instead=lambda request: busy if request.url.path == SAMPLED else None))
    done(panel.watch_now)
    assert "the host asked to wait (Retry-After: 17)" in panel.live.job.status.value


def test_it_is_drawn_once_a_second_however_fast_answers_come() -> None:
    panel, at = watching(requests=60), iter(range(10**6))
    panel.live._clock = lambda: next(at) * EACH_S / 40  # noqa: SLF001 - the clock of its pace
    drawn: list[str] = []
    panel.live.chart.observe(lambda change: drawn.append(change["new"]), names="value")
    watch = done(panel.watch_now)
    assert 2 < len(drawn) < len(watch.window) / 5


def test_its_button_stops_it_and_no_task_is_left() -> None:
    panel = watching(requests=1000)

    async def stopped() -> set["asyncio.Task[Any]"]:
        task = panel.watch_now()
        assert panel.watch_now() is task, "a second press joins the first"
        await changed(panel.live.steady, bool)
        panel.live.stop_button.click()
        await task
        return others()

    assert asyncio.run(stopped()) == set()
    assert "Ended: stopped." in panel.live.job.status.value


@pytest.mark.parametrize("how", ["purge", "close", "close the view", "close all widgets"])
def test_however_the_panel_ends_its_watch_ends_and_no_task_is_left(how: str) -> None:
    panel = watching(requests=1000)
    end = {"purge": purge, "close": panel.close, "close the view": panel.view.close,
           "close all widgets": ipywidgets.Widget.close_all}  # fmt: skip

    async def ended() -> set["asyncio.Task[Any]"]:
        task = panel.watch_now()
        await changed(panel.live.steady, bool)
        end[how]()
        await task
        return others()

    assert asyncio.run(ended()) == set()
    if how == "purge":
        assert panel.live.watch is not None
        assert panel.live.watch.window == ()
        assert "Nothing is seen yet." in panel.live.chart.value
        assert panel.live.banner.value == panel.live.steady.value == ""


def test_what_was_drawn_fades_when_its_time_is_over(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TESTKEY_TTL_S", "1.5")
    panel = watching()

    async def faded() -> str:
        await panel.watch_now()
        shown = str(panel.live.chart.value)
        await changed(panel.live.chart, lambda value: "Nothing is seen yet." in value)
        return shown

    assert "latency of" in asyncio.run(faded())
    assert panel.live.steady.value == panel.live.banner.value == ""


def test_one_thing_goes_on_at_a_time() -> None:
    transport = Counting()
    panel = made(transport=transport)

    async def both() -> tuple[Watch | None, tuple[Run, ...] | None, tuple[Readiness, ...] | None]:
        transport.gate.clear()
        probing = panel.probe_now()
        await asyncio.sleep(0)
        refused = await panel.watch_now(), await panel.compare_now()
        assert "a probe goes on; stop it" in panel.live.job.status.value
        panel.stop()
        await probing
        watching = panel.watch_now()
        await asyncio.sleep(0)
        third = await panel.probe_now()
        panel.live.stop()
        transport.gate.set()
        await watching
        return *refused, third

    assert asyncio.run(both()) == (None, None, None)
    assert "a watch goes on; stop it" in panel.status.value


def test_the_key_that_is_watched_is_one_of_the_chosen() -> None:
    panel = made("launch-ready", "hub-throttled")
    assert [label for label, _ in panel.live.key.options] == [str(one) for one in panel.chosen.subjects]
    panel.live.key.value = panel.chosen.subjects[1]
    panel.chosen.remove(panel.chosen.subjects[0])
    assert panel.live.key.value == panel.everywhere.key.value == panel.chosen.subjects[0]
    panel.chosen.clear_button.click()
    assert panel.live.key.value is None
    for start in (panel.watch_now, panel.compare_now):

        async def refused(start: Callable[[], Awaitable[object]] = start) -> object:
            return await start()

        assert asyncio.run(refused()) is None
    assert 'role="alert"' in panel.live.job.status.value
    assert 'role="alert"' in panel.everywhere.job.status.value


# One key from several places.


def places(**played: str) -> SignalsPanel:
    return SignalsPanel(personas={"openai": ["launch-ready"]}, played=played)


def test_answers_from_two_places_stand_side_by_side_and_a_block_is_named() -> None:
    panel = places(Hongkong="region-blocked")
    runs = done(panel.compare_now)
    table = panel.table("vantages")
    assert [run.vantage for run in runs] == table["vantage"].tolist() == ["here", "Hongkong"]
    assert table["region_blocked"].tolist() == [False, True]
    said = panel.everywhere.results.value
    assert "answered differently from one place to another: region" in said
    assert "refused from: Hongkong" in said
    assert said.count('class="tk-made-up">SANDBOX') == 3, "once above, and over each place"
    assert "Done: 2 of 2 places" in panel.everywhere.job.status.value


@pytest.mark.parametrize("key_names", [{}, {"huggingface": ["MY_HF_TOKEN"]}], ids=["no key", "a key of one's own"])
def test_a_persona_answers_made_up_keys_only(key_names: dict[str, list[str]], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MY_HF_TOKEN", "hf_" + "Qz" * 17)
    with pytest.raises(UnknownName, match="a persona answers made-up keys only"):
        SignalsPanel(key_names=key_names, operator="a test", played={"Tokyo": "revoked"})


def test_places_that_answer_alike_are_said_to_and_few_latencies_tell_no_speed() -> None:
    panel = places(Tokyo="")
    done(panel.compare_now)
    assert "every axis that is known has the same answer from everywhere" in panel.everywhere.results.value
    assert "too few latencies" in panel.everywhere.results.value
    panel.controls.lang.value = "id"
    assert "setiap sumbu yang diketahui mendapat jawaban yang sama" in panel.everywhere.results.value


def test_a_proxy_comes_by_the_name_of_its_variable_and_its_url_stays_in_no_widget(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("PROXY_FRANKFURT", PROXY)
    monkeypatch.setenv("CANARY_TOKEN", CANARY)
    panel = SignalsPanel(
        key_names={"huggingface": ["CANARY_TOKEN"]}, operator="the tests", transport=Counting(),
        proxies={"Frankfurt": "PROXY_FRANKFURT"}, **FAST,
    )  # fmt: skip
    for field in (panel.everywhere.places[1].proxy, panel.everywhere.places[0].name):
        field.value = PROXY
        assert not field.value
        assert 'role="alert"' in panel.everywhere.job.status.value
    panel.everywhere.places[1].proxy.value = "PROXY_FRANKFURT"
    panel.everywhere.places[0].name.value = "here"
    runs = done(panel.compare_now)
    assert [run.vantage for run in runs] == ["here", "Frankfurt"]
    done(panel.watch_now)
    done(panel.probe_now)
    shown = "".join(look_at(panel, page) for page in panel.results.pages) + held_by_widgets()
    assert "latency of" in shown
    assert "PROXY_FRANKFURT" in shown
    for secret in (CANARY, PROXY):
        assert not [1 for start in range(len(secret) - 11) if secret[start : start + 12] in shown]
    with pytest.raises(KeyMissing, match="the proxy's URL"):
        panel.everywhere.add("Tokyo", proxy=PROXY)


def test_a_mistake_in_a_place_is_told_before_anything_is_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_PROXY_AT_ALL", "not a proxy")
    monkeypatch.setenv("CANARY_TOKEN", CANARY)
    transport = Counting()
    panel = SignalsPanel(
        key_names={"huggingface": ["CANARY_TOKEN"]}, operator="the tests", transport=transport,
        proxies={"Frankfurt": "NO_PROXY_AT_ALL"},
    )  # fmt: skip

    async def refused() -> object:
        return await panel.compare_now()

    assert asyncio.run(refused()) is None
    assert transport.asked == 0
    assert 'role="alert"' in panel.everywhere.job.status.value
    assert "not a proxy" not in panel.everywhere.job.status.value


def test_stopping_keeps_the_places_that_are_done() -> None:
    panel = made()
    panel.everywhere.add("Tokyo")

    def stop_between(change: Bunch) -> None:
        if "here: done" in change["new"]:
            panel.everywhere.stop_button.click()

    panel.everywhere.job.status.observe(stop_between, names="value")
    runs = done(panel.compare_now)
    assert [run.vantage for run in runs] == ["here"]
    assert "Stopped: 1 of 2 places" in panel.everywhere.job.status.value
    assert "there is nothing to compare with" in panel.everywhere.results.value


def test_there_is_a_bound_to_places_and_a_persona_must_exist() -> None:
    panel = places()
    with pytest.raises(UnknownName, match="persona"):
        panel.everywhere.add("Tokyo", persona="nobody")
    while len(panel.everywhere.places) < PLACES:
        panel.everywhere.add_button.click()
    panel.everywhere.add_button.click()
    assert f"{PLACES} places are compared at the most" in panel.everywhere.job.status.value
    for place in panel.everywhere.places:
        place.remove_button.click()
    assert panel.everywhere.places == ()
    with pytest.raises(CallerError):
        places(Tokyo="nobody")


# What stays.


def test_forgetting_leaves_nothing_observed_in_any_widget_frame_or_picture() -> None:
    panel = made("launch-ready", "hub-throttled", samples=1, played={"Tokyo": "revoked"})
    done(panel.probe_now)
    done(panel.watch_now)
    done(panel.compare_now)
    for page in panel.results.pages:
        look_at(panel, page)
    frames = [panel.table(name) for name in TABLES]
    pictures = [panel.picture(what) for what in ("limits", "stability", "watched")]
    assert "Toronto" in held_by_widgets()
    assert "latency of" in held_by_widgets()
    purge()
    left = held_by_widgets()
    seen = ("Toronto", "YTO50", "novita", "RateLimit-Policy", 'class="tk-badge', "latency of")
    assert not [name for name in seen if name in left]
    assert all(frame.empty for frame in frames)
    assert [picture.data for picture in pictures] == [""] * 3
    assert panel.runs == panel.everywhere.runs == ()
    assert len(panel.everywhere.places) == 2, "what was chosen stays"
    panel.controls.planned_requests_per_min.value = 1  # judges nothing, and fails at nothing
