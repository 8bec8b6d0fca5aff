"""The models panel, driven through its attributes: sorted, sifted, paged, what a load costs, what is covered next."""

import html
import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import ipywidgets
import pytest
from catalogues import LOAD as LOADED
from catalogues import planted
from widgets import Counting, ended, held_by_widgets

from testkey_nb import purge
from testkey_nb.errors import UnknownName
from testkey_nb.judge import VIEWS, Readiness, judge_run
from testkey_nb.panels import ModelsPanel
from testkey_nb.panels.covering import COVERED, OWN
from testkey_nb.panels.models_results import ALL, PICTURES
from testkey_nb.panels.row_columns import age
from testkey_nb.panels.sortable import PAGE, SortableTable
from testkey_nb.panels.tables import NOTHING
from testkey_nb.rows import ModelRow, PriceRow

if TYPE_CHECKING:
    from testkey_nb.offers import Offer

CANARY = "hf_CanaryThatMustNeverBeSeenAnywhere42"
LOAD: dict[str, Any] = {"planned_requests_per_day": 1000, "planned_input_tokens": 1000, "planned_output_tokens": 200}
DEFAULT = "meta-llama/Llama-3.1-8B-Instruct"
HOSTILE = '<script>alert("1")</script>\x00\u202e' + "x" * 400

pytestmark = pytest.mark.usefixtures("own_widgets")


def probed(*personas: str, **chosen: Any) -> ModelsPanel:  # noqa: ANN401 - as the panel takes them
    panel = ModelsPanel(personas={"huggingface": personas or ("launch-ready",)}, **chosen)
    again(panel)
    return panel


def again(panel: ModelsPanel) -> tuple[Readiness, ...]:
    return ended(panel.probe_now) or ()


def filled(count: int) -> ModelsPanel:
    """Return a panel that shows a planted catalogue."""
    panel = probed()
    panel.results.show((planted(panel.runs[0], count),), "en")
    return panel


def table(panel: ModelsPanel, what: str = "models") -> SortableTable[Any]:
    found = panel.results.sheets[what].table
    assert found is not None
    return found


def look_at(panel: ModelsPanel, what: str) -> str:
    """Open a tab and return what stands in it."""
    panel.results.tab.selected_index = list(panel.results.sheets).index(what)
    sheet = panel.results.sheets[what]
    return f"{sheet.said.value}{sheet.picture.value}{sheet.table.body.value if sheet.table else ''}"


def press(found: SortableTable[Any], heading: str) -> None:
    found.heads[[str(column.heading) for column in found.columns].index(heading)].click()


def test_models_of_several_keys_stand_in_one_table_and_what_is_made_up_says_so() -> None:
    panel = ModelsPanel(personas={"huggingface": ["launch-ready"], "groq": ["launch-ready"]})
    verdicts = again(panel)
    assert set(panel.table("models")["provider"]) == {"huggingface", "groq"}
    assert len(panel.table("models")) == sum(len(one.run.models) for one in verdicts)
    assert '<div class="tk-sandbox"><strong>SANDBOX</strong>' in panel.results.headline.value
    for what in ("models", "rulings", "routes", "hub_policies"):
        page = look_at(panel, what)
        assert page.count("<tr>") - 1 == page.count('class="tk-made-up">SANDBOX') > 0
        assert panel.table(what)["key_hint"].str.startswith("SANDBOX ").all()
    for what in PICTURES:
        assert "SANDBOX" in panel.picture(what).data or "No cost is known" in panel.picture(what).data


def test_a_price_of_this_moment_is_0_days_old() -> None:
    assert [age(days) for days in (3.1e-08, 1.64, 1200.0, None)] == ["0", "1.6", "1,200", NOTHING]


def test_nothing_is_shown_or_sent_before_the_first_probe() -> None:
    transport = Counting()
    panel = ModelsPanel(personas={"huggingface": ["launch-ready"]}, transport=transport, **LOAD)
    panel.controls.planned_requests_per_day.value = 5
    panel.results.text.value = "llama"
    assert transport.asked == 0
    assert panel.results.view.layout.display == "none"
    for ask in (lambda: panel.frame("models"), lambda: panel.table("models"), lambda: panel.picture("rulings")):
        with pytest.raises(UnknownName, match="nothing to compare yet"):
            ask()


