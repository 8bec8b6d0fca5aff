"""What was sent, and what came of each request."""

from dataclasses import dataclass, field
from datetime import datetime

from testkey_nb.outcome import Family
from testkey_nb.rows import Why
from testkey_nb.spec import Reply

from .timing import Split


@dataclass(slots=True)
class Manifest:
    """What a run sent, for every report to carry: requests, methods, hosts, bytes received, cost in USD, proxies."""

    requests: int = 0  # that left: over a connection that stood, or to what carries them instead of the network
    attempts: int = 0  # also those for which no connection came about; what a budget counts
    size_bytes: int = 0
    hosts: set[str] = field(default_factory=set)
    methods: set[str] = field(default_factory=set)
    proxies: set[str] = field(default_factory=set)  # without credentials
    ca_files: set[str] = field(default_factory=set)  # of the environment, in place of the bundled ones
    shared: int = 0  # answers that other runs of a batch brought, for which this one sent nothing

    def left(self, method: str, host: str) -> None:
        """Note a request that has left."""
        self.requests += 1
        self.methods.add(method)
        self.hosts.add(host)

    def to_json(self) -> dict[str, object]:
        """Return it with the names other programs rely on; nothing that is asked here costs anything."""
        return {
            "requests": self.requests,
            "methods": sorted(self.methods),
            "hosts": sorted(self.hosts),
            "bytes": self.size_bytes,
            "cost_usd": 0,
        }


@dataclass(frozen=True, slots=True)
class Exchange:
    """One request and what came of it; `reply` is None when nothing usable came, and then `fault` says why.

    `number` is that of the attempt, 0 where none was made.  Times are seconds.  `verified` is true when the answer came
    over TLS from a host whose certificate was checked; `certificate` then tells its subject and who issued it.
    """

    number: int
    fault: Why = Why("")  # noqa: RUF009 - immutable
    asked_at: datetime | None = None  # UTC, once its turn had come; None where nothing was sent
    reply: Reply | None = None
    verified: bool = False
    certificate: str = ""
    issuer: str = ""  # of the certificate: common name, else organisation
    peer: str = ""  # address that answered, where no proxy stands between
    latency_s: float | None = None
    total_s: float | None = None
    split: Split = Split()  # noqa: RUF009 - immutable
    size_bytes: int | None = None

    @property
    def family(self) -> Family | None:
        """The family of the address that answered; None where that is not known."""
        if not self.peer:
            return None
        return Family.IPV6 if ":" in self.peer else Family.IPV4
