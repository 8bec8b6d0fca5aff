"""Who is this?  A key's shape names candidates; what an endpoint shows without a key decides who answers there.

Marks unmask and explain, they never add up to genuine: genuine is a listed host over verified TLS that shows no foreign
mark.  A missing mark proves nothing.
"""

import asyncio
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from urllib.parse import urlsplit

from .addresses import is_private, origin
from .http import AsyncTransport, Exchange, Manifest, Sender
from .keys import Key, redact
from .outcome import Speaks, Verdict
from .providers import PROVIDERS
from .rows import EvidenceRow, Why
from .spec import Mark, Provider, Reply

SANDBOX = Mark("x-testkey-sandbox", "testkey_nb/sandbox", "2026-11-23", header="x-testkey-sandbox")
_UNKNOWN_PATH = "/testkey-no-such-path"
_RELAYING = ("relay", "gateway")
FOREIGN = (Verdict.RELAY, Verdict.CONTRADICTED)  # whoever answered, it was not the provider


@dataclass(frozen=True, slots=True)
class Candidate:
    """A provider whose key shape fits, and what makes that ambiguous."""

    provider: str
    key_type: str
    why: Why


@dataclass(frozen=True, slots=True)
class Identity:
    """Who answers at an endpoint: the verdict, the provider or relay it names (None if nobody), and the evidence."""

    verdict: Verdict
    provider: str | None
    why: Why
    evidence: tuple[EvidenceRow, ...] = ()

    @property
    def sandbox(self) -> bool:
        """Whether any of it came from the sandbox."""
        return any(row.mark == SANDBOX.name for row in self.evidence)

    def to_json(self) -> dict[str, object]:
        """Return it as the command line prints it."""
        evidence = [asdict(row) for row in self.evidence]
        return {"verdict": self.verdict, "provider": self.provider, "evidence": evidence}


@dataclass(frozen=True, slots=True)
class Identification:
    """What `identify_endpoint` found: who answers, whose key this may be, and what was sent to find out."""

    identity: Identity
    candidates: tuple[Candidate, ...]
    manifest: Manifest


async def identify_endpoint(
    base_url: str,
    *,
    key: Key | None = None,
    trust_endpoint: bool = False,
    transport: AsyncTransport | None = None,
) -> Identification:
    """Say who answers at a base URL, without a key, and whose shape a key has, offline.

    Parameters
    ----------
    base_url
        The endpoint to look at; empty for none, and then the verdict stays unknown.
    key
        Only its shape is looked at; it is not sent.
    trust_endpoint
        The operator vouches for `base_url`; needed for a private address.
    transport
        What carries the requests instead of the network.

    Raises
    ------
    AddressRefused
        If `base_url` may not be asked.

    """
    found = candidates(key) if key else ()
    if not base_url:
        return Identification(conclude(None, ()), found, Manifest())
    at = origin(base_url, trust_endpoint=trust_endpoint)
    provider = provider_at(at)
    async with Sender(transport) as sender:
        exchanges = [("/v1/models", await sender.get(join(at, "/v1/models")))]
        if provider is None:
            exchanges += await look_around(sender, at)
    identity = conclude(provider, weigh(provider, at, exchanges), trust_endpoint=trust_endpoint)
    return Identification(identity, found, sender.manifest)


def candidates(key: Key) -> tuple[Candidate, ...]:
    """Return every provider whose key shape fits `key`, never a winner among them; offline."""
    fits = [(p, shape) for p in PROVIDERS.values() for shape in p.key_shapes if key.fits(shape.pattern)]
    names = sorted({provider.name for provider, _ in fits})
    found = []
    for provider, shape in fits:
        why = Why("the shape is that of {type} keys of {name}", type=shape.type, name=provider.name)
        if shape.shared or len(names) > 1:
            why = Why("the shape fits keys of {names} and may fit others'", names=", ".join(names))
        found.append(Candidate(provider.id, shape.type, why))
    return tuple(found)


def join(at: str, path: str) -> str:
    """Put an ask's path after a base URL, less what both share: ``…/v1`` + ``/v1/models`` → ``…/v1/models``."""
    split = urlsplit(at)
    base, ask = [part for part in split.path.split("/") if part], path.lstrip("/").split("/")
    shared = next((n for n in range(min(len(base), len(ask)), 0, -1) if base[-n:] == ask[:n]), 0)
    return f"{split.scheme}://{split.netloc}/" + "/".join([*base, *ask[shared:]])


def provider_at(at: str) -> Provider | None:
    """Return the provider that lists the host of `at`."""
    host = urlsplit(at).hostname
    return next(
        (p for p in PROVIDERS.values() if host in {region.host for region in (*p.hosts, *p.keyless_hosts)}), None
    )


async def look_around(sender: Sender, at: str) -> list[tuple[str, Exchange]]:
    """Ask an endpoint nobody lists what relays would answer, without a key: their paths, and one that is nobody's."""
    root = "{0.scheme}://{0.netloc}".format(urlsplit(at))
    paths = {mark.path for provider in PROVIDERS.values() for mark in provider.marks if mark.path}
    asked = (*sorted(paths), _UNKNOWN_PATH)
    return list(zip(asked, await asyncio.gather(*(sender.get(root + path) for path in asked)), strict=True))