@pytest.mark.parametrize("ask", ["table", "picture"])
def test_a_table_or_picture_that_does_not_exist_is_refused(ask: str) -> None:
    with pytest.raises(UnknownName, match="'answers'"):
        getattr(probed(), ask)("answers")


def contexts(panel: ModelsPanel) -> list[int | None]:
    return [offer.row.context_tokens for offer in table(panel).lines]


def test_pressing_a_heading_sorts_up_then_down_then_as_it_was_and_unknown_is_last_both_ways() -> None:
    panel = filled(60)
    found = table(panel)
    given = contexts(panel)
    known = sorted(value for value in given if value is not None)
    missing: list[int | None] = [None] * (len(given) - len(known))
    press(found, "Context, tokens")
    assert contexts(panel) == [*known, *missing]
    assert found.body.value.count('aria-sort="ascending"') == 1
    press(found, "Context, tokens")
    assert contexts(panel) == [*reversed(known), *missing]
    assert sum("▼" in head.description for head in found.heads) == 1
    press(found, "Context, tokens")
    assert contexts(panel) == given
    assert "ascending" not in found.body.value
    assert panel.table("models")["context_tokens"].isna().tolist() == [value is None for value in given]


@pytest.mark.parametrize("what", ["models", "rulings", "costs", "routes", "hub_policies"])
def test_every_heading_sorts(what: str) -> None:
    panel = probed("launch-ready", "routes-down", **LOAD)
    found = table(panel, what)
    found.show(panel.results.lines(what), "en")
    given = sorted(map(id, found.lines))
    assert len(given) > 3
    for column in found.columns:
        for descending in (False, True):
            found.sort_by(str(column.heading), descending=descending)
            assert sorted(map(id, found.lines)) == given
    with pytest.raises(UnknownName, match="no heading 'flavour'"):
        found.sort_by("flavour")


def test_prices_are_sorted_within_their_currency() -> None:
    panel = probed()
    panel.results.show((planted(panel.runs[0], 40, currencies=("USD", "CNY")),), "en")
    found: tuple[Offer, ...] = panel.results.lines("rulings")
    priced = [(offer.currency, offer.output.high) for offer in found if offer.output]
    assert priced == sorted(priced)
    assert {currency for currency, _ in priced} == {"USD", "CNY"}


def test_a_price_of_0_that_nobody_calls_free_is_no_amount_and_comes_after_all_that_are() -> None:
    panel = probed()
    page = look_at(panel, "rulings")
    assert ">0 USD" not in page
    assert page.count("0, not said to be free") == 2
    order = [offer.row.model for offer in table(panel, "rulings").lines]
    assert order.index("swiss-ai/Apertus-8B-Instruct-2509") == 0  # said to be free
    assert order.index("HuggingFaceTB/SmolLM3-3B") == len(order) - 1


def test_thousands_of_models_are_drawn_a_page_at_a_time() -> None:
    panel = filled(5000)
    found = table(panel)
    assert "lines 1 to 25 of 5,000" in found.where.value
    assert found.body.value.count("<tr>") == 1 + PAGE == 1 + len(found.boxes)
    assert (found.previous.layout.display, found.next.layout.display) == ("none", None)
    first = found.body.value
    found.next.click()
    assert "lines 26 to 50 of 5,000" in found.where.value
    assert found.boxes[0].description == found.lines[PAGE].row.model
    found.previous.click()
    assert found.body.value == first
    found.next.click()
    panel.results.text.value = "model-4999-"
    assert "lines 1 to 1 of 1" in found.where.value
    assert [box.layout.display for box in found.boxes] == [None, *["none"] * (PAGE - 1)]


def test_tabs_are_drawn_when_they_are_looked_at_and_again_after_they_changed() -> None:
    panel = probed(**LOAD)

    def drawn() -> list[str]:
        return [name for name, sheet in panel.results.sheets.items() if sheet.filled]

    assert drawn() == ["models"]
    before = look_at(panel, "costs")
    assert 'role="img"' in before
    assert drawn() == ["models", "costs"]
    panel.controls.planned_requests_per_day.value = 2000
    assert drawn() == ["costs"]
    assert table(panel).lines == ()
    assert table(panel).body.value == ""
    assert look_at(panel, "costs") != before


