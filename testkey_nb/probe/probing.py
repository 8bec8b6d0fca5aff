"""A run while it goes on: keyless questions, identity, keyed questions, the control, samples."""

import asyncio
import secrets
from collections import defaultdict
from collections.abc import Callable, Coroutine, Hashable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from testkey_nb.errors import KeyMalformed
from testkey_nb.expiry import lifetime_s, now
from testkey_nb.http import RUN_S, AsyncTransport, Exchange, Sender
from testkey_nb.identity import Identity, Seen, around, conclude, join, look, provider_at, takes_key, weigh
from testkey_nb.keys import Key
from testkey_nb.outcome import Answer, Outcome
from testkey_nb.retention import hold
from testkey_nb.spec import Ask, Finding, Repeat, Rows

from .beat import Beat
from .control import CONTROL, control_key, is_conclusive, known_controls, weigh_control
from .facts import Answered, Probed, administers, as_run, believed, limits_in, tell
from .heard import Heard, Question, Told
from .planning import Plan
from .platforms import OTHER_PLATFORM, hosts_elsewhere, valid_elsewhere
from .run import Run
from .shared import Shared
from .under_way import UnderWay, purged
from .vantage import Vantage

SAMPLE_SPACING_S = 0.5

Progress = Callable[[int, int, str], None]


async def probe_key(  # noqa: PLR0913 - a key, a plan, the ways in which a run can go, and what it may share
    key: Key,
    plan: Plan,
    *,
    transport: AsyncTransport | None = None,
    vantage: Vantage | None = None,
    progress: Progress = lambda _done, _total, _what: None,
    run_s: float = RUN_S,
    shared: Shared | None = None,
) -> Run:
    """Identify the endpoint, then ask it about `key`.

    Parameters
    ----------
    key
        Goes to the hosts of the plan's provider, and only if no foreign mark was seen there without it.
    plan
        Made by `plan`.
    transport
        What carries the requests instead of the network: the sandbox, or a test's recorder.
    vantage
        Where the requests go out from; None for this machine.
    progress
        Called with requests done, requests known of, and what was asked.
    run_s
        Seconds after which what is not answered yet counts as unavailable.
    shared
        What the runs of a batch have in common; None for a run that is alone.

    Raises
    ------
    KeyMalformed
        If the key itself stands in the plan.
    AddressRefused
        If the plan would send the key to the vantage point's proxy unencrypted.
    DataExpired
        If everything was purged meanwhile.

    Returns
    -------
    Run
        Whatever the network or the provider does.

    """
    keep_apart(key, plan, vantage.name if vantage else "")
    probing = Probing(
        key,
        plan,
        vantage=vantage.name if vantage else "",
        way=transport or (vantage if vantage and vantage.proxy else None),
        progress=progress,
        shared=shared or Shared(),
    )
    with UnderWay(probing.forget) as under_way:
        async with Sender(
            transport or (vantage.network(plan) if vantage else None),
            key=key,
            budget=_budget(plan),
            run_s=min(run_s, max(0.0, key.until - now())),
            headers=plan.provider.headers,
            vouched=plan.vouched,
            politeness=probing.shared.politeness,
            bodies=probing.shared.bodies,
        ) as sender:
            run = await probing.run(sender)
    hold(run, "run", lambda held: held.forget(), run.until)
    if under_way.purged:  # while its last answer was read
        run.forget()
        raise purged()
    return run


def keep_apart(key: Key, plan: Plan, vantage: str = "") -> None:
    """Refuse a plan, or the name of a vantage point, in which the key itself stands.

    Raises
    ------
    KeyMalformed
        If it does.

    """
    if key.stands_in(f"{plan.operator} {plan.base_url} {' '.join(plan.models)} {vantage}"):
        raise KeyMalformed(
            "the key itself was given as operator, base URL or model; give it by the name of its variable"
        )


