"""Prices as OpenRouter's lists have them: in USD per token, as texts, with others for long requests and for hours.

An override holds where all of its conditions do; of several that hold, the later one decides, each price by itself, and
what none of them has is as in the base price.  `min_prompt_tokens` is passed strictly; hours are UTC, written as
numbers (1030 is 10:30), and their end is not in them.  PyPI openrouter 1.3.84 components/pricingoverride.py and
publicpricing.py, read 2026-11-25.
"""

from collections.abc import Iterator
from dataclasses import replace

from testkey_nb.rows import PriceRow

from .loose import count, items, mapping, texts
from .model_lists import Entry
from .token_prices import OTHERS_HOLD, PER_TOKEN, Said, beside_fee, currency_of, priced

_SOURCE = "openrouter.ai/api/v1/models"
_CONDITIONS = {"min_prompt_tokens", "utc_days", "utc_start", "utc_end"}
_OTHER_PRICES = {"audio", "image", "input_audio_cache", "input_cache_write", "input_cache_write_1h"}
_KNOWN = _CONDITIONS | _OTHER_PRICES | {"prompt", "completion", "input_cache_read"}


def prices(model: str, entry: Entry) -> Iterator[PriceRow]:
    """Yield the base price of a model, and each price that differs from it, with the length and hours it holds for.

    Below zero is "it depends", and a discount may or may not be in the price: neither is told.  A `:free` variant is
    free: https://openrouter.ai/docs/guides/routing/model-variants/free, read 2026-11-23.  `request` is a fee of each
    request: https://openrouter.ai/docs/guides/overview/models#pricing-object, as public clients have it, read
    2026-11-25.
    """
    said = mapping(entry.get("pricing"))
    source = beside_fee(_SOURCE, said.get("request"))
    overrides = list(map(mapping, items(said.get("overrides"))))
    understood = isinstance(said.get("overrides"), list | None) and all(map(_understood, overrides))
    found = priced(model, source if understood else f"{source}{OTHERS_HOLD}", PER_TOKEN, _sides(said))
    base = found[0] if found else None
    if (
        said.get("discount")
        or currency_of(said) != "USD"
        or base is None
        or base.input_per_mtok is None
        or base.output_per_mtok is None
    ):
        return
    free = model.endswith(":free") and not any(_amounts(base)) and source == _SOURCE
    yield replace(base, free=True) if free else base
    if overrides and understood:
        others = (row for override in overrides for row in _others(base, said, override, overrides))
        yield from dict.fromkeys(row for row in others if _amounts(row) != _amounts(base))


def _others(base: PriceRow, said: Entry, override: Entry, overrides: list[Entry]) -> Iterator[PriceRow]:
    holding = dict(said)
    for other in overrides:
        if _holds_with(other, override):
            holding |= other
    above = count(override.get("min_prompt_tokens")) or None
    more = {"above_input_tokens": above, "hours": _hours(override)}
    yield from priced(base.model, base.source, PER_TOKEN, _sides(holding), **more)


def _sides(said: Entry) -> Said:
    return said.get("prompt"), said.get("completion"), said.get("input_cache_read")


def _amounts(row: PriceRow) -> tuple[float | None, ...]:
    return row.input_per_mtok, row.output_per_mtok, row.cached_input_per_mtok


def _understood(override: Entry) -> bool:
    """Whether every condition of an override is one that is documented and can be read, and it has one."""
    given = {name for name, said in override.items() if said is not None}
    numbers = [count(override.get(name)) for name in given & {"min_prompt_tokens", "utc_start", "utc_end"}]
    days = bool(texts(override.get("utc_days"))) or "utc_days" not in given
    clock = given & {"utc_start", "utc_end"}
    return given <= _KNOWN and bool(_CONDITIONS & given) and len(clock) != 1 and days and None not in numbers


def _holds_with(other: Entry, override: Entry) -> bool:
    """Whether one override holds wherever another does."""
    lengths = [count(entry.get("min_prompt_tokens")) or 0 for entry in (other, override)]
    return lengths[0] <= lengths[1] and _hours(other) in {"", _hours(override)}


def _hours(override: Entry) -> str:
    """Return when an override holds: `01:00-04:00`, with the days before it where it is not every day."""
    days = ",".join(day[:3] for day in texts(override.get("utc_days")))
    clock = [count(override.get(end)) for end in ("utc_start", "utc_end")]
    window = "-".join(f"{at // 100 % 24:02}:{at % 100:02}" for at in clock if at is not None)
    return " ".join(filter(None, (days, window)))