def test_the_picture_follows_the_order_of_its_table() -> None:
    panel = filled(60)
    look_at(panel, "rulings")
    cheapest = panel.results.sheets["rulings"].picture.value
    table(panel, "rulings").sort_by("Output per million", descending=True)
    assert panel.results.sheets["rulings"].picture.value != cheapest
    alt = re.search(r'aria-label="([^"]*)"', panel.results.sheets["rulings"].picture.value)
    assert alt is not None
    dearest: Offer = table(panel, "rulings").lines[0]
    assert dearest.row.model.rpartition("/")[2] in alt[1].split(";")[0]


def test_filters_sift_every_tab_and_frame_and_what_nobody_says_is_counted() -> None:
    panel = probed("launch-ready", "routes-down", **LOAD)
    panel.results.text.value = "llama-3.1"
    for what in ("models", "rulings", "costs", "routes", "hub_policies"):
        assert set(panel.table(what)["model"]) == {DEFAULT}
        assert "gpt-oss" not in look_at(panel, what)
    panel.results.text.value = ""
    panel.results.min_context.value = 100_000
    assert (panel.table("models")["context_tokens"] >= 100_000).all()
    assert "nobody says what is asked for" in panel.results.count.value
    panel.results.text.value = "no such model"
    assert "No model matches the filters." in look_at(panel, "models")
    assert panel.table("models").empty


@pytest.mark.parametrize(
    ("name", "value", "column", "holds"),
    [
        ("provider", "huggingface", "provider", {"huggingface"}), ("tools", "yes", "tools", {True}),
        ("tools", "no", "tools", {False}), ("structured", "yes", "structured_output", {True}),
        ("input", "image", "input_modalities", {"image,text"}),
    ],
)  # fmt: skip
def test_a_filter_lets_through_what_is_said(name: str, value: str, column: str, holds: set[object]) -> None:
    panel = probed()
    panel.results.filters[name].value = value
    assert set(panel.table("models")[column]) == holds


def test_a_load_costs_more_without_another_request_and_what_is_free_costs_0_and_says_so() -> None:
    transport = Counting()
    panel = probed(transport=transport, **LOAD)
    before, asked = panel.frame("costs"), transport.asked
    panel.controls.planned_requests_per_day.value = 3000
    after = panel.frame("costs")
    assert transport.asked == asked
    assert f"still {asked} requests" in panel.status.value
    high = next(name for name in after.columns if name.startswith("high_"))
    assert after[high].dropna().tolist() == pytest.approx((3 * before[high].dropna()).tolist())
    free = after.query("free")
    assert len(free) > 0
    assert set(free[high]) == {0}
    look_at(panel, "costs")
    assert '<td class="tk-number">free</td>' in table(panel, "costs").body.value
    panel.controls.planned_requests_per_day.value = 0
    assert "Plan a load to see what it costs." in look_at(panel, "costs")


def test_what_leads_the_routes_is_a_choice() -> None:
    panel = probed(**LOAD)
    cheapest = panel.table("routes").query("place == 1")
    panel.controls.route_lead.value = "fastest"
    fastest = panel.table("routes").query("place == 1")
    assert cheapest["cheapest"].tolist() == [1]
    assert fastest["fastest"].tolist() == [1]
    assert "by speed" in look_at(panel, "routes")


def test_speed_stands_against_the_price_or_the_cost() -> None:
    panel = probed(**LOAD)
    price = look_at(panel, "speed")
    panel.results.against.value = "cost of my load"
    cost = look_at(panel, "speed")
    assert "output, USD per million tokens" in price
    assert "cost of the load, USD a month" in cost
    assert "cost of the load, USD a month" in panel.picture("speed").data


def test_the_phantom_list_is_there_where_the_view_is() -> None:
    assert ("phantoms" in probed().results.sheets) == ("phantoms" in VIEWS)


def box_of(panel: ModelsPanel, model: str) -> ipywidgets.Checkbox:
    panel.results.text.value = model
    return next(box for box in table(panel).boxes if box.description == model)


