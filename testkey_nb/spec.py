"""What a provider is: frozen data, and small pure functions that read its answers."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import NamedTuple
from urllib.parse import quote

from .outcome import Answer, Axis, Capability, Outcome
from .rows import LimitRow, ModelRow, PriceRow, Value, Why

LACKING = Why("the answer lacks what it should hold")


@dataclass(frozen=True, slots=True)
class Reply:
    """One answer as a parser sees it: no key, no client object.

    `headers` have lower-case names.  `json` is None when the body is not JSON; `text` is its beginning.  `claims` is
    what a JWT key says of itself; `host` is the provider's that was asked, also where a base URL stands in for it.
    `digest` is that of the body, empty where the key was blanked in it.
    """

    status: int
    headers: Mapping[str, str] = field(repr=False)
    json: object = field(default=None, repr=False)
    text: str = field(default="", repr=False)
    model: str = ""
    claims: Mapping[str, object] = field(default_factory=dict)
    host: str = ""
    digest: str = ""

    @property
    def is_json(self) -> bool:
        """Whether this is what programs answer each other: JSON, and said to be that and nothing else."""
        kind = self.headers.get("content-type", "")
        return "json" in kind and "html" not in kind and self.json is not None

    @property
    def is_html(self) -> bool:
        """Whether this is a page for people, as firewalls and proxies send instead of an answer."""
        return "html" in self.headers.get("content-type", "") or self.text.lstrip()[:1] == "<"


class Metric(NamedTuple):
    """One fact by name; `unit` is "boolean", "USD", "requests", "s", "UTC" or empty for text."""

    metric: str
    value: Value
    unit: str = ""


@dataclass(frozen=True, slots=True)
class Rows:
    """What a parser found in an answer."""

    metrics: tuple[Metric, ...] = ()
    models: tuple[ModelRow, ...] = ()
    prices: tuple[PriceRow, ...] = ()
    limits: tuple[LimitRow, ...] = ()


@dataclass(frozen=True, slots=True)
class OfBody:
    """A parser that looks at the parsed body and at nothing else: an equal body need not be parsed again."""

    parse: Callable[[Reply], Rows | None]

    def __call__(self, reply: Reply) -> Rows | None:
        """Parse `reply`."""
        return self.parse(reply)


class Repeat(StrEnum):
    """When an ask is sent."""

    ONCE = "once"
    WITH_SAMPLES = "with_samples"  # once, in runs that take samples
    PER_SAMPLE = "per_sample"


@dataclass(frozen=True, slots=True)
class Clause:
    """One line of a provider's outcome table; it holds when every part that is given holds.

    `fields` are dotted paths into the parsed body (empty for the body itself) with the value that must stand there, or
    the type it must have.  `words` are looked for in the body's text, without regard to case.  Only JSON can match: a
    firewall's page is nobody's verdict.
    """

    outcome: Outcome
    source: str
    checked: str
    status: int
    words: str = ""
    fields: tuple[tuple[str, str | int | type], ...] = ()
    why: Why = Why("")  # noqa: RUF009 - immutable; where the words of the answer do not say what it means

    def holds(self, reply: Reply) -> bool:
        """Whether `reply` is the answer this clause describes."""
        return (
            reply.status == self.status
            and reply.is_json
            and all(_is(_at(reply.json, path), wanted) for path, wanted in self.fields)
            and self.words.lower() in self._said(reply).lower()
        )

    @property
    def says(self) -> Why:
        """What of the answer decided."""
        if self.why or self.words:
            return self.why or Why("{words}", words=self.words)
        fields = ", ".join(f"{path} {wanted}" for path, wanted in self.fields if path and not isinstance(wanted, type))
        return Why("status {status}: {fields}", status=self.status, fields=fields) if fields else _status(self.status)

    def _said(self, reply: Reply) -> str:
        """Return the body's text; JSON may write letters beyond ASCII as escapes, whose words are the same."""
        return reply.text if self.words.isascii() else json.dumps(reply.json, ensure_ascii=False)


def _at(body: object, path: str) -> object:
    for name in path.split(".") if path else ():
        body = body.get(name) if isinstance(body, dict) else None
    return body


def _is(found: object, wanted: str | int | type) -> bool:
    """Whether a field holds what it must; true is no 1 here."""
    if isinstance(wanted, type):
        return isinstance(found, wanted) and not isinstance(found, bool)
    return type(found) is type(wanted) and found == wanted


