"""What several keys offer: what each model can do, what it costs and how fast it is, joined and sifted; pure.

Where a source says nothing, a line has nothing: what is sifted by it is then left out, and counted apart.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from .judge import Readiness
from .load import CostRow
from .outcome import Answer, every
from .prices import RulingRow
from .rows import ModelRow, PriceRow

_Key = tuple[str, str, str, str]  # model, route, region, currency


class Range(NamedTuple):
    """From the lowest to the highest of the sources that count."""

    low: float
    high: float


@dataclass(frozen=True, slots=True, eq=False)
class Offer:
    """Key × model × route × region × currency."""

    one: Readiness
    row: ModelRow
    ruling: RulingRow | None  # missing where no source names a price
    cost: CostRow | None  # missing where no load is planned
    free: bool  # every source says so
    input: Range | None  # in `currency` per million tokens; what does not stand is shown too, with the verdict
    output: Range | None

    @property
    def provider(self) -> str:
        """Whose key it is."""
        return self.one.run.stamp.provider

    @property
    def via(self) -> str:
        """The provider, and the route behind its endpoint where it names one."""
        return f"{self.provider}/{self.row.route}" if self.row.route else self.provider

    @property
    def currency(self) -> str:
        """What is paid with; empty where no source names a price."""
        return self.ruling.currency if self.ruling else ""

    @property
    def monthly(self) -> Range | None:
        """What the planned load costs, in `currency`."""
        return _range(self.cost.low_per_month, self.cost.high_per_month) if self.cost else None

    @property
    def speed(self) -> float | None:
        """Tokens per second as the provider publishes it; 0 is no speed: it says that nothing was measured."""
        return self.row.throughput_tokens_per_s or None


def offers(compared: Iterable[Readiness]) -> tuple[Offer, ...]:
    """Return what several keys offer, in their order and that of their lists."""
    return tuple(offer for one in compared for offer in _of_key(one))


def _of_key(one: Readiness) -> Iterator[Offer]:
    listed = {(row.model, row.route): row for row in one.run.models}
    court: defaultdict[tuple[str, str], list[RulingRow]] = defaultdict(list)
    for ruling in one.court:
        court[ruling.model, ruling.route].append(ruling)
    costs = {_key(cost): cost for cost in one.rows("costs") if isinstance(cost, CostRow)}
    prices: defaultdict[_Key, list[PriceRow]] = defaultdict(list)
    for price in one.prices:
        prices[_key(price)].append(price)
    for key in dict.fromkeys([*listed, *court]):
        row = listed.get(key) or ModelRow(*key)
        for ruling in court[key]:
            named = _key(ruling)
            free = all(price.free for price in prices[named])
            inputs, outputs = (Range(0, 0), Range(0, 0)) if free else _priced(ruling, prices[named])
            yield Offer(one, row, ruling, costs.get(named), free, inputs, outputs)
        if not court[key]:
            yield Offer(one, row, None, None, free=False, input=None, output=None)


def _key(row: RulingRow | PriceRow | CostRow) -> _Key:
    return row.model, row.route, row.region, row.currency


def _priced(ruling: RulingRow, prices: Sequence[PriceRow]) -> tuple[Range | None, Range | None]:
    """Return what the court heard; where it heard nothing, what is named, which its verdict says is in doubt."""
    inputs = _range(ruling.input_low_per_mtok, ruling.input_high_per_mtok)
    outputs = _range(ruling.output_low_per_mtok, ruling.output_high_per_mtok)
    if inputs or outputs:
        return inputs, outputs
    base = [price for price in prices if price.base]
    return _spanned(price.input_per_mtok for price in base), _spanned(price.output_per_mtok for price in base)


def _range(low: float | None, high: float | None) -> Range | None:
    return None if low is None or high is None else Range(low, high)


def _spanned(values: Iterable[float | None]) -> Range | None:
    known = [value for value in values if value is not None]
    return Range(min(known), max(known)) if known else None


@dataclass(frozen=True, slots=True)
class Wanted:
    """What offers are sifted by; what is empty, 0 or None lets everything through."""

    provider: str = ""
    text: str = ""  # words, all of which the model, its route or its owner has
    input_modality: str = ""
    output_modality: str = ""
    min_context_tokens: int = 0
    tools: bool | None = None
    structured_output: bool | None = None


class Sifted(NamedTuple):
    """Offers that are let through, and how many might be if anybody said what they are sifted by."""

    kept: tuple[Offer, ...]
    unsaid: int


def sift(offered: Iterable[Offer], wanted: Wanted) -> Sifted:
    """Return the offers that are said to be as wanted."""
    answered = [(offer, every(_answers(offer, wanted))) for offer in offered]
    kept = tuple(offer for offer, answer in answered if answer is Answer.YES)
    return Sifted(kept, sum(answer is Answer.UNKNOWN for _, answer in answered))


def _answers(offer: Offer, wanted: Wanted) -> Iterator[Answer]:
    row = offer.row
    if wanted.provider:
        yield _answer(offer.provider == wanted.provider)
    if wanted.text:
        found = f"{row.model} {row.route} {row.owner or ''}".lower()
        yield _answer(all(word in found for word in wanted.text.lower().split()))
    for modality, known in (
        (wanted.input_modality, row.input_modalities),
        (wanted.output_modality, row.output_modalities),
    ):
        if modality:
            yield _answer(None if known is None else modality in split(known))
    if wanted.min_context_tokens:
        known_context = row.context_tokens
        yield _answer(None if known_context is None else known_context >= wanted.min_context_tokens)
    for asked, said in ((wanted.tools, row.tools), (wanted.structured_output, row.structured_output)):
        if asked is not None:
            yield _answer(None if said is None else said is asked)


def _answer(holds: bool | None) -> Answer:  # noqa: FBT001 - the one thing that is answered
    return {True: Answer.YES, False: Answer.NO, None: Answer.UNKNOWN}[holds]


def split(modalities: str | None) -> list[str]:
    """Return modalities one by one."""
    return [name.strip() for name in (modalities or "").split(",") if name.strip()]
