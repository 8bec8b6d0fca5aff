"""``providers.toml``: the provider, its hosts and its API."""

import json

from testkey_nb.judge import Readiness
from testkey_nb.judge.done import key_hosts

from .write import heading


def add_provider_config(readiness: Readiness) -> dict[str, str]:
    """Return the file that says which hosts this provider's keys may go to."""
    run = readiness.run
    provider = run.plan.provider
    fields = {
        "name": provider.name,
        "hosts": sorted(key_hosts(run)),
        "api": run.plan.api,
        "region": run.plan.region,
        "identity": run.identity.verdict.value,
        "docs": provider.docs,
        "docs_checked": provider.checked,
    }
    # JSON strings and arrays of strings are TOML's too: https://toml.io/en/v1.0.0#string
    lines = "".join(f"{name} = {json.dumps(value)}\n" for name, value in fields.items())
    return {"providers.toml": f"{heading(readiness)}\n[providers.{provider.id}]\n{lines}"}
