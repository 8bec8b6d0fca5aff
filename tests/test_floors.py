"""The architecture, kept by walking the imports and a few patterns of every file."""

import ast
import importlib
import json
import re
import subprocess
import sys
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest

import testkey_nb
from testkey_nb.providers import PROVIDERS

PACKAGE = Path(testkey_nb.__file__).parent
FILES = sorted(PACKAGE.rglob("*.py"))
FLOORS = {
    "digits": 0,
    "echoes": 0,
    "errors": 0,
    "expiry": 0,
    "redaction": 0,
    "outcome": 1,
    "politeness": 1,
    "rows": 1,
    "keys": 1,
    "addresses": 1,
    "retention": 1,
    "drift": 2,
    "spec": 2,
    "frames": 2,
    "stability": 2,
    "places": 2,
    "providers": 3,
    "http": 3,
    "identity": 4,
    "prices": 4,
    "load": 4,
    "probe": 5,
    "launch": 5,
    "ranking": 5,
    "inventory": 5,
    "headroom": 5,
    "judge": 6,
    "actions": 7,
    "fleet": 7,
    "jupyter": 7,
    "report": 8,  # it shows what the actions would write
    "panels": 9,
    "cli": 9,
}
ONE_ROOM = dict.fromkeys(
    (
        "plots",
        "spending",
        "heatmap",
        "amounts",
        "offers",
        "price_bars",
        "price_speed",
        "limit_shares",
        "latency_bars",
        "live_chart",
        "key_lines",
        "drawing",
        "svg",
        "locale",
        "templates",
    ),
    "report",
)
SANDBOX_GUESTS = {"sandbox", "cli", "panels"}
SLOW = {
    "httpx",
    "pandas",
    "numpy",
    "matplotlib",
    "ipywidgets",
    "pydantic",
    "genai_prices",
    "IPython",
    "jinja2",
    "yaml",
    "starlette",
    "uvicorn",
}


def room_of(parts: tuple[str, ...]) -> str:
    name = parts[0].removesuffix(".py") if parts else ""
    return ONE_ROOM.get(name, name)


def room(path: Path) -> str:
    return room_of(path.relative_to(PACKAGE).parts)


def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"), str(path))


def imported(path: Path) -> Iterator[str]:
    """Return the absolute names of the modules a file imports, wherever in it."""
    package = ("testkey_nb", *path.relative_to(PACKAGE).parts[:-1])
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else ()
            module = ".".join((*base, *(node.module or "").split("."))).strip(".")
            yield from (f"{module}.{alias.name}" for alias in node.names)


def rooms_imported(path: Path) -> set[str]:
    inside = (name.split(".") for name in imported(path) if name.split(".")[0] == "testkey_nb")
    found = {room_of(tuple(parts[1:])) for parts in inside}
    return {name for name in found if name in FLOORS or name == "sandbox"}


def where(nodes: Iterator[tuple[Path, ast.AST]]) -> list[str]:
    return [f"{path.relative_to(PACKAGE)}:{getattr(node, 'lineno', 0)}" for path, node in nodes]


def test_every_room_has_a_floor() -> None:
    assert {room(path) for path in FILES} <= {*FLOORS, "sandbox", "__init__", "__main__"}


def test_contributors_are_shown_the_floors_that_hold() -> None:
    page = (PACKAGE.parent / "CONTRIBUTING.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| (\d) \| (.*) \|$", page, re.MULTILINE)
    shown = {name: int(floor) for floor, rooms in rows for name in re.findall(r"`(\w+)/?`", rooms)}
    assert shown == FLOORS | {name: FLOORS[room] for name, room in ONE_ROOM.items()}


# The package's front door opens every room, and the sandbox stands outside.
FLOORED = [path for path in FILES if room(path) not in {"__init__", "__main__", "sandbox"}]


