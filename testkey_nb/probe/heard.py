"""What is kept of an answer, and what of it another run may take."""

from collections.abc import Hashable, Iterator
from dataclasses import dataclass, fields, is_dataclass, replace
from functools import cached_property

from testkey_nb.echoes import Searched
from testkey_nb.identity import Seen
from testkey_nb.keys import Key
from testkey_nb.rows import AnswerRow, LimitRow
from testkey_nb.spec import Ask, Rows

from .planning import Plan


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
        return plan.provider.id, plan.region, plan.base_url, self.url, tuple(ask.name for ask in self.asks)


@dataclass(frozen=True, slots=True)
class Told:
    """What an answer said to an ask."""

    ask: Ask
    row: AnswerRow
    rows: Rows
    limits: tuple[LimitRow, ...] = ()  # that its headers told


@dataclass(frozen=True)
class Heard:
    """What one request brought: what it says to each ask, and what it shows of who answers."""

    run_id: str  # of the run that sent it
    sent: bool  # that run's turn at the host came
    told: tuple[Told, ...]
    seen: Seen | None
    status: int | None

    @property
    def lasts(self) -> bool:
        """Whether another run would be told the same: not where something went wrong for the moment."""
        return self.status is not None and self.status < 500 and self.status != 429  # noqa: PLR2004

    @cached_property
    def lent(self) -> "Heard":
        """What another run may take from it: not the number, the time and the size of a request it did not send."""
        measured = (field.name for field in fields(AnswerRow) if field.name.endswith(("_s", "_bytes")))
        theirs = {"request": None, **dict.fromkeys(measured), "shared_from": self.run_id}
        told = tuple(replace(one, row=replace(one.row, **theirs)) for one in self.told)  # type: ignore[arg-type]
        return replace(self, told=told)

    def echoes(self, key: Key) -> bool:
        """Whether a piece of `key`, for which it was not asked, stands in what is kept of it."""
        return key.echoed_in(self._texts, any_case=True)

    @cached_property
    def _texts(self) -> Searched:
        found = _texts((self.seen, [(one.row, one.rows, one.limits) for one in self.told]))
        return Searched("\n".join(dict.fromkeys(found)), often=True)


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
