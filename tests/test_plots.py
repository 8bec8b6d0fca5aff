"""A picture says the same in colour, letter, word and text, and says it the same way every time."""

import re
from dataclasses import replace
from xml.etree import ElementTree as ET

import matplotlib as mpl
import pytest
from conftest import RunPersona
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.text import Text

from testkey_nb import plots, spending
from testkey_nb.judge import Policy, Readiness, change, judge_run
from testkey_nb.locale import LANGUAGES
from testkey_nb.rows import PriceRow
from testkey_nb.svg import svg

PICTURES = {
    "gates": (plots.draw_gates, plots.alt_gates),
    "prices": (plots.draw_prices, plots.alt_prices),
    "costs": (spending.draw_costs, spending.alt_costs),
    "latency": (plots.draw_latency, plots.alt_latency),
}
HOSTILE = 'ev$il$ <script>"&\x00\u202e模型/' + "x" * 200


@pytest.fixture(scope="module")
def ready(run_persona: RunPersona) -> Readiness:
    load = {"planned_requests_per_day": 1000, "planned_input_tokens": 1000, "planned_output_tokens": 1000}
    return judge_run(run_persona("launch-ready"), policy=change(Policy(), load))


def _parse(text: str) -> ET.Element:
    return ET.fromstring(text)  # noqa: S314 - the package wrote it a line ago


def _texts(figure: Figure) -> list[str]:
    found = [artist.get_text() for artist in figure.findobj() if isinstance(artist, Text)]
    return [text for text in found if text]


def _with_routes(readiness: Readiness, count: int, name: str = "route-{n}", source: str = "list") -> Readiness:
    """Give the covered model `count` routes, each with a price."""
    model = readiness.run.plan.models[0]
    row = next(row for row in readiness.run.models if row.model == model)
    routes = [name.format(n=n) for n in range(count)]
    run = replace(readiness.run, models=tuple(replace(row, route=route) for route in routes))
    prices = tuple(PriceRow(model, route, "global", source, 0.1, 0.2, None, None) for route in routes)
    return replace(readiness, run=run, prices=prices)


@pytest.mark.parametrize("name", PICTURES)
def test_a_picture_of_what_is_made_up_says_so_itself(ready: Readiness, name: str) -> None:
    draw, words = PICTURES[name]
    own = replace(ready, run=replace(ready.run, identity=replace(ready.run.identity, evidence=())))
    assert "SANDBOX" in _texts(draw(ready))
    assert words(ready).startswith("SANDBOX. ")
    assert "SANDBOX" not in " ".join((*_texts(draw(own)), words(own)))


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("name", PICTURES)
def test_a_picture_is_true_svg_with_its_data_in_words(ready: Readiness, name: str, lang: str) -> None:
    draw, words = PICTURES[name]
    root = _parse(svg(draw(ready, lang), words(ready, lang), "p"))
    assert root.tag == "svg"
    assert root.attrib["role"] == "img"
    assert root.attrib["aria-label"] == words(ready, lang) == root.findtext("title")
    assert root.attrib["viewBox"]


@pytest.mark.parametrize("name", PICTURES)
def test_a_picture_needs_no_style_no_metadata_and_nothing_from_outside(ready: Readiness, name: str) -> None:
    draw, words = PICTURES[name]
    text = svg(draw(ready), words(ready), "p")
    tags = {element.tag for element in _parse(text).iter()}
    assert tags <= {"svg", "title", "g", "defs", "path", "use", "clipPath", "rect"}
    assert not re.search(r"\sstyle=|xmlns|<!|https?:|javascript", text)
    assert all(href.startswith("#p-") for href in re.findall(r'href="([^"]*)"', text))


@pytest.mark.parametrize("name", PICTURES)
def test_ids_begin_with_the_prefix_and_every_reference_is_met(ready: Readiness, name: str) -> None:
    draw, words = PICTURES[name]
    text = svg(draw(ready), words(ready), "run7-gates")
    ids = re.findall(r'\sid="([^"]*)"', text)
    assert len(ids) == len(set(ids))
    assert all(one.startswith("run7-gates-") for one in ids)
    assert set(re.findall(r'href="#([^"]*)"|url\(#([^)]*)\)', text)) <= {(one, "") for one in ids} | {
        ("", i) for i in ids
    }


@pytest.mark.parametrize("name", PICTURES)
def test_the_same_readiness_gives_the_same_bytes_even_when_drawn_twice(ready: Readiness, name: str) -> None:
    draw, words = PICTURES[name]
    figure = draw(ready)
    first = svg(figure, words(ready), "p")
    assert svg(figure, words(ready), "p") == first
    assert svg(draw(ready), words(ready), "p") == first


