"""The compare panel, driven through its attributes: what it sets side by side, what it sends, what it never holds."""

import asyncio
import gc
import re
import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import httpx
import pytest
from widgets import Counting, ended, held_by_widgets

from testkey_nb import purge, sandbox
from testkey_nb.errors import KeyMissing, UnknownName
from testkey_nb.heatmap import KEYS, name_of
from testkey_nb.judge import Readiness
from testkey_nb.keys import Key
from testkey_nb.locale import translate
from testkey_nb.outcome import Axis, Capability, Gate
from testkey_nb.panels import ComparePanel, tables
from testkey_nb.panels.compare_results import ALL, CHOOSE, SOME_MADE_UP, SORTS, TABS
from testkey_nb.panels.results import IN_TABS
from testkey_nb.panels.side_by_side import SIDE_BY_SIDE
from testkey_nb.panels.subject import NOBODY, Subject
from testkey_nb.report import sections
from testkey_nb.rows import GRAINS, LimitRow, MetricRow

PERSONAS = ("launch-ready", "prepaid-unread", "revoked", "wrong-host")
CANARY = "hf_CanaryThatMustNeverBeSeenAnywhere42"
SECOND = "hf_AnotherBirdThatNobodyEverMaySee99xyz"
VARIABLE, OTHER = "CANARY_TOKEN", "SECOND_TOKEN"
Verdicts = tuple[Readiness, ...]

pytestmark = pytest.mark.usefixtures("own_widgets")


class Choosy(Counting):
    """The same, answering one key only, and whoever has none."""

    def __init__(self, persona: str) -> None:
        super().__init__(persona)
        self.gate.clear()
        self.known = ("", f"Bearer {sandbox.PERSONAS['huggingface'][persona].key}")

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        key = request.headers.get("authorization", "")
        if key in self.known or "testkeyNotARealKey" in key:
            self.asked += 1
            return await self.inner.handle_async_request(request)
        return await super().handle_async_request(request)


class Unmarked(Counting):
    """The same without the sandbox's mark: as a provider would answer."""

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        answer = await super().handle_async_request(request)
        del answer.headers["x-testkey-sandbox"]
        return answer


@pytest.fixture
def keys(monkeypatch: pytest.MonkeyPatch) -> dict[str, list[str]]:
    """Set two variables and give their names by provider."""
    monkeypatch.setenv(VARIABLE, CANARY)
    monkeypatch.setenv(OTHER, SECOND)
    return {"huggingface": [VARIABLE, OTHER]}


def made_up(*names: str, **chosen: Any) -> ComparePanel:  # noqa: ANN401 - as the panel takes them
    return ComparePanel(personas={"huggingface": names or PERSONAS}, **chosen)


def probe(panel: ComparePanel) -> Verdicts | None:
    return ended(panel.probe_now)


def must(verdicts: Verdicts | None) -> Verdicts:
    assert verdicts is not None
    return verdicts


def names(panel: ComparePanel) -> list[str]:
    return [one.run.key_name.removeprefix("SANDBOX ") for one in panel.compared()]


def pages(panel: ComparePanel) -> dict[str, str]:
    """Look at every tab, and return what stands there."""
    for number in range(len(TABS)):
        panel.results.tab.selected_index = number
    panel.results.tab.selected_index = 0
    return {name: str(tab.value) for name, tab in panel.results.tabs.items()}


def pieces(secret: str, text: str) -> list[str]:
    return [secret[i : i + 8] for i in range(len(secret) - 7) if secret[i : i + 8] in text]


def test_one_batch_judges_every_key_in_the_order_of_the_list() -> None:
    panel = made_up()
    verdicts = must(probe(panel))
    assert [one.run.key_name for one in verdicts] == [f"SANDBOX {name}" for name in PERSONAS]
    assert verdicts == panel.compared()
    assert {one.run.plan.operator for one in verdicts} == {NOBODY}
    assert [one.ready for one in verdicts] == [False, None, False, False]
    assert "4 of 4 keys were probed" in panel.status.value
    assert "GET only" in panel.status.value
    assert panel.bar.value == panel.bar.max == 4


