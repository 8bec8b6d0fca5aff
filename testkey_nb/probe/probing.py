"""A run while it goes on, and what it asks next: keyless questions, identity, keyed questions, the control, samples."""

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

from testkey_nb.errors import KeyMalformed
from testkey_nb.expiry import lifetime_s, now
from testkey_nb.http import RUN_S, AsyncTransport, Sender
from testkey_nb.identity import FOREIGN, Identity, around, conclude, join, provider_at, takes_key, weigh
from testkey_nb.keys import Key
from testkey_nb.outcome import Answer, Outcome
from testkey_nb.retention import hold
from testkey_nb.spec import Ask, Finding, Repeat, Rows

from .asking import Asking, Progress
from .beat import Beat
from .control import CONTROL, control_key, disbelieved, is_conclusive, known_controls, weigh_control
from .facts import Probed, administers, as_run, believed
from .heard import Question, Told
from .planning import Plan
from .platforms import OTHER_PLATFORM, hosts_elsewhere, valid_elsewhere
from .run import Run
from .shared import Shared
from .under_way import UnderWay, purged
from .vantage import Vantage

SAMPLE_SPACING_S = 0.5


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
    CallerError
        If what the environment names for certificates cannot be read.
    DataExpired
        If everything was purged meanwhile.

    Returns
    -------
    Run
        Whatever the network or the provider does.

    """
    keep_apart(key, plan, vantage.name if vantage else "")
    shared = shared or Shared()
    sender = Sender(
        transport or (vantage.network(plan) if vantage else None),
        key=key,
        budget=_budget(plan),
        run_s=min(run_s, max(0.0, key.until - now())),
        headers=plan.provider.headers,
        vouched=plan.vouched,
        politeness=shared.politeness,
        bodies=shared.bodies,
    )
    way = transport or (vantage if vantage and vantage.proxy else None)
    asking = Asking(sender, key, plan, way, progress, shared)
    with UnderWay(asking.forget) as under_way:
        async with sender:
            run = await Probing(asking, vantage.name if vantage else "").run()
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

    asking: Asking
    vantage: str = ""
    admin: bool = field(init=False)  # the key looks like one that manages an account
    until: float = field(default_factory=lambda: now() + lifetime_s())

    def __post_init__(self) -> None:
        """Look at the key; ask nothing yet."""
        self.admin = administers(self.plan, self.asking.key)

    @property
    def plan(self) -> Plan:
        """What is asked of whom."""
        return self.asking.plan

    @property
    def told(self) -> Sequence[Told]:
        """What was answered so far."""
        return self.asking.told

    async def run(self) -> Run:
        """Ask everything that the plan has, and return the facts."""
        asking, identity = self.asking, await self.open()
        proof = await self._proof(identity) or await self._elsewhere(identity)
        await self._take_samples()
        identity = self.identity()  # a relay may show itself only to a made-up key, or in a sample
        if not believed(self.plan, identity):
            self._forget_controls()
        return as_run(
            Probed(
                key=asking.key,
                admin=self.admin,
                plan=asking.plan,
                vantage=self.vantage,
                run_id=asking.run_id,
                begun=asking.begun,
                until=min(self.until, asking.shared.until),
                identity=identity,
                told=asking.told,
                proof=proof if believed(asking.plan, identity) else (),
                manifest=asking.sender.manifest,
                shared=asking.shared,
            )
        )

    async def open(self) -> Identity:
        """Ask what needs no key and see who answers; only then ask with the key, where it may go."""
        keyless = [ask for ask in self.plan.provider.asks if not ask.auth and ask.repeat is not Repeat.PER_SAMPLE]
        first = self.asking.questions([ask for ask in keyless if self.plan.samples or ask.repeat is Repeat.ONCE])
        await self.asking.ask([*self._around(keyless), *first])
        await self._ask_with_key(waits=False)
        if not self._manages() and self._taken():
            await self._ask_with_key(waits=True)
        return self.identity()

    async def _ask_with_key(self, *, waits: bool) -> None:
        """Ask what is asked once, where the key may go by now: a relay may show itself only to a key."""
        asks = [ask for ask in self._keyed(self.identity()) if ask.repeat is Repeat.ONCE and ask.waits == waits]
        await self.asking.ask(self.asking.questions(asks))

    def sampled(self, identity: Identity) -> list[Ask]:
        """Return the cheap questions that samples repeat, those with the key only where it may go."""
        asks = [ask for ask in self.plan.provider.asks if not ask.auth]
        if not self._manages():
            asks += self._keyed(identity)
        return [ask for ask in asks if ask.repeat is Repeat.PER_SAMPLE]

    async def sample(self, asks: Sequence[Ask], number: int) -> bool:
        """Ask once more; return whether anything was sent."""
        before = len(self.told)
        await self.asking.ask(self.asking.questions(asks, number))
        return any(one.row.request for one in self.told[before:])

    async def _take_samples(self) -> None:
        """Take the samples at even distances; once nothing is sent any more, none is left to take.

        A relay that has shown itself by then gets the key in none of the further ones.
        """
        sender, beat = self.asking.sender, Beat(SAMPLE_SPACING_S)
        for number in range(1, self.plan.samples + 1):
            await asyncio.sleep(min(beat.wait_s(), sender.left_s))
            if not sender.left_s or not await self.sample(self.sampled(self.identity()), number):
                return

    def _around(self, keyless: Iterable[Ask]) -> list[Question]:
        """Return what to look at from all sides: a listed host needs no more than its own answers."""
        at = self.plan.base_url
        if not at or provider_at(at) is not None:
            return []
        urls = around(at, {join(at, ask.path) for ask in keyless})
        return [Question(self.plan.service, path, url) for path, url in urls.items()]

    def identity(self) -> Identity:
        """Weigh what every origin that may get the key has shown so far."""
        provider = self.plan.provider
        keyless = {region.host for region in provider.keyless_hosts}
        origins = {self.plan.at(self.plan.host(ask.host)) for ask in provider.asks if ask.host not in keyless}
        evidence = tuple(row for at in sorted(origins) for row in weigh(provider, at, self.asking.seen_at(at)))
        return conclude(provider, evidence, trust_endpoint=self.plan.trust_endpoint)

    async def _proof(self, identity: Identity) -> tuple[Finding, ...]:
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
        return tuple([await self._control(one.ask, one.row.host, one.row.path) for one in proven])

    async def _control(self, ask: Ask, host: str, path: str) -> Finding:
        """Return what the control of a question shows; it is sent once per endpoint."""
        asking = self.asking
        url, known = asking.url(host, path), known_controls(asking.way)

        async def made() -> tuple[Finding, bool]:
            asked = replace(ask, name=CONTROL, auth=False, outcomes=(), parse=lambda _reply: Rows())
            question = Question(host, path, url, (asked,))
            exchange = await asking.ask_with(control_key(self.plan.provider, asking.key), question)
            if not believed(self.plan, self.identity()) or self._unmasked(host):
                return disbelieved(ask), exchange.number > 0
            found = weigh_control(self.plan.provider, ask, exchange)
            if is_conclusive(found, exchange):
                known[url] = found
            return found, exchange.number > 0

        if url in known:
            return known[url]
        what = asking.way, CONTROL, url
        (found, sent), mine = await asking.shared.once(what, made, lambda _found: False, asking.sender.left_s)
        return found if sent or mine else (await made())[0]

    def _forget_controls(self) -> None:
        """Let what controls showed here prove no other key: they were answered by somebody else."""
        known = known_controls(self.asking.way)
        for one in self.told:
            known.pop(self.asking.url(one.row.host, one.row.path), None)

    async def _elsewhere(self, identity: Identity) -> tuple[Finding, ...]:
        """Ask this vendor's separate platforms about a key that is refused here, if the operator agreed to that."""
        if not self.plan.other_platforms or self.plan.base_url or not believed(self.plan, identity):
            return ()
        for one in [one for one in self.told if one.ask.proves_key and one.row.outcome == Outcome.DENIED]:
            ask, here, path = one.ask, one.row.host, one.row.path
            for region, there in hosts_elsewhere(self.plan, ask.host).items():
                # Nothing but the verdict is taken from there: money and models of another platform are not this one's.
                asked = replace(ask, name=OTHER_PLATFORM, parse=lambda _reply: Rows(), proves_key=False)
                question = Question(there, path, self.asking.url(there, path), (asked,), keyed=True)
                if self._unmasked(there):
                    continue
                await self.asking.ask([question])
                if self.told[-1].row.outcome == Outcome.OK and not self._unmasked(there):
                    proof = await self._control(ask, there, path)
                    if proof.answer is Answer.YES and not self._unmasked(there):
                        return valid_elsewhere(here, there, region, f"{ask.name}, {OTHER_PLATFORM}")
        return ()

    def _unmasked(self, host: str) -> bool:
        """Whether a host has shown marks of somebody else, also one that is asked about the key only elsewhere."""
        provider, at = self.plan.provider, self.plan.at(host)
        return conclude(provider, weigh(provider, at, self.asking.seen_at(at))).verdict in FOREIGN

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


def _budget(plan: Plan) -> int:
    """Return how many requests a run of `plan` may send: every ask once, a control, a look around, and the samples."""
    per_model = len(plan.models)
    return 24 + 3 * per_model + (1 + per_model) * plan.samples
