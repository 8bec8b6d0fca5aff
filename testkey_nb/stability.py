"""How steady a host answered the samples of a run: what was measured, and how little a few samples say."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import sqrt
from statistics import NormalDist, fmean, quantiles

from .outcome import Outcome
from .rows import AnswerRow, Why

_FULL = 20
_Z = NormalDist().inv_cdf(0.975)  # two-sided, 95 %


@dataclass(frozen=True, slots=True)
class StabilityRow:
    """Run × ask × host, over its samples: the first answer is no sample, it paid for the connection."""

    ask: str
    host: str
    n: int  # samples that were sent
    failed: int  # of them: 5xx, timeout, network; a refusal is an answer
    rate_limited: int  # of them: told to wait, which says nothing of the share of errors
    error_share: float | None  # failed of those not told to wait
    error_share_low: float | None  # Wilson score interval, 95 %
    error_share_high: float | None
    timed: int  # samples whose latency counts: answered, neither failed nor told to wait
    p50_s: float | None  # of `latency_s`, between order statistics by linear interpolation
    p95_s: float | None
    jitter_s: float | None  # mean absolute difference of successive latencies
    first_sample: int
    last_sample: int
    why: Why  # how little so many samples say


def steadiness(answers: Iterable[AnswerRow]) -> tuple[StabilityRow, ...]:
    """Summarise the samples of each ask at each host, in the order in which they first occur.

    A sample that was not sent does not count.  Latencies are those of answers only: an error that comes at once would
    make a host look faster (https://sre.google/sre-book/monitoring-distributed-systems/, the four golden signals).

    Jitter is the mean absolute difference of successive latencies, in seconds.  Like that of RFC 3550 section 6.4.1 it
    compares each arrival with the one before; unlike it, it is not smoothed: with a few samples, the smoothed estimate
    is still near the 0 from which it starts.
    """
    groups: dict[tuple[str, str], list[AnswerRow]] = {}
    for row in answers:
        if row.sample >= 1 and row.request:
            groups.setdefault((row.ask, row.host), []).append(row)
    return tuple(_row(sorted(group, key=lambda row: row.sample)) for group in groups.values())


def sampled(answers: Iterable[AnswerRow]) -> tuple[bool, ...]:
    """Return for each sample that was sent, in order, whether it failed; one failed ask fails its sample.

    One that was only told to wait tells neither: it is left out, so that it never pushes a failure out of a window.
    """
    rows = [row for row in answers if row.sample >= 1]
    sent = {row.sample for row in rows if row.request and row.outcome != Outcome.RATE_LIMITED}
    failed = {row.sample for row in rows if row.outcome == Outcome.UNAVAILABLE}
    return tuple(number in failed for number in sorted(sent))


def told(answers: Iterable[AnswerRow]) -> int:
    """Return how many samples tell anything of the host: neither told to wait nor answered by what nobody expects."""
    silent = (Outcome.RATE_LIMITED, Outcome.UNEXPECTED)
    return len({row.sample for row in answers if row.sample >= 1 and row.request and row.outcome not in silent})


def unstable(answers: Iterable[AnswerRow], failures: int, window: int) -> bool:
    """Whether at least `failures` of the last `window` samples failed.

    No failures asked for is a rule switched off; a window of 0 looks at every sample.
    """
    return sum(sampled(answers)[-window:]) >= failures > 0


def wilson(failed: int, n: int) -> tuple[float, float]:
    """Return the 95 % score interval of a share, without continuity correction.

    E. B. Wilson, "Probable inference, the law of succession, and statistical inference", JASA 22 (1927) 209-212; method
    3 of R. G. Newcombe, Statistics in Medicine 17 (1998) 857-872.
    """
    share, spread = failed / n, _Z * _Z / n
    middle = (share + spread / 2) / (1 + spread)
    half = sqrt(share * (1 - share) * spread + spread * spread / 4) / (1 + spread)
    return max(0.0, min(share, middle - half)), min(1.0, max(share, middle + half))  # rounding may step past either


def _row(rows: Sequence[AnswerRow]) -> StabilityRow:
    failed = sum(row.outcome == Outcome.UNAVAILABLE for row in rows)
    waiting = sum(row.outcome == Outcome.RATE_LIMITED for row in rows)
    answered = [row for row in rows if row.outcome not in {Outcome.UNAVAILABLE, Outcome.RATE_LIMITED}]
    latencies = [row.latency_s for row in answered if row.latency_s is not None]
    p50, p95 = _percentiles(latencies)
    counted = len(rows) - waiting
    low, high = wilson(failed, counted) if counted else (None, None)
    return StabilityRow(
        ask=rows[0].ask,
        host=rows[0].host,
        n=len(rows),
        failed=failed,
        rate_limited=waiting,
        error_share=failed / counted if counted else None,
        error_share_low=low,
        error_share_high=high,
        timed=len(latencies),
        p50_s=p50,
        p95_s=p95,
        jitter_s=fmean(abs(after - before) for before, after in pairwise(latencies)) if len(latencies) > 1 else None,
        first_sample=rows[0].sample,
        last_sample=rows[-1].sample,
        why=Why.both([_why(counted, low, high), *_of_latencies(len(latencies))]),
    )


def _percentiles(latencies: Sequence[float]) -> tuple[float | None, float | None]:
    """Return the 50th and the 95th percentile, as method 7 of Hyndman and Fan (1996) has them, which is numpy's too."""
    if len(latencies) < 2:  # noqa: PLR2004 - one value is its own percentiles, none has none
        return (latencies[0], latencies[0]) if latencies else (None, None)
    twentieths = quantiles(latencies, n=20, method="inclusive")
    return twentieths[9], twentieths[18]


def _of_latencies(n: int) -> list[Why]:
    """Say what a 95th percentile of a few is: only from 20 on is one in 20 slower than it."""
    if not 1 < n < _FULL:
        return []
    return [Why("of {n} latencies the 95th percentile says hardly more than the slowest", n=n)]


def _why(n: int, low: float | None, high: float | None) -> Why:
    if low is None or high is None:
        return Why("every sample was told to wait: nothing is known of the share of errors")
    bounds = {"low": f"{100 * low:.0f}", "high": f"{100 * high:.0f}"}
    if n == 1:
        return Why("1 sample: the share of errors lies between {low} % and {high} %", **bounds)
    return Why("{n} samples: the share of errors lies between {low} % and {high} %", n=n, **bounds)
