"""Several keys in one picture say the same in colour, mark and text, whether there are two of them or many."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from conftest import RunPersona
from matplotlib.colors import to_hex
from matplotlib.figure import Figure
from matplotlib.patches import FancyBboxPatch
from matplotlib.text import Text

from testkey_nb.amounts import alt_amounts, alt_limits, amounts, draw_amounts, draw_limits
from testkey_nb.heatmap import GRIDS, KEYS, LOOKS, alt_heat_map, draw_heat_map, name_of, states
from testkey_nb.judge import Readiness, judge_run, of_dimension
from testkey_nb.locale import LANGUAGES
from testkey_nb.outcome import CapabilityState
from testkey_nb.rows import LimitRow, MetricRow
from testkey_nb.svg import ALT_CHARS, svg

PERSONAS = ("launch-ready", "no-inference-scope", "classic-write", "prepaid-unread", "revoked", "broke", "firewall")
HOSTILE = 'ev$il$ <script>"&\x00\u202e模型/' + "x" * 200


@pytest.fixture(scope="module")
def judged(run_persona: RunPersona) -> list[Readiness]:
    return [judge_run(run_persona(name)) for name in PERSONAS]


def texts(figure: Figure) -> list[str]:
    return [found.get_text() for found in figure.findobj() if isinstance(found, Text) and found.get_text()]


def cells(figure: Figure) -> list[FancyBboxPatch]:
    return [found for found in figure.findobj() if isinstance(found, FancyBboxPatch)]


def told(readiness: Readiness, *metrics: MetricRow, limits: tuple[LimitRow, ...] = ()) -> Readiness:
    return replace(readiness, run=replace(readiness.run, metrics=metrics, limits=limits))


def money(name: str, value: float | str | bool, unit: str) -> MetricRow:  # noqa: FBT001 - a native value
    return MetricRow.of(name, value, unit, "balance_snapshot")


@pytest.mark.parametrize("grain", GRIDS)
def test_every_state_of_every_key_is_drawn_in_its_colour_with_its_mark(judged: list[Readiness], grain: str) -> None:
    figure = draw_heat_map(judged, grain)
    legend = [str(state) for state in GRIDS[grain].states]
    drawn = [state for one in judged for state in states(one, grain).values()]
    assert len(drawn) == len(judged) * len(GRIDS[grain].columns)
    expected = Counter(LOOKS[state].mark for state in (*drawn, *legend))
    assert Counter(text.split("  ")[0] for text in texts(figure) if text.split("  ")[0] in expected) == expected
    colours = Counter(to_hex(cell.get_facecolor()) for cell in cells(figure))
    assert colours == Counter(LOOKS[state].fill for state in (*drawn, *legend))


def test_states_that_differ_have_marks_that_differ() -> None:
    assert len({LOOKS[state].mark for state in CapabilityState}) == len(CapabilityState)
    assert len({LOOKS[state].fill for state in CapabilityState}) == len(CapabilityState)


@pytest.mark.parametrize("state", LOOKS)
def test_a_mark_can_be_read_on_its_colour(state: str) -> None:
    parts = [part / 255 for part in bytes.fromhex(LOOKS[state].fill[1:])]
    linear = [part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    luminance = sum(weight * part for weight, part in zip((0.2126, 0.7152, 0.0722), linear, strict=True))
    ink = 0.0114  # of #17212b; WCAG 2.2, 1.4.3 wants 4.5 : 1
    assert (luminance + 0.05) / (ink + 0.05) > 7


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("grain", GRIDS)
@pytest.mark.parametrize("count", [1, 2, 25, KEYS])
def test_few_keys_and_many_fit_without_touching(judged: list[Readiness], count: int, grain: str, lang: str) -> None:
    figure = draw_heat_map((judged * 6)[:count], grain, lang)
    names = [text for text in figure.findobj() if isinstance(text, Text) and text.get_text().startswith("huggingface")]
    boxes = [text.get_window_extent() for text in names]
    assert len(boxes) == count
    first = min(cell.get_window_extent().x0 for cell in cells(figure))
    assert all(box.x0 >= 0 and box.x1 < first for box in boxes)
    assert all(above.y0 > below.y1 for above, below in pairwise(boxes))
    heads = [text for text in figure.findobj() if isinstance(text, Text) and text.get_verticalalignment() == "baseline"]
    heads = sorted((text for text in heads if text.get_text()), key=lambda text: text.get_position()[0])
    spans = [text.get_window_extent() for text in heads]
    assert len(spans) == len(GRIDS[grain].columns)
    assert all(left.x1 <= right.x0 + 1 for left, right in pairwise(spans))
    top = figure.get_window_extent().y1
    assert all(span.y1 <= top for span in spans)


def test_a_made_up_key_is_marked_in_its_line_and_in_its_name(judged: list[Readiness]) -> None:
    assert texts(draw_heat_map(judged, "gates")).count("SANDBOX") == len(judged)
    assert all("SANDBOX" in name_of(one) for one in judged)
    identity = replace(judged[0].run.identity, evidence=())
    own = replace(judged[0], run=replace(judged[0].run, identity=identity))
    assert "SANDBOX" not in name_of(own)
    assert texts(draw_heat_map([own, judged[1]], "gates")).count("SANDBOX") == 1


def test_more_keys_than_can_be_read_are_left_out_and_said_to_be(judged: list[Readiness]) -> None:
    many = (judged * 7)[: KEYS + 5]
    assert "left out here: 5 more" in texts(draw_heat_map(many, "passport"))
    assert "left out here: 5 more" in alt_heat_map(many, "passport")


def test_the_words_for_two_keys_tell_every_column_and_for_many_how_often(judged: list[Readiness]) -> None:
    assert "HF_TOKEN: auth yes, funds yes, quota yes, scope no" in alt_heat_map(judged[:2], "passport")
    assert "yes 5, no 1" in alt_heat_map(judged, "passport")
    assert len(alt_heat_map((judged * 6)[:25], "capabilities")) <= ALT_CHARS


def test_a_gate_that_is_not_required_is_dashed(run_persona: RunPersona) -> None:
    one = judge_run(run_persona("launch-ready"), policy=of_dimension("onboarding-readiness"))
    dashed = [cell for cell in cells(draw_heat_map([one], "gates")) if cell.get_linestyle() == "--"]
    assert len(dashed) == 8


def test_no_keys_are_said_to_be_none() -> None:
    assert texts(draw_heat_map([], "gates")) == ["No key is shown."] == [alt_heat_map([], "gates")]


@pytest.mark.parametrize("grain", GRIDS)
def test_the_same_keys_give_the_same_bytes(judged: list[Readiness], grain: str) -> None:
    first, second = (svg(draw_heat_map(judged, grain), alt_heat_map(judged, grain), "p") for _ in range(2))
    assert first == second


def points(figure: Figure) -> dict[str, list[tuple[float, float]]]:
    """Return what is drawn on each axis."""
    return {
        axes.get_xlabel(): [(float(x), float(y)) for line in axes.lines for x, y in np.asarray(line.get_data()).T]
        for axes in figure.axes
    }


def test_currencies_never_share_an_axis(judged: list[Readiness]) -> None:
    mixed = [
        told(judged[0], money("balance_available", 110.0, "CNY"), money("balance_available", 4.0, "USD")),
        told(judged[1], money("balance_available", 7.0, "USD"), money("usage_requests", 3.0, "requests")),
    ]
    figure = draw_amounts(mixed)
    labels = {axes.get_xlabel(): len(axes.get_yticklabels()) for axes in figure.axes}
    assert labels == {"CNY": 1, "USD": 2, "requests": 1}
    drawn = {unit: sorted(x for x, _ in found) for unit, found in points(figure).items()}
    assert drawn == {"CNY": [110.0], "USD": [4.0, 7.0], "requests": [3.0]}
    assert "balance_available 110 CNY" in alt_amounts(mixed)
    assert list(amounts(mixed)) == ["CNY", "USD", "requests"]


def test_a_large_amount_is_told_to_its_last_digit(judged: list[Readiness]) -> None:
    rich = told(judged[0], money("balance_available", 1234567.89, "USD"))
    assert "balance_available 1,234,567.89 USD" in alt_amounts([rich])


def test_what_is_unknown_or_no_number_is_not_drawn_as_zero(judged: list[Readiness]) -> None:
    unknown = MetricRow("balance_available", None, None, "USD", "balance_snapshot")
    others = [money("usage_open", value=True, unit="boolean"), money("usage_text", "much", "USD")]
    silent = told(judged[0], unknown, *others, money("key_age", 3.0, "s"))
    assert texts(draw_amounts([silent])) == ["No answer told a balance or a usage."] == [alt_amounts([silent])]


def test_metrics_of_one_key_do_not_hide_one_another(judged: list[Readiness]) -> None:
    same = told(judged[0], *(money(f"balance_{n}", 0.0, "USD") for n in range(8)))
    (axes,) = draw_amounts([same]).axes
    assert len({y for _, y in points(draw_amounts([same]))["USD"]}) == 8
    looks = {(line.get_marker(), line.get_color()) for line in axes.lines}
    assert len(looks) == 8


def test_a_limit_is_drawn_where_both_its_numbers_are_known(judged: list[Readiness]) -> None:
    def limit(quota: float | None, remaining: float | None) -> LimitRow:
        return LimitRow("requests", "api.example", quota, remaining, 60.0, None, "x-ratelimit")

    known = told(judged[0], limits=(limit(100, 25), limit(None, 3), limit(10, None), limit(0, 0)))
    (axes,) = draw_limits([known]).axes
    assert len(axes.get_yticklabels()) == 1
    assert "25 / 100 (60 s)" in texts(draw_limits([known]))
    assert "25% (25 / 100 (60 s))" in alt_limits([known])
    silent = told(judged[0])
    assert texts(draw_limits([silent])) == ["No answer told a limit and what is left of it."] == [alt_limits([silent])]


def pictures(shown: Sequence[Readiness]) -> list[Figure]:
    return [*(draw_heat_map(shown, grain) for grain in GRIDS), draw_amounts(shown), draw_limits(shown)]


def test_foreign_names_are_drawn_as_text_whatever_they_hold(judged: list[Readiness]) -> None:
    one = told(judged[0], money("balance_" + HOSTILE, 1.0, HOSTILE),
               limits=(LimitRow(HOSTILE, HOSTILE, 3.0, 1.0, None, None, HOSTILE),))  # fmt: skip
    one = replace(one, run=replace(one.run, key_name=HOSTILE))
    for figure, alt in zip(pictures([one]), [*(alt_heat_map([one], g) for g in GRIDS), alt_amounts([one]),
                                             alt_limits([one])], strict=True):  # fmt: skip
        page = svg(figure, alt, "p")
        assert "<script" not in page
        assert "\x00" not in page
        assert "\u202e" not in page
        assert all(len(text) < 80 for text in texts(figure))