def test_the_callers_style_neither_changes_a_picture_nor_is_changed_by_it(ready: Readiness) -> None:
    plain = svg(plots.draw_gates(ready), "gates", "p")
    with mpl.rc_context({"axes.facecolor": "black", "font.size": 30, "text.color": "white"}):
        assert svg(plots.draw_gates(ready), "gates", "p") == plain
        assert mpl.rcParams["font.size"] == 30


def test_gates_say_both_halves_in_letter_and_word(ready: Readiness) -> None:
    texts = _texts(plots.draw_gates(ready))
    assert [texts.count(text) for text in ("✓", "yes", "✕", "no")] == [5, 5, 5, 5]
    assert "identification: may it? yes, is it done? no" in plots.alt_gates(ready)


def test_a_gate_that_is_not_required_says_so(run_persona: RunPersona) -> None:
    from testkey_nb.judge import of_dimension  # noqa: PLC0415 - used once

    readiness = judge_run(run_persona("launch-ready"), policy=of_dimension("onboarding-readiness"))
    assert _texts(plots.draw_gates(readiness)).count("not required") == 4


def test_sources_of_a_price_stand_side_by_side(ready: Readiness) -> None:
    texts = _texts(plots.draw_prices(ready))
    assert {row.source for row in ready.prices if row.model in ready.run.plan.models} <= set(texts)
    assert "novita: input 0.02, output 0.05" in plots.alt_prices(ready)


def test_no_two_sources_look_alike(ready: Readiness) -> None:
    model = ready.run.plan.models[0]
    prices = tuple(PriceRow(model, "novita", "global", f"list {n}", 0.1, 0.2, None, None) for n in range(12))
    handles, _ = plots.draw_prices(replace(ready, prices=prices)).axes[0].get_legend_handles_labels()
    looks = {(handle.get_marker(), handle.get_color()) for handle in handles if isinstance(handle, Line2D)}
    assert len(looks) == 12


def test_a_route_without_a_price_says_so(ready: Readiness) -> None:
    assert "no price" in _texts(plots.draw_prices(ready))
    assert "featherless-ai: no price" in plots.alt_prices(ready)


@pytest.mark.parametrize(("free", "dots"), [(True, 2), (None, 0)])
def test_a_0_that_nobody_calls_free_is_not_drawn(ready: Readiness, *, free: bool | None, dots: int) -> None:
    model = ready.run.plan.models[0]
    zero = PriceRow(model, "novita", "global", "list", 0.0, 0.0, free, None)
    figure = plots.draw_prices(replace(ready, prices=(zero,)))
    assert sum(line.get_label() == "list" for axes in figure.axes for line in axes.lines) == dots


def test_where_no_source_has_a_price_the_picture_says_that(run_persona: RunPersona) -> None:
    readiness = judge_run(run_persona("wrong-host"))
    assert _texts(plots.draw_prices(readiness)) == ["No source has a price of a covered model."]
    assert plots.alt_prices(readiness) == "No source has a price of a covered model."


@pytest.mark.parametrize("count", [1, 30])
def test_one_route_and_thirty_routes_fit(ready: Readiness, count: int) -> None:
    readiness = _with_routes(ready, count)
    figure = plots.draw_prices(readiness)
    labels = [label.get_text() for label in figure.axes[0].get_yticklabels()]
    assert len(labels) == min(count, plots.ROUTES)
    heights = [label.get_window_extent().height for label in figure.axes[0].get_yticklabels()]
    room = figure.axes[0].get_window_extent().height / len(labels)
    assert max(heights) < room
    assert min(label.get_window_extent().x0 for label in figure.axes[0].get_yticklabels()) >= 0


def test_how_many_routes_are_left_out_is_said(ready: Readiness) -> None:
    readiness = _with_routes(ready, 30)
    assert "left out here: 18 more" in _texts(plots.draw_prices(readiness))
    assert "left out here: 18 more" in plots.alt_prices(readiness)


def _priced(readiness: Readiness, *prices: PriceRow) -> Readiness:
    return judge_run(replace(readiness.run, prices=prices), policy=readiness.policy)


