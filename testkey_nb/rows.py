"""One frozen dataclass per grain: the class is the schema of its frame, the comment of a field its glossary.

Every frame starts with the join keys of `Stamp`.  A field annotated with a name takes its values from the enum of that
name in `outcome`, in that order.  Missing is ``None`` in a row and ``pd.NA`` in a frame, never 0.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Annotated, Self, TypeVar, dataclass_transform

T = TypeVar("T")
Value = str | int | float | bool
OWN_PRICES = "prices.csv"  # begins the source of a price from the launch folder
CATALOGUE = "genai-prices"  # begins that of a price from the bundled catalogue, before its version
MOST_PER_MTOK = 1e9  # in any currency; from there on no price can be meant


class Why(str):
    """A sentence that remembers how it was made, so that a report can say it in another language.

    Its text is the English sentence; `template` and `params` are what a translation is looked up by and filled with.
    """

    __slots__ = ("params", "template")
    template: str
    params: dict[str, object]

    def __new__(cls, template: str, **params: object) -> Self:
        """Fill `template` with `params`."""
        why = super().__new__(cls, template.format(**params))
        why.template, why.params = template, params
        return why

    def __getnewargs_ex__(self) -> tuple[tuple[str], dict[str, object]]:
        """Make copies the way the sentence was made: its finished text may hold braces."""
        return (self.template,), self.params

    @classmethod
    def both(cls, whys: Iterable["Why"]) -> "Why":
        """Join sentences into one, each still to be translated by itself."""
        each = tuple(dict.fromkeys(whys))
        if len(each) == 1:
            return each[0]
        numbered = {f"why{number}": why for number, why in enumerate(each)}
        return cls("; ".join(f"{{{name}}}" for name in numbered), **numbered)


@dataclass_transform(frozen_default=True, field_specifiers=(field,))
def row_of_thousands(kind: type[T]) -> type[T]:
    """Make a row class of a grain of which a run may have many thousands of rows.

    It is frozen for mypy, which checks that nobody sets a field; at run time that would take most of the time in which
    a list is read.
    """
    return dataclass(slots=True, unsafe_hash=True)(kind)


@dataclass(frozen=True, slots=True)
class Stamp:
    """The join keys that every row of every frame carries."""

    run_id: str
    provider: str
    key_hint: str  # keyed hash of this session: joins rows today, means nothing tomorrow
    observed_at: datetime  # UTC, when the run began


@dataclass(frozen=True, slots=True)
class EvidenceRow:
    """Endpoint × mark: something seen that speaks for or against the endpoint being the provider's own."""

    endpoint: str  # origin that was looked at; empty for the shape of the key
    mark: str
    observed: str  # what was seen, bounded and redacted
    speaks: Annotated[str, "Speaks"]
    points_to: str  # ids of the providers or relays the mark belongs to, comma-separated
    source: str  # where it is documented that this mark means this
    checked: str  # ISO day the source was read


@dataclass(frozen=True, slots=True)
class AnswerRow:
    """One ask and sample; asks that one request answers share its number in `request`."""

    ask: str
    sample: int  # 0 for the first answer, then one more for each repeat
    request: int | None  # number of the attempt in this run, missing where none was made
    method: str
    host: str  # the provider's real host, also when a base URL stands in for it
    path: str
    keyed: bool  # the key went with it
    status: int | None
    outcome: Annotated[str, "Outcome"]
    why: Why  # the clause that decided, or the fault
    source: str  # source of that clause
    said: str  # the provider's own words, bounded and redacted
    latency_s: float | None  # until the first byte came
    total_s: float | None  # until the body was read
    size_bytes: int | None  # of the body, after decompression
    edge: str  # code of the CDN edge as the headers name it: near the caller, not the model; empty where none does
    retry_after: str
    asked_at: datetime | None = None  # UTC, also where another run sent it; missing when nothing was sent
    # Parts of the time, each missing where it did not happen or cannot be told: in process, or a connection used again.
    dns_s: float | None = None  # looking up the host's name; missing through a proxy, which does that
    connect_s: float | None = None  # from then until the connection stood, through a proxy until its tunnel did
    tls_s: float | None = None  # the handshake with the host
    first_byte_s: float | None = None  # from sending the request until the first byte came
    transfer_s: float | None = None  # from the first byte until the last
    address_family: Annotated[str | None, "Family"] = None  # of the address that answered; missing through a proxy
    server_region: str = ""  # of the server that took the request, in the provider's words; not where the model runs
    server_region_header: str = ""  # that names it
    tls_issuer: str = ""  # of the host's certificate; another than the host's usual one may be a proxy that looks in
    shared_from: str = ""  # run of the same batch that sent this request; empty where no other did

    @property
    def sent(self) -> bool:
        """Whether it was asked at all, by this run or by another one."""
        return bool(self.request or self.shared_from)


@dataclass(frozen=True, slots=True)
class MetricRow:
    """Run × metric; a metric with several values has a row each, sorted."""

    metric: str
    value: str | None
    number: float | None
    unit: str  # "boolean", "UTC", a currency ("USD"), what is counted ("models", "requests"), or empty for text
    ask: str

    @classmethod
    def of(cls, metric: str, value: Value | None, unit: str, ask: str) -> "MetricRow":
        """Write a native value as text and, where it is one, as a number."""
        if value is None or isinstance(value, str):
            return cls(metric, value, None, unit, ask)
        return cls(metric, json.dumps(value), float(value), unit, ask)

    @property
    def native(self) -> Value | None:
        """The value as it came: text, whole number, number, true or false; None where unknown."""
        if self.value is None or self.number is None:
            return self.value
        native: Value = json.loads(self.value)
        return native


