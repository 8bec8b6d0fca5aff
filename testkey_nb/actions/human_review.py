"""``review.md``: what a person has to look at, with the evidence and the smallest thing that opens each gate."""

import re
from collections.abc import Mapping

from testkey_nb.judge import Readiness
from testkey_nb.outcome import Answer

from .write import NOTHING, Files, heading


def human_review(readiness: Readiness, _now: Mapping[str, str] = NOTHING) -> Files:
    """Return a checklist in Markdown: of this run only, so an older one is never merged with it."""
    run, action = readiness.run, readiness.action
    lines = [f"# Review of {run.key_name} at {run.plan.provider.name}", ""]
    lines += [escaped(line.strip()) + "  " for line in heading(readiness, "").splitlines()]
    lines += [""]
    lines += [f"Next action: `{action.id or 'none'}`. {escaped(action.why)}.", "", "## Gates", ""]
    for gate in readiness.gates:
        box = "x" if gate.may is Answer.YES and gate.done is Answer.YES else " "
        lines.append(f"- [{box}] **{gate.gate}** may it: {gate.may}; done: {gate.done}. {escaped(gate.why)}.")
        if gate.opens and box == " ":
            lines.append(f"    - smallest step: {escaped(gate.opens)}")
    lines += ["", "## Passport", ""]
    lines += [f"- {axis}: {found.answer}. {escaped(found.why)}." for axis, found in readiness.passport.items()]
    lines += [
        "",
        "## Answers",
        "",
        "| ask | host | status | outcome | why | the provider's words |",
        "|---|---|---|---|---|---|",
    ]
    for row in run.answers:
        cells = (row.ask, row.host, str(row.status or ""), row.outcome, row.why, row.said)
        lines.append("| " + " | ".join(map(escaped, cells)) + " |")
    lines += ["", "## Evidence of identity", ""]
    lines += [
        f"- {row.endpoint}: {escaped(row.mark)}: {escaped(row.observed)} (speaks {row.speaks}; {escaped(row.source)})"
        for row in run.identity.evidence
    ]
    return Files({"review.md": "\n".join(lines) + "\n"})


def escaped(foreign: str) -> str:
    """Return foreign text so that Markdown shows it and runs nothing of it."""
    return re.sub(r"([\\`*_{}\[\]<>|#!])", r"\\\1", foreign)
