"""What an endpoint shows, weighed: rows for and against, and the verdict they support.

Marks unmask and explain, they never add up to genuine: genuine is a listed host over verified TLS that shows no foreign
mark.  A missing mark proves nothing.
"""

import functools
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from urllib.parse import urlsplit

from testkey_nb.addresses import is_private
from testkey_nb.http import Exchange
from testkey_nb.outcome import Speaks, Verdict
from testkey_nb.providers import PROVIDERS
from testkey_nb.redaction import redact
from testkey_nb.rows import EvidenceRow, Why
from testkey_nb.spec import Mark, Provider, Reply

SANDBOX = Mark("x-testkey-sandbox", "testkey_nb/sandbox", "2026-11-23", header="x-testkey-sandbox")
FOREIGN = (Verdict.RELAY, Verdict.CONTRADICTED)  # whoever answered, it was not the provider
_RELAYING = ("relay", "gateway")


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


def provider_at(at: str) -> Provider | None:
    """Return the provider that lists the host of `at`; None also where that is no URL."""
    try:
        return _by_host().get(urlsplit(at).hostname or "")
    except ValueError:
        return None


@functools.cache
def _by_host() -> Mapping[str, Provider]:
    pairs = [(region.host, known) for known in PROVIDERS.values() for region in (*known.hosts, *known.keyless_hosts)]
    return dict(reversed(pairs))  # the first that lists a host


@dataclass(frozen=True, slots=True)
class Seen:
    """What one answer of an origin shows of who answers there; the answer itself is not kept."""

    verified: bool
    peer: str
    rows: tuple[EvidenceRow, ...]

    @property
    def foreign(self) -> tuple[EvidenceRow, ...]:
        """The marks of somebody else."""
        return tuple(row for row in self.rows if _is_foreign(row))


def look(provider: Provider | None, at: str, path: str, exchange: Exchange) -> Seen | None:
    """Return what an answer of the origin `at` shows: its certificate, its own marks, and everybody else's."""
    if exchange.reply is None:
        return None
    rows = []
    if exchange.certificate:
        rows.append(_told(at, "TLS certificate", exchange.certificate, "RFC 5280 sections 4.1.2.4 and 4.2.1.6"))
    rows += _marks(provider, at, path, exchange.reply)
    rows += _plain(at, path, exchange.reply)
    return Seen(exchange.verified, exchange.peer, tuple(rows))


def weigh(provider: Provider | None, at: str, seen: Iterable[Seen | None]) -> tuple[EvidenceRow, ...]:
    """Return what the answers of one origin show together: its address, and the marks of each."""
    answers = [one for one in seen if one]
    rows = (_address(provider, at, answers), *(row for one in answers for row in one.rows))
    return tuple(dict.fromkeys(rows))


def _address(provider: Provider | None, at: str, answers: list[Seen]) -> EvidenceRow:
    host = urlsplit(at).hostname or ""
    listed = provider is not None and provider_at(at) is provider
    source, checked = (provider.docs, provider.checked) if provider else ("testkey_nb/providers", SANDBOX.checked)
    other = provider_at(at)
    if provider and other and other is not provider:
        observed = Why("{host} is a host of {name}", host=host, name=other.name)
        return EvidenceRow(at, "address", observed, Speaks.AGAINST, other.id, other.docs, other.checked)
    if not answers:
        observed = Why("{host} did not answer", host=host)
        return EvidenceRow(at, "no answer", observed, Speaks.NEUTRAL, "", source, checked)
    speaks, observed = Speaks.NEUTRAL, Why("{host} is on no list", host=host)
    if is_private(host):
        speaks, observed = Speaks.AGAINST, Why("{host} is a private address", host=host)
    elif any(answer.peer and is_private(answer.peer) for answer in answers):
        speaks, observed = Speaks.AGAINST, Why("{host} leads to a private address", host=host)
    elif listed and all(answer.verified for answer in answers):
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
            if (mark.header and mark.header not in reply.headers) or mark.path not in {"", path}:
                continue
            if not (value := mark.seen(reply)):
                continue
            if provider and owner is not provider and mark in provider.marks:
                continue  # both show it: a fork and what it was forked from
            speaks = Speaks.NEUTRAL if mark.weak else _speaks(owner, provider)
            yield EvidenceRow(at, mark.name, redact(value, 80), speaks, owner.id, mark.source, mark.checked)


def _speaks(owner: Provider, provider: Provider | None) -> Speaks:
    """Say what a mark of `owner` means where `provider` is expected, or nobody in particular (None)."""
    if owner is provider:
        return Speaks.FOR
    if owner.kind in _RELAYING:
        return Speaks.AGAINST
    if provider is None:
        return Speaks.FOR
    return Speaks.NEUTRAL if provider.kind in _RELAYING else Speaks.AGAINST  # a relay passes on what stands behind it


def _plain(at: str, path: str, reply: Reply) -> Iterator[EvidenceRow]:
    """Tell what an answer looks like, for people: everybody can answer so, and it decides nothing."""
    body = reply.json
    entries = body.get("data") if isinstance(body, dict) else None
    owners = {
        owner[:40]
        for entry in (entries if isinstance(entries, list) else [])
        if isinstance(entry, dict) and isinstance(owner := entry.get("owned_by"), str)
    }
    if owners:
        yield _told(
            at, "owned_by", ", ".join(sorted(owners)[:12]), "https://platform.openai.com/docs/api-reference/models"
        )
        return
    kind = reply.headers.get("content-type", "").partition(";")[0] or "no type"
    if reply.status >= 400 and isinstance(body, dict):  # noqa: PLR2004 - how it refuses
        kind = f"JSON with {', '.join(sorted(body)[:8]) or 'nothing'}"
    yield _told(at, f"GET {path.partition('?')[0]}", f"status {reply.status}: {kind}", "RFC 9110 section 15")


def _told(at: str, mark: str, observed: str, source: str) -> EvidenceRow:
    return EvidenceRow(at, mark, redact(observed, 120), Speaks.NEUTRAL, "", source, SANDBOX.checked)


def conclude(provider: Provider | None, evidence: tuple[EvidenceRow, ...], *, trust_endpoint: bool = False) -> Identity:
    """Return the verdict that `evidence` supports for an endpoint that is taken for `provider`."""
    listed = any(row.mark == "address" and row.speaks == Speaks.FOR for row in evidence)
    foreign = [row for row in evidence if _is_foreign(row)]
    if foreign:
        # A relay shows marks of what stands behind it, never the other way round.
        relays = [row for row in foreign if PROVIDERS[row.points_to].kind in _RELAYING]
        told = dict.fromkeys((row.points_to, row.mark) for row in relays or foreign)
        who = PROVIDERS[Counter(points_to for points_to, _ in told).most_common(1)[0][0]]
        shown = ", ".join(sorted({row.mark for row in foreign if row.points_to == who.id}))
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


def _is_foreign(row: EvidenceRow) -> bool:
    return row.speaks == Speaks.AGAINST and row.points_to in PROVIDERS


def takes_key(provider: Provider, at: str, identity: Identity) -> bool:
    """Whether a key may be sent to `at`.

    Never where a foreign mark was seen.  A listed host over HTTPS may have it even before it has answered anything: its
    certificate is checked before the first byte of a request leaves.
    """
    if identity.verdict in FOREIGN:
        return False
    listed = urlsplit(at).hostname in {region.host for region in provider.hosts}
    return identity.verdict == Verdict.VOUCHED or (listed and at.startswith("https:"))
