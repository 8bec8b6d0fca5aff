"""The same plan from several places, side by side: where the answers differ, where a key is kept out, what is slow."""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median
from typing import TYPE_CHECKING, Annotated, NamedTuple

from testkey_nb.errors import DataExpired
from testkey_nb.outcome import Answer, Axis, Outcome
from testkey_nb.probe import CONTROL, Run
from testkey_nb.rows import AnswerRow, Why

from .passport import passport
from .places import PlaceRow, places

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, slots=True)
class VantageRow:
    """Run × vantage point: what the same plan came to from there, and how that compares with the others.

    Latencies are those of the questions that were answered well from every place where any was: a refusal that comes at
    once would make a place look fast.
    """

    vantage: str  # name of the place
    proxies: str  # it went out through, without credentials; empty for none
    sandbox: bool  # an answer came from the sandbox
    identity: Annotated[str, "Verdict"]  # who answers there
    auth: Annotated[str, "Answer"]  # the passport as it reads from there: this key is accepted
    funds: Annotated[str, "Answer"]  # somebody can pay
    quota: Annotated[str, "Answer"]  # no limit is exhausted now
    scope: Annotated[str, "Answer"]  # it may call inference
    region: Annotated[str, "Answer"]  # it is not refused from there
    models: Annotated[str, "Answer"]  # every covered model is listed for it
    same_everywhere: bool | None  # each known axis has one answer from everywhere; missing where some place lacks it
    differs_in: str  # axes that are yes here and no elsewhere, or the other way round; comma-separated
    region_blocked: bool | None  # the key is refused from there; missing where that is not known
    requests: int  # that put the plan's questions, without those that looked around at the endpoint
    unanswered: int  # of those requests
    timed: int  # latencies that `p50_s` is drawn from
    p50_s: float | None  # median of `latency_s`, connecting included
    times_fastest: float | None  # `p50_s` over that of the fastest place; missing where there is none to compare with
    address_family: Annotated[str | None, "Family"]  # of the address that answered; missing through a proxy
    edge: str  # that most answers came through: near the vantage point, not the model
    city: str  # of the edge
    country: str  # of the edge, ISO 3166-1 alpha-2
    server_region: str  # of the server that took the request, in the provider's words
    why: Why


class _Question(NamedTuple):
    host: str
    path: str
    keyed: bool


Answers = dict[Axis, Answer]


def vantage_rows(runs: Sequence[Run]) -> tuple[VantageRow, ...]:
    """Compare runs of one plan from several places; pure.

    An answer that is unknown somewhere contradicts nobody, and agrees with nobody either.

    Raises
    ------
    DataExpired
        If the five minutes of one of them are over.

    """
    if any(run.gone for run in runs):
        raise DataExpired("the data of one of these runs is gone after five minutes; probe again")
    passports = [{axis: found.answer for axis, found in passport(run).items()} for run in runs]
    latencies = _latencies(runs)
    medians = [median(found) for found in latencies if found]
    fastest = min(medians) if len(medians) > 1 else None  # alone, there is nothing to compare with
    same = _same(passports)
    return tuple(
        _row(run, passports, number, same=same, latencies=latencies[number], fastest=fastest)
        for number, run in enumerate(runs)
    )


def compare_vantages(runs: Sequence[Run]) -> "pd.DataFrame":
    """Return the frame of `vantage_rows`, a row for each run; it is emptied when the first run's time is over.

    Raises
    ------
    DataExpired
        If that is so already.

    """
    from testkey_nb.frames import frame  # noqa: PLC0415 - pandas is loaded when a frame is asked for

    pairs = [(run.stamp, [row]) for run, row in zip(runs, vantage_rows(runs), strict=True)]
    return frame(VantageRow, pairs, min((run.until for run in runs), default=None))


