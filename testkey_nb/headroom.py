"""What is planned against every limit that was read: what carries it, what does not, and which is reached first; pure.

A plan has peaks (per minute) and a total (per day).  What falls into a limit's window is the peak kept up for that
long, but no more than the days in it bring: a limit per day is not asked to carry 1,440 peak minutes where the plan
says how many requests a day has.  Windows shorter than a minute are taken to be filled evenly.
"""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from .outcome import LoadPart
from .rows import LimitRow, Why

_MINUTE_S, _DAY_S = 60.0, 86400.0
_MONTH_DAYS = 31  # the longest, in which a quota allows the least per minute
_REQUESTS, _TOKENS = LoadPart.REQUESTS, LoadPart.TOKENS
_UNSAID = Why("")
_PARTS = (LoadPart.INPUT_TOKENS, LoadPart.OUTPUT_TOKENS)


@dataclass(frozen=True, slots=True)
class Demand:
    """What is planned; 0 stands for what the plan does not say.

    Where it names no peak, the average over the day stands for it; where it names no tokens per minute, those of the
    requests do.
    """

    requests_per_min: float = 0.0
    tokens_per_min: float = 0.0
    requests_per_day: float = 0.0
    input_tokens: float = 0.0  # of one request
    output_tokens: float = 0.0  # of its answer

    @property
    def kinds(self) -> frozenset[LoadPart]:
        """What is planned of: requests, tokens or both."""
        requests = bool(self.requests_per_min or self.requests_per_day)
        tokens = bool(self.tokens_per_min or (requests and self.of_one[_TOKENS]))
        return frozenset(kind for kind, planned in ((_REQUESTS, requests), (_TOKENS, tokens)) if planned)

    @property
    def of_one(self) -> Mapping[LoadPart, float]:
        """What one request takes of each thing that limits count."""
        parts = dict(zip(_PARTS, (self.input_tokens, self.output_tokens), strict=True))
        return {_REQUESTS: 1.0, _TOKENS: sum(parts.values()), **parts}

    def averages(self, what: LoadPart) -> bool:
        """Whether of `what` no more than an average over the day is known."""
        return not self._peak(what) and bool(self._daily(what))

    def within(self, window_s: float, what: LoadPart) -> float | None:
        """Return how much of `what` falls into a window; None where the plan does not say."""
        days, peak, daily = window_s / _DAY_S, self._peak(what) * window_s / _MINUTE_S, self._daily(what)
        if not peak:
            return daily * days or None
        return min(peak, daily * max(1.0, days)) if daily else peak

    def _peak(self, what: LoadPart) -> float:
        """Return how much of `what` is planned in the busiest minute."""
        of_one = self.of_one
        if what is _REQUESTS or not self.tokens_per_min:
            return self.requests_per_min * of_one[what]
        return self.tokens_per_min * (of_one[what] / of_one[_TOKENS] if of_one[_TOKENS] else float(what is _TOKENS))

    def _daily(self, what: LoadPart) -> float:
        return self.requests_per_day * self.of_one[what]


@dataclass(frozen=True, slots=True)
class HeadroomRow:
    """Run × limit: what is planned against what the limit allows, per minute over its window."""

    limit: str  # its name, as in `limits`
    service: str  # whose limit it is; another's says nothing of the load
    scope: str  # what the limit counts; what does not say so is taken for requests
    planned_per_min: float | None = None  # of what the limit counts; missing where the plan does not say it
    allowed_per_min: float | None = None  # the quota over the window; missing where one of them is not told
    used_share: float | None = None  # planned of allowed; above 1 it does not fit
    headroom_factor: float | None = None  # allowed of planned: how many times the load fits
    carries: bool | None = None  # missing where it cannot be said
    binding: bool = False  # of the limits of the service that carries the load, the one that is reached first
    exhausted: bool | None = None  # nothing of it is left now, whatever it allows
    why: Why = _UNSAID  # how they compare, or why they cannot be compared


def headroom(limits: Iterable[LimitRow], demand: Demand, service: str) -> tuple[HeadroomRow, ...]:
    """Return what `demand` leaves of every limit, in their order.

    Parameters
    ----------
    limits
        As they were read, of whatever service.
    demand
        What is planned.
    service
        The host that is to carry it; limits of other services and of what stands behind say nothing of it.

    """
    rows = [_row(limit, demand, service) for limit in limits]
    mine = [row for row in rows if row.carries is not None]
    tightest = max(mine, key=lambda row: math.inf if row.used_share is None else row.used_share, default=None)
    return tuple(replace(row, binding=row is tightest) for row in rows)


def uncovered(rows: Iterable[HeadroomRow], demand: Demand) -> frozenset[LoadPart]:
    """Return the kinds of what is planned, requests and tokens, that none of `rows` carries."""
    carried = {row.scope for row in rows if row.carries}
    return demand.kinds - carried - ({_TOKENS} if carried.issuperset(_PARTS) else set())


