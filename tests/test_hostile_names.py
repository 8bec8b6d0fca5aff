"""Names that answers give to models, routes, owners and payers: whatever they are, what is written only says them."""

import asyncio
import csv
import re
from collections.abc import Iterator
from functools import cache

import httpx
import pytest
import yaml
from conftest import KEY_NAME, PERSONAS
from endpoints import Between, answer

from testkey_nb import sandbox
from testkey_nb.actions import ARTEFACTS
from testkey_nb.actions.tables import Table
from testkey_nb.cli.terminal import show_readiness
from testkey_nb.judge import Readiness, judge_run
from testkey_nb.keys import Key
from testkey_nb.launch import FORMULA, KEY_REFERENCE, models_in
from testkey_nb.outcome import Action
from testkey_nb.panels import row_columns
from testkey_nb.panels.tables import overview
from testkey_nb.probe import plan, probe_key
from testkey_nb.report import sections

MODEL = "meta-llama/Llama-3.1-8B-Instruct"
HOSTILE = {
    "a terminal's": "\x1b]0;owned\x07\x1b[31mred\x9b31m\r\nnext",
    "without a width, and backwards": "nov\u202eativ\u200b\u2066x\u2028y\0z",
    "a formula": '=HYPERLINK("http://evil.example","x")',
    "a formula behind a semicolon": "a;=1+cmd|' /C calc'!A0;b",
    "a formula behind a space": "a; @SUM(1)",
    "a formula on a line of its own": "x\t=1+1\n=2+2",
    "a reference": "os.environ/ANOTHER_SECRET",
    "a template": '{{ printf "%s" .Env }} ${HOME} %(x)s {0} {',
    "Markdown": "![x](http://evil.example/p.png) <img src=http://evil.example/q>\n\n# Approved\n- [x] ready | a",
    "YAML": "a: b\n- c: !!python/object/apply:os.system ['id']\n# x",
    "half a pair": "\ud800x\udfff",
    "rich": "[red]x[/red] [link=http://evil.example]y[/link] [/]",
}


def whoami(name: str) -> dict[str, object]:
    scoped = {"entity": {"type": "org", "_id": "0a", "name": name}, "permissions": ["inference.serverless.write"]}
    own = {"id": "0a", "name": name, "plan": name, "roleInOrg": name, "canPay": True, "billingMode": "postpaid"}
    token = {"role": "fineGrained", "fineGrained": {"global": [f"{name}.read", name], "scoped": [scoped]}}
    return {"id": name, "name": name, "canPay": True, "billingMode": name, "orgs": [own, {**own, "id": name}],
            "auth": {"type": name, "accessToken": token}}  # fmt: skip


def listed(name: str) -> dict[str, object]:
    route = {"provider": name, "status": "live", "pricing": {"input": 0.02, "output": 0.05}, "is_free": False}
    about = {"input_modalities": ["text", name], "output_modalities": [name]}
    model = {"owned_by": name, "architecture": about, "providers": [{**route, "provider": "novita"}, route]}
    return {"data": [{"id": MODEL, **model}, {"id": name, **model}]}


@cache
def judged(name: str) -> Readiness:
    """Judge a run of which every name that Hugging Face tells is `name`."""

    def instead(request: httpx.Request) -> httpx.Response | None:
        if request.url.path == "/v1/models":
            return answer(200, listed(name))
        if request.url.path == "/api/whoami-v2" and "NotAReal" not in request.headers["authorization"]:
            return answer(200, whoami(name))
        return None

    key = Key(KEY_NAME, PERSONAS["launch-ready"].key)
    what = plan("huggingface", base_url=sandbox.ORIGIN, trust_endpoint=True, operator="a test")
    return judge_run(asyncio.run(probe_key(key, what, transport=Between(instead=instead))))


def written(name: str) -> dict[str, str]:
    return {path: text for action in Action for path, text in ARTEFACTS[action](judged(name)).items()}


def texts(found: object) -> Iterator[str]:
    if isinstance(found, str):
        yield found
    for inner in found.values() if isinstance(found, dict) else found if isinstance(found, list) else ():
        yield from texts(inner)


named = pytest.mark.parametrize("name", HOSTILE.values(), ids=HOSTILE)