def test_what_is_ticked_is_what_the_next_probe_covers() -> None:
    panel = probed("launch-ready", "routes-down")
    assert html.escape(OWN) in panel.covering.list.value
    assert box_of(panel, DEFAULT).value, "what is covered now is ticked"
    box_of(panel, "openai/gpt-oss-20b").value = True
    same = [box.value for box in table(panel).boxes if box.description == "openai/gpt-oss-20b"]
    assert len(same) > 1
    assert all(same), "a model is ticked in each of its lines"
    assert {one.run.plan.models for one in again(panel)} == {(DEFAULT, "openai/gpt-oss-20b")}
    assert "openai/gpt-oss-20b" in panel.covering.list.value
    box_of(panel, DEFAULT).value = False
    assert panel.covering.chosen == {"huggingface": ("openai/gpt-oss-20b",)}
    assert {one.run.plan.models for one in again(panel)} == {("openai/gpt-oss-20b",)}
    assert set(panel.table("routes")["model"]) <= {"openai/gpt-oss-20b"}
    panel.covering.clear_button.click()
    assert {one.run.plan.models for one in again(panel)} == {(DEFAULT,)}


def test_there_is_a_bound_to_how_many_are_covered() -> None:
    panel = filled(100)
    panel.cover("huggingface", *(f"m{number}" for number in range(COVERED)))
    box = table(panel).boxes[0]
    box.value = True
    assert f"{COVERED} models of a provider are covered at the most" in panel.status.value
    assert 'role="alert"' in panel.status.value
    assert not box.value
    assert len(panel.covering.chosen["huggingface"]) == COVERED
    with pytest.raises(UnknownName, match="at the most"):
        panel.cover("huggingface", *(f"m{number}" for number in range(COVERED + 1)))
    panel.cover("huggingface")
    assert panel.covering.chosen == {}


def test_tables_and_pictures_speak_the_language_that_is_chosen() -> None:
    panel = probed(**LOAD)
    panel.controls.lang.value = "id"
    assert "Kedudukan" in [head.description for head in table(panel).heads]
    assert "baris 1 sampai" in table(panel).where.value
    assert "gratis" in look_at(panel, "costs")
    assert "cocok dengan saringan" in panel.results.count.value


def test_foreign_names_are_text_in_every_table() -> None:
    panel = probed()
    run = replace(
        panel.runs[0],
        models=(ModelRow(HOSTILE, HOSTILE, listed=True, covered=True, route_status="live", input_modalities=HOSTILE),),
        prices=(PriceRow(HOSTILE, HOSTILE, "global", HOSTILE, 1.0, 2.0, None, None, currency="USD"),),
    )
    panel.results.show((judge_run(run, policy=LOADED),), "en")
    for what in panel.results.sheets:
        page = look_at(panel, what)
        assert "<script" not in page
        assert "\x00" not in page
        assert "\u202e" not in page
    assert "\x00" not in table(panel).boxes[0].description


def test_no_key_is_in_any_widget(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CANARY_TOKEN", CANARY)
    panel = ModelsPanel(key_names={"huggingface": ["CANARY_TOKEN"]}, operator="the tests", transport=Counting(), **LOAD)
    assert len(again(panel)) == 1
    shown = held_by_widgets() + "".join(look_at(panel, what) for what in panel.results.sheets)
    assert "CANARY_TOKEN" in shown
    assert not [1 for start in range(len(CANARY) - 7) if CANARY[start : start + 8] in shown]


def test_forgetting_leaves_nothing_observed_in_any_widget_frame_or_picture() -> None:
    panel = probed("launch-ready", **LOAD)
    panel.cover("huggingface", "openai/gpt-oss-20b")
    panel.results.filters["input"].value = "image"
    panel.results.filters["input"].value = ALL
    for what in panel.results.sheets:
        look_at(panel, what)
    frames = [panel.frame("rulings"), panel.table("models"), panel.table("costs")]
    picture = panel.picture("rulings")
    assert "SmolLM3" in held_by_widgets()
    purge()
    left = held_by_widgets()
    assert not [name for name in ("SmolLM3", "novita", "Apertus") if name in left]
    assert [panel.results.filters[name].options for name in ("provider", "input", "output")] == [((ALL, ALL),)] * 3
    assert all(frame.empty for frame in frames)
    assert picture.data == ""
    assert not panel.runs
    assert panel.results.view.layout.display == "none"
    assert all(not table(panel, what).lines for what in ("models", "rulings", "costs", "routes", "hub_policies"))
    assert panel.covering.chosen == {"huggingface": ("openai/gpt-oss-20b",)}, "what was chosen stays"
    panel.results.text.value = "x"  # sifts nothing, and fails at nothing
    panel.controls.planned_requests_per_day.value = 1
