"""What a watch has seen within five minutes: a mark for each answer, by when it was asked and how long it took."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime

from matplotlib.figure import Figure

from .digits import three_digits
from .drawing import SERIES, STAND_IN, finished, in_words, only_said
from .locale import translate
from .outcome import Outcome
from .rows import AnswerRow, Why
from .stability import steadiness
from .svg import LINE, MUTED, own_style

_WIDTH, _HEIGHT = 10.8, 3.1  # inches
_BELOW = 0.12  # of the axis, for what has no latency
_LEAST_S = 10.0  # that the axis of time shows
_WAITING = Why("Nothing is seen yet.")
_OTHERWISE = (SERIES[3], "D")
_LOOKS = {  # of an outcome; no two have the same mark
    Outcome.OK: (SERIES[0], "o"),
    Outcome.UNAVAILABLE: (SERIES[1], "X"),
    Outcome.RATE_LIMITED: (SERIES[4], "^"),
}


@own_style()
def draw_live(rows: Sequence[AnswerRow], lang: str = "en", *, made_up: bool) -> Figure:
    """Draw the latency of answers over the seconds before the last one; what has none stands below the axis."""
    timed = [(row, row.asked_at) for row in rows if row.asked_at]
    if not timed:
        return only_said(translate(_WAITING, lang))
    figure = Figure(figsize=(_WIDTH, _HEIGHT))
    axes = figure.add_axes((0.075, 0.17, 0.905, 0.68))
    top = 1150 * max((row.latency_s or 0.0 for row in rows), default=0.0) or 1.0
    for outcome, some in _by_outcome(timed).items():
        color, mark = _LOOKS.get(outcome, _OTHERWISE)
        points = [
            (_ago(at, timed[-1][1]), -_BELOW / 2 * top if row.latency_s is None else 1000 * row.latency_s)
            for row, at in some
        ]
        axes.plot(*zip(*points, strict=True), linestyle="none", marker=mark, markersize=6, color=color,
                  markeredgecolor="white", markeredgewidth=0.4, label=f"{in_words(outcome, lang)}: {len(some)}",
                  clip_on=False)  # fmt: skip
    for name, style, value in _lines(rows):
        axes.axhline(
            1000 * value, color=MUTED, linewidth=1, linestyle=style, label=f"{name}: {three_digits(1000 * value)} ms"
        )
    axes.set_xlim(min(-_LEAST_S, _ago(timed[0][1], timed[-1][1])), 0)
    axes.set_ylim(-_BELOW * top, top)
    axes.axhline(0, color=LINE, linewidth=1)
    axes.set_yticks([value for value in axes.get_yticks() if 0 <= value <= top])
    axes.set_xlabel(translate("seconds before the last answer", lang), fontsize=9)
    axes.set_ylabel(translate("milliseconds", lang), fontsize=9)
    axes.tick_params(length=0, labelsize=8.5)
    axes.grid(linewidth=0.6)
    axes.spines[["top", "right"]].set_visible(False)
    axes.legend(loc="lower right", bbox_to_anchor=(1.0, 1.0), ncols=5, frameon=False, fontsize=8.5, borderaxespad=0.2,
                handletextpad=0.4, columnspacing=1.2)  # fmt: skip
    return finished(figure, 0, lang, made_up=made_up)


def _by_outcome(timed: Sequence[tuple[AnswerRow, datetime]]) -> dict[Outcome, list[tuple[AnswerRow, datetime]]]:
    found: dict[Outcome, list[tuple[AnswerRow, datetime]]] = {}
    for row, at in timed:
        found.setdefault(Outcome(row.outcome), []).append((row, at))
    return found


def _ago(at: datetime, last: datetime) -> float:
    return (at - last).total_seconds()


def _lines(rows: Sequence[AnswerRow]) -> list[tuple[str, str, float]]:
    """Return the median and the 95th percentile of what is drawn, where all of it is of one question."""
    steady = steadiness(rows)
    if len(steady) != 1 or steady[0].p50_s is None or steady[0].p95_s is None:
        return []
    return [("p50", "-", steady[0].p50_s), ("p95", ":", steady[0].p95_s)]


def alt_live(rows: Sequence[AnswerRow], lang: str = "en", *, made_up: bool) -> str:
    """Say what `draw_live` shows."""
    if not any(row.asked_at for row in rows):
        return translate(_WAITING, lang)
    count = Counter(in_words(row.outcome, lang) for row in rows)
    said = Why("latency of {n} answers within {seconds} s", n=len(rows), seconds=f"{_span(rows):.0f}")
    parts = [", ".join(f"{word} {n}" for word, n in count.items())]
    parts += [f"{name} {three_digits(1000 * value)} ms" for name, _, value in _lines(rows)]
    return f"{f'{STAND_IN}. ' if made_up else ''}{translate(said, lang)}: {'; '.join(parts)}."


def _span(rows: Sequence[AnswerRow]) -> float:
    times = [row.asked_at for row in rows if row.asked_at]
    return (max(times) - min(times)).total_seconds()