@pytest.mark.parametrize("path", FLOORED, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_a_room_imports_only_from_floors_below_its_own(path: Path) -> None:
    own = room(path)
    below = {name for name, floor in FLOORS.items() if floor < FLOORS[own]}
    assert rooms_imported(path) - {own, "sandbox"} <= below


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_the_sandbox_is_imported_only_where_it_is_shown_and_imports_no_other_room(path: Path) -> None:
    rooms = rooms_imported(path)
    if room(path) == "sandbox":
        assert rooms <= {"sandbox"}
    elif room(path) not in SANDBOX_GUESTS:
        assert "sandbox" not in rooms


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_only_the_sender_and_the_sandbox_import_an_http_client(path: Path) -> None:
    known = {"httpx", "requests", "aiohttp", "urllib3", "httpcore", "h11"}
    clients = {name.split(".")[0] for name in imported(path)} & known
    assert not clients or room(path) in {"http", "sandbox"}


def test_a_room_is_named_for_what_lives_in_it() -> None:
    names = {part.removesuffix(".py") for path in FILES for part in path.relative_to(PACKAGE).parts}
    assert not names & {"utils", "util", "base", "common", "helpers", "constants", "types", "misc"}


def test_a_file_can_be_read_in_one_sitting() -> None:
    long = {str(path): len(path.read_text("utf-8").splitlines()) for path in FILES}
    assert not {path: lines for path, lines in long.items() if lines > 420}


def test_the_public_names_are_few_sorted_and_there() -> None:
    names = testkey_nb.__all__
    assert len(names) <= 14
    # Constants first, then classes, then functions, each in order: the way ruff sorts `__all__`.
    assert names == sorted(names, key=lambda name: (not name.isupper(), not name[0].isupper(), name))
    for name in names:
        assert getattr(testkey_nb, name) is not None, name
        assert not name.lower().startswith("test"), "pytest would collect it"


def test_a_name_that_is_not_public_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="no attribute 'api_key'"):
        _ = testkey_nb.api_key


def loaded_by(code: str) -> set[str]:
    """Return the modules that a fresh process has in the end, ours and whole packages of others."""
    ending = "; import sys, json; print(json.dumps(sorted(sys.modules)))"
    out = subprocess.run(  # noqa: S603 - our own interpreter, our own code
        [sys.executable, "-c", code + ending], capture_output=True, text=True, check=True, cwd=PACKAGE.parent
    )
    return set(json.loads(out.stdout.splitlines()[-1]))


def test_importing_the_package_loads_nothing_slow() -> None:
    assert not SLOW & loaded_by("import testkey_nb")


def test_help_and_the_list_of_providers_wait_for_nothing_that_they_do_not_show() -> None:
    needless = (SLOW | {"asyncio", "testkey_nb.judge", "testkey_nb.probe", "testkey_nb.sandbox"}) - {
        "pydantic"
    }  # typer's
    for word in ("--help", "providers"):
        told = f"from testkey_nb.cli.commands import app; app(['{word}'], standalone_mode=False)"
        assert not needless & loaded_by(told), word


def test_a_key_is_revealed_in_one_line_of_the_sender() -> None:
    found = where(
        (path, node)
        for path in FILES
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Attribute) and node.attr == "reveal"
    )
    assert len(found) == 1, found
    assert found[0].startswith("http/sender.py:")
    assert not [path for path in FILES if "_Key__text" in path.read_text("utf-8")]


def test_nothing_branches_on_a_providers_id() -> None:
    def literals(node: ast.AST) -> set[object]:
        return {inner.value for inner in ast.walk(node) if isinstance(inner, ast.Constant)}

    compared = (
        (path, node)
        for path in FILES
        if room(path) not in {"sandbox", "providers"}  # where a provider's own words are written
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Compare | ast.match_case)
    )
    assert not where((path, node) for path, node in compared if literals(node) & set(PROVIDERS))


def test_nothing_asks_whether_it_is_under_test() -> None:
    def said(node: ast.AST) -> str:
        return str(getattr(node, "value", "")) if isinstance(node, ast.Constant) else str(getattr(node, "id", ""))

    words = ("PYTEST", "pytest", "unittest")
    nodes = ((path, node) for path in FILES for node in ast.walk(tree(path)))
    assert not where((path, node) for path, node in nodes if any(word in said(node) for word in words))
    assert not [path for path in FILES if {name.split(".")[0] for name in imported(path)} & {"pytest", "unittest"}]


def test_an_id_is_written_once_and_lists_are_derived() -> None:
    assert {provider.id: provider for provider in PROVIDERS.values()} == dict(PROVIDERS)
    assert all(importlib.util.find_spec(f"testkey_nb.{path.stem}") for path in PACKAGE.glob("[a-z]*.py"))


def test_the_order_of_floors_is_the_order_data_goes() -> None:
    way = ("keys", "providers", "identity", "probe", "judge", "actions", "cli")
    assert all(FLOORS[before] < FLOORS[after] for before, after in pairwise(way))
