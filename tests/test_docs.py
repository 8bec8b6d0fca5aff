"""The documentation says what the code does: its tables are written from it, its commands exist."""

import importlib.util
import re
import sys
from pathlib import Path
from types import ModuleType

import pytest

import testkey_nb
from testkey_nb.cli.commands import app
from testkey_nb.outcome import Axis, CapabilityState, GateState, PriceVerdict, Verdict

ROOT = Path(__file__).parents[1]


def _generate() -> ModuleType:
    spec = importlib.util.spec_from_file_location("docs_generate", ROOT / "docs/generate.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


generate = _generate()


@pytest.mark.parametrize("page", generate.PAGES)
def test_tables_are_what_the_code_says(page: str) -> None:
    text = (ROOT / page).read_text(encoding="utf-8")
    assert "<!-- end -->" in text
    assert generate.filled(text) == text, "run `python docs/generate.py`"


def test_every_column_has_a_meaning_or_a_name_that_needs_none() -> None:
    needless = {
        "run_id", "provider", "ask", "model", "route", "region", "status", "mark", "axis", "answer", "why", "asks",
        "capability", "state", "gate", "action", "limit", "method", "path", "host", "outcome", "owner", "metric",
        "speaks",
        "tools", "structured_output", "free", "created_at", "context_tokens", "source", "value", "number", "quota",
        "remaining", "window_s", "reset_s", "may", "may_why", "done", "done_why", "primary", "retry_after",
        "input_usd_per_mtok", "output_usd_per_mtok", "output_modalities", "throughput_tokens_per_s", "checked",
        "total_s", "edge", "currency", "verdict", "output_per_mtok", "input_high_per_mtok", "output_low_per_mtok",
        "output_high_per_mtok", "cached_input_usd_per_mtok", "p95_s", "first_sample", "last_sample",
        "error_share_high",
    }  # fmt: skip
    rows = re.findall(r"^\| `(\w+)` \| [^|]+\| *([^|]*?) *\|$", generate.glossary(), re.MULTILINE)
    assert rows
    assert {name for name, meaning in rows if not meaning} <= needless


def test_the_readme_is_short_and_names_no_command_that_does_not_exist() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    assert len(text.splitlines()) <= 150
    known = {command.name or getattr(command.callback, "__name__", "") for command in app.registered_commands}
    pages = text + (ROOT / "docs/command-line.md").read_text(encoding="utf-8")
    assert set(re.findall(r"^\s*testkey ([a-z]+)", pages, re.MULTILINE)) <= known
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    assert all(f"\n{target}:" in makefile for target in re.findall(r"make ([a-z]+)  ", text))


def test_the_readmes_python_uses_public_names_only() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    assert set(re.findall(r"\btk\.(\w+)", text)) <= set(testkey_nb.__all__)


def test_every_local_link_leads_somewhere() -> None:
    for page in (*ROOT.glob("*.md"), *ROOT.glob("docs/*.md")):
        for link in re.findall(r"\]\((?!http)([^)#]+)\)", page.read_text(encoding="utf-8")):
            assert (page.parent / link).exists(), f"{page.name}: {link}"


def test_the_verdicts_page_has_every_word_and_quotes_what_is_really_said() -> None:
    page = (ROOT / "docs/verdicts.md").read_text(encoding="utf-8")
    words = {str(word) for kind in (Verdict, Axis, CapabilityState, GateState, PriceVerdict) for word in kind}
    assert words <= set(re.findall(r"`(\w+)`", page))
    said = "".join(path.read_text(encoding="utf-8") for path in Path(testkey_nb.__file__).parent.rglob("*.py"))
    quoted = re.findall(r"^\| (`.+?`) \|", page.partition("| you see |")[2], re.MULTILINE)
    parts = [part.strip() for cell in quoted for text in re.findall(r"`([^`]+)`", cell) for part in text.split("…")]
    assert len(parts) > 8
    assert [part for part in parts if part.partition(" 4")[0] not in said] == []


def test_every_test_file_that_a_page_names_exists() -> None:
    for page in (*ROOT.glob("*.md"), *ROOT.glob("docs/*.md")):
        named = re.findall(r"\btests/[\w/]+\.py\b", page.read_text(encoding="utf-8"))
        assert named or page.name != "SECURITY.md"
        for path in named:
            assert (ROOT / path).is_file(), f"{page.name}: {path}"