def test_every_provider_that_has_personas_can_be_compared() -> None:
    panel = ComparePanel(personas={provider: list(of)[:1] for provider, of in sandbox.PERSONAS.items()})
    verdicts = must(probe(panel))
    assert [one.run.stamp.provider for one in verdicts] == [one.provider for one in panel.chosen.subjects]
    assert all(one.run.sandbox for one in verdicts)
    assert all("SANDBOX" in page or "No answer told" in page for page in pages(panel).values())


def test_nothing_is_shown_or_sent_before_the_first_probe() -> None:
    transport = Counting()
    panel = made_up(transport=transport)
    panel.controls.min_samples.value = 3
    assert transport.asked == 0
    assert not any(tab.value for tab in panel.results.tabs.values())
    assert panel.results.view.layout.display == "none"
    for ask in (
        panel.compared,
        lambda: panel.frame("gates"),
        lambda: panel.table("gates"),
        lambda: panel.picture("gates"),
    ):
        with pytest.raises(UnknownName, match="nothing to compare yet"):
            ask()


def test_what_is_made_up_says_so_in_every_place() -> None:
    panel = made_up()
    assert all("SANDBOX" in str(one) for one in panel.chosen.subjects)
    verdicts = must(probe(panel))
    assert '<div class="tk-sandbox"><strong>SANDBOX</strong>' in panel.results.headline.value
    assert panel.results.headline.value.count("4 keys: 0 ready, 3 not ready, 1 undecided.") == 1
    for page in pages(panel).values():
        assert "SANDBOX" in page
    assert pages(panel)["Overview"].count('class="tk-made-up">SANDBOX') == len(verdicts)
    assert all("SANDBOX" in option for option in panel.results.key.options if option != CHOOSE)
    for what in SIDE_BY_SIDE:
        assert panel.table(what)["key"].str.contains("SANDBOX").all()
    for grain in GRAINS:
        assert panel.frame(grain)["key_hint"].str.startswith("SANDBOX ").all()


def test_only_what_is_made_up_says_so_where_keys_are_mixed(keys: dict[str, list[str]]) -> None:
    panel = ComparePanel(key_names=keys, operator="the tests", transport=Unmarked())
    real = must(probe(panel))
    assert not any(one.run.sandbox for one in real)
    assert "SANDBOX" not in panel.results.headline.value
    other = must(probe(made_up("launch-ready")))
    panel.results.show((*real, *other), "en")
    assert SOME_MADE_UP in panel.results.headline.value
    assert pages(panel)["Overview"].count('class="tk-made-up">SANDBOX') == 1


def test_tabs_are_drawn_when_they_are_looked_at() -> None:
    panel = made_up()
    must(probe(panel))
    assert [name for name, tab in panel.results.tabs.items() if tab.value] == ["Overview"]
    panel.results.tab.selected_index = list(TABS).index("Capabilities")
    drawn = panel.results.tabs["Capabilities"].value
    assert 'role="img"' in drawn
    assert "aria-label=" in drawn
    assert "The same in words" in drawn
    panel.controls.min_samples.value = 2
    assert [name for name, tab in panel.results.tabs.items() if tab.value] == ["Capabilities"]


def test_tables_hold_every_state_of_every_key() -> None:
    panel = made_up()
    verdicts = must(probe(panel))
    grid = tables.grid(verdicts, "capabilities", "en")
    assert grid.count("tk-badge") == 10 * len(verdicts)
    for state in ("proved", "partial", "unknown"):
        expected = sum(row.state == state for one in verdicts for row in one.capabilities)
        assert grid.count(f"</span>{state}</span>") == expected
    assert "terbukti" in tables.grid(verdicts, "capabilities", "id")
    assert tables.grid(verdicts, "gates", "en").count("tk-badge") == 10 * len(verdicts)


