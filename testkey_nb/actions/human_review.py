"""``review.md``: what a person has to look at, with the evidence and the smallest thing that opens each gate."""

import re
from collections.abc import Iterator, Mapping

from testkey_nb.judge import Readiness
from testkey_nb.launch import REVIEW_FILE
from testkey_nb.outcome import Answer
from testkey_nb.ranking import RouteRank
from testkey_nb.redaction import printable
from testkey_nb.rows import AnswerRow

from .write import NOTHING, Files, heading, line_ending

_RULE = "---"  # between a review and the one before it


def human_review(readiness: Readiness, now: Mapping[str, str] = NOTHING) -> Files:
    """Return a checklist in Markdown, above what stood there before.

    Where that says the same of an earlier moment, whatever people ticked off or added, it stays as it is.

    Raises
    ------
    LaunchFolderInvalid
        If some lines of what stands there end one way and some another.

    """
    before, lines = now.get(REVIEW_FILE, ""), list(_lines(readiness))
    latest = re.split(rf"^{_RULE}\s*$", before, maxsplit=1, flags=re.MULTILINE)[0]
    if _says(latest, lines):
        return Files({REVIEW_FILE: before})
    text = "\n".join(lines) + (f"\n\n{_RULE}\n\n" if before else "\n")
    return Files({REVIEW_FILE: text.replace("\n", line_ending(REVIEW_FILE, before)) + before})


def _says(before: str, lines: list[str]) -> bool:
    """Whether `lines` stand there in this order, but for the moment, for ticks, and for what is between them."""
    there = map(_timeless, before.splitlines())
    return all(_timeless(line) in there for line in lines)


def _timeless(line: str) -> str:
    return re.sub(r"observed [-\d]+ [:\d]+ UTC", "", re.sub(r"^- \[[xX ]\]", "- [ ]", line.rstrip()))


def _lines(readiness: Readiness) -> Iterator[str]:
    run, action = readiness.run, readiness.action
    yield from (f"# Review of {run.key_name} at {run.plan.provider.name}", "")
    yield from (escaped(line.strip()) + "  " for line in heading(readiness, "").splitlines())
    yield from ("", f"Next action: `{action.id or 'none'}`. {escaped(action.why)}.", "", "## Gates", "")
    yield from _gates(readiness)
    yield from ("", "## Passport", "")
    yield from (f"- {axis}: {found.answer}. {escaped(found.why)}." for axis, found in readiness.passport.items())
    yield from ("", "## Routes", "")
    yield from (_route(rank) for rank in readiness.rows("routes") if isinstance(rank, RouteRank))
    yield from (
        "",
        "## Answers",
        "",
        "| ask | host | status | outcome | why | the provider's words |",
        "|---" * 6 + "|",
    )
    yield from map(_answer, run.answers)
    yield from ("", "## Evidence of identity", "")
    for row in run.identity.evidence:
        said = f"{escaped(row.mark)}: {escaped(row.observed)} (speaks {row.speaks}; {escaped(row.source)})"
        yield f"- {row.endpoint}: {said}" if row.endpoint else f"- {said}"


def _gates(readiness: Readiness) -> Iterator[str]:
    for gate in readiness.gates:
        is_open = gate.may is Answer.YES and gate.done is Answer.YES
        more = "" if gate.required else f" (not required for {readiness.policy.dimension})"
        yield f"- [{'x' if is_open else ' '}] **{gate.gate}**{more}"
        yield f"    - may it: {gate.may}. {escaped(gate.may_why)}."
        yield f"    - done: {gate.done}. {escaped(gate.done_why)}."
        if gate.opens and not is_open:
            yield f"    - smallest step: {escaped(gate.opens)}"


def _route(rank: RouteRank) -> str:
    where = f" at {rank.route}" if rank.route else ""
    return f"- {escaped(f'{rank.model}{where}: {rank.why}')}."


def _answer(row: AnswerRow) -> str:
    cells = (row.ask, row.host, str(row.status or ""), row.outcome, row.why, row.said)
    return "| " + " | ".join(map(escaped, cells)) + " |"


def escaped(foreign: str) -> str:
    """Return foreign text on one line, so that Markdown shows it and runs nothing of it."""
    return re.sub(r"([\\`*_{}\[\]<>|#!&~$])", r"\\\1", printable(foreign))
