"""environment.yml promises what pyproject.toml asks for, under conda-forge's names."""

import re
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parent.parent
ENVIRONMENT = (ROOT / "environment.yml").read_text(encoding="utf-8")
PYPROJECT = (ROOT / "pyproject.toml").read_text(encoding="utf-8")

# Where conda-forge's name is not PyPI's normalised one.
CONDA_NAMES = {"huggingface-hub": "huggingface_hub", "matplotlib": "matplotlib-base"}
# Runtime packages that `pip: [-e .]` brings; the head of environment.yml says why.
LEFT_TO_PIP = {"genai-prices"}

SPEC = re.compile(r"(?P<name>[a-z0-9_.-]+)(?: (?P<range>[<>=!~].*))?")


def conda_name(requirement: Requirement) -> str:
    name = canonicalize_name(requirement.name)
    return CONDA_NAMES.get(name, name)


def wanted_ranges(pyproject: str) -> dict[str, SpecifierSet]:
    project = tomllib.loads(pyproject)["project"]
    requirements = [Requirement(text) for text in project["dependencies"] + project["optional-dependencies"]["test"]]
    ranges = {conda_name(one): one.specifier for one in requirements if one.name not in LEFT_TO_PIP}
    return ranges | {"python": SpecifierSet(project["requires-python"]), "pip": SpecifierSet()}


def package_faults(specs: list[str], wanted: dict[str, SpecifierSet]) -> list[str]:
    faults, seen = [], set()
    for spec in specs:
        match = SPEC.fullmatch(spec)
        try:
            name, found = (match["name"], SpecifierSet(match["range"] or "")) if match else ("", SpecifierSet())
        except InvalidSpecifier:
            match = None
        if match is None:
            faults.append(f"unreadable: {spec}")
            continue
        if name in seen:
            faults.append(f"twice: {name}")
        elif name not in wanted:
            faults.append(f"not in pyproject.toml: {name}")
        elif found != wanted[name]:
            faults.append(f"range differs: {name} {found}, not {wanted[name]}")
        seen.add(name)
    return faults + [f"not in environment.yml: {name}" for name in sorted(wanted.keys() - seen)]


def faults_of(environment: str, pyproject: str) -> list[str]:
    """Return every way in which the environment is not the one that pyproject.toml describes."""
    read: dict[str, Any] = yaml.safe_load(environment)
    faults = [f"unknown entry: {key}" for key in sorted(read.keys() - {"name", "channels", "dependencies"})]
    if read["channels"] != ["conda-forge", "nodefaults"]:
        faults.append(f"channels: {read['channels']}")
    if [one for one in read["dependencies"] if not isinstance(one, str)] != [{"pip": ["-e ."]}]:
        faults.append("pip section: more or less than -e .")
    specs = [one for one in read["dependencies"] if isinstance(one, str)]
    return faults + package_faults(specs, wanted_ranges(pyproject))


def changed(text: str, old: str, new: str) -> str:
    assert text.count(old) == 1, f"the fault cannot be planted: {old!r} occurs {text.count(old)} times"
    return text.replace(old, new)


def test_environment_agrees_with_pyproject() -> None:
    assert faults_of(ENVIRONMENT, PYPROJECT) == []


def test_what_is_left_to_pip_is_a_runtime_dependency() -> None:
    runtime = {Requirement(text).name for text in tomllib.loads(PYPROJECT)["project"]["dependencies"]}
    assert runtime >= LEFT_TO_PIP


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ("- conda-forge\n  - nodefaults", "- nodefaults\n  - conda-forge", "channels: ['nodefaults', 'conda-forge']"),
        ("- nodefaults", "- defaults", "channels: ['conda-forge', 'defaults']"),
        ("name: testkey_nb\n", "name: testkey_nb\nprefix: /opt/env\n", "unknown entry: prefix"),
        ("      - -e .\n", "      - -e .\n      - httpx\n", "pip section: more or less than -e ."),
        ("  - pip:\n      - -e .\n", "", "pip section: more or less than -e ."),
        ("  - pip\n", "", "not in environment.yml: pip"),
        ("  - python >=3.11\n", "  - python >=3.10\n", "range differs: python >=3.10, not >=3.11"),
        ("  - httpx >=0.28,<1\n", "", "not in environment.yml: httpx"),
        ("  - httpx >=0.28,<1\n", "  - httpx\n", "range differs: httpx , not <1,>=0.28"),
        ("httpx >=0.28,<1", "httpx >=0.27,<1", "range differs: httpx <1,>=0.27, not <1,>=0.28"),
        ("httpx >=0.28,<1", "httpx =0.28", "unreadable: httpx =0.28"),
        ("httpx >=0.28,<1", "httpx[http2] >=0.28,<1", "unreadable: httpx[http2] >=0.28,<1"),
        ("- matplotlib-base ", "- matplotlib ", "not in pyproject.toml: matplotlib"),
        ("  - nbval ", "  - polars >=1\n  - nbval ", "not in pyproject.toml: polars"),
        ("  - nbval ", "  - nbval >=0.11,<0.12\n  - nbval ", "twice: nbval"),
        ("  - nbval ", "  - genai-prices >=0.2,<0.3\n  - nbval ", "not in pyproject.toml: genai-prices"),
    ],
)
def test_a_fault_in_the_environment_is_found(old: str, new: str, fault: str) -> None:
    assert fault in faults_of(changed(ENVIRONMENT, old, new), PYPROJECT)


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ('    "httpx>=0.28,<1",\n', "", "not in pyproject.toml: httpx"),
        ('"httpx>=0.28,<1"', '"httpx>=0.28,<2"', "range differs: httpx <1,>=0.28, not <2,>=0.28"),
        ('"httpx>=0.28,<1"', '"httpx>=0.28,<1", "polars>=1"', "not in environment.yml: polars"),
        ('"nbval>=0.11,<0.12"', '"nbval>=0.11"', "range differs: nbval <0.12,>=0.11, not >=0.11"),
        ('requires-python = ">=3.11"', 'requires-python = ">=3.12"', "range differs: python >=3.11, not >=3.12"),
    ],
)
def test_a_change_of_pyproject_alone_is_found(old: str, new: str, fault: str) -> None:
    assert fault in faults_of(ENVIRONMENT, changed(PYPROJECT, old, new))
