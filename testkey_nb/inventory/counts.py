"""How many models each source counts, side by side."""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Annotated

from testkey_nb.outcome import Counted, Standing
from testkey_nb.rows import OWN_PRICES, MetricRow, ModelRow, PriceRow, Why


@dataclass(frozen=True, slots=True)
class ModelCountRow:
    """Source × which of its models: how many there are, beside those that this run's list holds."""

    source: str  # a metric with its ask, where prices come from, a file, or `models` for the rows of this run
    counted: Annotated[str, "Counted"]  # which of its models
    models: int  # by distinct name
    differs: bool | None  # from the number listed; missing where the source is not about the whole list
    why: Why


def model_counts(
    models: Iterable[ModelRow],
    metrics: Iterable[MetricRow],
    prices: Iterable[PriceRow],
    filed: Collection[str],
) -> tuple[ModelCountRow, ...]:
    """Return how many models each source counts, beside the number that this run's list holds.

    Parameters
    ----------
    models
        One row for each model and route, of one run.
    metrics
        Of the run; those in models are counts of a source's own.
    prices
        Of all sources.
    filed
        Models that the launch folder has for the credential.

    """
    rows = list(models)
    covered = {row.model for row in rows if row.covered}
    names = {counted: {row.model for row in rows if has(row)} for counted, has in _OF_MODELS.items()}
    listed = names[Counted.LISTED]
    beside = partial(_beside, len(listed) or None)
    found = [
        beside(f"{row.metric} ({row.ask})", Counted.LISTED, int(row.number))
        for row in metrics
        if row.unit == "models" and row.number is not None
    ]
    if listed:
        confirmed = {row.model for row in rows if row.standing == Standing.CONFIRMED}
        found += [beside("models", counted, len(of_kind)) for counted, of_kind in names.items()]
        found.append(_apart("models", Counted.CONFIRMED, len(confirmed)))
    for source, priced in _priced(prices).items():
        some = source == OWN_PRICES or priced <= covered
        found.append((_apart if some else beside)(source, Counted.PRICED, len(priced)))
    if filed:
        found.append(ModelCountRow("inventory.csv", Counted.FILED, len(filed), None, Why("chosen by people")))
    return tuple(found)


_OF_MODELS: Mapping[Counted, Callable[[ModelRow], bool]] = {
    Counted.LISTED: lambda row: bool(row.listed),
    Counted.NAMED: lambda _row: True,
    Counted.LIVE: lambda row: row.live,
}


def _apart(source: str, counted: Counted, models: int) -> ModelCountRow:
    return ModelCountRow(source, counted, models, None, Why("asked about covered models only"))


def _beside(listed: int | None, source: str, counted: Counted, models: int) -> ModelCountRow:
    if listed is None:
        return ModelCountRow(source, counted, models, None, Why("no list was read to compare it with"))
    if models == listed:
        return ModelCountRow(source, counted, models, False, Why("as many as this run's list holds"))  # noqa: FBT003
    why = Why("{n} more than this run's list holds", n=models - listed)
    if models < listed:
        why = Why("{n} fewer than this run's list holds", n=listed - models)
    return ModelCountRow(source, counted, models, True, why)  # noqa: FBT003


def _priced(prices: Iterable[PriceRow]) -> Mapping[str, set[str]]:
    """Return the models that each source names a price of; the rows of prices.csv name their sources one by one."""
    found: defaultdict[str, set[str]] = defaultdict(set)
    for row in prices:
        if row.free or row.input_per_mtok is not None or row.output_per_mtok is not None:
            found[OWN_PRICES if row.source.startswith(OWN_PRICES) else row.source].add(row.model)
    return found