def _latencies(runs: Sequence[Run]) -> list[list[float]]:
    """Return each run's latencies for the questions that all of them have answered well; its samples, if it has any."""
    timed = [_timed(run) for run in runs]
    answering = [{question for question, _ in found} for found in timed if found]
    shared = set.intersection(*answering) if answering else set()
    return [[latency for question, latency in found if question in shared] for found in timed]


def _timed(run: Run) -> list[tuple[_Question, float]]:
    rows = {row.request: row for row in run.answers if row.request and row.ask != CONTROL}.values()
    samples = [row for row in rows if row.sample]
    return [
        (_Question(row.host, row.path, row.keyed), row.latency_s)
        for row in samples or rows
        if row.latency_s is not None and row.outcome == Outcome.OK
    ]


def agreed(answers: set[Answer]) -> bool | None:
    """Say whether the answers to one question from several places are one; None where an unknown leaves that open."""
    if {Answer.YES, Answer.NO} <= answers:
        return False
    return True if len(answers) == 1 and Answer.UNKNOWN not in answers else None


def _same(passports: Sequence[Answers]) -> bool | None:
    """Say whether each axis that is known anywhere has one answer from everywhere; None where that is open."""
    heard = [{answers[axis] for answers in passports} for axis in Axis]
    found = {agreed(answers) for answers in heard if answers != {Answer.UNKNOWN}}
    if False in found:
        return False
    return True if len(passports) > 1 and found == {True} else None


def _row(  # noqa: PLR0913 - a run, and what only all of them together tell
    run: Run,
    passports: Sequence[Answers],
    number: int,
    *,
    same: bool | None,
    latencies: list[float],
    fastest: float | None,
) -> VantageRow:
    mine = passports[number]
    others = [found for at, found in enumerate(passports) if at != number]
    differs = [axis for axis in Axis if any({mine[axis], found[axis]} == {Answer.YES, Answer.NO} for found in others)]
    sent = {row.request: row for row in run.answers if row.request}
    silent = [row for row in sent.values() if row.status is None]
    place, p50_s = _usual(run.answers), median(latencies) if latencies else None
    return VantageRow(
        vantage=run.vantage,
        proxies=", ".join(sorted(run.manifest.proxies)),
        sandbox=run.sandbox,
        identity=run.identity.verdict,
        **{axis.value: mine[axis] for axis in Axis},
        same_everywhere=same,
        differs_in=", ".join(differs),
        region_blocked={Answer.NO: True, Answer.YES: False}.get(mine[Axis.REGION]),
        requests=len(sent),
        unanswered=len(silent),
        timed=len(latencies),
        p50_s=p50_s,
        times_fastest=p50_s / fastest if p50_s is not None and fastest else None,
        address_family=place.address_family if place else None,
        edge=place.edge if place else "",
        city=place.city if place else "",
        country=place.country if place else "",
        server_region=place.server_region if place else "",
        why=_why(run, mine, others, differs),
    )


def _usual(answers: Sequence[AnswerRow]) -> PlaceRow | None:
    """Return where most answers came through."""
    return max(places(row for row in answers if row.status is not None), key=lambda row: row.requests, default=None)


def _why(run: Run, mine: Answers, others: Sequence[Answers], differs: Sequence[Axis]) -> Why:
    if not any(row.status is not None for row in run.answers):
        faults = (row.why for row in run.answers)
        return Why("nothing was answered from here: {why}", why=next(faults, Why("nothing was asked")))
    if not others:
        return Why("nothing to compare with: this is the only place")
    open_here = [
        axis for axis in Axis if mine[axis] is Answer.UNKNOWN and any(found[axis] != mine[axis] for found in others)
    ]
    said = []
    if differs:
        said.append(Why("answered otherwise from elsewhere: {axes}", axes=", ".join(differs)))
    if mine[Axis.REGION] is Answer.NO:
        said.append(passport(run)[Axis.REGION].why)
    if open_here:
        said.append(Why("known elsewhere and not from here: {axes}", axes=", ".join(open_here)))
    return Why.both(said) or Why("no answer differs from what is known elsewhere")