def _row(limit: LimitRow, demand: Demand, service: str) -> HeadroomRow:
    scope, window_s = _counted(limit), _window_s(limit)
    allowed = None if limit.quota is None or not window_s else limit.quota * _MINUTE_S / window_s
    exhausted = None if limit.remaining is None else limit.remaining <= 0
    row = HeadroomRow(limit.limit, limit.service, scope, allowed_per_min=allowed, exhausted=exhausted)
    if why := _incomparable(limit, service, scope):
        row = replace(row, why=why)
    else:
        row = _compared(row, limit.quota or 0.0, demand, LoadPart(scope), window_s)
    return replace(row, why=Why.both([row.why, *_remarks(limit)]))


def _counted(limit: LimitRow) -> str:
    """Return what a limit counts; one that does not say so counts requests, unless its name speaks of tokens."""
    return limit.scope or (_TOKENS if "token" in limit.limit else _REQUESTS)


def _window_s(limit: LimitRow) -> float | None:
    return _MONTH_DAYS * _DAY_S if limit.window_s is None and _monthly(limit) else limit.window_s


def _monthly(limit: LimitRow) -> bool:
    return limit.limit.endswith(("month", "monthly"))


def _incomparable(limit: LimitRow, service: str, scope: str) -> Why:
    """Say why a limit says nothing of a planned load, if so."""
    if limit.service != service:
        return Why("it limits {service}, which says nothing of {api}", service=limit.service, api=service)
    if not limit.keyed:
        return Why("it was told without the key, and the key's own limit can be another")
    if scope not in list(LoadPart):
        return Why("it counts {scope}, of which the plan says nothing", scope=scope)
    if limit.quota is None:
        return Why("how much it allows is not told")
    return Why("")


def _compared(row: HeadroomRow, quota: float, demand: Demand, what: LoadPart, window_s: float | None) -> HeadroomRow:
    """Compare a limit that can be compared with what is planned of what it counts."""
    of_one = demand.of_one[what]
    if of_one > quota and what is not _REQUESTS:
        why = Why("one request of {amount} {what} is more than the whole limit of {quota}", amount=_n(of_one),
                  what=what, quota=_n(quota))  # fmt: skip
        return replace(row, carries=False, why=why)
    if not window_s:
        return replace(row, why=Why("in which time it allows {quota} {what} is not told", quota=_n(quota), what=what))
    planned, most = demand.within(window_s, what), demand.within(window_s, _TOKENS)
    if planned is None and what in _PARTS and most is not None:
        return _bounded(row, quota, most, what)
    if planned is None:
        return replace(row, why=Why("no {what} are planned", what=what))
    per_min = planned * _MINUTE_S / window_s
    why = Why("{planned} {what} a minute are planned, {allowed} are allowed", planned=_n(per_min), what=what,
              allowed=_n(row.allowed_per_min or 0.0))  # fmt: skip
    if demand.averages(what) and window_s < _DAY_S:
        why = Why.both([why, Why("the plan is an average over the day, and its peaks are higher")])
    return replace(
        row,
        planned_per_min=per_min,
        used_share=_ratio(planned, quota),
        headroom_factor=_ratio(quota, planned),
        carries=planned <= quota,
        why=why,
    )


def _bounded(row: HeadroomRow, quota: float, most: float, what: LoadPart) -> HeadroomRow:
    """Compare a limit of input or output with all planned tokens, where the plan does not tell them apart."""
    if most > quota:
        return replace(row, why=Why("how many of the planned tokens are {what} is not said", what=what))
    why = Why("it would be enough if all planned tokens were {what}", what=what)
    return replace(row, used_share=_ratio(most, quota), carries=True, why=why)


def _remarks(limit: LimitRow) -> list[Why]:
    """Say what else has to be known of a limit."""
    found = []
    if not limit.scope and "token" not in limit.limit and limit.quota is not None:
        found.append(Why("what it counts is not said and is taken for requests"))
    if limit.window_s is None and _monthly(limit):
        found.append(Why("a month is reckoned as {days} days", days=_MONTH_DAYS))
    if limit.remaining is not None and limit.remaining <= 0:
        wait = Why("nothing of it is left now")
        if limit.reset_s is not None:
            wait = Why("nothing of it is left now; it resets in {seconds} s", seconds=_n(limit.reset_s))
        found.append(wait)
    return found


def _ratio(part: float, whole: float) -> float | None:
    found = part / whole if whole else math.inf
    return found if math.isfinite(found) else None


def _n(amount: float) -> str:
    return f"{round(amount, 3):.12g}" if amount >= 1 else f"{amount:.3g}"