@pytest.mark.parametrize(
    ("sort", "expected"),
    [
        ("as added", ["launch-ready", "prepaid-unread", "revoked", "wrong-host"]),
        ("name", ["launch-ready", "prepaid-unread", "revoked", "wrong-host"]),
        ("provider", ["launch-ready", "prepaid-unread", "revoked", "wrong-host"]),
        ("ready first", ["prepaid-unread", "launch-ready", "revoked", "wrong-host"]),
        ("most proved first", ["launch-ready", "prepaid-unread", "revoked", "wrong-host"]),
    ],
)
def test_keys_are_sorted(sort: str, expected: list[str]) -> None:
    panel = made_up()
    must(probe(panel))
    panel.results.sort.value = sort
    assert names(panel) == expected
    assert [row.split(" ")[-1] for row in panel.table("gates")["key"]] == expected
    shown = re.findall(r"SANDBOX</strong> ([a-z-]+)<br>", panel.results.tabs["Overview"].value)
    assert shown == expected


def test_sorts_that_are_offered_are_tested() -> None:
    assert set(SORTS) == {"as added", "name", "provider", "ready first", "most proved first"}


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("ready", "undecided", ["prepaid-unread"]),
        ("ready", "not ready", ["launch-ready", "revoked", "wrong-host"]),
        ("verdict", "relay", ["wrong-host"]),
        ("provider", "huggingface", list(PERSONAS)),
        ("ready", ALL, list(PERSONAS)),
    ],
)
def test_keys_are_filtered(name: str, value: str, expected: list[str]) -> None:
    panel = made_up()
    must(probe(panel))
    panel.results.filters[name].value = value
    assert names(panel) == expected
    assert panel.table("capabilities").shape[0] == len(expected)
    assert len(panel.frame("capabilities")) == 10 * len(expected)
    assert (f"{len(expected)} of them are shown" in panel.results.headline.value) == (len(expected) < len(PERSONAS))
    assert len(panel.results.key.options) == 1 + len(expected)


def test_filters_that_let_nothing_through_say_so_and_make_empty_frames() -> None:
    panel = made_up()
    must(probe(panel))
    panel.results.filters["ready"].value = "undecided"
    panel.results.filters["verdict"].value = "relay"
    assert panel.compared() == ()
    assert "No key matches the filters." in panel.results.tabs["Overview"].value
    for what in SIDE_BY_SIDE:
        assert panel.table(what).empty
        assert list(panel.table(what).columns[:3]) == ["key", "provider", "sandbox"]
    assert "No key is shown." in panel.picture("gates").data


def test_one_key_is_looked_at_in_the_sections_of_its_report() -> None:
    panel = made_up()
    verdicts = must(probe(panel))
    assert panel.results.detail.view.layout.display == "none"
    panel.results.key.value = name_of(verdicts[2])
    for number in range(len(IN_TABS)):
        panel.results.detail.tabs.selected_index = number
    shown = {name: section.value for name, section in panel.results.detail.sections.items()}
    assert shown == sections(verdicts[2], "en")
    assert "Invalid credentials" in shown["answers"]
    assert "x-testkey-sandbox" in shown["evidence"]
    assert "human_review" in panel.results.detail.headline.value
    panel.controls.lang.value = "id"
    assert panel.results.key.value == name_of(verdicts[2])
    assert panel.results.detail.sections["answers"].value == sections(panel.compared()[2], "id")["answers"]
    panel.results.filters["ready"].value = "undecided"
    assert panel.results.key.value == translate(CHOOSE, "id")
    assert not any(section.value for section in panel.results.detail.sections.values())


def test_moving_a_control_of_judging_judges_all_of_them_again_and_sends_nothing() -> None:
    transport = Counting()
    panel = made_up("launch-ready", "broke", transport=transport)
    before = must(probe(panel))
    asked = transport.asked
    panel.controls.min_samples.value = 5
    after = panel.compared()
    assert [one.run for one in after] == [one.run for one in before]
    assert [one.ready for one in before] == [False, False]
    assert [one.ready for one in after] == [None, None]
    assert transport.asked == asked
    assert f"still {asked} requests" in panel.status.value


