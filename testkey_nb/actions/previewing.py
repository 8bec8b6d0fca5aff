"""What `testkey apply` would write now, to be looked at: nothing is read from or written to a disk."""

from dataclasses import dataclass
from pathlib import Path

from testkey_nb.errors import CallerError
from testkey_nb.judge import Readiness
from testkey_nb.judge.gates import Walked
from testkey_nb.judge.readiness import ACTION_OF
from testkey_nb.outcome import Action, Answer
from testkey_nb.redaction import masked, without_keys
from testkey_nb.rows import Why

from .artefacts import ARTEFACTS
from .write import check_no_key, difference

MAX_LINES = 30  # of one file
MAX_CHARS = 200  # of one line


@dataclass(frozen=True, slots=True)
class FilePreview:
    """The beginning of a file that would be written, or of what would change in one that is there."""

    path: str  # inside the launch folder
    there: bool
    lines: tuple[str, ...]  # of a unified diff where the file is there; none where nothing would change
    left_out: int  # lines


@dataclass(frozen=True, slots=True)
class ActionPreview:
    """An action with its files; where it would be refused, why, and none of them."""

    action: Action
    refused: Why = Why("")  # noqa: RUF009 - immutable
    files: tuple[FilePreview, ...] = ()
    notes: tuple[str, ...] = ()


def gate_of(readiness: Readiness, action: Action) -> Walked | None:
    """Return the gate that an action completes; None for the one that belongs to none."""
    return next((gate for gate in readiness.gates if ACTION_OF[gate.gate] is action), None)


def is_shut(gate: Walked | None) -> bool:
    """Whether a gate's evidence keeps its action from writing; a price to be filled in is what the action is for."""
    return gate is not None and gate.may is not Answer.YES and not gate.to_fill


def previews(readiness: Readiness) -> tuple[ActionPreview, ...]:
    """Return what the next action and the outstanding ones would write into the launch folder that was judged.

    Each stands for itself, as if it were the next: what one writes is not yet there for another.
    """
    actions = [readiness.action.id, *readiness.outstanding]
    return tuple(_preview(readiness, action) for action in actions if action)


def _preview(readiness: Readiness, action: Action) -> ActionPreview:
    gate, now = gate_of(readiness, action), readiness.launch.texts
    if gate and is_shut(gate):
        why = Why("the gate {gate} is {may}: {why}", gate=gate.gate, may=gate.may, why=gate.may_why)
        return ActionPreview(action, why)
    try:
        check_no_key(Path(), now)
        files = ARTEFACTS[action](readiness, now)
        check_no_key(Path(), files)
    except CallerError as mistake:
        return ActionPreview(action, Why("{words}", words=without_keys(str(mistake))))
    shown = tuple(_file(path, now.get(path), text) for path, text in files.items())
    return ActionPreview(action, files=shown, notes=files.notes)


def _file(path: str, now: str | None, text: str) -> FilePreview:
    """Show a new file as it is, and of one that is there what would change, not what people have around it."""
    lines = text.splitlines() if now is None else [masked(line) for line in difference(path, now, text, around=0)]
    shown = tuple(line[:MAX_CHARS] for line in lines[:MAX_LINES])
    return FilePreview(path, now is not None, shown, len(lines) - len(shown))
