"""``inventory.csv``: the credential by name, its owner by id, and the models it is to serve."""

from collections.abc import Mapping

from testkey_nb.errors import LaunchFolderInvalid
from testkey_nb.judge import Readiness
from testkey_nb.launch import INVENTORY_COLUMNS, INVENTORY_FILE, models_in

from .tables import Table
from .write import NOTHING, Files

_NEEDED = ("credential", "provider", "owner_id", "models")
_ADDED_TO = ("models", "note")  # of which nothing is taken
_SANDBOX = "SANDBOX"


def import_inventory(readiness: Readiness, now: Mapping[str, str] = NOTHING) -> Files:
    """Return the file with this credential's line; no key, no fingerprint and no personal data is in it.

    What this run could not find out stays as it was; so do models and notes that people added.  Each value that changes
    from another one is a note.

    Raises
    ------
    LaunchFolderInvalid
        If what stands there is not CSV, or has the credential twice.

    """
    run = readiness.run
    values = {name: ";".join(map(str, found)) for name, found in run.values().items()}
    line = {
        **{name: values.get(name, "") for name in INVENTORY_COLUMNS},
        "credential": run.key_name,
        "provider": run.stamp.provider,
        "models": ";".join(run.plan.models),
        "note": _SANDBOX if run.sandbox else "",
        "observed_at": run.stamp.observed_at.isoformat(timespec="seconds"),
    }
    found = Table(INVENTORY_FILE, now.get(INVENTORY_FILE, ""), INVENTORY_COLUMNS, _NEEDED)
    own = [
        (at, row)
        for at, row in found.rows()
        if (row["credential"], row["provider"]) == (run.key_name, run.stamp.provider)
    ]
    if len(own) > 1:
        lines = " and ".join(str(found.line(at)) for at, _ in own)
        raise LaunchFolderInvalid(
            f"{INVENTORY_FILE} lines {lines} are both {run.key_name} at {run.stamp.provider}; keep one"
        )
    if not own:
        found.add(line)
    notes = []
    for at, row in own:
        wanted = {name: value for name, value in line.items() if value}
        wanted["models"] = _joined(row["models"], line["models"])
        wanted["note"] = _noted(row.get("note", ""), sandbox=run.sandbox)
        # The day alone is no news.
        changed = [name for name, value in wanted.items() if row.get(name, value) != value and name != "observed_at"]
        if changed:
            found.change(at, wanted)
        notes = [
            f"{INVENTORY_FILE} line {found.line(at)}, {run.key_name}: {name} {row[name]} → {wanted[name]}"
            for name in changed
            if row[name] and name not in _ADDED_TO
        ]
    return Files({INVENTORY_FILE: found.text()}, notes)


def _joined(theirs: str, ours: str) -> str:
    there = models_in(theirs)
    new = [model for model in ours.split(";") if model not in there]
    return ";".join((theirs.rstrip(";"), *new)) if there and new else theirs if there else ours


def _noted(note: str, *, sandbox: bool) -> str:
    """Return a person's note with the sandbox's mark, or without it once a provider has answered."""
    words = [word for word in note.split("; ") if word and word != _SANDBOX]
    if sandbox == (_SANDBOX in note.split("; ")):
        return note
    return "; ".join([_SANDBOX, *words] if sandbox else words)
