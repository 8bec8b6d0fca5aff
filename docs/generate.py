# ruff: noqa: INP001 - a tool that is run, not a package
"""Write the tables in the documentation from the code they describe: ``python docs/generate.py``.

A table stands between ``<!-- NAME -->`` and ``<!-- end -->``; a test compares it with what this would write.
"""

import asyncio
import inspect
import re
import sys
from collections.abc import Callable, Iterable, Sequence
from dataclasses import fields
from pathlib import Path

from testkey_nb import sandbox
from testkey_nb.cli.commands import SANDBOX_OPERATOR
from testkey_nb.fleet import CredentialRow
from testkey_nb.frames import columns
from testkey_nb.judge import DIMENSIONS, VIEWS, Policy, VantageRow, judge_run
from testkey_nb.keys import Key
from testkey_nb.outcome import Capability
from testkey_nb.probe import CONTROL, plan, probe_key
from testkey_nb.providers import LEFT_OUT, PROVIDERS
from testkey_nb.rows import GRAINS, Stamp
from testkey_nb.sandbox.faults import FAULTS
from testkey_nb.sandbox.faulty import Fault
from testkey_nb.spec import Clause, Repeat

ROOT = Path(__file__).parents[1]
PAGES = (
    "README.md",
    "docs/personas.md",
    "docs/columns.md",
    "docs/providers.md",
    "docs/command-line.md",
    "docs/faults.md",
)


