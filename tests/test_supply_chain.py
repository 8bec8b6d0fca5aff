"""What `make audit` and `make lowest` make of what pip-audit and pyproject.toml say."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from packaging.requirements import Requirement

ROOT = Path(__file__).parent.parent
FOUND = {"id": "PYSEC-2026-1", "fix_versions": ["2.0"], "aliases": [], "description": ""}
CLEAN = {"name": "httpx", "version": "0.28.1", "vulns": []}
VULNERABLE = {"name": "jinja2", "version": "3.1.0", "vulns": [FOUND]}
NOT_KNOWN = {"name": "rich", "skip_reason": "Dependency not found on PyPI and could not be audited: rich (15.0.0)"}
NO_SERVICE = "requests.exceptions.ConnectionError: HTTPSConnectionPool(host='pypi.org', port=443): Max retries exceeded"


def said(*packages: object) -> str:
    return json.dumps({"dependencies": packages, "fixes": []})


@pytest.mark.parametrize(
    ("stdout", "stderr", "status", "words"),
    [
        (said(CLEAN), "", 0, "1 packages, 0 findings; not answered for: none"),
        (said(CLEAN, NOT_KNOWN), "", 0, "1 packages, 0 findings; not answered for: rich"),
        (said(CLEAN, VULNERABLE), "Found 1 known vulnerability", 1, "jinja2 3.1.0: PYSEC-2026-1"),
        (said(NOT_KNOWN), "No known vulnerabilities found", 0, "SKIPPED"),
        ("", NO_SERVICE, 0, "SKIPPED"),
        ("", "pip-audit: error: unrecognized arguments", 1, "unrecognized arguments"),
    ],
)
def test_an_audit_fails_for_a_finding_and_is_skipped_aloud_where_nobody_answers(
    tmp_path: Path, stdout: str, stderr: str, status: int, words: str
) -> None:
    program = tmp_path / "pip-audit"
    program.write_text(
        f"#!{sys.executable}\nimport sys\nsys.stderr.write({stderr!r})\nprint({stdout!r}, end='')\n", "utf-8"
    )
    program.chmod(0o755)
    command = [sys.executable, str(ROOT / ".ci" / "audit.py"), str(program), str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 - our own interpreter
    assert done.returncode == status, done.stderr
    assert words in done.stdout + done.stderr


def test_without_pip_audit_the_audit_is_skipped_aloud(tmp_path: Path) -> None:
    command = [sys.executable, str(ROOT / ".ci" / "audit.py"), str(tmp_path / "pip-audit"), str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 - our own interpreter
    assert (done.returncode, "SKIPPED" in done.stderr) == (0, True)


def test_the_lowest_versions_are_allowed_and_pinned_exactly() -> None:
    command = [sys.executable, str(ROOT / ".ci" / "lowest.py")]
    done = subprocess.run(command, capture_output=True, text=True, check=True)  # noqa: S603 - our own interpreter
    pins = [Requirement(line) for line in done.stdout.splitlines()]
    assert {"pandas", "httpx", "jupyterlab", "typer", "pytest"} <= {pin.name for pin in pins}
    assert all(str(pin.specifier).startswith("==") for pin in pins)
