"""`testkey diff` as other programs use it: exit status, stdout, stderr; no key, no network, no operator."""

import copy
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from conftest import Call, RunPersona

from testkey_nb.judge import judge_run

Saved = Callable[..., Path]
LLAMA = "meta-llama/Llama-3.1-8B-Instruct"


@pytest.fixture
def saved(run_persona: RunPersona, tmp_path: Path) -> Saved:
    """Write a persona's exported run, changed by a function, to a file."""

    def save(name: str, edit: Callable[[Any], object] = bool, persona: str = "launch-ready") -> Path:
        found = copy.deepcopy(judge_run(run_persona(persona)).to_json())
        edit(found)
        path = tmp_path / name
        path.write_text(json.dumps(found), encoding="utf-8")
        return path

    return save


def test_two_runs_that_say_the_same_are_the_same(call: Call, saved: Saved) -> None:
    a, b = saved("a.json"), saved("b.json", lambda run: run.update(run_id="later", operator="somebody else"))
    code, out, err = call("diff", a, b)
    assert (code, err) == (0, "")
    assert out.splitlines()[-1] == "no difference"
    code, out, err = call("diff", a, b, "--json")
    found = json.loads(out)
    assert (code, err, found["same"], found["changes"]) == (0, "", True, [])


def test_the_object_has_its_keys_and_types(call: Call, saved: Saved) -> None:
    a, b = saved("a.json"), saved("b.json", persona="broke")
    code, out, err = call("diff", a, b, "--json")
    found = json.loads(out)
    assert (code, err) == (3, "")
    assert list(found) == ["schema", "a", "b", "same", "changes"]
    assert (found["schema"], found["same"]) == (1, False)
    for side, path in (("a", a), ("b", b)):
        run = json.loads(path.read_text("utf-8"))
        assert found[side] == {name: run[name] for name in ("run_id", "observed_at", "provider", "sandbox")}
    for change in found["changes"]:
        assert list(change) == ["area", "subject", "change", "before", "after"]
        assert all(isinstance(change[name], str) for name in ("area", "subject", "change"))
    assert {"area": "passport", "subject": "funds", "change": "flipped", "before": "yes", "after": "no"} in found[
        "changes"
    ]


def drifted(run: dict[str, Any]) -> None:
    """Flip two gates, raise one price by 12 %, and take three models away."""
    for gate in run["gates"][1:3]:
        gate.update(state="pass", done="yes")
    for row in run["prices"]:
        if (row["model"], row["route"], row["source"]) == (LLAMA, "nscale", "router.huggingface.co/v1/models"):
            row.update(input_per_mtok=row["input_per_mtok"] * 1.12)
    names = dict.fromkeys(row["model"] for row in run["models"] if row["model"] != LLAMA)
    lost = [*names][:3]
    kept = [row for row in run["prices"] if row["model"] in lost]
    run["models"] = [row for row in run["models"] if row["model"] not in lost]
    assert kept, "their prices stay: models and prices are compared by themselves"


def test_a_person_sees_a_table_by_area_and_one_line_that_sums_it_up(call: Call, saved: Saved) -> None:
    code, out, err = call("diff", saved("a.json"), saved("b.json", drifted))
    lines = out.splitlines()
    assert (code, err) == (3, "")
    assert lines[-1] == "2 gates flipped, 1 price moved +12 %, 3 models gone"
    cells = [[cell.strip() for cell in line.strip("│").split("│")] for line in lines if line.startswith("│")]
    assert [row[0] for row in cells if row[0]] == ["gates", "prices", "models"]
    assert ["gates", "inventory", "flipped", "fail"] in [row[:4] for row in cells]
    assert [row[2:] for row in cells if row[0] == "prices"] == [["moved +12 %", "0.06", "0.0672"]]


def test_a_sandbox_run_compared_with_a_real_one_is_a_difference_that_is_shown(call: Call, saved: Saved) -> None:
    a, b = saved("a.json"), saved("b.json", lambda run: run.update(sandbox=False))
    code, out, _ = call("diff", a, b)
    lines = out.splitlines()
    assert (code, lines[-1]) == (3, "sandbox changed")
    assert "SANDBOX" in lines[0]
    assert "SANDBOX" not in lines[1]


