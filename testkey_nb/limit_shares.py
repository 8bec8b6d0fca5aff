"""How much of each limit the planned load takes, and how much of it was taken when it was read.

The axis ends a little beyond the whole limit: a load that does not fit is cut off there, hatched, and its number says
by how much.
"""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from .digits import percent
from .drawing import (
    FILL,
    SERIES,
    STAND_IN,
    Swatch,
    clear,
    finished,
    labelled,
    left_out,
    only_said,
    sized,
    swatches,
)
from .headroom import HeadroomRow
from .judge import Readiness
from .key_lines import made_up_among, named, room_for
from .locale import translate
from .outcome import Answer
from .rows import LimitRow, Why
from .svg import INK, own_style

LINES = 24  # more bars than these would not be readable
_WIDTH, _SAID = 10.8, 1.95  # inches: the picture, what stands beside the bars
_STEP, _ABOVE = 0.36, 0.5  # inches: a line, the legend
_END = 1.25  # of the limit
_TAKEN = "#7d8a96"
_NOTHING = Why("No limit told how much it allows of what is planned, or how much of it is left.")


class LimitLine(NamedTuple):
    """A limit of a key, and what is planned against it."""

    one: Readiness
    limit: LimitRow
    room: HeadroomRow

    @property
    def taken(self) -> float | None:
        """The share that was taken when the limit was read; missing where it does not say what is left."""
        if not self.limit.quota or self.limit.remaining is None:
            return None
        return max(0.0, 1 - self.limit.remaining / self.limit.quota)

    @property
    def name(self) -> str:
        """What the limit is called, and whose it is where that is not the service that carries the load."""
        own = self.limit.service == self.one.run.plan.service
        return self.limit.limit if own else f"{self.limit.limit} ({self.limit.service})"

    @property
    def drawn(self) -> bool:
        """Whether there is a share to draw."""
        return self.room.used_share is not None or self.room.carries is False or self.taken is not None


def limit_lines(compared: Iterable[Readiness]) -> tuple[LimitLine, ...]:
    """Return the limits of several keys, in their order."""
    return tuple(
        LimitLine(one, limit, room)
        for one in compared
        for limit, room in zip(one.run.limits, one.headroom, strict=True)
    )


def reached_first(one: Readiness) -> Why:
    """Say which limit binds a key, or why none can be named."""
    rows = one.headroom
    first = next((row for row in rows if row.binding), None)
    if first and first.carries is False:
        return Why("{limit} does not carry the planned load: {why}", limit=first.limit, why=first.why)
    if first:
        return Why("reached first is {limit}: {why}", limit=first.limit, why=first.why)
    if not rows:
        return Why("no answer told a limit")
    if not one.policy.demand.kinds:
        return Why("no load is planned, so no limit is reached")
    return Why("no limit that was told can be compared with the planned load")


@own_style()
def draw_limit_shares(lines: Sequence[LimitLine], lang: str = "en") -> Figure:
    """Draw the shares of the first limits that have one, in their order."""
    drawn = [line for line in lines if line.drawn]
    shown = drawn[:LINES]
    if not shown:
        return only_said(translate(_NOTHING, lang))
    names = named(shown, [line.name for line in shown])
    left = room_for(names)
    figure = sized(len(shown), step=_STEP, above=_ABOVE, note=len(lines) > len(shown))
    figure.set_figwidth(_WIDTH)
    figure.subplots_adjust(left=left / _WIDTH, right=1 - _SAID / _WIDTH)
    axes = figure.subplots()
    for y, line in enumerate(shown):
        _bars(axes, y, line)
        axes.text(_END + 0.02, y, _said(line, lang), va="center", fontsize=8.5, color=INK)
    axes.axvline(1, color=INK, linewidth=1.2)
    labelled(axes, names)
    axes.tick_params(labelsize=8.5)
    axes.set_xlim(0, _END)
    axes.set_xticks([0, 0.25, 0.5, 0.75, 1], ["0 %", "25 %", "50 %", "75 %", "100 %"])
    axes.set_xlabel(translate("share of the limit", lang), fontsize=9)
    clear(axes)
    swatches(figure, left, _legend(lang))
    silent = len(lines) - len(drawn)
    said = translate(Why("limits without a share: {n}", n=silent), lang) if silent else ""
    return finished(figure, len(drawn) - len(shown), lang, made_up=made_up_among(shown)[0], said=said)


def _bars(axes: Axes, y: int, line: LimitLine) -> None:
    """Draw the planned share above the one that was taken."""
    planned, fits = line.room.used_share, line.room.carries is not False
    if planned is not None or not fits:
        end = min(_END, _END if planned is None else planned)
        if fits:
            axes.barh(y - 0.09, end, height=0.4, color=SERIES[0])
        else:
            axes.barh(
                y - 0.09, end, height=0.4, facecolor=FILL[Answer.NO], hatch="////", edgecolor=SERIES[1], linewidth=0.8
            )
    if line.taken is not None:
        axes.barh(y + 0.23, min(_END, line.taken), height=0.16, color=_TAKEN)


def _said(line: LimitLine, lang: str) -> str:
    """Write what stands beside the bars of a limit."""
    planned, parts = line.room.used_share, []
    if planned is not None:
        parts.append(percent(planned))
    elif line.room.carries is False:
        parts.append(translate("does not fit", lang))
    if line.room.binding:
        parts.append(translate("reached first", lang))
    if line.room.exhausted:
        parts.append(translate("nothing left", lang))
    elif line.taken is not None and not parts:
        parts.append(translate(Why("{share} taken", share=percent(line.taken)), lang))
    return " · ".join(parts)


def _legend(lang: str) -> list[Swatch]:
    """Say what the three kinds of bars are."""
    return [
        Swatch(translate("planned", lang), SERIES[0], SERIES[0]),
        Swatch(translate("planned, and more than the limit", lang), FILL[Answer.NO], SERIES[1], "////"),
        Swatch(translate("taken when it was read", lang), _TAKEN, _TAKEN),
    ]


def alt_limit_shares(lines: Sequence[LimitLine], lang: str = "en") -> str:
    """Say what `draw_limit_shares` shows."""
    drawn = [line for line in lines if line.drawn]
    shown = drawn[:LINES]
    if not shown:
        return translate(_NOTHING, lang)
    parts = []
    for name, line in zip(named(shown, [line.name for line in shown]), shown, strict=True):
        taken = translate(Why("{share} taken", share=percent(line.taken)), lang) if line.taken is not None else ""
        parts.append(f"{name}: {', '.join(dict.fromkeys(text for text in (_said(line, lang), taken) if text))}")
    begun = f"{STAND_IN}. " if made_up_among(shown)[0] else ""
    title = translate("share of the limit that is planned, and that was taken", lang)
    return f"{begun}{title}. {'; '.join([*parts, *left_out(len(drawn) - len(shown), lang)])}."