def table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """Return a Markdown table."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(str(cell).replace("|", "\\|") for cell in line) + " |" for line in lines)


def providers() -> str:
    """Return what can be probed, and in one line what is known by its marks and has no host of its own."""
    rows, self_hosted = [], []
    for p in PROVIDERS.values():
        if not p.hosts:
            self_hosted.append(f"`{p.id}`")
            continue
        probes = ", ".join(f"`{name}`" for name in dict.fromkeys(ask.name for ask in p.asks))
        hosts = ", ".join(region.host for region in p.hosts)
        rows.append((f"`{p.id}`", f"[{p.name}]({p.docs})", hosts, probes, f"{len(p.offers)} of {len(Capability)}"))
    rows.append((", ".join(self_hosted), "relays", "self-hosted", "known by their marks; see the questions", ""))
    return table(("id", "name", "hosts", "read-only probes", "capabilities"), rows)


def asks() -> str:
    """Return every question with its source, and how many requests a run sends."""
    rows = []
    for p in PROVIDERS.values():
        for ask in p.asks:
            when = {Repeat.ONCE: "always", Repeat.WITH_SAMPLES: "with samples", Repeat.PER_SAMPLE: "each sample"}[
                ask.repeat
            ]
            needs = "key" if ask.auth else "no key"
            needs = "administrative key" if ask.admin else needs
            where = f"`{ask.host or 'BASE-URL'}{ask.path}`"
            needs += ", which it proves" if ask.proves_key else ""
            when += ", after the others" if ask.waits else ""
            gives = ", ".join(f"`{metric}`" for metric in ask.gives)
            rows.append((f"`{p.id}`", f"`{ask.name}`", where, needs, when, gives, ask.source, ask.checked))
    return table(("provider", "probe", "GET", "sent with", "when", "metrics", "source", "read on"), rows)


def spoken_to() -> str:
    """Return what every question to a provider carries, and how other programs and the price catalogue call it."""
    rows = [
        (
            f"`{p.id}`",
            p.kind,
            f"`{p.auth[0]}: {p.auth[1]}`",
            ", ".join(f"`{name}: {value}`" for name, value in p.headers),
            f"`{p.api}`" if p.api else "",
            f"`{p.route_model}`",
            ", ".join(f"`{model}`" for model in p.covered_models),
            f"`{p.catalogue}`" if p.catalogue else "",
            ", ".join(region.host for region in p.keyless_hosts),
        )
        for p in PROVIDERS.values()
    ]
    head = ("provider", "kind", "the key goes into", "always sent", "API for other programs", "a model is called there",
            "covered models", "price catalogue", "hosts that never get the key")  # fmt: skip
    return table(head, rows)


def limits() -> str:
    """Return what each provider documents of the limits in its headers, beyond what their names tell."""
    rows = []
    for p in PROVIDERS.values():
        rules = p.limit_rules
        said = [f"`{name}`: {seconds:g} s" for name, seconds in rules.windows.items()]
        said += [f"`{name}` counts {scope}" for name, scope in rules.scopes.items()]
        own = "its own" if p.counts_itself else "passed on"
        published = "yes" if p.publishes_limits else ""
        rows.append((f"`{p.id}`", published, own, rules.resets, "; ".join(said), rules.source, rules.checked))
    head = ("provider", "publishes them", "unprefixed headers", "a bare reset", "documented", "source", "read on")
    return table(head, rows)


def requests() -> str:
    """Return how many requests a run of each provider sends, by counting those of its launch-ready persona."""
    rows = []
    for provider, known in sandbox.PERSONAS.items():
        if (persona := known.get("launch-ready")) is None:
            continue
        transport = sandbox.transport(provider, persona.name)
        what = plan(
            provider, models=persona.models, base_url=sandbox.ORIGIN, trust_endpoint=True, operator=SANDBOX_OPERATOR
        )
        run = asyncio.run(probe_key(Key("SANDBOX_KEY", persona.key), what, transport=transport))
        asked = transport.app.state.requests  # type: ignore[attr-defined]  # the Starlette application
        own = {row.path.partition("?")[0] for row in run.answers if not row.keyed and row.ask != CONTROL}
        keyed = sum(one.has_key and not one.key_is_control for one in asked)
        control = sum(one.key_is_control for one in asked)
        keyless = sum(not one.has_key and one.path in own for one in asked)
        once = keyless + keyed + control
        rows.append((f"`{provider}`", len(what.models), keyless, keyed, control, once, len(asked) - once))
    head = ("provider", "covered models", "without a key", "with the key", "control", "in all", "look-around")
    return table(head, rows)


def shapes() -> str:
    """Return the shapes of keys: hints, never proofs."""
    rows = [
        (
            f"`{p.id}`",
            shape.type,
            f"`{shape.pattern}`",
            "others' look the same" if shape.shared else "",
            f"`{shape.control}`",
            shape.source,
        )
        for p in PROVIDERS.values()
        for shape in p.key_shapes
    ]
    return table(("provider", "type", "the whole key matches", "", "made-up key", "source"), rows)


def regions() -> str:
    """Return where providers answer, for which region, and which of those hosts are separate platforms."""
    rows = [
        (f"`{p.id}`", region.region, f"`{region.host}`", region.serves, region.platform or "the same keys")
        for p in PROVIDERS.values()
        for region in p.hosts
    ]
    return table(("provider", "region", "host", "serves", "keys are made at"), rows)


def offers() -> str:
    """Return which of the ten capabilities each provider can answer read-only."""
    rows = [
        (f"`{p.id}`", *("yes" if capability in p.offers else "" for capability in Capability))
        for p in PROVIDERS.values()
        if p.asks
    ]
    return table(("provider", *(f"`{capability}`" for capability in Capability)), rows)


def left_out() -> str:
    """Return what is known to exist and is left out, because its source is missing or weak."""
    return table(("left out", "why"), LEFT_OUT.items())


def outcomes() -> str:
    """Return the decision table of every provider."""
    rows = [
        (f"`{p.id}`", clause.status, _holds(clause), f"`{clause.outcome}`", clause.source, clause.checked)
        for p in PROVIDERS.values()
        for clause in (*(clause for ask in p.asks for clause in ask.outcomes), *p.outcomes)
    ]
    return table(("provider", "status", "the body holds", "outcome", "source", "read on"), rows)


def _holds(clause: Clause) -> str:
    """Return what a clause looks for: its words, and the fields of the JSON body."""
    fields_ = [
        f"`{path or 'the body'}` is {'text' if wanted is str else 'a number' if isinstance(wanted, type) else wanted}"
        for path, wanted in clause.fields
    ]
    return "; ".join([*([clause.words] if clause.words else []), *fields_])


def marks() -> str:
    """Return what unmasks and explains an endpoint."""
    rows = [
        (
            f"`{p.id}`",
            mark.name,
            ", ".join([f"header `{mark.header}`"] * bool(mark.header) + [f"`GET {mark.path}`"] * bool(mark.path))
            or "any answer",
            "nothing by itself" if mark.weak else "who answers",
            mark.source,
            mark.checked,
        )
        for p in PROVIDERS.values()
        for mark in p.marks
    ]
    return table(("belongs to", "mark", "seen on", "tells", "source", "read on"), rows)


def personas() -> str:
    """Return what every persona of the sandbox says and comes to, by running each."""
    rows = []
    for provider, known in sandbox.PERSONAS.items():
        for name, persona in known.items():
            what = plan(
                provider, models=persona.models, base_url=sandbox.ORIGIN, trust_endpoint=True, operator=SANDBOX_OPERATOR
            )
            key = Key("SANDBOX_KEY", persona.key)
            readiness = judge_run(asyncio.run(probe_key(key, what, transport=sandbox.transport(provider, name))))
            axes = "/".join({"yes": "y", "no": "n", "unknown": "?"}[f.answer] for f in readiness.passport.values())
            ready = {True: "true · 0", False: "false · 3", None: "null · 4"}[readiness.ready]
            rows.append(
                (
                    f"`{provider}`",
                    f"`{name}`",
                    persona.says,
                    axes,
                    ready,
                    f"`{readiness.action.id}`",
                    readiness.action.gate,
                )
            )
    head = (
        "provider",
        "persona",
        "what the provider says",
        "auth/funds/quota/scope/region/models",
        "ready · exit",
        "action",
        "gate",
    )
    return table(head, rows)


def glossary() -> str:
    """Return every frame with its columns, dtypes and meanings."""
    parts = []
    views = {name: view.row for name, view in VIEWS.items()}
    across = {"compare_vantages": VantageRow, "credentials": CredentialRow}
    for name, row in {"join keys of every frame": Stamp, **GRAINS, **views, **across}.items():
        meanings = _comments(row)
        rows = [
            (f"`{c.name}`", c.dtype if isinstance(c.dtype, str) else "category: " + ", ".join(c.dtype.categories),
             meanings.get(c.name, ""))
            for c in columns(row)
        ]  # fmt: skip
        title = name if row is Stamp else f"`{name}`"
        parts.append(f"### {title}\n\n{inspect.getdoc(row)}\n\n{table(('column', 'dtype', 'meaning'), rows)}")
    return "\n\n".join(parts)


def _comments(row: type) -> dict[str, str]:
    """Return the comment behind each field of a row class: it is the column's meaning."""
    found = re.finditer(r"^    (\w+): [^#\n]*?(?:# (.*))?$", inspect.getsource(row), re.MULTILINE)
    return {match[1]: match[2] or "" for match in found}