def test_prices_are_drawn_in_the_currency_of_most_and_the_others_say_theirs(ready: Readiness) -> None:
    model = ready.run.plan.models[0]
    price = PriceRow(model, "novita", "global", "list", 1.0, 2.0, None, None, currency="CNY")
    mixed = _priced(ready, price, replace(price, source="other"), replace(price, route="nscale", currency="USD"))
    mixed = replace(mixed, prices=mixed.run.prices)
    texts = _texts(plots.draw_prices(mixed))
    assert "input, CNY per million tokens" in texts
    assert {"1 USD", "2 USD"} <= set(texts)
    assert f"{model}, nscale: input 1, output 2 USD (list)" in plots.alt_prices(mixed)


def test_only_base_prices_are_drawn(ready: Readiness) -> None:
    base = PriceRow(ready.run.plan.models[0], "novita", "global", "list", 1.0, 2.0, None, None)
    tiers = replace(ready, prices=(base, replace(base, above_input_tokens=9, source="tier")))
    assert "tier" not in _texts(plots.draw_prices(tiers))
    assert "tier" not in plots.alt_prices(tiers)


def test_prices_of_several_regions_are_lines_of_their_own(ready: Readiness) -> None:
    base = PriceRow(ready.run.plan.models[0], "novita", "global", "list", 1.0, 2.0, None, None)
    figure = plots.draw_prices(replace(ready, prices=(base, replace(base, region="cn"))))
    labels = [label.get_text() for label in figure.axes[0].get_yticklabels()]
    assert [label.rpartition("novita")[2] for label in labels if "novita" in label] == [" · global", " · cn"]


def test_costs_say_their_range_and_what_gives_none(ready: Readiness) -> None:
    price = PriceRow(ready.run.plan.models[0], "novita", "global", "list", 1.0, 2.0, None, None)
    half = replace(price, route="nscale", input_per_mtok=None)
    readiness = _priced(ready, price, replace(price, source="other", output_per_mtok=4.0), half)
    readiness = replace(readiness, prices=readiness.run.prices)
    texts = _texts(spending.draw_costs(readiness))
    assert {"90.00 to 150.00 USD", "no cost follows", "USD a month"} <= set(texts)
    assert "novita: 90.00 to 150.00 USD" in spending.alt_costs(readiness)
    assert "nscale: no cost follows" in spending.alt_costs(readiness)


def test_without_prices_the_picture_of_costs_says_so(ready: Readiness) -> None:
    said = "No cost follows from what the sources say."
    assert _texts(spending.draw_costs(replace(ready, prices=()))) == [said]
    assert spending.alt_costs(replace(ready, prices=())) == said


def test_how_many_costs_are_left_out_is_said(ready: Readiness) -> None:
    readiness = _with_routes(ready, 30)
    assert "left out here: 18 more" in _texts(spending.draw_costs(readiness))
    assert "left out here: 18 more" in spending.alt_costs(readiness)


def test_a_model_that_its_provider_serves_itself_is_called_by_its_name_alone(ready: Readiness) -> None:
    [row] = [row for row in ready.prices if row.route == "novita" and row.source.startswith("router")][:1]
    own = replace(ready, run=replace(ready.run, models=()), prices=(replace(row, route=""),))
    [label] = plots.draw_prices(own).axes[0].get_yticklabels()
    assert label.get_text() == "Llama-3.1-8B-Instruct"
    assert "meta-llama/Llama-3.1-8B-Instruct: input 0.02" in plots.alt_prices(own)


def test_latency_has_a_line_for_every_request_that_was_answered(ready: Readiness) -> None:
    labels = [label.get_text() for label in plots.draw_latency(ready).axes[0].get_yticklabels()]
    assert labels == [
        "model_catalog, limit_snapshot", "model_catalog", "current_key, limit_snapshot", "usage_snapshot",
        "negative_control",
    ]  # fmt: skip
    assert "negative_control" in plots.alt_latency(ready)


def test_a_run_without_answers_is_said_to_have_none(ready: Readiness) -> None:
    silent = replace(ready, run=replace(ready.run, answers=()))
    assert plots.alt_latency(silent) == "No request was answered." == _texts(plots.draw_latency(silent))[0]


def test_foreign_names_are_drawn_as_text_whatever_they_hold(ready: Readiness) -> None:
    readiness = _with_routes(ready, 1, HOSTILE.replace("{", ""), HOSTILE)
    text = svg(plots.draw_prices(readiness), plots.alt_prices(readiness), "p")
    root = _parse(text)
    assert "<script" not in text
    assert "\x00" not in text
    assert "\u202e" not in root.attrib["aria-label"]
    assert all(len(label) < 80 for label in _texts(plots.draw_prices(readiness)))