def test_two_providers_are_a_difference_not_a_mistake(call: Call, saved: Saved) -> None:
    a, b = saved("a.json"), saved("b.json", lambda run: run.update(provider="another"))
    code, out, err = call("diff", a, b, "--json")
    assert (code, err) == (3, "")
    assert json.loads(out)["changes"] == [
        {"area": "run", "subject": "provider", "change": "changed", "before": "huggingface", "after": "another"}
    ]


def test_foreign_text_is_shown_as_text_and_none_of_it_is_obeyed(call: Call, saved: Saved) -> None:
    nasty = "[red]x[/] [/nope] :warning: [link=https://x.example]y[/link] \x1b]0;title\x07 \ud800 \u202e\n│ fake"

    def edit(run: dict[str, Any]) -> None:
        run.update(run_id=nasty, provider=nasty)
        run["gates"][0].update(gate=nasty, why=nasty)
        run["policy"][nasty] = nasty

    a, b = saved("a.json"), saved("b.json", edit)
    code, out, err = call("diff", a, b)
    assert (code, err) == (3, "")
    assert out.count("[red]x[/] [/nope] :warning: [link=https://x.example]y[/link] \\u001b]0;title\\u0007 \\ud800") > 4
    assert not {"\x1b", "\x07", "\ud800", "\u202e"} & set(out)
    code, out, _ = call("diff", a, b, "--json")
    assert (code, json.loads(out)["b"]["run_id"].isprintable()) == (3, True)


def test_a_terminal_is_not_flooded(call: Call, saved: Saved) -> None:
    def many(run: dict[str, Any]) -> None:
        run["models"] += [{**run["models"][0], "model": f"m{number}", "covered": False} for number in range(500)]

    a, b = saved("a.json"), saved("b.json", many)
    _, out, _ = call("diff", a, b)
    assert len(out.splitlines()) < 60
    assert "… 460 more with --json" in out
    assert out.splitlines()[-1] == "500 models new"
    assert len(json.loads(call("diff", a, b, "--json")[1])["changes"]) == 500


NO_RUNS = {
    "not there": None, "empty": b"", "no JSON": b"<html>", "a list": b"[]", "no export": b'{"schema": 1}',
    "of another schema": b'{"schema": 2}', "deep": b"[" * 100_000, "no text": b"\x00\xff\xfe" * 9,
}  # fmt: skip


@pytest.mark.parametrize("more", [(), ("--json",)], ids=["table", "json"])
@pytest.mark.parametrize("name", NO_RUNS)
def test_the_callers_mistake_is_one_line_on_stderr(
    name: str, more: tuple[str, ...], call: Call, saved: Saved, tmp_path: Path
) -> None:
    good, bad, data = saved("good.json"), tmp_path / "bad.json", NO_RUNS[name]
    if data is not None:
        bad.write_bytes(data)
    for words in ((good, bad), (bad, good), (bad, bad)):
        code, out, err = call("diff", *words, *more)
        assert (code, out, err.count("\n")) == (2, "", 1)
        assert err.startswith("testkey: ")
        assert "bad.json" in err


@pytest.mark.parametrize(
    ("edit", "place"),
    [
        (lambda run: run.update(gates={}), "gates must be a list"),
        (lambda run: run["prices"][0].update(route=["novita"]), "prices[0].route must be text"),
        (lambda run: run["limits"][0].update(quota="many"), "limits[0].quota must be a number"),
    ],
)
def test_a_value_of_the_wrong_type_is_named_with_its_place(
    edit: Callable[[Any], object], place: str, call: Call, saved: Saved
) -> None:
    code, out, err = call("diff", saved("a.json"), saved("b.json", edit), "--json")
    assert (code, out, err.count("\n")) == (2, "", 1)
    assert "b.json" in err
    assert place in err


@pytest.mark.parametrize("words", [(), ("one.json",), ("1", "2", "3")], ids=len)
def test_two_files_are_needed(words: tuple[str, ...], call: Call) -> None:
    code, out, err = call("diff", *words)
    assert (code, out, err.count("\n")) == (2, "", 1)