def test_keys_are_added_and_removed_by_the_buttons(keys: dict[str, list[str]]) -> None:
    panel = ComparePanel()
    panel.chosen.add_button.click()
    panel.chosen.add_button.click()  # once is enough
    assert panel.chosen.subjects == (Subject("huggingface", "launch-ready", made_up=True),)
    panel.chosen.add_personas_button.click()
    assert len(panel.chosen.subjects) == len(sandbox.PERSONAS["huggingface"])
    panel.chosen.clear_button.click()
    panel.chosen.add_everywhere_button.click()
    everywhere = [provider for provider, of in sandbox.PERSONAS.items() if "launch-ready" in of]
    assert [one.provider for one in panel.chosen.subjects] == everywhere
    panel.controls.source.value, panel.controls.key_name.value = "own", keys["huggingface"][0]
    panel.chosen.add_button.click()
    assert panel.chosen.subjects[-1] == Subject("huggingface", VARIABLE, made_up=False)
    panel.chosen.list.value = panel.chosen.subjects[:-1]
    panel.chosen.remove_button.click()
    assert [str(one) for one in panel.chosen.subjects] == [f"huggingface · {VARIABLE}"]


@pytest.mark.parametrize(
    ("add", "said"),
    [
        (lambda panel: panel.chosen.add_persona("huggingface", "nobody"), "no persona 'nobody'"),
        (lambda panel: panel.chosen.add_persona("nowhere", "launch-ready"), "no provider in the sandbox 'nowhere'"),
        (lambda panel: panel.chosen.add_key("nowhere", "HOME"), "no provider with a host and models .* 'nowhere'"),
        (lambda panel: panel.chosen.add_key("huggingface", CANARY), "no variable of that name"),
    ],
)
def test_what_does_not_exist_is_not_added(add: Callable[[ComparePanel], None], said: str) -> None:
    panel = ComparePanel()
    with pytest.raises((UnknownName, KeyMissing), match=said) as mistake:
        add(panel)
    assert CANARY not in str(mistake.value)
    assert panel.chosen.subjects == ()