@dataclass(frozen=True, slots=True)
class Ask:
    """One read-only question.

    `host` is that of the provider's first region; in another one its host there is asked.  `outcomes` come before the
    provider's own, for what an answer means only here.  `admin` asks are sent for administrative keys, and no other ask
    is: such a key is named, never used.

    `path` may hold ``{model}`` or ``{model_segment}`` (asked once per covered model; in the second its slashes are
    escaped), ``{month_start}`` and ``{now}`` (Unix seconds).  `parse` returns None when a 200 lacks what it should
    hold.  `proves_key` asks get a negative control.  Asks with the same host, path and `auth` are answered by one
    request.
    """

    name: str
    host: str
    path: str
    parse: Callable[[Reply], Rows | None]
    source: str
    checked: str
    gives: tuple[str, ...] = ()
    outcomes: tuple[Clause, ...] = ()
    auth: bool = False
    proves_key: bool = False
    admin: bool = False
    waits: bool = False  # until the other answers have told of the key: one that manages, or is not taken, is not used
    repeat: Repeat = Repeat.ONCE

    @property
    def per_model(self) -> bool:
        """Whether it is asked for each covered model."""
        return "{model" in self.path

    def of(self, model: str) -> str:
        """Return the path for a model, its name written as URLs want it."""
        path = self.path.replace("{model_segment}", quote(model, safe=":@"))
        return path.replace("{model}", quote(model, safe="/:@"))


@dataclass(frozen=True, slots=True)
class KeyShape:
    """A pattern of a provider's keys; `shared` where other vendors' keys look the same.

    `good_at` names hosts that are not asked here and that alone take such keys: what a key is told elsewhere is no word
    on it.
    """

    pattern: str
    type: str  # user, org, project, service, admin, oauth; a word of the provider's where it has another kind
    source: str
    checked: str
    control: str  # made-up key of this shape that says what it is
    shared: bool = False
    good_at: str = ""

    @property
    def administers(self) -> bool:
        """Whether such a key manages an account instead of calling models."""
        return self.type in {"admin", "management"}


@dataclass(frozen=True, slots=True)
class Region:
    """A host the provider answers at, and the region it serves.

    Hosts of different `platform` are separate: keys, money and models of one are nothing on the other.
    """

    host: str
    region: str = "global"
    platform: str = ""  # page where keys for this host are made, where the provider has more than one
    serves: str = "api"  # what the host is for; hosts for the same thing stand for each other in their regions


@dataclass(frozen=True, slots=True)
class Mark:
    """Something an endpoint shows that belongs to one provider or relay.

    Exactly one of `header` (its name), `body` (returns what was seen, or empty) and `path` with `body` is looked at.  A
    `path` is asked from the origin's root, without a key, only where the host is not a listed one.  A `weak` mark is
    shown by others too: it is told and decides nothing.
    """

    name: str
    source: str
    checked: str
    header: str = ""
    path: str = ""
    body: Callable[[Reply], str] | None = None
    weak: bool = False

    def seen(self, reply: Reply) -> str:
        """Return what `reply` shows of this mark, empty for nothing."""
        if self.header:
            return reply.headers.get(self.header, "")
        return self.body(reply) if self.body else ""


class Bare(StrEnum):
    """What a number without a unit is that says when a limit resets."""

    UNSAID = "unsaid"  # nobody documents it: read only where one reading is possible
    SECONDS = "seconds"  # from the answer on
    STANDARD = "standard"  # that by the IETF's drafts; others put seconds since 1970 into the same header
    EPOCH = "epoch"  # seconds since 1970
    EPOCH_MS = "epoch_ms"  # milliseconds since 1970


@dataclass(frozen=True, slots=True)
class LimitRules:
    """What a provider documents of the rate limits in its headers, beyond what their names and values tell.

    `own` says whether unprefixed `x-ratelimit-*` are its own; None: they are, unless it passes on another's answers.
    `windows` (seconds) and `scopes` (what is counted) go by the name of a limit.
    """

    source: str = ""
    checked: str = ""
    own: bool | None = None
    windows: Mapping[str, float] = field(default_factory=dict)
    scopes: Mapping[str, str] = field(default_factory=dict)
    resets: Bare = Bare.UNSAID


