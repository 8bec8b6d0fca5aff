"""What a person sees in the terminal.  Foreign text is shown as text: no markup of its own is obeyed."""

import io
import json
import os
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import typer
from rich import markup
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.panel import Panel
from rich.table import Table

from testkey_nb.outcome import Capability, Speaks

if TYPE_CHECKING:
    from testkey_nb.identity import Identification
    from testkey_nb.judge import Readiness
    from testkey_nb.spec import Provider

_COLOURS = {
    **dict.fromkeys(("yes", "pass", "proved", "genuine", "for"), "green"),
    **dict.fromkeys(("no", "fail", "denied", "relay", "contradicted", "against"), "red"),
    **dict.fromkeys(("unknown", "partial", "vouched"), "yellow"),
}
_SANDBOX = "[bold black on yellow] SANDBOX [/] made-up answers, not a provider's"
_DECIDING = (Speaks.AGAINST, Speaks.FOR, Speaks.NEUTRAL)
_READY = {True: "[bold green]READY", False: "[bold red]NOT READY", None: "[bold yellow]UNDECIDED"}


class _Heard(io.TextIOWrapper):
    """Output that goes nowhere once nobody reads it any more: what was found still is the exit status."""

    def write(self, text: str, /) -> int:
        """Write `text`, if anybody is there."""
        try:
            return super().write(text)
        except BrokenPipeError:
            return self._unheard(len(text))

    def flush(self) -> None:
        """Write what is held back, if anybody is there."""
        try:
            super().flush()
        except BrokenPipeError:
            self._unheard(0)

    def _unheard(self, length: int) -> int:
        os.dup2(os.open(os.devnull, os.O_WRONLY), self.fileno())
        return length


def stand_in_for_stdin() -> None:
    """Where whoever started this closed stdin, let nobody be there to answer."""
    if sys.stdin is None:
        sys.stdin = io.StringIO()


def show_every_character() -> None:
    """Let stdout and stderr write what their encoding lacks as escapes, and never fail for want of a reader."""
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name)
        if stream is None:  # closed by whoever started this
            setattr(sys, name, Path(os.devnull).open("w", encoding="utf-8"))  # noqa: SIM115 - for as long as we run
        elif stream is getattr(sys, f"__{name}__"):
            lines = stream.line_buffering
            setattr(sys, name, _Heard(stream.buffer, stream.encoding, "backslashreplace", line_buffering=lines))
        elif isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def say(text: str, *, err: bool = False) -> None:
    """Print a line of any characters; without a `file`, typer would write UTF-8 where ASCII is asked for."""
    typer.echo(text, file=sys.stderr if err else sys.stdout)


def one_line(text: str) -> str:
    """Return text without what a terminal would obey."""
    return "".join(char if char.isprintable() else "?" for char in " ".join(text.split()))


def _shown(text: str) -> str:
    """Return foreign text as rich shows it."""
    return markup.escape(one_line(text))


def show_json(found: object) -> None:
    """Print one JSON object; what stdout lacks is escaped as JSON wants it."""
    is_unicode = (sys.stdout.encoding or "").lower().startswith("utf")
    say(json.dumps(found, ensure_ascii=not is_unicode, indent=2, allow_nan=False))


def show_readiness(readiness: "Readiness") -> None:
    """Print the readiness table and the one action."""
    console, run = Console(), readiness.run
    console.print(
        f"[bold]{_shown(run.plan.provider.name)}[/] · {run.stamp.provider} · {run.plan.region} route", style=""
    )
    if run.sandbox:
        console.print(_SANDBOX)
    console.print(f"{_READY[readiness.ready]}[/] for {readiness.policy.dimension}; identity {run.identity.verdict}")
    _print(console, "Passport", ("axis", "", "why"), ((a, f.answer, f.why) for a, f in readiness.passport.items()))
    _print(console, "Ten capabilities", ("capability", "state", "why"),
           ((c.capability, c.state, c.why) for c in readiness.capabilities))  # fmt: skip
    gates = ((g.gate if g.required else f"({g.gate})", g.may, g.done, g.state, g.why) for g in readiness.gates)
    _print(console, "Readiness: five gates", ("gate", "may it", "done", "state", "why"), gates)
    action = readiness.action
    text = f"[bold]{action.id or 'nothing to do'}[/]: {_shown(action.why)}"
    if action.opens:
        text += f"\nsmallest step: {_shown(action.opens)}"
    if readiness.outstanding:
        text += f"\noutstanding: {', '.join(readiness.outstanding)}"
    console.print(Panel(text, title="Next action", title_align="left"))
    sent = run.manifest.to_json()
    hosts = ", ".join(sorted(run.manifest.hosts))
    console.print(f"{sent['requests']} requests, GET only, to {_shown(hosts) or 'nobody'}; cost 0 USD", highlight=False)


def show_identification(found: "Identification") -> None:
    """Print who answers, by which evidence, and whose shape the key has."""
    console, identity = Console(), found.identity
    if identity.sandbox:
        console.print(_SANDBOX)
    who = f" ({identity.provider})" if identity.provider else ""
    console.print(f"[bold]{identity.verdict}[/]{who}: {_shown(identity.why)}", highlight=False)
    if identity.evidence:
        evidence = sorted(identity.evidence, key=lambda row: _DECIDING.index(row.speaks))
        rows = ((row.mark, row.speaks, row.points_to, row.observed) for row in evidence)
        _print(console, "Evidence (its sources: --json)", ("mark", "speaks", "points to", "observed"), rows)
    if found.candidates:
        shapes = ((c.provider, c.key_type, c.why) for c in found.candidates)
        _print(console, "The key's shape", ("provider", "type", "why"), shapes)


def show_providers(providers: "Iterable[Provider]") -> None:
    """Print whose keys can be probed, where they may go, and the relays that are known."""
    known, console = list(providers), Console()
    table = Table(box=SIMPLE_HEAD, pad_edge=False)
    for column in ("id", "hosts a key may go to", "answers", "rules read"):
        table.add_column(column, overflow="fold")  # cut off, a host would be another one
    for one in known:
        if one.hosts:
            hosts = "\n".join(region.host for region in one.hosts)
            table.add_row(one.id, hosts, f"{len(one.offers)} of {len(Capability)}", one.checked)
    console.print(table)
    relays = [one for one in known if not one.hosts]
    asked = ", ".join(one.id for one in relays if one.asks)
    marked = ", ".join(one.id for one in relays if not one.asks)
    console.print(
        f"Relays, whose marks withhold a key; probed with one of their own at --base-url: {asked}", highlight=False
    )
    console.print(f"Relays that are known by their marks only: {marked}", highlight=False)


def _print(console: Console, title: str, columns: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    table = Table(title=title, title_justify="left", title_style="bold")
    for column in columns:
        table.add_column(column, overflow="fold")
    for row in rows:
        colours = (_COLOURS.get(str(cell)) for cell in row)
        table.add_row(
            *(f"[{c}]{_shown(str(t))}[/]" if c else _shown(str(t)) for c, t in zip(colours, row, strict=True))
        )
    console.print(table)
