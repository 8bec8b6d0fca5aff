"""What an analyst installs: the package, its data, the notebooks and what makes Jupyter use it, and nothing else."""

import importlib.util
import json
import os
import re
import shutil
import subprocess
import sys
import sysconfig
import venv
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

import testkey_nb

ROOT = Path(__file__).parent.parent
PACKAGE = ROOT / "testkey_nb"
NOTEBOOKS = ROOT / "notebooks"
SOURCES = ("pyproject.toml", "README.md", "LICENSE")
OFFLINE = ("No matching distribution", "Could not find a version", "Connection", "Temporary failure", "Max retries")
INDEX_S = 120.0
STATIC = {"jupyter/etc": "etc/jupyter", "jupyter/share": "share/jupyter"}


def pip(*arguments: object, seconds: float | None = None) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-m", "pip", "--disable-pip-version-check", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=seconds)  # noqa: S603 - our own interpreter


def below(folder: Path) -> set[str]:
    """Return the files that belong to us below a folder, without what Python, editors and Jupyter leave there."""
    files = (path.relative_to(folder) for path in folder.rglob("*") if path.is_file())
    return {str(file) for file in files if not {"__pycache__", ".ipynb_checkpoints"} & set(file.parts)}


def built_from(source: Path, out: Path) -> Path:
    """Return the wheel that pip builds of a folder or a source distribution."""
    isolation = () if importlib.util.find_spec("hatchling") is None else ("--no-build-isolation",)
    built = pip("wheel", "--no-deps", "--quiet", *isolation, "--wheel-dir", out, source)
    if built.returncode and any(sign in built.stderr for sign in OFFLINE):
        pytest.skip("hatchling, which builds the wheel, is not installed, and no package registry can be reached")
    assert built.returncode == 0, built.stderr
    (file,) = out.iterdir()
    return file


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the wheel from a copy of the sources in which somebody has worked."""
    source, out = tmp_path_factory.mktemp("source"), tmp_path_factory.mktemp("wheel")
    for name in SOURCES:
        shutil.copy(ROOT / name, source)
    for folder in (PACKAGE, NOTEBOOKS):
        shutil.copytree(folder, source / folder.name)
    for left in ("notebooks/.ipynb_checkpoints/a.ipynb", "testkey_nb/__pycache__/a.pyc", "tests/a.py", "launch/a.csv"):
        (source / left).parent.mkdir(parents=True, exist_ok=True)
        (source / left).write_text("left behind", "utf-8")
    return built_from(source, out)


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Install the wheel into an environment of its own, which finds what we depend on in the one of the tests."""
    folder = tmp_path_factory.mktemp("installed")
    venv.create(folder, with_pip=False)  # with --prefix, pip would uninstall the package that is under test
    done = pip("--python", folder, "install", "--no-deps", "--quiet", wheel)
    assert done.returncode == 0, done.stderr
    (packages,) = folder.glob("lib/python3.*/site-packages")
    (packages / "dependencies.pth").write_text(sysconfig.get_path("purelib"), "utf-8")
    return folder


def run(installed: Path, *words: object) -> "subprocess.CompletedProcess[str]":
    """Run a program of that environment, far from the checkout."""
    apart = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "JUPYTER_"))}
    home, command = installed / "home", [str(installed / "bin" / str(words[0])), *map(str, words[1:])]
    home.mkdir(exist_ok=True)
    environ = apart | {"HOME": str(home)}
    return subprocess.run(command, cwd=home, env=environ, capture_output=True, text=True, check=False)  # noqa: S603 - of that environment


def test_the_wheel_holds_the_package_the_notebooks_and_what_jupyter_looks_for(wheel: Path) -> None:
    names = set(zipfile.ZipFile(wheel).namelist())
    info, data = (f"testkey_nb-{testkey_nb.__version__}.{kind}/" for kind in ("dist-info", "data"))
    static = {f"{data}data/{to}/{file}" for place, to in STATIC.items() for file in below(PACKAGE / place)}
    ours = {f"testkey_nb/{file}" for file in below(PACKAGE)} | {f"testkey_nb/notebooks/{f}" for f in below(NOTEBOOKS)}
    assert {name for name in names if not name.startswith(info)} == ours | static
    assert {f"{info}{name}" for name in ("METADATA", "entry_points.txt", "licenses/LICENSE")} <= names


