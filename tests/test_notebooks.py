"""Notebooks hold no logic and no outputs, and what runs them can fail."""

import ast
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import nbformat
import pytest

from testkey_nb.sandbox import PERSONAS

NOTEBOOKS = sorted((Path(__file__).parent.parent / "notebooks").glob("*.ipynb"))
LOGIC = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.For, ast.AsyncFor, ast.While, ast.Try, ast.TryStar)
NBVAL = ("--nbval-lax", "--nbval-current-env", "--nbval-cell-timeout", "60")

each = pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.name)


def read(path: Path) -> Any:  # noqa: ANN401 - a notebook gives its keys as attributes
    return nbformat.read(path, as_version=4)  # type: ignore[no-untyped-call]  # nbformat's own


def code(path: Path) -> list[Any]:
    return [cell for cell in read(path).cells if cell.cell_type == "code"]


def parsed(path: Path) -> list[ast.AST]:
    flags = ast.PyCF_ONLY_AST | ast.PyCF_ALLOW_TOP_LEVEL_AWAIT
    trees = [compile(cell.source, path.name, "exec", flags) for cell in code(path)]
    return [node for tree in trees for node in ast.walk(tree)]


def test_there_are_notebooks() -> None:
    assert NOTEBOOKS


@each
def test_a_notebook_is_valid_and_stripped(path: Path) -> None:
    notebook = read(path)
    nbformat.validate(notebook)
    assert not [cell.id for cell in code(path) if cell.outputs or cell.execution_count is not None]
    assert not [cell.id for cell in notebook.cells if "execution" in cell.metadata]
    assert set(notebook.metadata) <= {"kernelspec", "language_info", "testkey_nb"}
    assert notebook.metadata.kernelspec.name == "python3"
    assert notebook.metadata.testkey_nb.clear_outputs is True


@each
def test_a_notebook_begins_with_a_title_and_ends_with_checks(path: Path) -> None:
    cells = read(path).cells
    assert cells[0].cell_type == "markdown"
    assert cells[0].source.startswith("# ")
    assert [cell for cell in cells if "parameters" in cell.metadata.get("tags", [])] == [code(path)[0]]
    assert cells[-1] is not cells[0]
    assert any(isinstance(node, ast.Assert) for node in ast.walk(ast.parse(cells[-1].source)))


@each
def test_a_notebook_holds_no_logic(path: Path) -> None:
    assert not [ast.unparse(node)[:60] for node in parsed(path) if isinstance(node, LOGIC)]


@each
def test_no_failure_of_a_cell_is_excused(path: Path) -> None:
    excused = {"nbval-skip", "nbval-raises-exception", "raises-exception"}
    assert not [cell.id for cell in code(path) if excused & set(cell.metadata.get("tags", []))]
    assert not [cell.id for cell in code(path) if "NBVAL" in cell.source]


@each
def test_a_copy_with_a_key_of_ones_own_passes_although_nobody_answers(path: Path, tmp_path: Path) -> None:
    notebook, own = read(path), {"huggingface": ["MY_HF_TOKEN"]}
    first = next(cell for cell in notebook.cells if "parameters" in cell.metadata.get("tags", []))
    first.source += f'\nkey_name, operator, personas, key_names, played = "MY_HF_TOKEN", "a test", {{}}, {own}, {{}}'
    nbformat.write(notebook, tmp_path / path.name)  # type: ignore[no-untyped-call]  # nbformat's own
    shut = {"HTTPS_PROXY": "http://127.0.0.1:9", "MY_HF_TOKEN": PERSONAS["huggingface"]["launch-ready"].key}
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *NBVAL, path.name]
    ran = subprocess.run(  # noqa: S603 - pytest, on a copy of ours
        command, cwd=tmp_path, env={**os.environ, **shut}, capture_output=True, text=True, check=False
    )
    assert ran.returncode == 0, ran.stdout


@pytest.mark.parametrize(
    ("source", "failed"),
    [("assert 1 + 1 == 2", 0), ("assert 1 + 1 == 3", 1), ("import asyncio\nawait asyncio.sleep(0)\nassert not 1", 1)],
)
def test_a_notebook_whose_check_fails_is_red(source: str, failed: int, tmp_path: Path) -> None:
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(source)])  # type: ignore[no-untyped-call]
    nbformat.write(notebook, tmp_path / "planted.ipynb")  # type: ignore[no-untyped-call]  # nbformat's own
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *NBVAL, "planted.ipynb"]
    ran = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)  # noqa: S603 - pytest, on our file
    assert ran.returncode == failed, ran.stdout
    assert ("1 failed" if failed else "1 passed") in ran.stdout
