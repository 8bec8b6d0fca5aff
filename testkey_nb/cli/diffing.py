"""``testkey diff``: what changed between two exported runs.  0 same, 3 different; no key, no network."""

import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path

from rich.console import Console
from rich.table import Table
from rich.text import Text

from testkey_nb.digits import in_full, three_digits
from testkey_nb.drift import Area, Change, Shift, drift, read_export
from testkey_nb.drift.change import number
from testkey_nb.drift.export import HEAD, SCHEMA, Scalar, shown

from .terminal import show_json

SAME, DIFFERENT = 0, 3
_ROWS = 40  # of an area that a terminal shows
_STYLES = {
    **dict.fromkeys((Shift.CUT, Shift.GONE, Shift.UNREAD), "red"),
    **dict.fromkeys((Shift.RAISED, Shift.NEW, Shift.READ), "green"),
    Shift.FLIPPED: "bold yellow",
}
_NOUNS = {
    Area.GATES: ("gate", "gates"),
    Area.PASSPORT: ("passport axis", "passport axes"),
    Area.CAPABILITIES: ("capability", "capabilities"),
    Area.LIMITS: ("limit", "limits"),
    Area.PRICES: ("price", "prices"),
    Area.MODELS: ("model", "models"),
    Area.ROUTES: ("route", "routes"),
    Area.METRICS: ("metric", "metrics"),
    Area.POLICY: ("policy field", "policy fields"),
}
_LESS = (Shift.REDATED, Shift.CHANGED)  # not counted for what is counted under another word


def compared(a: Path, b: Path, *, as_json: bool) -> int:
    """Show what changed between two exported runs and return the exit status."""
    runs = read_export(a), read_export(b)
    changes = drift(*runs)
    heads = [{name: _clean(run[name]) for name in HEAD} for run in runs]
    if as_json:
        found = {"schema": SCHEMA, "a": heads[0], "b": heads[1], "same": not changes,
                 "changes": [change.to_json() for change in changes]}  # fmt: skip
        show_json(found)
    else:
        show_drift(heads, changes)
    return DIFFERENT if changes else SAME


def _clean(value: object) -> object:
    return shown(value) if isinstance(value, str) else value


def show_drift(heads: Sequence[Mapping[str, object]], changes: Sequence[Change]) -> None:
    """Print which two runs were compared, a table of what changed, and a line that sums it up."""
    console = Console()
    for name, head in zip("AB", heads, strict=True):
        line = Text(f"{name}  {head['provider']} · run {head['run_id']} · {head['observed_at']}")
        if head["sandbox"]:
            line.append("  ").append(" SANDBOX ", "bold black on yellow")
        console.print(line)
    if changes:
        console.print(_table(changes))
    console.print(Text(summary(changes), "bold"))


def _table(changes: Sequence[Change]) -> Table:
    table = Table(title="What changed from A to B", title_justify="left", title_style="bold")
    for column in ("area", "subject", "change", "A", "B"):
        table.add_column(column, overflow="fold")
    areas: defaultdict[Area, list[Change]] = defaultdict(list)
    for change in changes:
        areas[change.area].append(change)
    for area, found in areas.items():
        for position, change in enumerate(found[:_ROWS]):
            word = Text(f"{change.change}{_percents([change])}", _STYLES.get(change.change, ""))
            after = _cell(change.after)
            if change.why and (not position or found[position - 1].subject != change.subject):
                after.append(f"\n{change.why}", "dim")
            table.add_row("" if position else area.value, Text(change.label), word, _cell(change.before), after)
        if len(found) > _ROWS:
            table.add_row("", Text(f"… {len(found) - _ROWS} more with --json", "dim"))
        table.add_section()
    return table


def _cell(value: Scalar) -> Text:
    if value is None:
        return Text("-", "dim")
    found = number(value)
    return Text(value if isinstance(value, str) else json.dumps(value) if found is None else in_full(found, ""))


def summary(changes: Sequence[Change]) -> str:
    """Say in one line how many of what changed in which way."""
    if not changes:
        return "no difference"
    groups: dict[tuple[Area, Shift], list[Change]] = {}
    more = {(change.area, change.subject) for change in changes if change.change not in _LESS}
    for change in changes:
        if change.change not in _LESS or (change.area, change.subject) not in more:
            groups.setdefault((change.area, change.change), []).append(change)
    return ", ".join(_phrase(area, word, found) for (area, word), found in groups.items())


def _phrase(area: Area, word: Shift, found: Sequence[Change]) -> str:
    subjects = list(dict.fromkeys(change.subject for change in found))
    if area not in _NOUNS:
        return f"{'identity ' if area is Area.IDENTITY else ''}{' and '.join(subjects)} {word}"
    return f"{len(subjects)} {_NOUNS[area][len(subjects) > 1]} {word}{_percents(found)}"


def _percents(found: Sequence[Change]) -> str:
    """Return how far numbers moved, from the lowest to the highest; empty where nothing of that kind did."""
    moved = [change.percent for change in found if change.change in {Shift.MOVED, Shift.CUT, Shift.RAISED}]
    known = sorted(percent for percent in moved if percent is not None)
    ends = dict.fromkeys(f"{three_digits(percent, '+')} %" for percent in (*known[:1], *known[-1:]))
    return f" {' to '.join(ends)}" if ends else ""