def test_one_name_needs_no_list(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(VARIABLE, CANARY)
    panel = ComparePanel(personas={"openai": "broke"}, key_names={"huggingface": VARIABLE}, operator="a test")
    assert [one.name for one in panel.chosen.subjects] == ["broke", VARIABLE]


def test_there_is_a_bound_to_how_many_are_compared(monkeypatch: pytest.MonkeyPatch) -> None:
    panel = ComparePanel()
    for number in range(KEYS):
        monkeypatch.setenv(f"KEY_{number}", CANARY)
        panel.chosen.add_key("huggingface", f"KEY_{number}")
    panel.chosen.add_button.click()
    assert f"{KEYS} keys are compared at the most" in panel.status.value
    assert len(panel.chosen.subjects) == KEYS


@pytest.mark.parametrize("chosen", [{"flavour": "sweet"}, {"base_url": "https://a.example"}, {"lang": "xx"}])
def test_a_control_or_option_that_does_not_exist_is_refused(chosen: dict[str, Any]) -> None:
    with pytest.raises(UnknownName):
        ComparePanel(**chosen)


def nobody(panel: ComparePanel, _patch: pytest.MonkeyPatch) -> None:
    panel.controls.operator.value = ""


def unset(panel: ComparePanel, patch: pytest.MonkeyPatch) -> None:
    assert panel.chosen.subjects
    patch.delenv(OTHER)


def empty(panel: ComparePanel, _patch: pytest.MonkeyPatch) -> None:
    panel.chosen.clear_button.click()


def no_folder(panel: ComparePanel, _patch: pytest.MonkeyPatch) -> None:
    panel.controls.operator.value = f"me, {CANARY}"


@pytest.mark.parametrize("mistake", [nobody, unset, empty, no_folder])
def test_the_callers_mistake_is_an_alert_sends_nothing_and_keeps_what_was_shown(
    mistake: Callable[[ComparePanel, pytest.MonkeyPatch], None],
    keys: dict[str, list[str]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    transport = Counting()
    panel = ComparePanel(key_names=keys, operator="the tests", transport=transport)
    before, asked = must(probe(panel)), transport.asked
    looked = panel.results.tabs["Overview"].value
    mistake(panel, monkeypatch)
    assert probe(panel) is None
    assert 'role="alert"' in panel.status.value
    assert CANARY not in panel.status.value
    assert transport.asked == asked
    assert panel.compared() == before
    assert panel.results.tabs["Overview"].value == looked


def test_a_key_pasted_in_place_of_its_name_is_dropped_at_once() -> None:
    panel = ComparePanel()
    panel.controls.key_name.value = CANARY
    assert panel.controls.key_name.value == ""
    assert 'role="alert"' in panel.status.value
    assert CANARY not in held_by_widgets()


def test_stopping_keeps_what_was_answered_and_says_how_much() -> None:
    async def go() -> tuple[ComparePanel, Verdicts, int, int]:
        transport = Choosy("launch-ready")
        panel = made_up("launch-ready", "broke", transport=transport)
        first = asyncio.Event()
        panel.bar.observe(lambda change: first.set() if change["new"] else None, names="value")
        task = panel.probe_now()
        await first.wait()
        panel.stop_button.click()
        verdicts = must(await task)
        asked = transport.asked
        await asyncio.sleep(0.05)
        return panel, verdicts, asked, transport.asked

    panel, verdicts, asked, later = asyncio.run(go())
    assert [one.run.key_name for one in verdicts] == ["SANDBOX launch-ready"]
    assert panel.compared() == verdicts
    assert "Stopped: 1 of 2 keys were probed" in panel.status.value
    assert later == asked


def test_stopping_before_anything_was_answered_leaves_what_was_shown() -> None:
    async def go() -> tuple[ComparePanel, Verdicts, Verdicts]:
        transport = Counting()
        panel = made_up("launch-ready", transport=transport)
        before = must(await panel.probe_now())
        transport.gate.clear()
        await asyncio.sleep(0)
        task = panel.probe_now()
        await asyncio.sleep(0.05)
        panel.stop()
        panel.stop()  # once is enough
        return panel, before, must(await task)

    panel, before, stopped = asyncio.run(go())
    assert stopped == ()
    assert panel.compared() == before
    assert "Stopped: 0 of 1 keys were probed" in panel.status.value
    assert "What is shown below is older." in panel.status.value


def test_a_first_batch_that_is_stopped_at_once_does_not_speak_of_older_answers() -> None:
    async def go() -> ComparePanel:
        transport = Counting()
        transport.gate.clear()
        panel = made_up("launch-ready", transport=transport)
        task = panel.probe_now()
        await asyncio.sleep(0.05)
        panel.stop()
        await task
        return panel

    panel = asyncio.run(go())
    assert "Stopped: 0 of 1 keys were probed" in panel.status.value
    assert "older" not in panel.status.value


def test_how_many_keys_were_asked_about_is_counted_when_the_batch_begins() -> None:
    async def go() -> ComparePanel:
        panel = made_up("launch-ready", "broke", transport=Counting())
        task = panel.probe_now()
        await asyncio.sleep(0)
        panel.chosen.clear_button.click()
        must(await task)
        return panel

    assert "Done: 2 of 2 keys were probed" in asyncio.run(go()).status.value


def test_removing_what_is_not_selected_says_what_to_do() -> None:
    panel = made_up("launch-ready")
    panel.chosen.remove_button.click()
    assert "nothing is selected; select what to remove in the list first" in panel.status.value
    panel.chosen.list.value = panel.chosen.subjects
    panel.chosen.remove_button.click()
    assert panel.chosen.subjects == ()


def test_whoever_cancels_the_task_itself_gets_it_cancelled() -> None:
    async def go() -> ComparePanel:
        transport = Counting()
        transport.gate.clear()
        panel = made_up("launch-ready", transport=transport)
        task = panel.probe_now()
        await asyncio.sleep(0.05)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        await asyncio.sleep(0)
        return panel

    panel = asyncio.run(go())
    assert "The run did not end: stopped." in panel.status.value
    assert panel.bar.bar_style == "danger"


def test_a_fault_of_our_own_is_told_by_its_kind_beside_what_the_others_answered(keys: dict[str, list[str]]) -> None:
    class Broken(Counting):
        async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
            if SECOND in request.headers.get("authorization", ""):
                raise ZeroDivisionError(request.headers["authorization"])
            return await super().handle_async_request(request)

    panel = ComparePanel(key_names=keys, operator="the tests", transport=Broken())

    async def go() -> None:
        with pytest.raises(ZeroDivisionError):
            await panel.probe_now()
        await asyncio.sleep(0)

    asyncio.run(go())
    assert "ZeroDivisionError" in panel.status.value
    assert "1 keys were probed before that" in panel.status.value
    assert SECOND not in panel.status.value
    assert [run.key_name for run in panel.runs] == [VARIABLE]


def test_a_second_click_while_running_is_ignored() -> None:
    async def go() -> bool:
        transport = Counting()
        transport.gate.clear()
        panel = made_up("launch-ready", transport=transport)
        first = panel.probe_now()
        await asyncio.sleep(0.02)
        panel.probe_button.click()
        joined = panel.probe_now() is first
        transport.gate.set()
        must(await first)
        return joined

    assert asyncio.run(go())


def test_keys_go_out_with_requests_and_are_in_no_widget(keys: dict[str, list[str]]) -> None:
    transport = Counting()
    panel = ComparePanel(key_names=keys, operator="the tests", transport=transport)
    told: list[str] = []
    panel.status.observe(lambda change: told.append(change["new"]), names="value")
    must(probe(panel))
    assert {f"Bearer {CANARY}", f"Bearer {SECOND}"} <= set(transport.headers)
    panel.results.key.value = panel.results.key.options[1]
    shown = "\n".join(
        [held_by_widgets(), *pages(panel).values(), *told, *(panel.picture(w).data for w in SIDE_BY_SIDE)]
    )
    shown += "".join(panel.table(what).to_string() for what in SIDE_BY_SIDE)
    assert VARIABLE in shown
    assert not pieces(CANARY, shown)
    assert not pieces(SECOND, shown)


def test_no_key_is_alive_after_the_batch(keys: dict[str, list[str]]) -> None:
    gc.collect()
    before = {id(thing) for thing in gc.get_objects() if isinstance(thing, Key)}
    panel = ComparePanel(key_names=keys, operator="the tests", transport=Counting())
    must(probe(panel))
    gc.collect()
    assert not [thing for thing in gc.get_objects() if isinstance(thing, Key) and id(thing) not in before]


def test_frames_side_by_side_have_a_row_per_key_and_a_column_per_question() -> None:
    panel = made_up()
    verdicts = must(probe(panel))
    for what, columns in (
        ("passport", tuple(Axis)),
        ("capabilities", tuple(Capability)),
        ("gates", tuple(f"{gate}_{half}" for gate in Gate for half in ("may", "done"))),
    ):
        frame = panel.table(what)
        assert list(frame.columns) == ["key", "provider", "sandbox", *columns]
        assert len(frame) == len(verdicts)
        assert not [column for column in columns if frame[column].dtype != "category"]
    assert panel.table("passport")["auth"].tolist() == [one.passport[Axis.AUTH].answer for one in verdicts]


def test_currencies_have_columns_of_their_own_and_nothing_is_made_zero() -> None:
    panel = made_up("launch-ready")
    (one,) = must(probe(panel))
    metrics = (
        MetricRow.of("balance_available", 110.0, "CNY", "balance_snapshot"),
        MetricRow.of("balance_available", 4, "USD", "balance_snapshot"),
        MetricRow.of("balance_open", True, "boolean", "balance_snapshot"),  # noqa: FBT003 - a native value
        MetricRow.of("usage_since", "2026-11-01", "UTC", "usage_snapshot"),
        MetricRow.of("usage_note", "much", "", "usage_snapshot"),
        MetricRow("usage_usd", None, None, "USD", "usage_snapshot"),
        MetricRow.of("key_age", 4, "USD", "current_key"),
    )
    panel.results.show([replace(one, run=replace(one.run, metrics=metrics))], "en")
    frame = panel.table("balance")
    kinds = {name: str(kind) for name, kind in frame.dtypes.items()}
    assert kinds == {"key": "string", "provider": "string", "sandbox": "boolean", "metric": "string", "text": "string",
                     "CNY": "Float64", "USD": "Float64", "UTC": "string", "boolean": "boolean"}  # fmt: skip
    assert frame["metric"].tolist() == [
        "usage_note",
        "balance_available",
        "balance_available",
        "usage_since",
        "balance_open",
    ]
    assert frame["CNY"].dropna().tolist() == [110.0]
    assert frame["USD"].dropna().tolist() == [4.0]
    page = pages(panel)["Balance and usage"]
    for unit in ("CNY", "USD", "UTC", "boolean", "words"):
        assert page.count(f"<caption>In {unit}</caption>") == 1


@pytest.mark.parametrize("what", ["all", "evidence"])
def test_a_frame_or_picture_that_does_not_exist_is_refused(what: str) -> None:
    panel = made_up("launch-ready")
    must(probe(panel))
    for ask in (panel.table, panel.picture):
        with pytest.raises(UnknownName, match=f"'{what}'"):
            ask(what)
    with pytest.raises(UnknownName, match="no frame 'all'"):
        panel.frame("all")


def test_foreign_words_are_text_in_every_table() -> None:
    hostile = '<script>alert("1")</script>\x00\u202e' + "x" * 900
    panel = made_up("launch-ready")
    (one,) = must(probe(panel))
    run = replace(
        one.run,
        key_name=hostile,
        metrics=(MetricRow.of("balance_" + hostile, hostile, hostile, "x"),),
        limits=(LimitRow(hostile, hostile, 3.0, None, None, None, hostile),),
    )
    panel.results.show([replace(one, run=run)], "en")
    for page in pages(panel).values():
        assert "<script" not in page
        assert "\x00" not in page
        assert "\u202e" not in page
    assert "x" * 301 not in panel.results.tabs["Overview"].value


def test_a_picture_in_a_cell_stands_on_white_whatever_the_theme() -> None:
    panel = made_up("launch-ready")
    must(probe(panel))
    assert re.match(r'<div style="[^"]*background: #fff">', panel.picture("gates").data)


def test_forgetting_leaves_nothing_observed_in_any_widget_frame_or_picture() -> None:
    panel = made_up()
    verdicts = must(probe(panel))
    panel.results.key.value = name_of(verdicts[0])
    pages(panel)
    frame, wide, picture = panel.frame("answers"), panel.table("passport"), panel.picture("capabilities")
    assert "no-inference" not in picture.data
    assert "launch-ready" in picture.data
    assert len(frame) > len(verdicts)
    purge()
    assert not panel.runs
    assert not any(tab.value for tab in panel.results.tabs.values())
    assert not any(section.value for section in panel.results.detail.sections.values())
    assert panel.results.headline.value == ""
    assert panel.results.key.options == (CHOOSE,)
    assert [control.options for control in panel.results.filters.values()] == [((ALL, ALL),)] * 3
    assert verdicts[0].run.stamp.run_id not in held_by_widgets()
    assert frame.empty
    assert wide.empty
    assert list(wide.columns) == ["key", "provider", "sandbox", *Axis]
    assert picture.data == ""
    assert len(panel.chosen.subjects) == len(PERSONAS), "what was chosen stays"
    panel.controls.min_samples.value = 1  # judges nothing, and fails at nothing


def test_what_is_shown_goes_when_its_time_is_over(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TESTKEY_TTL_S", "3")
    panel = made_up("launch-ready", "broke")
    must(probe(panel))
    assert panel.results.tabs["Overview"].value
    until = time.monotonic() + 20
    while panel.runs and time.monotonic() < until:
        time.sleep(0.1)
    assert not panel.runs
    assert not any(tab.value for tab in panel.results.tabs.values())
    assert "gone" in panel.status.value


def test_the_countdown_is_that_of_the_first_key() -> None:
    async def go() -> tuple[str, float, float]:
        panel = made_up("launch-ready", "broke", transport=Counting())
        await panel.probe_now()
        return panel.countdown.line.value, *(run.until for run in panel.runs)

    line, first, second = asyncio.run(go())
    assert re.search(r"deleted in (5:00|4:5\d)", line)
    assert first <= second  # what the second took from the first goes with it
