"""Prices, costs and speeds in pictures: currencies apart, nothing missing drawn as 0, names that can be read."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import combinations

import numpy as np
import pytest
from catalogues import LOAD, planted
from conftest import RunPersona
from hypothesis import given
from hypothesis import strategies as st
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from matplotlib.text import Annotation, Text

from testkey_nb.digits import amount, measured
from testkey_nb.judge import Readiness, judge_run
from testkey_nb.locale import LANGUAGES
from testkey_nb.offers import Offer, Range, offers
from testkey_nb.price_bars import LINES, alt_cost_bars, alt_price_bars, draw_cost_bars, draw_price_bars
from testkey_nb.price_speed import AGAINST, NAMED, Point, alt_price_speed, draw_price_speed, front, points
from testkey_nb.rows import ModelRow, PriceRow
from testkey_nb.svg import ALT_CHARS, svg

HOSTILE = 'ev$il$ <script>"&\x00\u202e模型/' + "x" * 200
Draw = Callable[[Sequence[Offer]], Figure]
ALL = [(draw_price_bars, alt_price_bars), (draw_cost_bars, alt_cost_bars), (draw_price_speed, alt_price_speed)]
NAMES = ("prices", "costs", "speed")
each = pytest.mark.parametrize(("draw", "alt"), ALL, ids=NAMES)


@pytest.fixture(scope="module")
def one(run_persona: RunPersona) -> Readiness:
    return judge_run(run_persona("launch-ready"))


def offered(one: Readiness, count: int, *currencies: str) -> tuple[Offer, ...]:
    return offers([planted(one.run, count, currencies=currencies or ("USD",))])


def of_prices(one: Readiness, *prices: PriceRow, speed: float = 50.0) -> tuple[Offer, ...]:
    models = tuple(ModelRow(model, "r", throughput_tokens_per_s=speed) for model in {row.model: 0 for row in prices})
    return offers([judge_run(replace(one.run, models=models, prices=prices), policy=LOAD)])


def price(one: Readiness, model: str, amount: float | None, *, free: bool | None = None, source: str = "live",
          output: float | None = None, currency: str = "USD") -> PriceRow:  # fmt: skip
    return PriceRow(model, "r", "global", source, amount, amount if output is None else output, free,
                    one.run.stamp.observed_at, currency=currency)  # fmt: skip


def texts(figure: Figure) -> list[str]:
    return [found.get_text() for found in figure.findobj() if isinstance(found, Text) and found.get_text()]


def hatched(figure: Figure) -> list[Rectangle]:
    bars = [found for axes in figure.axes for found in axes.patches if isinstance(found, Rectangle)]
    return [bar for bar in bars if bar.get_hatch()]


@each
def test_currencies_never_share_an_axis(one: Readiness, draw: Draw, alt: Callable[..., str]) -> None:
    some = offered(one, 60, "USD", "CNY")
    for axes in draw(some).axes:
        said = axes.get_xlabel() + axes.get_ylabel()
        assert ("USD" in said) != ("CNY" in said)
    known = {offer.currency for offer in some if (offer.monthly if draw is draw_cost_bars else offer.output)}
    assert {word for word in alt(some).split() if word in {"USD", "CNY"}} == known


def test_the_legend_explains_the_marks_of_every_currency(one: Readiness) -> None:
    figure = draw_price_speed(offered(one, 400, "USD", "CNY"))
    drawn = {label for axes in figure.axes for label in axes.get_legend_handles_labels()[1]}
    legend = figure.axes[0].get_legend()
    assert legend is not None
    told = [text.get_text() for text in legend.get_texts()]
    assert len(figure.axes) == 2
    assert drawn > set(figure.axes[0].get_legend_handles_labels()[1])
    assert sorted(told) == sorted(drawn)
    assert told[-1] == "nothing is both faster and cheaper"


def test_a_bar_goes_up_to_the_dearest_source_and_says_both(one: Readiness) -> None:
    figure = draw_price_bars(of_prices(one, price(one, "m", 2.0), price(one, "m", 3.0, source="catalogue")))
    assert [(bar.get_x(), bar.get_width()) for bar in hatched(figure)] == [(2.0, 1.0)] * 2
    assert texts(figure).count("2.00 – 3.00 · disputed") == 2  # noqa: RUF001
    agreed = draw_price_bars(of_prices(one, price(one, "m", 2.0), price(one, "m", 2.0, source="catalogue")))
    assert hatched(agreed) == []
    assert texts(agreed).count("2.00") >= 2


def test_free_and_missing_are_words_and_never_a_bar(one: Readiness) -> None:
    some = of_prices(
        one, price(one, "gratis", 0.0, free=True), PriceRow("half", "r", "global", "live", 1.0, None, None, None),
        price(one, "zero", 0.0), price(one, "paid", 1.0),
    )  # fmt: skip
    said = texts(draw_price_bars(some))
    assert said.count("free") == 2
    assert said.count("no price") == 1
    assert "half · huggingface/r: 1.00 · missing, no price" in alt_price_bars(some)
    assert "gratis · huggingface/r: free, free" in alt_price_bars(some)
    assert said.count("0 · disputed") == 2, "a 0 that nobody calls free is told as what it is"
    assert {point.offer.row.model for point in points(some, "output price")["USD"]} == {"gratis", "paid"}
    assert "half" not in alt_cost_bars(some)


@pytest.mark.parametrize("count", [5, 400, 5000])
def test_few_lines_and_many_can_be_read_and_what_is_left_out_is_said(one: Readiness, count: int) -> None:
    figure = draw_price_bars(offered(one, count))
    left = figure.axes[0]
    labels = [text.get_window_extent() for text in left.get_yticklabels()]
    assert 0 < len(labels) <= LINES
    assert all(box.x0 >= 0 for box in labels)
    assert not [1 for a, b in combinations(labels, 2) if a.overlaps(b)]
    for axes in figure.axes:
        assert all(text.get_window_extent().x1 <= axes.get_window_extent().x1 + 1 for text in axes.texts)
    assert any(text.startswith("left out here:") for text in texts(figure)) == (count > LINES)


def names(figure: Figure) -> list[Annotation]:
    return [found for found in figure.findobj() if isinstance(found, Annotation)]


@pytest.mark.parametrize("count", [5, 400, 5000])
def test_names_of_points_touch_neither_each_other_nor_the_edge_and_the_rest_is_counted(
    one: Readiness, count: int
) -> None:
    some = offered(one, count)
    figure = draw_price_speed(some)
    boxes = [text.get_window_extent() for text in names(figure)]
    assert 0 < len(boxes) <= NAMED
    assert not [1 for a, b in combinations(boxes, 2) if a.overlaps(b)]
    (axes,) = figure.axes
    frame = axes.get_window_extent()
    assert all(frame.x0 - 1 <= box.x0 and box.x1 <= frame.x1 + 1 for box in boxes)
    found = min(1000, len(points(some, "output price")["USD"]))
    unnamed = [text for text in texts(figure) if "points without a name here" in text]
    assert unnamed == [] or f"points without a name here: {found - len(boxes)}" in unnamed[0]
    assert bool(unnamed) == (found > len(boxes))


def test_the_fastest_that_nothing_beats_has_a_name_in_a_crowd(one: Readiness) -> None:
    some = offered(one, 400)
    best = front(points(some, "output price")["USD"])
    said = " ".join(text.get_text() for text in names(draw_price_speed(some)))
    assert all(point.offer.row.model.rpartition("/")[2] in said for point in best[:3])
    assert all(point.offer.row.model in alt_price_speed(some) for point in best if len(point.offer.row.model) < 30)


def test_what_nothing_beats_is_drawn_however_long_the_list(one: Readiness) -> None:
    prices = [price(one, f"m{number:04}", 2000.0 - number) for number in range(1500)]
    some = of_prices(one, *prices)
    assert "m1499" in alt_price_speed(some)
    assert any("m1499" in text for text in texts(draw_price_speed(some)))


@pytest.mark.parametrize("dearest", [300.0, 1e5, 1e8])
def test_a_logarithmic_axis_has_numbers_however_far_apart_the_values_are(one: Readiness, dearest: float) -> None:
    figure = draw_price_speed(of_prices(one, price(one, "a", 1e-4), price(one, "b", dearest)))
    figure.canvas.draw()
    low, high = figure.axes[0].get_ylim()
    assert sum(low < place < high for place in figure.axes[0].get_yticks()) >= 3


amounts = st.floats(0.01, 1000)


@given(st.lists(st.tuples(amounts, amounts), min_size=1, max_size=30))
def test_nothing_beats_a_point_of_the_front_and_something_every_other(pairs: list[tuple[float, float]]) -> None:
    some = [Point(None, speed, Range(cost, cost)) for speed, cost in pairs]  # type: ignore[arg-type]  # not looked at

    def beats(a: Point, b: Point) -> bool:
        return a.speed >= b.speed and a.money.high <= b.money.high and (a.speed, a.money) != (b.speed, b.money)

    best = front(some)
    for point in some:
        beaten = any(beats(other, point) for other in some)
        assert beaten != any((point.speed, point.money) == (other.speed, other.money) for other in best)


@pytest.mark.parametrize(("dearest", "scale"), [(3.0, "linear"), (300.0, "log")])
def test_an_axis_is_logarithmic_only_where_values_are_far_apart(one: Readiness, dearest: float, scale: str) -> None:
    (axes,) = draw_price_speed(of_prices(one, price(one, "a", 1.0), price(one, "b", dearest))).axes
    assert (axes.get_xscale(), axes.get_yscale()) == ("linear", scale)


@pytest.mark.parametrize("against", AGAINST)
def test_a_free_model_has_its_place_on_a_logarithmic_axis(one: Readiness, against: str) -> None:
    some = of_prices(
        one, price(one, "a", 1.0), price(one, "b", 300.0), price(one, "c", 0.0, free=True), speed=10.0
    )  # fmt: skip
    (axes,) = draw_price_speed(some, against).axes
    low, high = axes.get_ylim()
    drawn = [y for line in axes.lines if line.get_marker() != "None" for y in np.asarray(line.get_ydata())]
    assert len(drawn) == 3
    assert all(low < y < high for y in drawn)
    assert "c · huggingface/r · free" in [text.get_text() for text in names(draw_price_speed(some, against))]


@each
def test_what_is_made_up_says_so_and_what_is_not_does_not(one: Readiness, draw: Draw, alt: Callable[..., str]) -> None:
    some = offered(one, 5)
    assert "SANDBOX" in texts(draw(some))
    assert alt(some).startswith("SANDBOX. ")
    real = replace(one, run=replace(one.run, identity=replace(one.run.identity, evidence=())))
    own = offered(real, 5)
    assert "SANDBOX" not in " ".join(texts(draw(own)))
    assert "SANDBOX" not in alt(own)
    mixed = (*own, *(replace(offer, row=replace(offer.row, model="copy")) for offer in some))
    assert any(text.startswith("SANDBOX ") for text in texts(draw(mixed)))


@each
@pytest.mark.parametrize("lang", LANGUAGES)
def test_nothing_to_draw_is_said_in_words(draw: Callable[..., Figure], alt: Callable[..., str], lang: str) -> None:
    assert texts(draw([], lang=lang)) == [alt([], lang=lang)]


@each
def test_the_same_offers_give_the_same_bytes_and_words_that_fit(
    one: Readiness, draw: Draw, alt: Callable[..., str]
) -> None:
    some = offered(one, 400)
    first, second = (svg(draw(some), alt(some), "p") for _ in range(2))
    assert first == second
    assert len(alt(some)) <= ALT_CHARS


@each
def test_foreign_names_are_text_whatever_they_hold(one: Readiness, draw: Draw, alt: Callable[..., str]) -> None:
    some = of_prices(one, price(one, HOSTILE, 1.0, currency=HOSTILE[:9]))
    page = svg(draw(some), alt(some), "p")
    assert "<script" not in page
    assert "\x00" not in page
    assert "\u202e" not in page


def test_what_several_keys_are_offered_alike_is_drawn_once(one: Readiness) -> None:
    some = of_prices(one, price(one, "m", 1.0))
    assert len(draw_price_bars([*some, *some]).axes[0].get_yticklabels()) == 1
    assert len(points([*some, *some], "output price")["USD"]) == 1


@pytest.mark.parametrize(
    ("value", "said"),
    [(0, "0"), (0.075, "0.075"), (0.3, "0.30"), (0.00012, "0.00012"), (1, "1.00"), (12345.6, "12,346")],
)
def test_a_small_amount_does_not_read_as_0(value: float, said: str) -> None:
    assert amount(value) == said


@pytest.mark.parametrize(
    ("value", "said"),
    [(24.69124008437934, "24.69"), (0.000123456, "0.0001235"), (12345.6, "12,350"), (0, "0"), (7, "7")],
)
def test_a_speed_has_no_more_digits_than_can_be_measured(value: float, said: str) -> None:
    assert measured(value) == said