def test_the_wheel_holds_each_kind_of_file_that_is_no_code(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()
    for name in ("testkey_nb/py.typed", "testkey_nb/locale/id.toml", "testkey_nb/notebooks/01_key_onboarding.ipynb"):
        assert name in names
    assert [name for name in names if name.startswith("testkey_nb/templates/") and name.endswith(".j2")]
    kinds = {".py", ".typed", ".toml", ".j2", ".css", ".json", ".js", ".ipynb", ".csv", ".yaml", ".yml", ".html"}
    assert {Path(name).suffix for name in names if name.startswith("testkey_nb/")} <= kinds


def test_no_notebook_in_the_wheel_has_outputs(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        texts = [archive.read(name) for name in archive.namelist() if name.endswith(".ipynb")]
    cells = [cell for text in texts for cell in json.loads(text)["cells"]]
    assert cells
    assert not [cell for cell in cells if cell.get("outputs") or cell.get("execution_count")]


def test_the_wheel_of_the_source_distribution_is_the_same(
    wheel: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    hatchling = pytest.importorskip("hatchling.build", reason="hatchling builds the source distribution")
    made_here = shutil.ignore_patterns(".git", ".venv", "__pycache__", ".*_cache", ".hypothesis", ".ipynb_checkpoints")
    shutil.copytree(ROOT, tmp_path / "checkout", ignore=made_here)
    monkeypatch.chdir(tmp_path / "checkout")
    packed = tmp_path / hatchling.build_sdist(str(tmp_path))
    again = built_from(packed, tmp_path / "wheel")
    with zipfile.ZipFile(wheel) as one, zipfile.ZipFile(again) as other:
        assert {name: one.read(name) for name in one.namelist()} == {
            name: other.read(name) for name in other.namelist()
        }


def test_the_installed_wheel_works_far_from_the_checkout(installed: Path) -> None:
    where = run(installed, "python", "-c", "import testkey_nb; print(testkey_nb.__file__)")
    assert Path(where.stdout.strip()).is_relative_to(installed), where.stderr
    version = run(installed, "testkey", "--version")
    assert version.stdout.strip() == f"testkey {testkey_nb.__version__}", version.stderr
    demo = run(installed, "testkey", "demo", "--out", "report.html")
    assert demo.returncode == 0, demo.stderr
    assert "SANDBOX" in (installed / "home" / "report.html").read_text("utf-8")


@pytest.mark.parametrize(
    ("lists", "line"),
    [
        ("jupyter_server.extension.serverextension", "testkey_nb.jupyter enabled"),
        ("jupyterlab.labextensions", f"testkey-nb v{testkey_nb.__version__} enabled OK"),
    ],
)
def test_jupyter_lists_the_extension_of_the_installed_wheel_as_enabled(installed: Path, lists: str, line: str) -> None:
    done = run(installed, "python", "-c", f"from {lists} import main; main()", "list")
    plain = re.sub(r"\x1b\[[0-9;]*m", "", done.stdout + done.stderr)
    assert line in " ".join(plain.split())


def test_installing_the_wheel_enables_both_extensions(installed: Path) -> None:
    enabled = installed / "etc/jupyter/jupyter_server_config.d/testkey_nb.json"
    extension = installed / "share/jupyter/labextensions/testkey-nb/package.json"
    overrides = installed / "share/jupyter/lab/settings/overrides.d/testkey_nb.json"
    modules = json.loads(enabled.read_text("utf-8"))["ServerApp"]["jpserver_extensions"]
    assert modules == {"testkey_nb.jupyter": True}
    described = json.loads(extension.read_text("utf-8"))
    assert (described["name"], described["version"]) == ("testkey-nb", testkey_nb.__version__)
    assert (extension.parent / described["jupyterlab"]["_build"]["load"]).is_file()
    settings = json.loads(overrides.read_text("utf-8"))
    assert not settings["@jupyter-widgets/jupyterlab-manager:plugin"]["saveState"]
    assert not settings["@jupyterlab/apputils-extension:notification"]["checkForUpdates"]


def test_what_the_wheel_says_it_needs_is_met_by_what_the_tests_run_with(installed: Path) -> None:
    said = pip("--python", installed, "check").stdout
    assert [line for line in said.splitlines() if line.startswith("testkey")] == []
    (metadata,) = installed.glob("lib/python3.*/site-packages/testkey_nb-*.dist-info/METADATA")
    assert "\nRequires-Dist: jupyterlab" in metadata.read_text("utf-8")


@pytest.fixture(scope="module")
def with_dependencies(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Install the wheel as an analyst does, with everything that it depends on, from the index that pip knows."""
    folder = tmp_path_factory.mktemp("with dependencies")
    venv.create(folder, with_pip=False)
    try:
        # Wheels only: what would have to be built first says nothing of our declarations.
        done = pip("--python", folder, "--timeout", "10", "--retries", "1", "install", "--quiet", "--only-binary",
                   ":all:", "--no-compile", wheel, seconds=INDEX_S)  # fmt: skip
        if done.returncode and any(sign in done.stderr for sign in OFFLINE):
            pytest.skip("the package index does not answer, or lacks one of the dependencies")
        assert done.returncode == 0, done.stderr
        yield folder
    except subprocess.TimeoutExpired:
        pytest.skip(f"the package index did not give everything within {INDEX_S} s")
    finally:
        shutil.rmtree(folder)  # some 500 MB


@pytest.mark.skipif(
    not os.environ.get("TESTKEY_INSTALL"),
    reason="it downloads 150 MB and takes a minute or two; make INSTALL=1 test asks for it",
)
def test_pip_installs_the_wheel_with_what_it_needs_and_jupyter_has_both_extensions(with_dependencies: Path) -> None:
    assert "No broken requirements" in pip("--python", with_dependencies, "check").stdout
    version = run(with_dependencies, "testkey", "--version")
    assert version.stdout.strip() == f"testkey {testkey_nb.__version__}", version.stderr
    for words, line in (
        (("jupyter-server", "extension", "list"), "testkey_nb.jupyter enabled"),
        (("jupyter-labextension", "list"), f"testkey-nb v{testkey_nb.__version__} enabled OK"),
    ):
        done = run(with_dependencies, *words)
        assert line in " ".join(re.sub(r"\x1b\[[0-9;]*m", "", done.stdout + done.stderr).split())
