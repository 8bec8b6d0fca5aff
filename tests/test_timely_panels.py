"""Retention has a thread of its own: when it clears a panel in the middle of a drawing, nothing of that may be left."""

from collections.abc import Callable, Iterator
from dataclasses import fields
from typing import Any

import ipywidgets
import pytest
from widgets import ended, open_widgets

from testkey_nb.judge import Readiness
from testkey_nb.panels import ComparePanel, ModelsPanel, SignalsPanel
from testkey_nb.panels.batch import BatchPanel

pytestmark = pytest.mark.usefixtures("own_widgets")

Panel = BatchPanel[Any]
Results = Any  # of a panel
ENDS: list[Callable[[], None]] = []


class Ending(Readiness):
    """A verdict that is cleared away while somebody looks at it, at the first look or a later one."""

    def __getattribute__(self, name: str) -> Any:  # noqa: ANN401 - as it is defined
        if ENDS:
            ENDS.pop()()
        return super().__getattribute__(name)


@pytest.fixture(autouse=True)
def _nothing_ends() -> Iterator[None]:
    yield
    ENDS.clear()


def shown(kind: type[Panel]) -> Panel:
    """Return a panel that shows two keys."""
    panel = kind(personas={"huggingface": ("launch-ready", "revoked")}, samples=2)
    judged = ended(panel.probe_now)
    assert judged
    panel.results.show(tuple(ending(one) for one in judged), "en")
    return panel


def ending(one: Readiness) -> Ending:
    return Ending(**{field.name: getattr(one, field.name) for field in fields(one)})


def observed() -> list[str]:
    """Return what any widget shows that was observed, and what it offers to choose of it."""
    widgets = open_widgets()
    texts = [one.value for one in widgets if isinstance(one, ipywidgets.HTML) and not one.value.startswith("<style>")]
    keys = [str(one.options) for one in widgets if getattr(one, "description", "") == "One key"]
    marks = ('role="img"', "tk-made-up", "tk-sandbox", "SANDBOX launch-ready", "tk-badge", "<tbody>")
    return [text for text in [*texts, *keys] if any(mark in text for mark in marks)]


def look_at(number: int) -> Callable[[Results], None]:
    return lambda results: setattr(results.tab, "selected_index", number)


def choose(control: str, value: object) -> Callable[[Results], None]:
    return lambda results: setattr(getattr(results, control), "value", value)


def press(sheet: str, number: int) -> Callable[[Results], None]:
    return lambda results: results.sheets[sheet].table.heads[number].click()


CHANGES: dict[str, tuple[type[Panel], list[Callable[[Results], None]]]] = {
    "compare: a picture": (ComparePanel, [look_at(2)]),
    "compare: the order": (ComparePanel, [choose("sort", "name")]),
    "compare: a filter": (ComparePanel, [lambda results: setattr(results.filters["verdict"], "index", 1)]),
    "compare: one key": (ComparePanel, [lambda results: setattr(results.key, "index", 1)]),
    "signals: a table": (SignalsPanel, [look_at(3)]),
    "signals: a picture": (SignalsPanel, [look_at(1)]),
    "signals: the order of a picture": (SignalsPanel, [look_at(1), press("stability", 0)]),
    "models: a table": (ModelsPanel, [look_at(4)]),
    "models: a picture": (ModelsPanel, [look_at(2)]),
    "models: the order of a table": (ModelsPanel, [press("models", 1)]),
    "models: the order of a picture": (ModelsPanel, [look_at(1), press("rulings", 0)]),
    "models: a filter": (ModelsPanel, [choose("text", "llama")]),
}


@pytest.mark.parametrize("looks", [0, 3])
@pytest.mark.parametrize("change", CHANGES)
def test_nothing_is_shown_of_what_was_cleared_while_it_was_drawn(change: str, looks: int) -> None:
    kind, (*before, last) = CHANGES[change]
    panel = shown(kind)
    for act in before:
        act(panel.results)
    assert observed()
    ENDS.extend([panel.results.clear, *[lambda: None] * looks])
    last(panel.results)
    assert not ENDS, "it drew nothing"
    assert observed() == []


@pytest.mark.parametrize("kind", [ComparePanel, SignalsPanel, ModelsPanel])
def test_what_was_cleared_can_be_shown_again(kind: type[Panel]) -> None:
    panel = shown(kind)
    judged = panel.results.compared()
    ENDS.append(panel.results.clear)
    look_at(1)(panel.results)
    panel.results.show(judged, "en")
    assert observed()
