"""What monitoring asks again and again: what the samples of the run asked, and nothing else.

A run without samples leaves what samples would ask, and the questions that prove the key: those are often limited per
address, and therefore no samples.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass

from testkey_nb.identity import join
from testkey_nb.judge import Readiness
from testkey_nb.outcome import Outcome
from testkey_nb.spec import Provider, Repeat

_OK = (200,)
_NO_KEY = (400, 401, 403)  # by which an API refuses to answer without a key, each its own way


@dataclass(frozen=True, slots=True)
class Watch:
    """A question that is asked again and again, for each covered model where it is about one."""

    name: str
    ask: str
    keyed: bool
    targets: tuple[str, ...]
    statuses: tuple[int, ...] = _OK  # that are as they should be
    refusals: tuple[str, ...] = ()  # patterns of bodies that refuse the key with such a status


def watches(readiness: Readiness) -> tuple[Watch, ...]:
    """Return what is to be watched, each under a name of its own.

    The exporter takes a secret from a file for a bearer only, and any other header would stand in its configuration:
    where the key goes elsewhere, the question is asked without it and has to be refused for that.
    """
    run = readiness.run
    provider, bearer = run.plan.provider, takes_bearer(run.plan.provider)
    groups: dict[tuple[str, bool], dict[str, None]] = {}
    for ask, keyed, host, path in _questions(readiness):
        groups.setdefault((ask, keyed), {})[join(run.plan.at(host), path)] = None
    found = []
    for (ask, keyed), targets in groups.items():
        name = f"{provider.id}_{ask}{'_keyless' if not keyed and (ask, True) in groups else ''}"
        statuses = _NO_KEY if keyed and not bearer else _OK
        refusals = tuple(dict.fromkeys(_refusals(provider, ask))) if keyed and bearer else ()
        found.append(Watch(name, ask, keyed and bearer, tuple(targets), statuses, refusals))
    return tuple(found)


def takes_bearer(provider: Provider) -> bool:
    """Whether the key goes into ``Authorization: Bearer``."""
    return provider.auth == ("authorization", "Bearer {key}")


def _questions(readiness: Readiness) -> Iterator[tuple[str, bool, str, str]]:
    """Give of each question its name, whether the key goes with it, the host and the path."""
    run, plan = readiness.run, readiness.run.plan
    sampled = [row for row in run.answers if row.sample and row.request]
    yield from ((row.ask, row.keyed, row.host, row.path) for row in sampled)
    for ask in () if sampled else plan.provider.asks:
        if not ask.admin and (ask.repeat is Repeat.PER_SAMPLE or (ask.proves_key and ask.repeat is Repeat.ONCE)):
            for path in [ask.of(model) for model in plan.models] if ask.per_model else [ask.path]:
                yield ask.name, ask.auth, plan.host(ask.host), path


def _refusals(provider: Provider, name: str) -> Iterator[str]:
    own = [clause for ask in provider.asks if ask.name == name and ask.auth for clause in ask.outcomes]
    for clause in (*own, *provider.outcomes):
        if clause.status in _OK and clause.outcome is not Outcome.OK:
            for path, wanted in clause.fields:
                if not isinstance(wanted, type):
                    yield rf'"{re.escape(path.rpartition(".")[2])}"\s*:\s*{re.escape(json.dumps(wanted))}'
