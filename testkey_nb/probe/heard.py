"""What an answer says, read as it comes: its rows are kept, its body is not."""

from collections.abc import Hashable, Iterator
from dataclasses import dataclass, fields, is_dataclass, replace
from datetime import datetime
from functools import cached_property
from typing import Protocol

from testkey_nb.http import Exchange
from testkey_nb.identity import Seen, edge, look
from testkey_nb.keys import Key, redact
from testkey_nb.outcome import Outcome
from testkey_nb.rows import AnswerRow, PriceRow, Why
from testkey_nb.spec import Ask, Rows

from .planning import Plan
from .shared import Shared


@dataclass(frozen=True, slots=True)
class Question:
    """One request: where it goes, and which asks it answers; none where it only looks at the endpoint."""

    host: str  # the provider's, also where a base URL stands in for it
    path: str
    url: str
    asks: tuple[Ask, ...] = ()
    model: str = ""
    keyed: bool = False
    sample: int = 0

    def where(self, plan: Plan) -> tuple[Hashable, ...]:
        """Return what makes the answer the same for every run that asks without a key."""
        return plan.provider.id, plan.region, plan.base_url, self.url, self.asks


@dataclass(frozen=True, slots=True)
class Answered:
    """An ask, and what came of it."""

    ask: Ask
    row: AnswerRow
    rows: Rows


@dataclass(frozen=True)
class Heard:
    """What one request brought: what it says to each ask, and what it shows of who answers."""

    run_id: str  # of the run that sent it
    answered: tuple[Answered, ...]
    seen: Seen | None
    status: int | None

    @property
    def lasts(self) -> bool:
        """Whether another run would be told the same: not where something went wrong for the moment."""
        return self.status is not None and self.status < 500 and self.status != 429  # noqa: PLR2004

    @cached_property
    def lent(self) -> "Heard":
        """What another run may take from it: not the number, the time and the size of a request it did not send."""
        mine = {"request": None, "latency_s": None, "total_s": None, "size_bytes": None, "shared_from": self.run_id}
        answered = tuple(replace(one, row=replace(one.row, **mine)) for one in self.answered)  # type: ignore[arg-type]
        return replace(self, answered=answered)

    def echoes(self, key: Key) -> bool:
        """Whether a piece of `key`, for which it was not asked, stands in what is kept of it."""
        return key.echoed_in(self._texts, any_case=True)

    @cached_property
    def _texts(self) -> str:
        return "\n".join(dict.fromkeys(_texts((self.seen, [(one.row, one.rows) for one in self.answered]))))


def _texts(found: object) -> Iterator[str]:
    """Return every text in rows within rows."""
    if isinstance(found, str):
        yield found
    elif isinstance(found, tuple | list):
        for inner in found:
            yield from _texts(inner)
    elif is_dataclass(found):
        for field in fields(found):
            yield from _texts(getattr(found, field.name))


class Asking(Protocol):
    """What is known of a run before anything is answered."""

    run_id: str
    key: Key
    plan: Plan
    begun: datetime
    shared: Shared


def hear(run: Asking, question: Question, exchange: Exchange) -> Heard:
    """Read an answer for every ask it answers."""
    answered = tuple(_answered(run, ask, question, exchange) for ask in question.asks)
    seen = look(run.plan.provider, run.plan.at(question.host), question.path, exchange)
    return Heard(run.run_id, answered, seen, exchange.reply.status if exchange.reply else None)


def _answered(run: Asking, ask: Ask, question: Question, exchange: Exchange) -> Answered:
    reply, found = exchange.reply, None
    outcome, why, source = Outcome.UNAVAILABLE, exchange.fault, ""
    if reply:
        outcome, why, source = run.plan.provider.judge(reply, ask.outcomes)
    if reply and outcome is Outcome.OK and (found := ask.parse(reply)) is None:
        outcome, why, source = Outcome.UNEXPECTED, Why("the answer lacks what it should hold"), ask.source
    row = _row(run.key, ask, question, exchange, (outcome, why, source))
    return Answered(ask, row, _placed(run, question.host, found) if found else Rows())


def _placed(run: Asking, host: str, rows: Rows) -> Rows:
    """Return rows whose prices have a region, that of the host that told them, and the moment they were seen.

    Rows that several runs found are the same objects, and their prices keep the moment they were first seen.
    """
    region = next((known.region for known in run.plan.provider.hosts if known.host == host), run.plan.region)

    def placed(price: PriceRow) -> PriceRow:
        return replace(price, region=price.region or region, checked_at=price.checked_at or run.begun)

    prices = run.shared.same(rows.prices)
    prices = run.shared.of((prices,), region, lambda: tuple(map(placed, prices)))
    return replace(rows, models=run.shared.same(rows.models), prices=prices)


def _row(key: Key, ask: Ask, question: Question, exchange: Exchange, verdict: tuple[Outcome, Why, str]) -> AnswerRow:
    reply, (outcome, why, source) = exchange.reply, verdict
    return AnswerRow(
        ask=ask.name,
        sample=question.sample,
        request=exchange.number or None,
        method="GET",
        host=question.host,
        path=question.path,
        keyed=ask.auth,
        status=reply.status if reply else None,
        outcome=outcome,
        why=why,
        source=source,
        said=key.redact(reply.text) if reply and outcome is not Outcome.OK else "",
        latency_s=exchange.latency_s,
        total_s=exchange.total_s,
        size_bytes=exchange.size_bytes,
        edge=edge(reply) if reply else "",
        retry_after=redact(reply.headers.get("retry-after", ""), 40) if reply else "",
    )