@dataclass(slots=True)
class Probing:
    """A run while it goes on."""

    key: Key
    plan: Plan
    vantage: str = ""
    way: object | None = None  # out, by which controls and shared answers are remembered
    progress: Progress = lambda _done, _total, _what: None
    shared: Shared = field(default_factory=Shared)
    run_id: str = field(default_factory=lambda: secrets.token_hex(6))
    clock: Callable[[], datetime] = lambda: datetime.now(UTC)  # of the wall, for what is told; nothing waits by it
    begun: datetime = field(init=False)
    admin: bool = field(init=False)  # the key looks like one that manages an account
    until: float = field(default_factory=lambda: now() + lifetime_s())
    told: list[Told] = field(default_factory=list)
    seen: defaultdict[str, list[Seen | None]] = field(default_factory=lambda: defaultdict(list))  # by origin
    done: int = 0
    total: int = 0

    def __post_init__(self) -> None:
        """Begin now."""
        self.begun, self.admin = self.clock(), administers(self.plan, self.key)

    async def run(self, sender: Sender) -> Run:
        """Ask everything that the plan has, and return the facts."""
        identity = await self.open(sender)
        proof = await self._proof(sender, identity) or await self._elsewhere(sender, identity)
        await self._take_samples(sender, self.sampled(identity))
        return as_run(
            Probed(
                key=self.key,
                admin=self.admin,
                plan=self.plan,
                vantage=self.vantage,
                run_id=self.run_id,
                begun=self.begun,
                until=min(self.until, self.shared.until),
                identity=identity,
                told=self.told,
                proof=proof,
                manifest=sender.manifest,
                shared=self.shared,
            )
        )

    async def open(self, sender: Sender) -> Identity:
        """Ask what needs no key and see who answers; only then ask with the key, where it may go."""
        keyless = [ask for ask in self.plan.provider.asks if not ask.auth and ask.repeat is not Repeat.PER_SAMPLE]
        first = self._questions([ask for ask in keyless if self.plan.samples or ask.repeat is Repeat.ONCE])
        await self._ask(sender, [*self._around(keyless), *first])
        keyed = [ask for ask in self._keyed(self.identity()) if ask.repeat is Repeat.ONCE]
        await self._ask(sender, self._questions([ask for ask in keyed if not ask.waits]))
        if not self._manages() and self._taken():
            await self._ask(sender, self._questions([ask for ask in keyed if ask.waits]))
        return self.identity()  # a relay may show itself only to a key

    def sampled(self, identity: Identity) -> list[Ask]:
        """Return the cheap questions that samples repeat, those with the key only where it may go."""
        asks = [ask for ask in self.plan.provider.asks if not ask.auth]
        if not self._manages():
            asks += self._keyed(identity)
        return [ask for ask in asks if ask.repeat is Repeat.PER_SAMPLE]

    async def sample(self, sender: Sender, asks: Sequence[Ask], number: int) -> bool:
        """Ask once more; return whether anything was sent."""
        before = len(self.told)
        await self._ask(sender, self._questions(asks, number))
        return any(one.row.request for one in self.told[before:])

    def forget(self) -> None:
        """Drop what was answered so far, and what was kept of it to be shared."""
        self.told.clear()
        self.seen.clear()
        self.shared.forget()

    async def _take_samples(self, sender: Sender, asks: Sequence[Ask]) -> None:
        """Take the samples at even distances; once nothing is sent any more, none is left to take."""
        beat = Beat(SAMPLE_SPACING_S)
        for number in range(1, self.plan.samples + 1):
            await asyncio.sleep(min(beat.wait_s(), sender.left_s))
            if not sender.left_s or not await self.sample(sender, asks, number):
                return

    def _around(self, keyless: Iterable[Ask]) -> list[Question]:
        """Return what to look at from all sides: a listed host needs no more than its own answers."""
        at = self.plan.base_url
        if not at or provider_at(at) is not None:
            return []
        urls = around(at, {join(at, ask.path) for ask in keyless})
        return [Question(self.plan.service, path, url) for path, url in urls.items()]

    def _questions(self, asks: Iterable[Ask], sample: int = 0) -> list[Question]:
        """Return each request once, with every ask that its answer is for."""
        together: defaultdict[tuple[str, str, str, bool], list[Ask]] = defaultdict(list)
        for ask in asks:
            for model in self.plan.models if ask.per_model else ("",):
                together[self.plan.host(ask.host), self._path(ask, model), model, ask.auth].append(ask)
        return [
            Question(host, path, self._url(host, path), tuple(of), model, keyed, sample)
            for (host, path, model, keyed), of in together.items()
        ]

    async def _ask(self, sender: Sender, questions: Sequence[Question]) -> None:
        """Send them at once, and keep in their order what they brought.

        A sample that the end of our own time cut off says nothing of the host and is not kept.
        """
        self.total += len(questions)
        heard = [self._lent(sender, question) for question in questions]  # without a task for each

        async def ask(row: Iterable[int]) -> None:
            for place in row:
                heard[place] = await self._heard(sender, questions[place])

        await _all(ask(row) for row in self._rows(questions, [place for place, there in enumerate(heard) if not there]))
        for question, one in zip(questions, heard, strict=True):
            if one and (one.seen or sender.left_s or not question.sample):
                self._keep(question, one)

    def _rows(self, questions: Sequence[Question], places: Iterable[int]) -> Iterable[list[int]]:
        """Return which of them are asked one after the other: those to a host that others wait for.

        They go over one connection then: a new one costs a host more than a question does.
        """
        rows: defaultdict[Hashable, list[int]] = defaultdict(list)
        for place in places:
            host = questions[place].host
            rows[host if self.shared.politeness.slot(host).locked() else place].append(place)
        return rows.values()

    def _keep(self, question: Question, heard: Heard) -> None:
        self.told += heard.told
        self.seen[self.plan.at(question.host)].append(heard.seen)

    async def _heard(self, sender: Sender, question: Question) -> Heard:
        """Return an answer; one without a key that another run of the batch waits for is taken from it."""

        async def made() -> Heard:
            return self._hear(question, await self._send(sender, question, self.key if question.keyed else None))

        if question.keyed or question.sample:
            return await made()
        where = (self.way, question.where(self.plan))
        heard, mine = await self.shared.once(where, made, lambda heard: heard.lasts, sender.left_s)
        return heard if mine else self._take(sender, question, heard) or await made()

    def _lent(self, sender: Sender, question: Question) -> Heard | None:
        """Return an answer without a key that another run of the batch has, if this one may take it."""
        if question.keyed or question.sample:
            return None
        return self._take(sender, question, self.shared.there((self.way, question.where(self.plan))))

    def _take(self, sender: Sender, question: Question, heard: Heard | None) -> Heard | None:
        if heard is None or not heard.sent or heard.echoes(self.key):  # this run's own sender blanks its key
            return None
        sender.manifest.shared += 1
        self._tell(question.path)
        return heard.lent

    def _hear(self, question: Question, exchange: Exchange) -> Heard:
        """Read an answer for every ask it answers."""
        about = question.sample, question.host, question.path, exchange, limits_in(self.plan.provider, exchange)
        answers = [Answered(ask, *about) for ask in question.asks]
        told = tuple(tell(self.key, self.plan, self.begun, answered, self.shared) for answered in answers)
        seen = look(self.plan.provider, self.plan.at(question.host), question.path, exchange)
        return Heard(self.run_id, exchange.number > 0, told, seen, exchange.reply.status if exchange.reply else None)

    async def _send(self, sender: Sender, question: Question, key: Key | None) -> Exchange:
        exchange = await sender.get(
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

    def _url(self, host: str, path: str) -> str:
        return join(self.plan.at(host), path)

    def _path(self, ask: Ask, model: str) -> str:
        month = self.begun.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
        times = {"{month_start}": str(int(month.timestamp())), "{now}": str(int(self.begun.timestamp()))}
        path = ask.of(model)
        for name, value in times.items():
            path = path.replace(name, value)
        return path

    def identity(self) -> Identity:
        """Weigh what every origin that may get the key has shown so far."""
        provider = self.plan.provider
        keyless = {region.host for region in provider.keyless_hosts}
        origins = {self.plan.at(self.plan.host(ask.host)) for ask in provider.asks if ask.host not in keyless}
        evidence = tuple(row for at in sorted(origins) for row in weigh(provider, at, self.seen[at]))
        return conclude(provider, evidence, trust_endpoint=self.plan.trust_endpoint)

    async def _proof(self, sender: Sender, identity: Identity) -> tuple[Finding, ...]:
        """Ask what proves a key again with a key that is none: only a refusal makes the first answer a proof.

        Where a key is answered at one question and refused at another, the answered one is asked, too: a provider that
        contradicts itself has not said that the key is none.
        """
        if not believed(self.plan, identity):
            return ()
        answered = [one for one in self.told if one.ask.auth and one.row.outcome == Outcome.OK]
        proven = [one for one in answered if one.ask.proves_key]
        if any(one.ask.auth and one.row.outcome == Outcome.DENIED for one in self.told):
            proven = proven or answered[:1]
        return tuple([await self._control(sender, one.ask, one.row.host, one.row.path) for one in proven])

    async def _control(self, sender: Sender, ask: Ask, host: str, path: str) -> Finding:
        """Return what the control of a question shows; it is sent once per endpoint."""
        url, known = self._url(host, path), known_controls(self.way)

        async def made() -> tuple[Finding, bool]:
            self.total += 1
            asked = replace(ask, name=CONTROL, auth=False, outcomes=(), parse=lambda _reply: Rows())
            question = Question(host, path, url, (asked,))
            exchange = await self._send(sender, question, control_key(self.plan.provider, self.key))
            self._keep(question, self._hear(question, exchange))
            found = weigh_control(self.plan.provider, ask, exchange)
            if is_conclusive(found, exchange):
                known[url] = found
            return found, exchange.number > 0

        if url in known:
            return known[url]
        what = self.way, CONTROL, url
        (found, sent), mine = await self.shared.once(what, made, lambda _found: False, sender.left_s)
        return found if sent or mine else (await made())[0]

    async def _elsewhere(self, sender: Sender, identity: Identity) -> tuple[Finding, ...]:
        """Ask this vendor's separate platforms about a key that is refused here, if the operator agreed to that."""
        if not self.plan.other_platforms or self.plan.base_url or not believed(self.plan, identity):
            return ()
        for one in [one for one in self.told if one.ask.proves_key and one.row.outcome == Outcome.DENIED]:
            ask, here, path = one.ask, one.row.host, one.row.path
            for region, there in hosts_elsewhere(self.plan, ask.host).items():
                # Nothing but the verdict is taken from there: money and models of another platform are not this one's.
                asked = replace(ask, name=OTHER_PLATFORM, parse=lambda _reply: Rows(), proves_key=False)
                question = Question(there, path, self._url(there, path), (asked,), keyed=True)
                await self._ask(sender, [question])
                if self.told[-1].row.outcome == Outcome.OK:
                    proof = await self._control(sender, ask, there, path)
                    if proof.answer is Answer.YES:
                        return valid_elsewhere(here, there, region, f"{ask.name}, {OTHER_PLATFORM}")
        return ()

    def _manages(self) -> bool:
        """Whether an answer has said that this key manages an account: nothing more is asked with it then."""
        told = (metric for one in self.told for metric in one.rows.metrics if metric.metric == "token_type")
        return any(metric.value in {"admin", "management"} for metric in told)

    def _taken(self) -> bool:
        """Whether this key was answered and never refused: otherwise it is not sent once more for each model."""
        outcomes = {one.row.outcome for one in self.told if one.ask.auth}
        return Outcome.OK in outcomes and Outcome.DENIED not in outcomes

    def _keyed(self, identity: Identity) -> list[Ask]:
        """Return the asks that the key may go with, to hosts that may have it."""
        plan = self.plan
        asks = [ask for ask in plan.provider.asks if ask.auth and ask.admin == self.admin]
        return [ask for ask in asks if takes_key(plan.provider, plan.at(plan.host(ask.host)), identity)]


async def _all(coming: Iterable[Coroutine[None, None, None]]) -> None:
    """Wait for every request, also when cancelled: a gather that raises at once leaves the others on their way."""
    for fault in await asyncio.gather(*coming, return_exceptions=True):
        if fault:
            raise fault


def _budget(plan: Plan) -> int:
    """Return how many requests a run of `plan` may send: every ask once, a control, a look around, and the samples."""
    per_model = len(plan.models)
    return 24 + 3 * per_model + (1 + per_model) * plan.samples
