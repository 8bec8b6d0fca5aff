"""The onboarding panel, driven through its attributes: what it shows, what it sends, and what it never holds."""

import asyncio
import gc
import re
import time
from collections.abc import Callable
from dataclasses import fields
from pathlib import Path
from typing import Any

import httpx
import ipywidgets
import pytest
from widgets import Counting, ended, held_by_widgets, open_widgets

from testkey_nb import sandbox
from testkey_nb.errors import KeyMissing, OutputRefused, UnknownName
from testkey_nb.judge import Readiness, of_dimension
from testkey_nb.keys import Key
from testkey_nb.locale import entries
from testkey_nb.panels import ComparePanel, OnboardingPanel
from testkey_nb.panels.controls import JUDGING, RULES, TEXTS
from testkey_nb.panels.onboarding import NOBODY
from testkey_nb.panels.results import IN_TABS, NEXT, NONE, READ_FIRST, STAND_IN, VERDICT, VOUCHED
from testkey_nb.report import SECTIONS, sections
from testkey_nb.rows import GRAINS

PERSONAS = sandbox.PERSONAS["huggingface"]
CANARY = "hf_CanaryThatMustNeverBeSeenAnywhere42"
KEY = "hf_ThisHasTheLengthThatSuchKeysHave4A"
VARIABLE = "CANARY_TOKEN"

pytestmark = pytest.mark.usefixtures("own_widgets")


def probe(panel: OnboardingPanel) -> Readiness | None:
    return ended(panel.probe_now)


def must(readiness: Readiness | None) -> Readiness:
    assert readiness is not None
    return readiness


def shown(panel: OnboardingPanel) -> dict[str, str]:
    """Look at every tab, and return what stands in each section."""
    for number in range(len(IN_TABS)):
        panel.results.tabs.selected_index = number
    return {name: str(section.value) for name, section in panel.results.sections.items()}


def own_key_panel(
    monkeypatch: pytest.MonkeyPatch, transport: httpx.AsyncBaseTransport, **chosen: str
) -> OnboardingPanel:
    monkeypatch.setenv(VARIABLE, CANARY)
    panel = OnboardingPanel(transport=transport, key_name=VARIABLE, operator="the tests", **chosen)
    panel.controls.base_url.value, panel.controls.trust_endpoint.value = sandbox.ORIGIN, True
    return panel


@pytest.mark.parametrize("persona", PERSONAS)
def test_probing_fills_every_section_with_what_the_report_says(persona: str) -> None:
    panel = OnboardingPanel(persona=persona)
    readiness = must(probe(panel))
    assert shown(panel) == sections(readiness, "en")
    assert list(shown(panel)) == list(SECTIONS)
    assert all(shown(panel).values())
    assert panel.results.view.layout.display is None
    assert readiness is panel.readiness
    assert readiness.run is panel.run
    assert readiness.run.plan.operator == NOBODY
    word, _ = VERDICT[readiness.ready]
    assert word.replace("_", " ") in panel.results.headline.value
    assert (readiness.action.id or NONE) in panel.results.headline.value
    assert '<div class="tk-sandbox"><strong>SANDBOX</strong>' in panel.results.headline.value


def test_tabs_are_drawn_when_they_are_looked_at() -> None:
    panel = OnboardingPanel()

    def drawn() -> set[str]:
        return {name for name, section in panel.results.sections.items() if section.value}

    must(probe(panel))
    assert drawn() == {*READ_FIRST, "gates"}
    panel.results.tabs.selected_index = list(IN_TABS).index("region")
    assert drawn() == {*READ_FIRST, "gates", "region"}
    panel.controls.min_samples.value = 7
    assert drawn() == {*READ_FIRST, "region"}, "what is older does not stay because nobody looks at it"