@named
def test_a_proxys_config_refers_to_no_secret_but_the_key(name: str) -> None:
    config = yaml.safe_load(written(name)["routes.yaml"])
    assert {text for text in texts(config) if text.startswith(KEY_REFERENCE)} == {f"{KEY_REFERENCE}{KEY_NAME}"}


def test_a_payer_whose_name_is_none_is_named_in_a_note() -> None:
    files = ARTEFACTS[Action.SET_ROUTE](judged(HOSTILE["a reference"]))
    assert "X-HF-Bill-To" not in files["routes.yaml"]
    assert [note for note in files.notes if "X-HF-Bill-To is not written" in note]


def test_a_price_that_somebody_else_told_says_who_that_was() -> None:
    """Whoever reads the file later is not to take it for the provider's own word."""
    prices = []
    for base_url in ("", "https://proxy.example:8443"):
        what = plan("huggingface", base_url=base_url, trust_endpoint=bool(base_url), operator="a test")
        key = Key(KEY_NAME, PERSONAS["launch-ready"].key)
        run = asyncio.run(probe_key(key, what, transport=Between(genuine=True)))
        text = ARTEFACTS[Action.FILL_PRICING](judge_run(run))["prices.csv"]
        prices.append({row["source"] for row in csv.DictReader(text.splitlines())})
    genuine, vouched = prices
    assert "router.huggingface.co/v1/models" in genuine
    assert not [source for source in genuine if "proxy" in source]
    live = {source for source in vouched if source.startswith("router.huggingface.co")}
    assert live == {"router.huggingface.co/v1/models, as told by proxy.example:8443"}


@named
def test_what_cannot_be_seen_is_in_no_file(name: str) -> None:
    odd = {path: set(text) - {"\n"} for path, text in written(name).items() if not text.replace("\n", "").isprintable()}
    assert odd == {}


@named
def test_no_spreadsheet_finds_a_formula_whatever_it_takes_to_separate_cells(name: str) -> None:
    tables = {path: text for path, text in written(name).items() if path.endswith(".csv")}
    assert tables
    for text in tables.values():
        for line in text.splitlines():
            cells = [cell for kind in (",", ";", "\t") for cell in next(csv.reader([line], delimiter=kind))]
            assert [cell for cell in cells if cell.strip()[:1] in set(FORMULA)] == []


@pytest.mark.parametrize("cell", ["=1", "a;=1;b", "a; @x;-2", "plain;@cf/meta/llama", "'quoted", "\uff1d1", ""])
def test_a_cell_is_read_as_what_it_was_written_from(cell: str) -> None:
    table = Table("", "", ["a", "b"], ())
    table.add({"a": "x", "b": cell})
    [(_, row)] = table.rows()
    assert row["b"] == cell
    assert models_in(row["b"]) == models_in(cell)


@named
def test_a_review_loads_nothing_and_has_the_headings_and_ticks_of_ours_alone(name: str) -> None:
    review, plain = (written(one)["review.md"] for one in (name, "novita"))
    assert not re.search(r"(?<!\\)(?:!|<|\])(?:\[|\(|img)", review)
    headings = [[line for line in text.splitlines() if line.startswith("#")] for text in (review, plain)]
    assert headings[0] == headings[1]
    ticks = [[line for line in text.splitlines() if line.startswith("- [")] for text in (review, plain)]
    assert [line[6:] for line in ticks[0]] == [line[6:] for line in ticks[1]]


@named
def test_a_terminal_is_told_nothing_but_text(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    show_readiness(judged(name))
    shown = capsys.readouterr().out
    assert shown.replace("\n", "").isprintable()


@named
def test_the_object_for_other_programs_has_one_line_in_each_text(name: str) -> None:
    assert [text for text in texts(judged(name).to_json()) if not text.isprintable()] == []


def test_no_name_in_a_notebook_is_set_as_mathematics() -> None:
    """JupyterLab sets what stands between two dollars in HTML, but not in code, nor what has MathJax's own class."""
    name = r"$\phantom{x}$ and \(y\)"
    for fragment in sections(judged(name)).values():
        assert re.search(r'\A\s*<section class="mathjax_ignore ', fragment)
    shown = overview([judged(name)], "en") + row_columns.text(name) + row_columns.told(name, "en")
    assert shown.count(name) > 2
    assert name not in re.sub(r'<span class="mathjax_ignore"[^>]*>[^<]*</span>', "", shown)
