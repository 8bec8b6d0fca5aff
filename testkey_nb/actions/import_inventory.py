"""``inventory.csv``: the credential by name, its owner by id, and the models it is to serve."""

from testkey_nb.judge import Readiness
from testkey_nb.launch import INVENTORY_COLUMNS, INVENTORY_FILE

from .tables import table


def import_inventory(readiness: Readiness) -> dict[str, str]:
    """Return the file with one line; no key, no fingerprint and no personal data is in it."""
    run = readiness.run
    values = {name: ";".join(map(str, found)) for name, found in run.values().items()}
    line = {
        **{name: values.get(name, "") for name in INVENTORY_COLUMNS},
        "credential": run.key_name,
        "provider": run.stamp.provider,
        "models": ";".join(run.plan.models),
        "note": "SANDBOX" if run.sandbox else "",
        "observed_at": run.stamp.observed_at.isoformat(timespec="seconds"),
    }
    return {INVENTORY_FILE: table(INVENTORY_COLUMNS, [line])}