@dataclass(frozen=True, slots=True)
class Finding:
    """What is known of one axis, from which asks, and the smallest thing that would turn it into a yes."""

    axis: Axis
    answer: Answer
    why: Why
    asks: str
    opens: Why = Why("")  # noqa: RUF009 - immutable


@dataclass(frozen=True, slots=True)
class Provider:
    """A provider as data; `docs` was read on the ISO day `checked`.

    `findings` draws from metrics what no single answer says (who pays, what the token may do).  `catalogue` names the
    entry of the price catalogue for a route (`{route}` is filled in); it holds for the first region only.
    """

    id: str
    name: str
    docs: str
    checked: str
    kind: str = "provider"  # provider, gateway, relay
    api: str = ""  # base URL of the OpenAI-compatible API, for the files people run
    hosts: tuple[Region, ...] = ()  # the key may go to these
    keyless_hosts: tuple[Region, ...] = ()
    auth: tuple[str, str] = ("authorization", "Bearer {key}")
    headers: tuple[tuple[str, str], ...] = ()  # that every question needs, key or no key; never a secret
    key_shapes: tuple[KeyShape, ...] = ()
    marks: tuple[Mark, ...] = ()
    asks: tuple[Ask, ...] = ()
    outcomes: tuple[Clause, ...] = ()
    covered_models: tuple[str, ...] = ()
    offers: frozenset[Capability] = frozenset()
    publishes_limits: bool = False  # of the service that inference is bought from
    limit_rules: LimitRules = field(default_factory=LimitRules)
    findings: Callable[[Mapping[str, tuple[Value, ...]]], tuple[Finding, ...]] = lambda _values: ()
    catalogue: str = ""
    route_model: str = "{model}"  # how a route of a model is called at `api`

    @property
    def counts_itself(self) -> bool:
        """Whether unprefixed rate-limit headers are its own, and not those of what stands behind it."""
        return self.kind == "provider" if self.limit_rules.own is None else self.limit_rules.own

    @property
    def regions(self) -> tuple[str, ...]:
        """The regions that can be chosen; the first is where a run goes by default."""
        return tuple(dict.fromkeys(region.region for region in self.hosts))

    def host(self, asked: str, region: str) -> str:
        """Return the host that answers in `region` what an ask puts to `asked`."""
        here = next((known for known in self.hosts if known.host == asked), None)
        if here is None or here.region == region:
            return asked
        there = (known.host for known in self.hosts if known.serves == here.serves and known.region == region)
        return next(there, asked)

    def platform(self, region: str) -> str:
        """Return the page where keys for `region` are made; empty where one platform serves every region."""
        return next((known.platform for known in self.hosts if known.region == region), "")

    def twins(self, region: str) -> tuple[str, ...]:
        """Return the regions that a separate platform of this vendor serves."""
        mine = self.platform(region)
        others = (known.region for known in self.hosts if known.platform != mine)
        return tuple(dict.fromkeys(others))

    def judge(self, reply: Reply, first: tuple[Clause, ...] = ()) -> tuple[Outcome, Why, str]:
        """Return the outcome of `reply`, why, and the source of the clause that decided.

        A 200 is `ok` only once its parser has found what it should hold; that is the caller's to check.  What no clause
        describes is `unavailable` (5xx), `rate_limited` (429) or `unexpected`: never a verdict about the key.
        """
        for clause in (*first, *self.outcomes):
            if clause.holds(reply):
                return clause.outcome, clause.says, clause.source
        if reply.status == 200 and reply.is_json:  # noqa: PLR2004
            return Outcome.OK, Why(""), ""
        if reply.status == 429:  # noqa: PLR2004
            return Outcome.RATE_LIMITED, _status(reply.status), "RFC 6585 section 4"
        if reply.status >= 500:  # noqa: PLR2004
            return Outcome.UNAVAILABLE, _status(reply.status), "RFC 9110 section 15.6"
        if reply.status == 200 and not reply.is_html:  # noqa: PLR2004
            return Outcome.UNEXPECTED, LACKING, ""
        if reply.is_html:
            why = Why("status {status}: a page for people instead of an answer", status=reply.status)
        else:
            why = Why("status {status}: no rule describes this answer", status=reply.status)
        return Outcome.UNEXPECTED, why, ""


def _status(status: int) -> Why:
    return Why("status {status}", status=status)