def test_a_tab_that_is_drawn_while_its_time_ends_stays_empty() -> None:
    panel = OnboardingPanel()

    class Ending(Readiness):
        def summary(self) -> dict[str, object]:
            panel.results.clear()
            return super().summary()

    readiness = must(probe(panel))
    ending = Ending(**{field.name: getattr(readiness, field.name) for field in fields(readiness)})
    panel.results._readiness = ending  # noqa: SLF001 - shown as it is, but drawn anew while its time ends
    panel.results.tabs.selected_index = list(IN_TABS).index("answers")
    assert not any(section.value for section in panel.results.sections.values())


def test_nothing_is_shown_or_sent_before_the_first_probe() -> None:
    transport = Counting()
    panel = OnboardingPanel(transport=transport)
    panel.controls.min_samples.value = 3
    assert transport.asked == 0
    assert not any(shown(panel).values())
    assert panel.results.view.layout.display == "none"
    with pytest.raises(UnknownName, match="nothing to make a frame of yet"):
        panel.frame("gates")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("min_samples", 5),
        ("planned_tokens_per_min", 500_000),
        ("max_price_spread", 0.5),
        ("dimension", "inventory-fit"),
        ("lang", "id"),
    ],
)
def test_moving_a_control_of_judging_shows_another_verdict_and_sends_nothing(name: str, value: object) -> None:
    transport = Counting()
    panel = OnboardingPanel(transport=transport)
    before = must(probe(panel))
    asked, looked = transport.asked, shown(panel)
    assert asked == before.run.manifest.requests > 0
    getattr(panel.controls, name).value = value
    after = must(panel.readiness)
    assert after is not before
    assert after.run is before.run
    assert shown(panel) != looked
    assert (transport.asked, after.run.manifest.requests) == (asked, asked)
    assert 'role="status"' in panel.status.value


def test_a_slider_changes_the_verdict() -> None:
    panel = OnboardingPanel()
    before = must(probe(panel))
    panel.controls.min_samples.value = 5
    after = must(panel.readiness)
    assert (before.ready, after.ready) == (False, None)
    assert (before.action.id, after.action.id) == ("add_provider_config", "human_review")
    panel.controls.min_samples.value = 0
    assert must(panel.readiness).action == before.action


def test_controls_stand_where_the_policy_does_and_are_its_fields() -> None:
    panel = OnboardingPanel()
    for dimension in ("onboarding-readiness", "inventory-fit", "commercial-launch"):
        panel.controls.dimension.value = dimension
        assert panel.controls.policy() == of_dimension(dimension)
    assert set(RULES) < set(JUDGING)


def test_a_launch_folder_is_read_again_with_every_verdict(tmp_path: Path) -> None:
    panel = OnboardingPanel(launch_dir=str(tmp_path))
    assert must(probe(panel)).action.id == "add_provider_config"
    (tmp_path / "providers.toml").write_text(
        '[providers.huggingface]\nhosts = ["sandbox.localhost"]\n', encoding="utf-8"
    )
    panel.controls.max_price_age_days.value = 31
    assert must(panel.readiness).action.id == "import_inventory"


def broken_folder(panel: OnboardingPanel, tmp_path: Path) -> None:
    (tmp_path / "providers.toml").write_text("not toml", encoding="utf-8")
    panel.controls.launch_dir.value = str(tmp_path)


def no_operator(panel: OnboardingPanel, _tmp_path: Path) -> None:
    panel.controls.source.value, panel.controls.key_name.value = "own", VARIABLE


def no_variable(panel: OnboardingPanel, _tmp_path: Path) -> None:
    panel.controls.source.value, panel.controls.operator.value = "own", "the tests"


def odd_model(panel: OnboardingPanel, _tmp_path: Path) -> None:
    panel.controls.models.value = "<script>alert(1)</script>"


def private_address(panel: OnboardingPanel, _tmp_path: Path) -> None:
    panel.controls.source.value, panel.controls.operator.value = "own", "the tests"
    panel.controls.key_name.value, panel.controls.base_url.value = VARIABLE, "https://10.0.0.1"


