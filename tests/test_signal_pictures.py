"""Limits, samples and parts of the time in pictures: nothing missing drawn as 0, nothing told by colour alone."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import timedelta
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from conftest import RunPersona
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from matplotlib.text import Text

from testkey_nb import plots
from testkey_nb.digits import percent
from testkey_nb.judge import LatencyRow, Policy, Readiness, judge_run
from testkey_nb.key_lines import Line, lines_of
from testkey_nb.latency_bars import LINES, alt_split, alt_stability, draw_split, draw_stability
from testkey_nb.limit_shares import LimitLine, alt_limit_shares, draw_limit_shares, limit_lines, reached_first
from testkey_nb.live_chart import alt_live, draw_live
from testkey_nb.locale import LANGUAGES
from testkey_nb.outcome import Outcome
from testkey_nb.report import sections
from testkey_nb.rows import AnswerRow, LimitRow, Why
from testkey_nb.stability import steadiness
from testkey_nb.svg import ALT_CHARS, svg

ROUTER = "router.huggingface.co"
HOSTILE = 'ev$il$ <script>"&\x00\u202e模型/' + "x" * 200
LOAD = Policy(planned_requests_per_min=100, planned_tokens_per_min=50_000)


@pytest.fixture(scope="module")
def one(run_persona: RunPersona) -> Readiness:
    return judge_run(run_persona("launch-ready", samples=2), policy=LOAD)


def limit(name: str, quota: float | None, *, left: float | None = None, scope: str = "", service: str = ROUTER,
          window_s: float | None = 60.0) -> LimitRow:  # fmt: skip
    return LimitRow(name, service, quota, left, window_s, 9, "a header", scope or name)


def limited(one: Readiness, *limits: LimitRow, policy: Policy = LOAD) -> Readiness:
    return judge_run(replace(one.run, limits=limits), policy=policy)


def real(one: Readiness) -> Readiness:
    """Return a key that is not made up."""
    return replace(one, run=replace(one.run, identity=replace(one.run.identity, evidence=())))


def texts(figure: Figure) -> list[str]:
    return [found.get_text() for found in figure.findobj() if isinstance(found, Text) and found.get_text()]


def bars(figure: Figure, *, hatched: bool) -> list[Rectangle]:
    found = [patch for axes in figure.axes for patch in axes.patches if isinstance(patch, Rectangle)]
    return [bar for bar in found if bool(bar.get_hatch()) is hatched]


# Limits.


def test_a_load_that_fits_is_a_bar_and_one_that_does_not_is_hatched_and_cut_off_with_its_number(one: Readiness) -> None:
    lines = limit_lines([limited(one, limit("requests", 400), limit("tokens", 1_000))])
    figure = draw_limit_shares(lines)
    assert [bar.get_width() for bar in bars(figure, hatched=False)] == [0.25]
    [cut] = bars(figure, hatched=True)
    assert cut.get_width() == figure.axes[0].get_xlim()[1] < 50
    assert "25 %" in texts(figure)
    assert "5,000 % · reached first" in texts(figure)
    assert "tokens: 5,000 %, reached first" in alt_limit_shares(lines).replace(" · ", ", ")


def test_what_was_taken_already_has_a_bar_of_its_own_and_what_is_not_told_has_none(one: Readiness) -> None:
    lines = limit_lines([limited(one, limit("requests", 400, left=300), limit("tokens", None))])
    widths = sorted(bar.get_width() for bar in bars(draw_limit_shares(lines), hatched=False))
    assert widths == pytest.approx([0.25, 0.25])
    assert "limits without a share: 1" in texts(draw_limit_shares(lines))
    assert "requests: 25 %, reached first, 25 % taken" in alt_limit_shares(lines).replace(" · ", ", ")


def test_a_limit_of_another_service_says_whose_it_is_and_takes_no_load(one: Readiness) -> None:
    lines = limit_lines([limited(one, limit("api", 1000, left=0, scope="requests", service="huggingface.co"))])
    figure = draw_limit_shares(lines)
    assert "api (huggingface.co)" in texts(figure)
    assert "nothing left" in texts(figure)
    assert [bar.get_width() for bar in bars(figure, hatched=False)] == [1.0]


def test_a_limit_of_nothing_carries_nothing_and_no_share_of_it_is_made_up(one: Readiness) -> None:
    lines = limit_lines([limited(one, limit("requests", 0))])
    assert lines[0].room.used_share is None
    assert "does not fit · reached first" in texts(draw_limit_shares(lines))


@pytest.mark.parametrize(
    ("limits", "policy", "said"),
    [
        ((limit("requests", 400), limit("tokens", 60_000)), LOAD, "reached first is tokens: 50000 tokens a minute"),
        ((limit("tokens", 1_000),), LOAD, "tokens does not carry the planned load: 50000 tokens a minute"),
        ((limit("tokens", 1_000),), Policy(), "no load is planned, so no limit is reached"),
        ((limit("usd", 10, scope="USD"),), LOAD, "no limit that was told can be compared with the planned load"),
        ((), LOAD, "no answer told a limit"),
    ],
)
def test_the_limit_that_binds_is_named(one: Readiness, limits: tuple[LimitRow, ...], policy: Policy, said: str) -> None:
    assert reached_first(limited(one, *limits, policy=policy)).startswith(said)


@pytest.mark.parametrize(
    ("share", "said"), [(0, "0 %"), (0.0004, "0.04 %"), (0.034, "3.4 %"), (0.5, "50 %"), (12.0, "1,200 %")]
)
def test_a_small_share_does_not_read_as_none(share: float, said: str) -> None:
    assert percent(share) == said


# Samples.


def sample(number: int, latency_s: float | None = 0.1, outcome: Outcome = Outcome.OK, ask: str = "a") -> AnswerRow:
    return AnswerRow(
        ask, number, number, "GET", ROUTER, "/", False, 200, outcome, Why(""), "", "", latency_s, None, 1, "", "",  # noqa: FBT003 - as the row has it
    )  # fmt: skip


def steady(one: Readiness, *samples: AnswerRow) -> tuple[Line, ...]:
    return tuple(Line(one, row) for row in steadiness(samples))


def test_an_interval_is_as_wide_as_few_samples_are_and_failures_have_another_mark(one: Readiness) -> None:
    lines = steady(one, *map(sample, range(1, 21)), sample(21, None, Outcome.UNAVAILABLE, "b"), sample(22, ask="b"))
    _, errors = draw_stability(lines).axes
    spans = [np.ptp(np.asarray(line.get_xdata(), float)) for line in errors.lines if line.get_linewidth() == 5]
    marks = [line.get_marker() for line in errors.lines if line.get_marker() not in {"None", None}]
    assert spans[0] < 0.2
    assert spans[1] > 0.7
    assert marks == ["o", "s"]
    assert "n = 20" in texts(draw_stability(lines))


def test_what_has_no_latency_or_no_share_is_not_drawn_at_0(one: Readiness) -> None:
    lines = steady(one, sample(1, 0.1, Outcome.RATE_LIMITED), sample(2, 0.1, Outcome.RATE_LIMITED))
    latency, errors = draw_stability(lines).axes
    assert list(latency.lines) == list(errors.lines) == []
    assert "nothing is known of the share of errors" in alt_stability(lines)


@pytest.mark.parametrize(("slow", "scale"), [(0.5, "linear"), (50.0, "log")])
def test_latencies_are_logarithmic_only_where_they_are_far_apart(one: Readiness, slow: float, scale: str) -> None:
    lines = steady(one, sample(1), sample(2), sample(3, slow, ask="b"))
    assert draw_stability(lines).axes[0].get_xscale() == scale


def test_a_time_beyond_a_second_is_no_power_of_ten(one: Readiness) -> None:
    lines = steady(one, *(sample(n, 12.3456) for n in (1, 2, 3)))
    slow = [part(one, "api.example", dns_s=0.01, first_byte_s=1.2345)]
    live = [replace(sample(n, 2.5), asked_at=one.run.stamp.observed_at) for n in (1, 2)]
    assert "12,300 \N{EN DASH} 12,300 ms" in texts(draw_stability(lines))
    assert "12,300, 12,300 ms" in alt_stability(lines)
    assert "1,240 ms" in texts(draw_split(slow))
    assert "1,230 ms" in alt_split(slow)
    assert "p50: 2,500 ms" in texts(draw_live(live, made_up=False))
    assert "p50 2,500 ms" in alt_live(live, made_up=False)
    answers = tuple(replace(row, latency_s=1.2345) for row in one.run.answers)
    late = replace(one, run=replace(one.run, answers=answers))
    assert "1,230 ms · ok" in texts(plots.draw_latency(late))
    assert "1,230 ms (ok)" in plots.alt_latency(late)
    assert "1,230" in sections(late)["stability"]
    assert "e+0" not in sections(late)["stability"]


# Parts of the time.


def part(one: Readiness, host: str = "api.example", **parts: float) -> Line:
    known = dict.fromkeys(("dns_s", "connect_s", "tls_s", "first_byte_s", "transfer_s")) | parts
    return Line(one, LatencyRow(host, "connect_s" not in parts, 3, **known, why=Why("")))


def test_parts_stand_end_to_end_and_what_did_not_happen_takes_no_room(one: Readiness) -> None:
    lines = [part(one, connect_s=0.02, tls_s=0.03, first_byte_s=0.2), part(one, first_byte_s=0.1, transfer_s=0.05)]
    figure = draw_split(lines)
    found = [(bar.get_x(), bar.get_width()) for bar in (*bars(figure, hatched=True), *bars(figure, hatched=False))]
    assert sorted(found) == [pytest.approx(pair) for pair in [(0, 20), (0, 100), (20, 30), (50, 200), (100, 50)]]
    assert {"250 ms", "150 ms"} <= set(texts(figure))
    assert "api.example · reused: first byte 100 ms, transfer 50 ms" in alt_split(lines)
    assert "looking up" not in alt_split(lines)


def test_no_two_parts_look_alike_without_their_colour(one: Readiness) -> None:
    figure = draw_split([part(one, dns_s=0.1, connect_s=0.1, tls_s=0.1, first_byte_s=0.1, transfer_s=0.1)])
    assert len({bar.get_hatch() for bar in figure.axes[0].patches}) == 5


# Live.


def seen(one: Readiness, *outcomes: Outcome) -> list[AnswerRow]:
    begun = one.run.stamp.observed_at
    return [
        replace(sample(number, None if outcome is Outcome.UNAVAILABLE else 0.1, outcome),
                asked_at=begun + timedelta(seconds=number))
        for number, outcome in enumerate(outcomes, 1)
    ]  # fmt: skip


def test_what_was_not_answered_stands_below_the_axis_with_a_mark_of_its_own(one: Readiness) -> None:
    rows = seen(one, Outcome.OK, Outcome.UNAVAILABLE, Outcome.RATE_LIMITED, Outcome.OK)
    [axes] = draw_live(rows, made_up=False).axes
    marked = [line for line in axes.lines if line.get_marker() != "None"]
    drawn = {line.get_marker(): list(np.asarray(line.get_ydata(), float)) for line in marked}
    assert {mark: len(ys) for mark, ys in drawn.items()} == {"o": 2, "X": 1, "^": 1}
    assert drawn["X"][0] < 0 < min(drawn["o"])
    assert min(axes.get_yticks()) == 0
    assert "ok 2, unavailable 1, rate limited 1" in alt_live(rows, made_up=False)


@pytest.mark.parametrize("count", [0, 1, 300])
def test_a_window_of_any_length_is_drawn_to_its_last_answer(one: Readiness, count: int) -> None:
    rows = seen(one, *[Outcome.OK] * count)
    figure = draw_live(rows, made_up=True)
    if not count:
        assert texts(figure) == [alt_live(rows, made_up=True)] == ["Nothing is seen yet."]
        return
    assert figure.axes[0].get_xlim() == (-max(10, count - 1), 0)
    assert "SANDBOX" in texts(figure)
    assert alt_live(rows, made_up=True).startswith(f"SANDBOX. latency of {count} answers within {count - 1} s")


# All of them.

ALL: list[tuple[Callable[..., Figure], Callable[..., str], Callable[[Sequence[Readiness]], Sequence[Any]]]] = [
    (draw_limit_shares, alt_limit_shares, limit_lines),
    (draw_stability, alt_stability, lambda ones: lines_of(ones, "stability")),
    (draw_split, alt_split, lambda ones: [part(one, f"{n}.example", first_byte_s=0.1) for one in ones for n in "abc"]),
]
each = pytest.mark.parametrize(("draw", "alt", "of"), ALL, ids=["limits", "stability", "split"])
LIMITS = tuple(limit(name, 1e5, left=3e4, scope="tokens") for name in ("tokens", "tokens-day", "requests", "images"))


@each
@pytest.mark.parametrize("count", [1, 2, 12])
def test_one_key_and_a_dozen_can_be_read_and_what_is_left_out_is_said(
    one: Readiness, draw: Callable[..., Figure], alt: Callable[..., str], of: Callable[..., Sequence[Any]], count: int
) -> None:
    lines = of([limited(one, *LIMITS) for _ in range(count)])
    figure = draw(lines)
    labels = [text.get_window_extent() for text in figure.axes[0].get_yticklabels()]
    assert len(labels) == min(LINES, len(lines))
    assert all(box.x0 >= 0 for box in labels)
    assert all(above.y0 >= below.y1 for above, below in pairwise(labels))
    width = figure.get_window_extent().x1
    assert all(text.get_window_extent().x1 <= width for axes in figure.axes for text in axes.texts)
    assert any(text.startswith("left out here:") for text in texts(figure)) == (len(lines) > LINES)
    assert len(svg(figure, alt(lines), "p")) < 600_000


@each
def test_what_is_made_up_says_so_and_what_is_not_does_not(
    one: Readiness, draw: Callable[..., Figure], alt: Callable[..., str], of: Callable[..., Sequence[Any]]
) -> None:
    made_up, own = limited(one, *LIMITS), real(limited(one, *LIMITS))
    assert "SANDBOX" in texts(draw(of([made_up])))
    assert alt(of([made_up])).startswith("SANDBOX. ")
    assert "SANDBOX" not in " ".join(texts(draw(of([own]))))
    assert "SANDBOX" not in alt(of([own]))
    assert any(text.startswith("SANDBOX huggingface") for text in texts(draw(of([own, made_up]))))


@each
@pytest.mark.parametrize("lang", LANGUAGES)
def test_nothing_to_draw_is_said_in_words(
    draw: Callable[..., Figure], alt: Callable[..., str], of: Callable[..., Sequence[Any]], lang: str
) -> None:
    assert texts(draw(of([]), lang)) == [alt(of([]), lang)]


@each
def test_the_same_lines_give_the_same_bytes_and_words_that_fit(
    one: Readiness, draw: Callable[..., Figure], alt: Callable[..., str], of: Callable[..., Sequence[Any]]
) -> None:
    lines = of([limited(one, *LIMITS)] * 12)
    first, second = (svg(draw(lines), alt(lines), "p") for _ in range(2))
    assert first == second
    assert len(first.partition('aria-label="')[2].partition('"')[0]) <= ALT_CHARS


def test_foreign_names_are_text_whatever_they_hold(one: Readiness) -> None:
    hostile = limited(one, limit(HOSTILE, 100.0, scope="tokens"))
    rows = steady(hostile, sample(1, ask=HOSTILE))
    split = [part(hostile, HOSTILE, first_byte_s=1)]
    pages = (
        svg(draw_limit_shares(limit_lines([hostile])), alt_limit_shares(limit_lines([hostile])), "p"),
        svg(draw_stability(rows), alt_stability(rows), "p"),
        svg(draw_split(split), alt_split(split), "p"),
    )
    for page in pages:
        assert not [found for found in ("<script", "\x00", "\u202e") if found in page]


def test_a_limit_line_knows_its_share_only_where_both_numbers_are_told(one: Readiness) -> None:
    lines: list[LimitLine] = list(limit_lines([limited(one, limit("a", 100, left=25), limit("b", None, left=3))]))
    assert [line.taken for line in lines] == [0.75, None]
