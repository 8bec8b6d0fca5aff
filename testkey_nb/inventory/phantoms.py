"""What is named somewhere and should not be relied on: of a long list, the rows that matter before a launch."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from typing import Annotated

from testkey_nb.outcome import Outcome, Phantom, Standing
from testkey_nb.prices import RulingRow
from testkey_nb.rows import AnswerRow, ModelRow, PriceRow, Why
from testkey_nb.spec import LACKING, Ask

_LIST = "model_catalog"  # what asks for lists of models are called
_OK = 200
_ORDER = {reason: number for number, reason in enumerate(Phantom)}
# What a source tells of a model that it names; the rest is filled in for every model that anybody names.
_FACTS = [f.name for f in fields(ModelRow) if f.name not in {"model", "route", "covered", "listed", "standing"}]


@dataclass(frozen=True, slots=True)
class PhantomRow:
    """Model × route × reason: what is named somewhere and should not be relied on."""

    model: str
    route: str  # empty for the model itself
    reason: Annotated[str, "Phantom"]  # the worst first
    covered: bool  # a candidate for commercial use in this run
    why: Why


@dataclass(frozen=True, slots=True)
class _Known:
    """What a row of a model is weighed against."""

    rulings: Mapping[tuple[str, str], RulingRow]
    priced_list: bool  # the provider's own list also prices models that are not covered
    confirming: bool  # some model was confirmed, so that asking about one with the key tells something
    now: datetime
    soon: timedelta


def phantoms(  # noqa: PLR0913 - each is one of the things that a phantom is told by
    models: Iterable[ModelRow],
    rulings: Mapping[tuple[str, str], RulingRow],
    published: Iterable[PriceRow],
    *,
    now: datetime,
    min_days_served: float,
    empty: Mapping[str, Why] | None = None,
) -> tuple[PhantomRow, ...]:
    """Return what the lists name and should not be relied on, covered models first, then the worst reasons.

    A catalogue of hundreds of models is listed and nothing more, and mostly priced nowhere but in its own list.  So
    that the rows that matter are not lost among them

    - ``listed_only`` is not every model that nobody confirmed: it is a route that the list does not call live, one that
      another source lacks or calls otherwise, and a covered model that the key was asked about in vain where it was
      told of others,
    - ``unpriced`` is a live route without a price that stands, of a model that is not covered only where the provider's
      list prices others of those; elsewhere nobody was asked,
    - a model that the key's list lacks altogether is no phantom unless it is covered: `model_counts` has their number,
    - ``empty`` is a figure that the list itself says is 0, and what `answered_empty` found; what is missing is not 0.

    Parameters
    ----------
    models
        One row for each model and route, of one run.
    rulings
        Of the price court in the run's region, by model and route.
    published
        The prices that the provider itself told.
    now
        When the run began, which days are counted from.
    min_days_served
        A model that is shut down or deprecated sooner is going.
    empty
        What `answered_empty` returned.

    """
    rows = list(models)
    covered = {row.model for row in rows if row.covered}
    confirmed = any(row.standing == Standing.CONFIRMED for row in rows)
    priced = any(price.model not in covered for price in published)
    known = _Known(rulings, priced, confirmed, now, timedelta(days=min_days_served))
    found: defaultdict[tuple[str, str, Phantom], list[Why]] = defaultdict(list)
    for model, why in (empty or {}).items():
        found[model, "", Phantom.EMPTY].append(why)
    for of_model in by_model(rows).values():
        if any(row.listed or row.covered for row in of_model):
            for row in of_model:
                for reason, why in _reasons(row, of_model, known):
                    found[row.model, row.route, reason].append(why)
    made = (PhantomRow(*key, key[0] in covered, Why.both(whys)) for key, whys in found.items())
    return tuple(sorted(made, key=_rank))


def _rank(row: PhantomRow) -> tuple[bool, int, str, str]:
    return not row.covered, _ORDER[Phantom(row.reason)], row.model, row.route


def by_model(rows: Iterable[ModelRow]) -> Mapping[str, list[ModelRow]]:
    """Return the rows of each model, in their order."""
    found: defaultdict[str, list[ModelRow]] = defaultdict(list)
    for row in rows:
        found[row.model].append(row)
    return found


def _reasons(row: ModelRow, of_model: Sequence[ModelRow], known: _Known) -> Iterator[tuple[Phantom, Why]]:
    if why := _listed_only(row, of_model, known):
        yield Phantom.LISTED_ONLY, why
    if row.listed:
        yield from going(row, known.now, known.soon)
    if row.live:
        yield from ((Phantom.EMPTY, Why("its list says {figure} 0", figure=figure)) for figure in _zeros(row))
        ruling = known.rulings.get((row.model, row.route))
        if not (ruling and ruling.stands) and (row.covered or known.priced_list):
            yield Phantom.UNPRICED, _unpriced(ruling)


def _unpriced(ruling: RulingRow | None) -> Why:
    if ruling is None:
        return Why("no source has a price of it")
    return Why("its price is {verdict}: {why}", verdict=ruling.verdict, why=ruling.why)


def _listed_only(row: ModelRow, of_model: Sequence[ModelRow], known: _Known) -> Why | None:
    if row.listed is False and any(getattr(row, name) is not None for name in _FACTS):
        return Why("a second source names it, the list does not")
    if row.listed and not row.live:
        status, others = row.route_status or "-", sum(one.live for one in of_model)
        if others:
            return Why("its list says {status}; {n} other routes of the model are live", status=status, n=others)
        return Why("its list says {status}, and no other route of the model is live", status=status)
    if row.live and row.mapping_status != "live" and any(one.mapping_status for one in of_model):
        said = row.mapping_status or "-"
        return Why("its list says live, a second source that names routes of the model says {status}", status=said)
    if row.live and row.covered and known.confirming and row.standing != Standing.CONFIRMED:
        return Why("asked about with the key, other models were confirmed and this one was not")
    return None


def going(row: ModelRow, now: datetime, soon: timedelta) -> Iterator[tuple[Phantom, Why]]:
    """Return when a model is not served or advised any more, as far as that is past or sooner than `soon`."""
    end, advised = row.shutdown_at, row.deprecated_at
    if end and end <= now:
        yield Phantom.SHUT_DOWN, Why("it was to be shut down on {day} and is still listed", day=f"{end:%Y-%m-%d}")
    elif end and end - now < soon:
        yield Phantom.SOON_GONE, Why("it is shut down on {day}, within {days} days", day=f"{end:%Y-%m-%d}",
                                     days=f"{soon / timedelta(days=1):g}")  # fmt: skip
    if advised and advised <= now:
        yield Phantom.DEPRECATED, Why("deprecated since {day}", day=f"{advised:%Y-%m-%d}")
    elif advised and advised - now < soon:
        yield Phantom.DEPRECATED, Why("deprecated from {day} on", day=f"{advised:%Y-%m-%d}")
    elif row.deprecated:
        yield Phantom.DEPRECATED, Why("its list says deprecated")


def _zeros(row: ModelRow) -> Iterator[str]:
    """Return the figures that are 0; a model that writes no text has no context to count in tokens."""
    if row.context_tokens == 0 and "text" in (row.output_modalities or "text").split(","):
        yield "context_tokens"
    if row.throughput_tokens_per_s == 0:
        yield "throughput_tokens_per_s"


def answered_empty(answers: Iterable[AnswerRow], asks: Iterable[Ask], models: Iterable[ModelRow]) -> Mapping[str, Why]:
    """Return the covered models about which a question was answered 200 without what it should hold, and why.

    Those are questions about one model, of which the last answer counts, and lists, where no other list has the model.
    """
    rows = [row for row in models if row.covered]
    covered, listed = {row.model: None for row in rows}, {row.model for row in rows if row.listed}
    about = {(ask.name, ask.of(model)): [model] for ask in asks if ask.per_model for model in covered}
    last = {(row.ask, row.path): row for row in answers}
    found: dict[str, Why] = {}
    for asked, row in last.items():
        if row.outcome == Outcome.UNEXPECTED and row.status == _OK and row.why == LACKING:
            of_list = [model for model in covered if model not in listed] if row.ask == _LIST else []
            for model in about.get(asked, of_list):
                found[model] = Why("{path} answered 200: {why}", path=row.path, why=row.why)
    return found