def policies() -> str:
    """Return the fields of a policy and what each dimension sets."""
    rows = []
    for field in fields(Policy):
        values = [getattr(policy, field.name) for policy in DIMENSIONS.values()]
        shown = [", ".join(value) if isinstance(value, tuple) else str(value).lower() for value in values]
        rows.append((f"`{field.name}`", *(shown if len(set(shown)) > 1 else (shown[0], "same", "same"))))
    return table(("field", *(f"`{name}`" for name in DIMENSIONS)), rows)


def _expected(fault: Fault) -> str:
    if fault.partly:
        return "what was answered is read, the rest unknown"
    return "the answer is read all the same" if fault.whole else "unknown"


def faults() -> str:
    """Return every fault that can be made to happen, and what is expected of a run then."""
    rows = [
        (
            fault.name,
            _expected(fault),
            "the run's time" if fault.slow else "",
        )
        for fault in FAULTS.values()
    ]
    return table(("what happens", "then", "ends with"), rows)


TABLES: dict[str, Callable[[], str]] = {
    table.__name__: table
    for table in (
        providers,
        asks,
        spoken_to,
        requests,
        shapes,
        regions,
        limits,
        offers,
        left_out,
        outcomes,
        marks,
        personas,
        glossary,
        policies,
        faults,
    )
}


def filled(text: str) -> str:
    """Return a page with its tables written anew."""

    def anew(match: re.Match[str]) -> str:
        return f"<!-- {match[1]} -->\n\n{TABLES[match[1]]()}\n\n<!-- end -->"

    return re.sub(rf"<!-- ({'|'.join(TABLES)}) -->.*?<!-- end -->", anew, text, flags=re.DOTALL)


if __name__ == "__main__":
    for page in PAGES:
        path = ROOT / page
        path.write_text(filled(path.read_text(encoding="utf-8")), encoding="utf-8")
        sys.stdout.write(f"{page}\n")