@row_of_thousands
class ModelRow:
    """Run × model × route."""

    model: str
    route: str  # inference provider behind the endpoint; empty when the endpoint serves the model itself
    covered: bool = False  # a candidate for commercial use in this run
    listed: bool | None = None  # in the endpoint's model list; a listing is not a permission
    standing: Annotated[str | None, "Standing"] = None  # confirmed: asked about it with the key, it was answered
    route_status: str | None = None  # the endpoint's word: live, error, staging
    mapping_status: str | None = None  # the same from the provider's second source, where it has one
    owner: str | None = None
    created_at: datetime | None = None
    context_tokens: int | None = None
    output_tokens: int | None = None  # at the most, of one answer
    input_modalities: str | None = None  # comma-separated, sorted
    output_modalities: str | None = None
    tools: bool | None = None
    structured_output: bool | None = None
    free: bool | None = None  # only where the provider says so
    first_token_latency_s: float | None = None  # published by the provider, not measured here
    throughput_tokens_per_s: float | None = None
    model_author: bool | None = None  # the route is run by the model's author
    deprecated: bool | None = None  # new uses are advised against; some providers say so without a date
    deprecated_at: datetime | None = None  # from then on new uses are advised against
    shutdown_at: datetime | None = None  # from then on it is not served

    @property
    def live(self) -> bool:
        """Whether the endpoint's list says that the route is live.

        A provider that serves its models itself lists them without routes: the empty one is live then.
        """
        return bool(self.listed) and (self.route_status == "live" or (not self.route and not self.route_status))


@row_of_thousands
class PriceRow:
    """Run × model × route × source × the lengths and hours it holds for, never merged across any of them."""

    model: str
    route: str
    region: str  # where it holds; a parser leaves it empty for that of the host that answered
    source: str
    input_per_mtok: float | None  # in `currency` per million tokens
    output_per_mtok: float | None
    free: bool | None = None
    checked_at: datetime | None = None  # when the source observed it; missing where the source does not say
    cached_input_per_mtok: float | None = None  # of input that is read from the provider's cache
    currency: str = "USD"  # ISO 4217; a price is never converted
    above_input_tokens: int | None = None  # it holds for requests with more input than this; missing: from the first on
    hours: str = ""  # UTC, as `01:00-04:00` or `sat,sun 01:00-04:00`; empty: always, or where no other price does
    # The same in dollars, missing where the currency is another.
    input_usd_per_mtok: float | None = field(init=False)
    output_usd_per_mtok: float | None = field(init=False)
    cached_input_usd_per_mtok: float | None = field(init=False)

    def __post_init__(self) -> None:
        """Say in dollars what is in dollars."""
        dollars = self.currency == "USD"
        object.__setattr__(self, "input_usd_per_mtok", self.input_per_mtok if dollars else None)
        object.__setattr__(self, "output_usd_per_mtok", self.output_per_mtok if dollars else None)
        object.__setattr__(self, "cached_input_usd_per_mtok", self.cached_input_per_mtok if dollars else None)

    @property
    def base(self) -> bool:
        """Whether it holds for short requests at any hour that no other price names."""
        return not self.hours and not self.above_input_tokens

    @property
    def whole(self) -> bool:
        """Whether the source says free, or has both an input and an output price."""
        return bool(self.free) or None not in {self.input_per_mtok, self.output_per_mtok}

    @property
    def zero(self) -> bool:
        """Whether the source says 0 without saying free, which is no price."""
        return not self.free and 0 in {self.input_per_mtok, self.output_per_mtok}


@dataclass(frozen=True, slots=True)
class LimitRow:
    """Run × limit, for the service that the limit holds for and no other."""

    limit: str
    service: str  # host, or `upstream:NAME` for what leaks through from a route
    quota: float | None
    remaining: float | None
    window_s: float | None
    reset_s: float | None
    source: str  # headers it was read from, or the question that told it
    scope: str = ""  # counted: requests, concurrent requests, tokens, input tokens, USD, images; empty: not said
    said: str = ""  # the header's own words, bounded and redacted, where a value could not be read
    keyed: bool = True  # told to this key; otherwise to anybody who asks, and the key's can be another


@dataclass(frozen=True, slots=True)
class PassportRow:
    """Run × axis."""

    axis: Annotated[str, "Axis"]
    answer: Annotated[str, "Answer"]
    why: Why
    asks: str  # asks whose answers decided, comma-separated


@dataclass(frozen=True, slots=True)
class CapabilityRow:
    """Run × one of the ten."""

    capability: Annotated[str, "Capability"]
    state: Annotated[str, "CapabilityState"]
    why: Why
    asks: str


@dataclass(frozen=True, slots=True)
class GateRow:
    """Run × gate, both halves."""

    gate: Annotated[str, "Gate"]
    required: bool  # by the policy
    may: Annotated[str, "Answer"]
    may_why: Why
    done: Annotated[str, "Answer"]
    done_why: Why
    state: Annotated[str, "GateState"]
    why: Why  # the half that keeps it shut, or why it is open


@dataclass(frozen=True, slots=True)
class ActionRow:
    """Run × action with something to do; exactly one is primary unless the key is ready."""

    action: Annotated[str, "Action"]
    gate: Annotated[str, "Gate"]
    primary: bool
    why: Why
    opens: Why  # the smallest thing that would open the gate


GRAINS: dict[str, type] = {
    "evidence": EvidenceRow,
    "answers": AnswerRow,
    "metrics": MetricRow,
    "models": ModelRow,
    "prices": PriceRow,
    "limits": LimitRow,
    "passport": PassportRow,
    "capabilities": CapabilityRow,
    "gates": GateRow,
    "actions": ActionRow,
}
