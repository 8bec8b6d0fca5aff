"""How long it takes until something is there: the import, the commands, the notebooks."""

import tempfile
from pathlib import Path

import nbformat

from .work import ROOT, Figures, Way, Work, python

CPU = "CPU ms"
_COMMAND = "import sys; from testkey_nb.cli import main; sys.argv[0] = 'testkey'; main()"
_FIGURE = "import matplotlib.pyplot as plt\n\nplt.plot([1, 2, 3])"
_NBVAL = ("-m", "pytest", "-q", "-p", "no:cacheprovider", "--nbval-lax", "--nbval-current-env")


def works() -> list[Work]:
    """Return what is measured."""
    nothing = python("-c", "pass")
    drawn = python("-c", "import pandas, matplotlib.pyplot")
    return [
        Work("`import testkey_nb`", {"ours": python("-c", "import testkey_nb"), "`python -c pass`": nothing}),
        Work("`testkey --help`", {"ours": python("-c", _COMMAND, "--help"), "`python -c pass`": nothing}),
        Work(
            "`testkey providers`",
            {"ours": python("-c", _COMMAND, "providers"), "`python -c pass`": nothing},
            limits={CPU: 350},
        ),
        Work(
            "`testkey demo --out`, report included",
            {"ours": _demo, "`import pandas, matplotlib.pyplot`": drawn},
            {(CPU, "`import pandas, matplotlib.pyplot`"): 3.0},
            rounds=5,
        ),
    ]


def notebooks(*, quick: bool) -> list[Work]:
    """Return the notebooks, which take longest."""
    books = sorted((ROOT / "notebooks").glob("*.ipynb"))
    return [_notebook(path) for path in books[: 1 if quick else None]]


def _demo() -> Figures:
    with tempfile.TemporaryDirectory() as folder:
        return python("-c", _COMMAND, "demo", "--out", f"{folder}/report.html")()


def _notebook(path: Path) -> Work:
    floor = "an empty one: its imports, one figure"
    ways: dict[str, Way] = {"ours": python(*_NBVAL, str(path)), floor: lambda: _emptied(path)}
    return Work(f"`{path.name}` under nbval", ways, {(CPU, floor): 1.5}, rounds=3)


def _emptied(path: Path) -> Figures:
    """Run a notebook with the imports of another and one inline figure, and nothing of its own."""
    cells = nbformat.read(path, as_version=4).cells  # type: ignore[no-untyped-call]
    lines = [line for cell in cells if cell.cell_type == "code" for line in cell.source.splitlines()]
    imports = "\n".join(line for line in lines if line.startswith(("import ", "from ")))
    new = nbformat.v4
    cells = [new.new_code_cell(source) for source in (imports, _FIGURE)]  # type: ignore[no-untyped-call]
    with tempfile.TemporaryDirectory() as folder:
        nbformat.write(new.new_notebook(cells=cells), f"{folder}/empty.ipynb")  # type: ignore[no-untyped-call]
        return python(*_NBVAL, f"{folder}/empty.ipynb")()
