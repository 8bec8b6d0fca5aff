"""A run while it goes on: keyless questions, identity, keyed questions, the control, samples."""

import asyncio
from collections import defaultdict
from collections.abc import Callable, Coroutine, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from testkey_nb.errors import KeyMalformed
from testkey_nb.expiry import lifetime_s, now
from testkey_nb.http import RUN_S, AsyncTransport, Exchange, Sender
from testkey_nb.identity import (
    Identity,
    conclude,
    join,
    look_around,
    provider_at,
    takes_key,
    weigh,
)
from testkey_nb.keys import Key
from testkey_nb.outcome import Answer, Outcome
from testkey_nb.retention import hold
from testkey_nb.spec import Ask, Finding, Repeat, Rows

from .beat import Beat
from .control import CONTROL, control_key, is_conclusive, known_controls, weigh_control
from .facts import Answered, Probed, administers, as_run, believed, read
from .planning import Plan
from .platforms import OTHER_PLATFORM, hosts_elsewhere, valid_elsewhere
from .run import Run
from .vantage import Vantage

SAMPLE_SPACING_S = 0.5

Progress = Callable[[int, int, str], None]


async def probe_key(  # noqa: PLR0913 - a key, a plan, and the ways in which a run can go
    key: Key,
    plan: Plan,
    *,
    transport: AsyncTransport | None = None,
    vantage: Vantage | None = None,
    progress: Progress = lambda _done, _total, _what: None,
    run_s: float = RUN_S,
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

    Raises
    ------
    KeyMalformed
        If the key itself stands in the plan.
    AddressRefused
        If the plan would send the key to the vantage point's proxy unencrypted.

    Returns
    -------
    Run
        Whatever the network or the provider does.

    """
    keep_apart(key, plan, vantage.name if vantage else "")
    way = transport or (vantage if vantage and vantage.proxy else None)
    probing = Probing(key, plan, vantage.name if vantage else "", way, progress)
    async with Sender(
        transport or (vantage.network(plan) if vantage else None),
        key=key,
        budget=_budget(plan),
        run_s=min(run_s, max(0.0, key.until - now())),
        headers=plan.provider.headers,
        vouched=plan.vouched,
    ) as sender:
        run = await probing.run(sender)
    hold(run, "run", lambda held: held.forget(), run.until)
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
    way: object | None = None  # out, which controls are remembered by
    progress: Progress = lambda _done, _total, _what: None
    begun: datetime = field(default_factory=lambda: datetime.now(UTC))
    until: float = field(default_factory=lambda: now() + lifetime_s())
    around: list[tuple[str, Exchange]] = field(default_factory=list)
    answered: list[Answered] = field(default_factory=list)
    done: int = 0
    total: int = 0

    async def run(self, sender: Sender) -> Run:
        """Ask everything that the plan has, and return the facts."""
        identity = await self.open(sender)
        proof = await self._proof(sender, identity) or await self._elsewhere(sender, identity)
        await self._take_samples(sender, self.sampled(identity))
        return as_run(
            Probed(
                self.key,
                self.plan,
                self.vantage,
                self.begun,
                self.until,
                identity,
                self.answered,
                proof,
                sender.manifest,
            )
        )

    async def open(self, sender: Sender) -> Identity:
        """Ask what needs no key and see who answers; only then ask with the key, where it may go."""
        keyless = [ask for ask in self.plan.provider.asks if not ask.auth and ask.repeat is not Repeat.PER_SAMPLE]
        # A listed host needs no more than its own answers; any other is looked at from all sides.
        around = (
            look_around(sender, self.plan.base_url, {join(self.plan.base_url, ask.path) for ask in keyless})
            if self.plan.base_url and provider_at(self.plan.base_url) is None
            else _nobody()
        )
        first = self.ask(sender, [ask for ask in keyless if self.plan.samples or ask.repeat is Repeat.ONCE])
        self.around, _ = await asyncio.gather(around, first)
        keyed = [ask for ask in self._keyed(self.identity()) if ask.repeat is Repeat.ONCE]
        await self.ask(sender, [ask for ask in keyed if not ask.waits])
        if not self._manages() and self._taken():
            await self.ask(sender, [ask for ask in keyed if ask.waits])
        return self.identity()  # a relay may show itself only to a key

    def sampled(self, identity: Identity) -> list[Ask]:
        """Return the cheap questions that samples repeat, those with the key only where it may go."""
        asks = [ask for ask in self.plan.provider.asks if not ask.auth]
        if not self._manages():
            asks += self._keyed(identity)
        return [ask for ask in asks if ask.repeat is Repeat.PER_SAMPLE]

    def forget(self) -> None:
        """Drop what was answered so far."""
        self.around.clear()
        self.answered.clear()

    async def _take_samples(self, sender: Sender, asks: Sequence[Ask]) -> None:
        """Take the samples at even distances; once nothing is sent any more, none is left to take."""
        beat = Beat(SAMPLE_SPACING_S)
        for sample in range(1, self.plan.samples + 1):
            await asyncio.sleep(min(beat.wait_s(), sender.left_s))
            if not sender.left_s or not await self.ask(sender, asks, sample):
                return

    async def ask(self, sender: Sender, asks: Iterable[Ask], sample: int = 0) -> bool:
        """Send each request once and hand its answer to every ask it answers; return whether any was sent.

        A sample that the end of our own time cut off says nothing of the host and is not kept.
        """
        shared: defaultdict[tuple[str, str, str, bool], list[Ask]] = defaultdict(list)
        for ask in asks:
            for model in self.plan.models if ask.per_model else ("",):
                shared[self.plan.host(ask.host), self._path(ask, model), model, ask.auth].append(ask)
        self.total += len(shared)
        asked_at = datetime.now(UTC)
        sends = [
            self._send(sender, host, path, model, self.key if keyed else None) for host, path, model, keyed in shared
        ]
        exchanges = await _all(sends)
        for (host, path, _, _), of, exchange in zip(shared, shared.values(), exchanges, strict=True):
            if exchange.reply or sender.left_s or not sample:
                self.answered += [Answered(ask, sample, host, path, exchange, asked_at) for ask in of]
        return any(exchange.number for exchange in exchanges)

    async def _send(self, sender: Sender, host: str, path: str, model: str, key: Key | None) -> Exchange:
        exchange = await sender.get(
            join(self.plan.at(host), path),
            host=host,
            key=key,
            auth=self.plan.provider.auth,
            model=model,
            claims=key.claims() if key else None,
        )
        self.done += 1
        self.progress(self.done, self.total, path)
        return exchange

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
        seen: dict[str, list[tuple[str, Exchange]]] = {at: list(self.around) for at in sorted(origins)}
        for _, _, host, path, exchange, _ in self.answered:
            if self.plan.at(host) in seen:
                seen[self.plan.at(host)].append((path, exchange))
        evidence = tuple(row for at, pairs in seen.items() for row in weigh(provider, at, pairs))
        return conclude(provider, evidence, trust_endpoint=self.plan.trust_endpoint)

    async def _proof(self, sender: Sender, identity: Identity) -> tuple[Finding, ...]:
        """Ask what proves a key again with a key that is none: only a refusal makes the first answer a proof."""
        if not believed(self.plan, identity):
            return ()
        proofs = []
        for ask, _, host, path, exchange, _ in list(self.answered):
            if ask.proves_key and self._outcome(ask, exchange) is Outcome.OK:
                proofs.append(await self._control(sender, ask, host, path))
        return tuple(proofs)

    async def _control(self, sender: Sender, ask: Ask, host: str, path: str) -> Finding:
        url, known = join(self.plan.at(host), path), known_controls(self.way)
        if url not in known:
            self.total += 1
            made_up, asked_at = control_key(self.plan.provider, self.key), datetime.now(UTC)
            exchange = await self._send(sender, host, path, "", made_up)
            asked = replace(ask, name=CONTROL, auth=False, outcomes=(), parse=lambda _reply: Rows())
            self.answered.append(Answered(asked, 0, host, path, exchange, asked_at))
            found = weigh_control(self.plan.provider, ask, exchange)
            if not is_conclusive(found, exchange):
                return found
            known[url] = found
        return known[url]

    async def _elsewhere(self, sender: Sender, identity: Identity) -> tuple[Finding, ...]:
        """Ask this vendor's separate platforms about a key that is refused here, if the operator agreed to that."""
        if not self.plan.other_platforms or self.plan.base_url or not believed(self.plan, identity):
            return ()
        for ask, _, here, path, exchange, _ in list(self.answered):
            if not (
                ask.proves_key and exchange.reply and read(self.plan.provider, ask, exchange.reply)[0] is Outcome.DENIED
            ):
                continue
            for region, there in hosts_elsewhere(self.plan, ask.host).items():
                self.total += 1
                asked_at = datetime.now(UTC)
                other = await self._send(sender, there, path, "", self.key)
                # Nothing but the verdict is taken from there: money and models of another platform are not this one's.
                asked = replace(ask, name=OTHER_PLATFORM, parse=lambda _reply: Rows(), proves_key=False)
                self.answered.append(Answered(asked, 0, there, path, other, asked_at))
                if self._outcome(ask, other) is Outcome.OK:
                    proof = await self._control(sender, ask, there, path)
                    if proof.answer is Answer.YES:
                        return valid_elsewhere(here, there, region, f"{ask.name}, {OTHER_PLATFORM}")
        return ()

    def _manages(self) -> bool:
        """Whether an answer has said that this key manages an account: nothing more is asked with it then."""
        told = (read(self.plan.provider, a.ask, a.exchange.reply)[3] for a in self.answered if a.exchange.reply)
        kinds = {metric.value for rows in told for metric in rows.metrics if metric.metric == "token_type"}
        return bool(kinds & {"admin", "management"})

    def _taken(self) -> bool:
        """Whether this key was answered and never refused: otherwise it is not sent once more for each model."""
        heard = {self._outcome(a.ask, a.exchange) for a in self.answered if a.ask.auth}
        return Outcome.OK in heard and Outcome.DENIED not in heard

    def _outcome(self, ask: Ask, exchange: Exchange) -> Outcome:
        return read(self.plan.provider, ask, exchange.reply)[0] if exchange.reply else Outcome.UNAVAILABLE

    def _keyed(self, identity: Identity) -> list[Ask]:
        """Return the asks that the key may go with, to hosts that may have it."""
        plan = self.plan
        asks = [ask for ask in plan.provider.asks if ask.auth and ask.admin == administers(plan, self.key)]
        return [ask for ask in asks if takes_key(plan.provider, plan.at(plan.host(ask.host)), identity)]


async def _all(sends: Iterable[Coroutine[None, None, Exchange]]) -> list[Exchange]:
    """Wait for every request, also when cancelled: a gather that raises at once leaves the others on their way."""
    exchanges = await asyncio.gather(*sends, return_exceptions=True)
    for exchange in exchanges:
        if isinstance(exchange, BaseException):
            raise exchange
    return [exchange for exchange in exchanges if isinstance(exchange, Exchange)]


async def _nobody() -> list[tuple[str, Exchange]]:
    return []


def _budget(plan: Plan) -> int:
    """Return how many requests a run of `plan` may send: every ask once, a control, a look around, and the samples."""
    per_model = len(plan.models)
    return 24 + 3 * per_model + (1 + per_model) * plan.samples
