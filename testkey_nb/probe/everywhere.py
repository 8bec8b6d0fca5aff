"""One plan carried out from several places.

The places take turns: so a host sees at most one run's requests at a time, and no place's latency measures the others.
"""

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType

from testkey_nb.errors import UnknownName
from testkey_nb.http import RUN_S, AsyncTransport
from testkey_nb.keys import Key

from .asking import Progress
from .planning import Plan
from .probing import probe_key
from .run import Run
from .vantage import Vantage

_NOTHING: Mapping[str, AsyncTransport] = MappingProxyType({})


async def probe_from(  # noqa: PLR0913 - those of `probe_key`, and the places
    key: Key,
    plan: Plan,
    vantages: Sequence[Vantage],
    *,
    transports: Mapping[str, AsyncTransport] = _NOTHING,
    progress: Progress = lambda _done, _total, _what: None,
    ended: Callable[[Run], None] = lambda _run: None,
    run_s: float = RUN_S,
) -> tuple[Run, ...]:
    """Probe one key by one plan from several places, each as `probe_key` does.

    Parameters
    ----------
    key, plan
        The same from everywhere.
    vantages
        The places, each of another name.
    transports
        What carries the requests of a place instead, by its name: the sandbox, or a test's recorder.
    progress
        Called with runs done, runs in all, and what was asked from where.
    ended
        Called with each run as soon as it is there, so that what is known is not lost when the rest is cancelled.
    run_s
        Seconds that one run may take.

    Raises
    ------
    UnknownName
        If two places have the same name.
    AddressRefused
        If the plan would send the key to one of the proxies unencrypted.
    KeyMalformed
        If the key itself stands in the plan or in a place's name.

    Returns
    -------
    tuple of Run
        In the order of `vantages`; each knows its vantage point.  A proxy that fails is a run without answers, and so
        is one whose turn comes when the key's five minutes are over.

    """
    names = [vantage.name for vantage in vantages]
    if twice := {name for name in names if names.count(name) > 1}:
        msg = f"two vantage points are called {min(twice)}; give each another name"
        raise UnknownName(msg)
    for vantage in vantages:
        vantage.network(plan)  # refused, if it is, before anything is sent from anywhere
    runs: list[Run] = []

    def told(_done: int, _total: int, what: str) -> None:
        progress(len(runs), len(vantages), f"{vantages[len(runs)].name}: {what}")

    for vantage in vantages:
        transport = transports.get(vantage.name)
        run = await probe_key(key, plan, transport=transport, vantage=vantage, progress=told, run_s=run_s)
        runs.append(run)
        ended(run)
        progress(len(runs), len(vantages), f"{vantage.name}: done")
    return tuple(runs)
