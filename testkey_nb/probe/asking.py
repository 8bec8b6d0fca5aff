"""The questions of a run while it goes on: each is sent once, or taken from the run of a batch that sent it."""

import asyncio
import secrets
from collections import defaultdict
from collections.abc import Callable, Coroutine, Hashable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from testkey_nb.http import Exchange, Sender
from testkey_nb.identity import Seen, join, look
from testkey_nb.keys import Key
from testkey_nb.rows import Why
from testkey_nb.spec import Ask

from .facts import Answered, limits_in, tell
from .heard import Heard, Question, Told
from .planning import Plan
from .shared import Shared

_TO_ANOTHER = Why("another key of this batch was answered so")

Progress = Callable[[int, int, str], None]


@dataclass(slots=True)
class Asking:
    """Who asks whom about which key, and what was answered so far."""

    sender: Sender
    key: Key
    plan: Plan
    way: object | None = None  # out, by which controls and shared answers are remembered
    progress: Progress = lambda _done, _total, _what: None
    shared: Shared = field(default_factory=Shared)
    run_id: str = field(default_factory=lambda: secrets.token_hex(6))
    clock: Callable[[], datetime] = lambda: datetime.now(UTC)  # of the wall, for what is told; nothing waits by it
    begun: datetime = field(init=False)
    told: list[Told] = field(default_factory=list)
    seen: defaultdict[str, list[Seen | None]] = field(default_factory=lambda: defaultdict(list))  # by origin
    done: int = 0
    total: int = 0

    def __post_init__(self) -> None:
        """Begin now."""
        self.begun = self.clock()

    def url(self, host: str, path: str) -> str:
        """Return where a path of a host is asked."""
        return join(self.plan.at(host), path)

    def questions(self, asks: Iterable[Ask], sample: int = 0) -> list[Question]:
        """Return each request once, with every ask that its answer is for."""
        together: defaultdict[tuple[str, str, str, bool], list[Ask]] = defaultdict(list)
        for ask in asks:
            for model in self.plan.models if ask.per_model else ("",):
                together[self.plan.host(ask.host), self._path(ask, model), model, ask.auth].append(ask)
        return [
            Question(host, path, self.url(host, path), tuple(of), model, keyed, sample)
            for (host, path, model, keyed), of in together.items()
        ]

    async def ask(self, questions: Sequence[Question]) -> None:
        """Send them at once, and keep in their order what they brought.

        A sample that the end of our own time, or of the key's, cut off says nothing of the host and is not kept.
        """
        self.total += len(questions)
        heard = [self._lent(question) for question in questions]  # without a task for each

        async def ask(places: list[int]) -> None:
            await _all(one_by_one(row) for row in self._rows(questions, places))

        async def one_by_one(row: list[int]) -> None:
            first, *rest = row
            heard[first] = await self._heard(questions[first])
            if rest:
                await ask(rest)  # at once, where nobody waits for the host any more

        await ask([place for place, there in enumerate(heard) if not there])
        for question, one in zip(questions, heard, strict=True):
            if one and (one.seen or not question.sample or not self._is_cut_off(question, one)):
                self._keep(question, one)

    async def ask_with(self, key: Key, question: Question) -> Exchange:
        """Send one with another key; keep and return what it brought."""
        self.total += 1
        exchange = await self._send(question, key)
        self._keep(question, self._hear(question, exchange))
        return exchange

    def seen_at(self, at: str) -> list[Seen | None]:
        """Return what the answers of an origin showed, and what unmasked it in other runs of the batch."""
        own = self.seen[at]
        known = {row.mark for one in own if one for row in one.foreign}
        others = self.shared.unmasked.get(self._where(at), {})
        return [*own, *(one for marks, one in others.items() if not known.issuperset(marks))]

    def forget(self) -> None:
        """Drop what was answered so far, and what was kept of it to be shared."""
        self.told.clear()
        self.seen.clear()
        self.shared.forget()

    def _is_cut_off(self, question: Question, heard: Heard) -> bool:
        return not self.sender.left_s or (heard.sent and question.keyed and self.key.expired)

    def _rows(self, questions: Sequence[Question], places: Iterable[int]) -> Iterable[list[int]]:
        """Return which of them are asked one after the other: those to a host that others wait for.

        They go over one connection then: a new one costs a host more than a question does.
        """
        rows: defaultdict[Hashable, list[int]] = defaultdict(list)
        for place in places:
            host = questions[place].host
            rows[host if self.shared.politeness.slot(host).locked() else place].append(place)
        return rows.values()

    async def _heard(self, question: Question) -> Heard:
        """Return an answer; one without a key that another run of the batch waits for is taken from it."""

        async def made() -> Heard:
            return self._hear(question, await self._send(question, self.key if question.keyed else None))

        if question.keyed or question.sample:
            return await made()
        where = (self.way, question.where(self.plan))
        heard, mine = await self.shared.once(where, made, lambda heard: heard.lasts, self.sender.left_s)
        return heard if mine else self._take(question, heard) or await made()

    def _lent(self, question: Question) -> Heard | None:
        """Return an answer without a key that another run of the batch has, if this one may take it."""
        if question.keyed or question.sample:
            return None
        return self._take(question, self.shared.there((self.way, question.where(self.plan))))

    def _take(self, question: Question, heard: Heard | None) -> Heard | None:
        if heard is None or not heard.sent or heard.echoes(self.key):  # this run's own sender blanks its key
            return None
        self.sender.manifest.shared += 1
        self._tell(question.path)
        return heard.lent

    async def _send(self, question: Question, key: Key | None) -> Exchange:
        exchange = await self.sender.get(
            question.url,
            host=question.host,
            key=key,
            auth=self.plan.provider.auth,
            model=question.model,
            claims=key.claims() if key else None,
        )
        self._tell(question.path)
        return exchange

    def _tell(self, what: str) -> None:
        self.done += 1
        self.progress(self.done, self.total, what)

    def _hear(self, question: Question, exchange: Exchange) -> Heard:
        """Read an answer for every ask it answers."""
        about = question.sample, question.host, question.path, exchange, limits_in(self.plan.provider, exchange)
        answers = [Answered(ask, *about) for ask in question.asks]
        told = tuple(tell(self.key, self.plan, self.begun, answered, self.shared) for answered in answers)
        seen = look(self.plan.provider, self.plan.at(question.host), question.path, exchange)
        return Heard(self.run_id, exchange.number > 0, told, seen, exchange.reply.status if exchange.reply else None)

    def _keep(self, question: Question, heard: Heard) -> None:
        at = self.plan.at(question.host)
        self.told += heard.told
        self.seen[at].append(heard.seen)
        if heard.seen and (marks := heard.seen.foreign):
            # What it said to this key is not told of another; no address is kept for longer than the answer.
            rows = tuple(replace(row, observed=_TO_ANOTHER) for row in marks)
            self.shared.unmasked[self._where(at)][tuple(row.mark for row in marks)] = replace(
                heard.seen, rows=rows, peer=""
            )

    def _where(self, at: str) -> Hashable:
        return self.way, self.plan.provider.id, at

    def _path(self, ask: Ask, model: str) -> str:
        month = self.begun.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
        times = {"{month_start}": str(int(month.timestamp())), "{now}": str(int(self.begun.timestamp()))}
        path = ask.of(model)
        for name, value in times.items():
            path = path.replace(name, value)
        return path


async def _all(coming: Iterable[Coroutine[None, None, None]]) -> None:
    """Wait for every request, also when cancelled: a gather that raises at once leaves the others on their way."""
    for fault in await asyncio.gather(*coming, return_exceptions=True):
        if fault:
            raise fault