def weigh(provider: Provider | None, at: str, seen: Iterable[tuple[str, Exchange]]) -> tuple[EvidenceRow, ...]:
    """Return what the keyless answers of one origin show: its address, its own marks, and everybody else's.

    `seen` holds pairs of path and exchange.
    """
    answered = [(path, exchange) for path, exchange in seen if exchange.reply]
    rows = [_address(provider, at, [exchange for _, exchange in answered])]
    for path, exchange in answered:
        if exchange.reply:
            rows += _marks(provider, at, path, exchange.reply)
    return tuple(dict.fromkeys(rows))


def _address(provider: Provider | None, at: str, exchanges: list[Exchange]) -> EvidenceRow:
    host = urlsplit(at).hostname or ""
    listed = provider is not None and provider_at(at) is provider
    source, checked = (provider.docs, provider.checked) if provider else ("testkey_nb/providers", SANDBOX.checked)
    if not exchanges:
        observed = Why("{host} did not answer", host=host)
        return EvidenceRow(at, "no answer", observed, Speaks.NEUTRAL, "", source, checked)
    speaks, observed = Speaks.NEUTRAL, Why("{host} is on no list", host=host)
    if is_private(host):
        speaks, observed = Speaks.AGAINST, Why("{host} is a private address", host=host)
    elif listed and all(exchange.verified for exchange in exchanges):
        speaks = Speaks.FOR
        observed = Why("{host} is a listed host and its certificate was verified", host=host)
    elif listed:
        observed = Why("{host} is a listed host, but its answer did not come over verified TLS", host=host)
    points_to = provider.id if provider and speaks is Speaks.FOR else ""
    return EvidenceRow(at, "address", observed, speaks, points_to, source, checked)


def _marks(provider: Provider | None, at: str, path: str, reply: Reply) -> Iterable[EvidenceRow]:
    if value := SANDBOX.seen(reply):
        yield EvidenceRow(at, SANDBOX.name, f"persona {redact(value, 40)}", Speaks.AGAINST, "sandbox", SANDBOX.source,
                          SANDBOX.checked)  # fmt: skip
    for owner in PROVIDERS.values():
        for mark in owner.marks:
            if mark.path in {"", path} and (value := mark.seen(reply)):
                foreign = owner.kind in _RELAYING or provider not in {None, owner}
                speaks = Speaks.AGAINST if foreign and owner is not provider else Speaks.FOR
                yield EvidenceRow(at, mark.name, redact(value, 80), speaks, owner.id, mark.source, mark.checked)


def conclude(provider: Provider | None, evidence: tuple[EvidenceRow, ...], *, trust_endpoint: bool = False) -> Identity:
    """Return the verdict that `evidence` supports for an endpoint that is taken for `provider`."""
    listed = any(row.mark == "address" and row.speaks == Speaks.FOR for row in evidence)
    foreign = [row for row in evidence if row.speaks == Speaks.AGAINST and row.points_to in PROVIDERS]
    if foreign:
        who = PROVIDERS[foreign[0].points_to]
        shown = ", ".join(sorted({row.mark for row in foreign}))
        if who.kind in _RELAYING and not listed:
            why = Why("{name} answers there: {marks}", name=who.name, marks=shown)
            return Identity(Verdict.RELAY, who.id, why, evidence)
        why = Why("it shows marks of {name}: {marks}", name=who.name, marks=shown)
        return Identity(Verdict.CONTRADICTED, None, why, evidence)
    addresses = [row for row in evidence if row.mark == "address"]
    against = any(row.speaks == Speaks.AGAINST for row in evidence)
    if provider and addresses and not against and all(row.speaks == Speaks.FOR for row in addresses):
        why = Why(
            "{name} answers at its listed hosts over verified TLS, and no foreign mark was seen", name=provider.name
        )
        return Identity(Verdict.GENUINE, provider.id, why, evidence)
    observed = Why.both(row.observed for row in evidence if isinstance(row.observed, Why) and row.points_to == "")
    if trust_endpoint:
        why = Why("the operator vouches for this endpoint; what was seen: {observed}", observed=observed)
        return Identity(Verdict.VOUCHED, provider.id if provider else None, why, evidence)
    why = Why("nothing proves who answers: {observed}", observed=observed or Why("no endpoint was looked at"))
    return Identity(Verdict.UNKNOWN, None, why, evidence)


def takes_key(provider: Provider, at: str, identity: Identity) -> bool:
    """Whether a key may be sent to `at`.

    Never where a foreign mark was seen.  A listed host over HTTPS may have it even before it has answered anything: its
    certificate is checked before the first byte of a request leaves.
    """
    if identity.verdict in FOREIGN:
        return False
    listed = urlsplit(at).hostname in {region.host for region in provider.hosts}
    return identity.verdict == Verdict.VOUCHED or (listed and at.startswith("https:"))


def edge(reply: Reply) -> str:
    """Return the CDN edge that an answer's headers name: it is near the caller and says nothing of the model."""
    ray = reply.headers.get("cf-ray", "")
    return redact(reply.headers.get("x-amz-cf-pop") or (ray.rpartition("-")[2] if "-" in ray else ""), 20)