@pytest.mark.parametrize("mistake", [broken_folder, no_operator, no_variable, odd_model, private_address])
def test_the_callers_mistake_is_an_alert_sends_nothing_and_keeps_what_was_shown(
    mistake: Callable[[OnboardingPanel, Path], None], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(VARIABLE, CANARY)
    transport = Counting()
    panel = OnboardingPanel(transport=transport)
    before = must(probe(panel))
    asked, looked = transport.asked, shown(panel)
    mistake(panel, tmp_path)
    assert probe(panel) is None
    assert 'role="alert"' in panel.status.value
    assert "<script" not in panel.status.value
    assert (transport.asked, shown(panel)) == (asked, looked)
    assert panel.readiness is before


def test_a_fault_of_our_own_is_told_by_its_kind_and_raised_to_whoever_awaits() -> None:
    class Broken(Counting):
        async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
            raise ZeroDivisionError(request.headers.get("authorization", CANARY))

    panel = OnboardingPanel(transport=Broken())
    with pytest.raises(ZeroDivisionError):
        probe(panel)
    assert 'role="alert"' in panel.status.value
    assert "ZeroDivisionError" in panel.status.value
    assert CANARY not in panel.status.value


def test_a_second_click_while_running_is_ignored() -> None:
    async def clicked() -> tuple[int, bool]:
        transport = Counting()
        transport.gate.clear()
        panel = OnboardingPanel(transport=transport)
        first = panel.probe_now()
        await asyncio.sleep(0.05)
        panel.probe_button.click()
        joined = panel.probe_now() is first
        transport.gate.set()
        return must(await first).run.manifest.requests - transport.asked, joined

    assert asyncio.run(clicked()) == (0, True)


def test_a_click_probes_and_a_later_one_probes_again() -> None:
    async def clicked() -> list[int]:
        transport = Counting()
        panel = OnboardingPanel(transport=transport)
        asked = []
        for _ in range(2):
            panel.probe_button.click()
            await panel.probe_now()
            asked.append(transport.asked)
            await asyncio.sleep(0)
        return asked

    first, second = asyncio.run(clicked())
    assert 0 < first < second


def test_progress_is_told_in_words_and_ends_full() -> None:
    panel = OnboardingPanel()
    told: list[str] = []
    panel.status.observe(lambda change: told.append(change["new"]), names="value")
    must(probe(panel))
    assert any(re.search(r"\d+ of \d+ answered: /", text) for text in told)
    assert panel.bar.value == panel.bar.max > 1


def test_a_key_goes_out_with_requests_and_is_in_no_widget(monkeypatch: pytest.MonkeyPatch) -> None:
    transport = Counting()
    panel = own_key_panel(monkeypatch, transport)
    readiness = must(probe(panel))
    assert f"Bearer {CANARY}" in transport.headers
    assert readiness.run.key_name == VARIABLE
    held = held_by_widgets()
    assert VARIABLE in held
    leaked = [CANARY[i : i + 8] for i in range(len(CANARY) - 7) if CANARY[i : i + 8] in held]
    assert not leaked


@pytest.mark.parametrize("persona", PERSONAS)
def test_not_even_a_made_up_key_is_in_a_widget(persona: str) -> None:
    if persona == "oauth":
        pytest.skip("issued anew each time; its canary is the test above")
    panel = OnboardingPanel(persona=persona)
    must(probe(panel))
    key, held = PERSONAS[persona].key, held_by_widgets()
    assert not [key[i : i + 8] for i in range(len(key) - 7) if key[i : i + 8] in held]


def test_no_key_is_alive_after_the_run(monkeypatch: pytest.MonkeyPatch) -> None:
    gc.collect()
    before = {id(thing) for thing in gc.get_objects() if isinstance(thing, Key)}
    panel = own_key_panel(monkeypatch, Counting())
    must(probe(panel))
    gc.collect()
    assert not [thing for thing in gc.get_objects() if isinstance(thing, Key) and id(thing) not in before]


def test_no_control_is_a_password_and_only_names_of_variables_are_offered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(VARIABLE, CANARY)
    monkeypatch.setenv("EDITOR_OF_MINE", "vi")
    panel = OnboardingPanel()
    assert not any(isinstance(control, ipywidgets.Password) for control in vars(panel.controls).values())
    assert VARIABLE in panel.controls.key_name.options
    assert "EDITOR_OF_MINE" not in panel.controls.key_name.options
    assert CANARY not in held_by_widgets()


def test_a_key_pasted_in_place_of_its_name_is_dropped_at_once() -> None:
    panel = OnboardingPanel()
    panel.controls.key_name.value = CANARY
    assert panel.controls.key_name.value == ""
    assert 'role="alert"' in panel.status.value
    assert CANARY not in held_by_widgets()
    with pytest.raises(KeyMissing) as mistake:
        OnboardingPanel(key_name=CANARY)
    assert CANARY not in str(mistake.value)
    assert CANARY not in held_by_widgets()


@pytest.mark.parametrize("kind", [OnboardingPanel, ComparePanel])
def test_a_key_typed_into_any_text_is_dropped_at_once(kind: type[OnboardingPanel | ComparePanel]) -> None:
    panel = kind()
    around = ("{}", " {} ", "me {}", "one,{}", "https://a.example/{}", "/home/me/{}/", "{}.html", "out/{}.HTML")
    for name in TEXTS:
        for typed in around:
            panel.status.value = ""
            getattr(panel.controls, name).value = typed.format(KEY)
            assert getattr(panel.controls, name).value == "", (name, typed)
            assert 'role="alert"' in panel.status.value, (name, typed)
    assert KEY not in held_by_widgets()


def test_a_key_typed_as_the_launch_folder_is_told_though_the_answers_are_judged_again() -> None:
    panel = OnboardingPanel()
    must(probe(panel))
    panel.controls.launch_dir.value = KEY
    assert "a key was typed where none belongs" in panel.status.value
    assert KEY not in held_by_widgets()


@pytest.mark.parametrize(
    ("chosen", "said"),
    [
        ({"flavour": "sweet"}, "no control 'flavour'"),
        ({"persona": "nobody"}, "no persona 'nobody'"),
        ({"dimension": "all"}, "no dimension 'all'"),
        ({"lang": "xx"}, "no lang 'xx'"),
        ({"provider": "sglang"}, "no provider 'sglang'"),
    ],
)
def test_a_choice_that_does_not_exist_is_refused_with_those_that_do(chosen: dict[str, Any], said: str) -> None:
    with pytest.raises(UnknownName, match=said):
        OnboardingPanel(**chosen)


def test_only_what_belongs_to_the_choice_is_on_the_panel() -> None:
    panel = OnboardingPanel()

    def hidden() -> int:
        boxes = [box for box in open_widgets() if isinstance(box, ipywidgets.Box)]
        return sum(1 for box in boxes if box.layout.display == "none" and box is not panel.results.view)

    assert hidden() == 3  # own key, endpoint, what is folded in it
    panel.controls.source.value = "own"
    assert hidden() == 2  # persona, what is folded in the endpoint


@pytest.mark.parametrize("kind", [OnboardingPanel, ComparePanel])
def test_whatever_is_folded_unfolds_by_a_button_that_the_keyboard_reaches(
    kind: type[OnboardingPanel | ComparePanel],
) -> None:
    panel = kind()
    assert not [one for one in open_widgets() if isinstance(one, ipywidgets.Accordion)], "Tab passes its headings by"
    (button,) = (one for one in open_widgets() if isinstance(one, ipywidgets.ToggleButton))
    (box,) = (one for one in open_widgets() if isinstance(one, ipywidgets.VBox) and button in one.children)
    shown = [box.children[1].layout.display]
    for value in (True, False):
        button.value = value
        shown.append(box.children[1].layout.display)
    assert shown == ["none", None, "none"]
    assert panel.view is not box


def test_another_language_leaves_its_own_choice_alone_so_that_the_keyboard_stays_there() -> None:
    panel = OnboardingPanel()
    changed: list[str] = []
    panel.controls.lang.observe(lambda change: changed.append(change["name"]))
    panel.controls.lang.value = "id"
    assert set(changed) <= {"value", "index", "label"}


def test_the_report_is_exported_as_it_is_shown(tmp_path: Path) -> None:
    panel = OnboardingPanel(lang="id", out=str(tmp_path / "report.html"))
    with pytest.raises(OutputRefused, match="press Probe first"):
        panel.export_report()
    must(probe(panel))
    panel.export_button.click()
    page = (tmp_path / "report.html").read_text(encoding="utf-8")
    assert all(section in page for section in shown(panel).values())
    assert 'role="status"' in panel.status.value


@pytest.mark.parametrize("name", ["", "notes.ipynb", "nowhere/report.html"])
def test_an_export_that_cannot_be_is_an_alert(name: str, tmp_path: Path) -> None:
    panel = OnboardingPanel(out=str(tmp_path / name))
    must(probe(panel))
    panel.export_button.click()
    assert 'role="alert"' in panel.status.value
    assert not list(tmp_path.iterdir())


def test_every_frame_is_the_verdicts_own() -> None:
    panel = OnboardingPanel()
    readiness = must(probe(panel))
    for grain in GRAINS:
        assert len(panel.frame(grain)) == len(readiness.rows(grain))
    with pytest.raises(UnknownName, match="no frame 'all'"):
        panel.frame("all")


def test_a_tab_that_is_looked_at_as_the_five_minutes_end_stays_empty() -> None:
    panel = OnboardingPanel()
    readiness = must(probe(panel))
    readiness.run.forget()  # the thread forgets runs and panels one by one
    panel.results.tabs.selected_index = 1
    assert panel.results.sections[list(IN_TABS)[1]].value == ""


def test_forgetting_leaves_nothing_observed_in_any_widget() -> None:
    panel = OnboardingPanel()
    run_id = must(probe(panel)).run.stamp.run_id
    assert run_id in held_by_widgets()
    panel.forget()
    assert (panel.run, panel.readiness) == (None, None)
    assert not any(shown(panel).values())
    assert run_id not in held_by_widgets()
    panel.controls.min_samples.value = 1  # judges nothing, and fails at nothing
    assert panel.readiness is None


def test_what_is_shown_goes_when_its_time_is_over(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TESTKEY_TTL_S", "8")
    panel = OnboardingPanel()
    must(probe(panel))
    assert all(shown(panel).values())
    until = time.monotonic() + 40
    while panel.readiness is not None and time.monotonic() < until:
        time.sleep(0.1)
    assert not any(shown(panel).values())
    assert "gone" in panel.status.value


def test_the_panels_own_words_are_known_in_every_language_of_the_report() -> None:
    words = {*IN_TABS.values(), *(word for word, _ in VERDICT.values()), NEXT, NONE, STAND_IN, *VOUCHED}
    assert words <= set(entries("id"))


def test_the_panel_counts_down_and_its_button_purges_everything() -> None:
    async def go() -> tuple[str, str, str, str]:
        panel = OnboardingPanel()
        idle = panel.countdown.line.value
        await panel.probe_now()
        counting = panel.countdown.line.value
        panel.countdown.button.click()
        await asyncio.sleep(0)
        return idle, counting, panel.countdown.line.value, panel.status.value

    idle, counting, ended, said = asyncio.run(go())
    assert "Nothing is held" in idle
    assert re.search(r"deleted in (5:00|4:5\d)", counting)
    assert "Nothing is held" in ended
    assert "gone: " in said
    assert "Out of reach" in said
    assert "Probe again" in said


def test_a_relays_persona_is_probed_for_the_models_it_serves() -> None:
    panel = OnboardingPanel(provider="litellm", persona="launch-ready")
    assert panel.controls.wanted_models() == list(sandbox.PERSONAS["litellm"]["launch-ready"].models)
