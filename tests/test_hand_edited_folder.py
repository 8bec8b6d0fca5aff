"""A launch folder that people edited by hand: five actions merge with it, a second time they change nothing."""

import csv
import io
import os
import re
import tomllib
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
import yaml
from conftest import KEY_NAME, RunPersona
from hypothesis import given
from hypothesis import strategies as st

from testkey_nb.actions import ARTEFACTS, Files, Written, present, preview, write
from testkey_nb.actions.tables import Table
from testkey_nb.actions.write import check_no_key
from testkey_nb.actions.yaml_text import YamlText
from testkey_nb.cli.commands import _apply, answer
from testkey_nb.errors import CallerError, LaunchFolderInvalid, OutputRefused
from testkey_nb.judge import Policy, judge_run
from testkey_nb.keys import Key
from testkey_nb.launch import INVENTORY_COLUMNS, PRICE_COLUMNS, read_launch, records
from testkey_nb.outcome import Action
from testkey_nb.probe import Run
from testkey_nb.report import render_report

MODEL = "meta-llama/Llama-3.1-8B-Instruct"
FIVE = tuple(Action)[:5]
PRICE_HEADER = ",".join(PRICE_COLUMNS)

EDITED: dict[str, str] = {
    "providers.toml": (
        '# our providers, approved\ntitle = "launch"   # kept\n\n[providers.other]\nhosts = ["other.example"]'
        '  # theirs\n\n[providers.huggingface]\nteam = "search"  # who asks\nhosts = [\n  "proxy.example",  # ours\n]\n'
        '# the end\n[providers.other.limits]\nrpm = 5\n'
    ),
    "inventory.csv": (
        "# one line a credential\ncost_center,credential,provider,owner_id,models,note,observed_at\n"
        f'42,OTHER,other,7,a/b,"two\nlines, ""quoted""",\n# ours:\n7,{KEY_NAME},huggingface,,x/y,contract 7,\n\n# end\n'
    ),
    "prices.csv": (
        f"# USD per million tokens\n{PRICE_HEADER},invoice\nother,eu,a/b,,1,2,,contract,2026-11-01,17\n"
        f'# filled by Kim\nhuggingface,global,{MODEL},featherless-ai,0.30,0.30,,"contract, signed",2026-11-20,18\n'
        f"huggingface,global,{MODEL},gone,0.1,0.1,,old list,2026-11-20,\n"
    ),
    "routes.yaml": (
        "# proxy of team search\n---\nmodel_list:   # ours\n  - model_name: a/b   # theirs\n"
        "    litellm_params: { model: openai/a,  api_key: os.environ/OTHER }\n"
        f"  - model_name: {MODEL}\n    litellm_params:\n      model: openai/{MODEL}:novita   # the cheap one\n"
        f"      api_base: http://sandbox.localhost/v1\n      api_key: os.environ/{KEY_NAME}\n      rpm: 5\n"
        "    # of that entry\n\n# settings\nlitellm_settings:\n    drop_params:   true # x\n# end\n"
    ),
    "monitoring/blackbox.yml": (
        "modules:\n    # ours\n    tcp: {prober: tcp}   # theirs\n    huggingface_current_key:\n        prober: http\n"
        f"        timeout: 3s # faster\n        http:\n            authorization: {{type: Bearer, "
        f"credentials_file: /run/secrets/{KEY_NAME}}}\n"
    ),
    "monitoring/prometheus.yml": (
        'global: {scrape_interval: 30s}\nrule_files: ["rules/*.yml"]  # all\nscrape_configs:\n'
        "# the node\n- job_name: node\n  static_configs: [{targets: [localhost:9100]}]\n\n# remote\nremote_write: []\n"
    ),
    "monitoring/alerts.yml": (
        "groups:\n- name: theirs\n  rules: [] # none yet\n"
        f"- name: testkey_huggingface_{KEY_NAME}\n  rules:\n  - alert: Mine\n"
        f'    expr: probe_success{{job="huggingface_current_key", credential="{KEY_NAME}"}} == 0\n    for: 2h # ok\n'
    ),
}  # fmt: skip


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name, text in EDITED.items():
        put(tmp_path, name, text)
    return tmp_path


def put(folder: Path, name: str, text: str) -> None:
    (folder / name).parent.mkdir(exist_ok=True)
    (folder / name).write_bytes(text.encode())


def contents(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def applied(run: Run, folder: Path, action: Action) -> tuple[Files, str, Written]:
    now = present(folder)
    files = ARTEFACTS[action](judge_run(run, read_launch(folder)), now)
    return files, preview(folder, files), write(folder, files, now)


def later(run: Run) -> Run:
    return replace(run, stamp=replace(run.stamp, observed_at=run.stamp.observed_at + timedelta(minutes=3)))


def is_within(lines: list[str], more: list[str]) -> bool:
    """Whether `lines` stand in `more` in the same order."""
    rest = iter(more)
    return all(line in rest for line in lines)


@pytest.mark.parametrize("ending", ["\n", "\r\n"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_a_hand_edited_folder_survives_all_five_actions_twice(
    run_persona: RunPersona, folder: Path, ending: str, mark: str
) -> None:
    for name, text in EDITED.items():
        put(folder, name, mark + text.replace("\n", ending))
    run = run_persona("launch-ready")
    assert {action: applied(run, folder, action)[2] for action in FIVE} == dict.fromkeys(FIVE, Written.WRITTEN)
    first = contents(folder)
    for action in FIVE:
        assert applied(later(run), folder, action)[1:] == ("", Written.NOTHING_TO_DO)
    assert contents(folder) == first
    own = ("hosts = [", '  "proxy.example"', f"7,{KEY_NAME},")  # lines that an action owns or may add a comma to
    for name, text in EDITED.items():
        found = first[name].decode()
        assert found.startswith(mark)
        assert (ending == "\r\n") == ("\r\n" in found)
        assert ending == "\n" or "\n" not in found.replace("\r\n", "")
        kept = [line for line in text.splitlines() if not line.startswith(own)]
        assert is_within(kept, found.removeprefix("\ufeff").splitlines()), found
    assert judge_run(run, read_launch(folder)).ready is True


def test_what_people_wrote_is_still_said_and_what_the_actions_own_is_added(
    run_persona: RunPersona, folder: Path
) -> None:
    for action in FIVE:
        applied(run_persona("launch-ready"), folder, action)
    providers = tomllib.loads((folder / "providers.toml").read_text())["providers"]
    assert providers["other"] == {"hosts": ["other.example"], "limits": {"rpm": 5}}
    assert providers["huggingface"]["team"] == "search"
    assert providers["huggingface"]["hosts"] == ["proxy.example", "sandbox.localhost"]
    rows = list(csv.DictReader(line for line in io.StringIO((folder / "inventory.csv").read_text()) if line[0] != "#"))
    own = next(row for row in rows if row["credential"] == KEY_NAME)
    assert (own["cost_center"], own["models"], own["note"]) == ("7", f"x/y;{MODEL}", "SANDBOX; contract 7")
    assert rows[0]["note"] == 'two\nlines, "quoted"'
    routes = yaml.safe_load((folder / "routes.yaml").read_text())
    called = [entry["litellm_params"]["model"] for entry in routes["model_list"]]
    assert called[:2] == ["openai/a", f"openai/{MODEL}:novita"]
    assert len(called) == len(set(called)) > 2
    assert routes["litellm_settings"] == {"drop_params": True}
    modules = yaml.safe_load((folder / "monitoring/blackbox.yml").read_text())["modules"]
    assert modules["tcp"] == {"prober": "tcp"}
    assert modules["huggingface_current_key"]["timeout"] == "3s"
    assert modules["huggingface_current_key"]["http"]["authorization"]["credentials_file"].startswith("/run/secrets/")
    prometheus = yaml.safe_load((folder / "monitoring/prometheus.yml").read_text())
    assert prometheus["rule_files"] == ["rules/*.yml"]
    assert prometheus["remote_write"] == []
    assert {job["job_name"] for job in prometheus["scrape_configs"]} > {"node", "huggingface_current_key"}
    groups = {g["name"]: g["rules"] for g in yaml.safe_load((folder / "monitoring/alerts.yml").read_text())["groups"]}
    assert groups["theirs"] == []
    assert [rule["for"] for rule in groups[f"testkey_huggingface_{KEY_NAME}"] if rule["alert"] == "Mine"] == ["2h"]


def test_a_persons_name_api_and_region_stay_and_the_sandboxs_do_not(run_persona: RunPersona, tmp_path: Path) -> None:
    run = run_persona("launch-ready")
    put(
        tmp_path, "providers.toml", "[providers.huggingface]\napi = 'https://gateway.example/hf'  # ours\nname = 'HF'\n"
    )
    evidence = tuple(mark for mark in run.identity.evidence if mark.points_to != "sandbox")
    real = later(replace(run, identity=replace(run.identity, evidence=evidence)))
    assert not real.sandbox
    merged = ARTEFACTS[Action.ADD_PROVIDER_CONFIG](judge_run(real), present(tmp_path))["providers.toml"]
    assert "api = 'https://gateway.example/hf'  # ours\nname = 'HF'\n" in merged
    files, _, _ = applied(run, tmp_path, Action.ADD_PROVIDER_CONFIG)
    text = (tmp_path / "providers.toml").read_text()
    assert "api = 'https://gateway.example/hf'  # ours\nname = 'HF'\n" in text
    assert 'region = "global"' in text
    assert [note.partition(", ")[0] for note in files.notes] == [
        "providers.toml: huggingface has the name HF",
        "providers.toml: huggingface has the api https://gateway.example/hf",
    ]
    files, _, _ = applied(real, tmp_path, Action.ADD_PROVIDER_CONFIG)
    assert tomllib.loads(files["providers.toml"])["providers"]["huggingface"]["api"] == real.plan.api


def test_what_the_inventory_changes_is_told_and_models_apart_by_spaces_are_not_added_twice(
    run_persona: RunPersona, tmp_path: Path
) -> None:
    head = "credential,provider,owner_id,token_role,models,note\n"
    put(tmp_path, "inventory.csv", f"{head}{KEY_NAME},huggingface,search team,,x/y; {MODEL},mine\n")
    files, _, _ = applied(run_persona("launch-ready"), tmp_path, Action.IMPORT_INVENTORY)
    owner = "5eed0000a11ce0000000d0e5"
    assert files["inventory.csv"] == f"{head}{KEY_NAME},huggingface,{owner},fineGrained,x/y; {MODEL},SANDBOX; mine\n"
    assert files.notes == (f"inventory.csv line 2, {KEY_NAME}: owner_id search team → {owner}",)


def test_what_a_run_could_not_find_out_stays_in_the_inventory(run_persona: RunPersona, tmp_path: Path) -> None:
    head = "credential,provider,owner_id,token_role,models,note\n"
    theirs = f"{head}{KEY_NAME},huggingface,search team,fineGrained,{MODEL},SANDBOX; mine\n"
    put(tmp_path, "inventory.csv", theirs)
    files, _, written = applied(replace(run_persona("launch-ready"), metrics=()), tmp_path, Action.IMPORT_INVENTORY)
    assert (files["inventory.csv"], files.notes, written) == (theirs, (), Written.NOTHING_TO_DO)


def test_a_new_line_of_the_inventory_has_every_model_and_the_sandboxs_mark_only_from_there(
    run_persona: RunPersona,
) -> None:
    run = run_persona("launch-ready")
    run = replace(run, plan=replace(run.plan, models=(MODEL, "a/b")))
    for one, note in ((run, "SANDBOX"), (replace(run, identity=replace(run.identity, evidence=())), "")):
        [line] = csv.DictReader(ARTEFACTS[Action.IMPORT_INVENTORY](judge_run(one))["inventory.csv"].splitlines())
        assert (line["models"], line["note"]) == (f"{MODEL};a/b", note)


def test_a_second_credential_gets_its_own_rows_entries_and_jobs(run_persona: RunPersona, tmp_path: Path) -> None:
    run = run_persona("launch-ready")
    other = replace(run, key_name="OTHER_TOKEN")
    for action in FIVE:
        for one in (run, other, run, other):
            applied(one, tmp_path, action)
    assert all(judge_run(one, read_launch(tmp_path)).ready for one in (run, other))
    modules = yaml.safe_load((tmp_path / "monitoring/blackbox.yml").read_text())["modules"]
    secrets = [module["http"].get("authorization", {}).get("credentials_file", "") for module in modules.values()]
    assert {secret.rpartition("/")[2] for secret in secrets} == {"", KEY_NAME, "OTHER_TOKEN"}
    groups = yaml.safe_load((tmp_path / "monitoring/alerts.yml").read_text())["groups"]
    assert len(groups) == 2
    references = [
        e["litellm_params"]["api_key"] for e in yaml.safe_load((tmp_path / "routes.yaml").read_text())["model_list"]
    ]
    assert len(set(references)) == 2


BROKEN = {
    "providers.toml": ('a = 1\n[providers\nx = "y"\n', "line 2"),
    "inventory.csv": (f'{",".join(INVENTORY_COLUMNS)}\n# c\nA,"b,c\n', "line 3"),
    "prices.csv": (f'{PRICE_HEADER}\nhuggingface,global,"a"b,,1,1,,,\n', "line 2"),
    "routes.yaml": ("model_list:\n- model_name: a\n  b: [\n", "line 4"),
    "monitoring/prometheus.yml": ("scrape_configs:\n  - a: b\n - c\n", "line 3"),
    "monitoring/blackbox.yml": ("modules: {\n", "line 2"),
    "monitoring/alerts.yml": ("a: b: c\n", "line 1"),
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_file_is_one_error_with_its_line_and_nothing_is_written(
    run_persona: RunPersona, folder: Path, name: str
) -> None:
    text, where = BROKEN[name]
    put(folder, name, text)
    before, action = contents(folder), FIVE[("prov", "inve", "pric", "rout", "moni").index(name[:4])]
    with pytest.raises(LaunchFolderInvalid, match=where) as read:
        read_launch(folder)
    with pytest.raises(LaunchFolderInvalid, match=where) as merged:
        ARTEFACTS[action](judge_run(run_persona("launch-ready")), present(folder))
    assert all(name in str(error.value) and "\n" not in str(error.value) for error in (read, merged))
    assert contents(folder) == before


@pytest.mark.parametrize(
    ("name", "text", "says"),
    [
        ("providers.toml", "providers = 3\n", "should be a table"),
        ("providers.toml", "[providers]\nhuggingface = 3\n", "should be a table"),
        ("providers.toml", 'providers = {other = {hosts = ["x"]}}\n', "by hand"),
        ("providers.toml", "a = 1\r\nb = 2\n", "line 2 ends unlike"),
        ("providers.toml", "a." * 1000 + "b = 1\n", "by hand"),
        ("inventory.csv", "credential,models\n", "lacks the column provider"),
        ("inventory.csv", "credential,provider,owner_id,models,note,note\n", "the column note twice"),
        ("inventory.csv", f"credential,provider,owner_id,models\n{KEY_NAME},huggingface,a,b\n" * 2, "lines 2 and 4"),
        ("prices.csv", "provider;region\n", "lacks the column provider"),
        ("prices.csv", f"{PRICE_HEADER}\nother,eu,a,,cheap,1,,,\n", "line 2"),
        ("prices.csv", f"{PRICE_HEADER}\nother,eu,a,,1,1,,,soon\n", "line 2"),
        ("routes.yaml", "- a\n", "should be a mapping"),
        ("routes.yaml", "x: 1\nmodel_list: soon\n", "line 2: model_list should be a list"),
        ("routes.yaml", "a: &a [x]\nmodel_list: *a\n", "by hand"),
        ("routes.yaml", "a: &a {model_name: x}\nmodel_list: [*a]\nb: &b [*a]\nmodel_list: *b\n", "by hand"),
        ("routes.yaml", "a: &a [*a]\n", "by hand"),
        ("routes.yaml", "model_list:\n- litellm_params: {api_key: 0123456789abcdef0123}\n", "line 2 may hold a key"),
        ("monitoring/blackbox.yml", "modules: [a]\n", "should be a mapping"),
        ("monitoring/prometheus.yml", "scrape_configs: {a: 1}\n", "should be a list"),
    ],
)
def test_what_cannot_be_merged_is_refused_with_the_fix(
    run_persona: RunPersona, tmp_path: Path, name: str, text: str, says: str
) -> None:
    put(tmp_path, name, text)
    action = FIVE[("prov", "inve", "pric", "rout", "moni").index(name[:4])]
    with pytest.raises(CallerError, match=says) as refused:
        ARTEFACTS[action](judge_run(run_persona("launch-ready")), present(tmp_path))
    assert name in str(refused.value)


@pytest.mark.parametrize("name", ["[1]", "{a: 1}", "3", "null"])
def test_a_job_whose_name_is_none_stays(run_persona: RunPersona, tmp_path: Path, name: str) -> None:
    put(tmp_path, "monitoring/prometheus.yml", f"scrape_configs:\n- job_name: {name}\n")
    applied(run_persona("launch-ready"), tmp_path, Action.ADD_MONITORING)
    jobs = yaml.safe_load((tmp_path / "monitoring/prometheus.yml").read_text())["scrape_configs"]
    assert jobs[0] == {"job_name": yaml.safe_load(name)}
    assert len(jobs) > 1


def test_what_an_anchor_shares_is_not_changed_under_anothers_feet() -> None:
    found = YamlText("x.yaml", "base: &a\n  p: 1\nmine: *a\nlast: {<<: *a}\n")
    with pytest.raises(OutputRefused, match="by hand"):
        found.fill(("mine",), {"new": 2})
    found.fill(("last",), {"new": 2})
    assert yaml.safe_load(found.text(str)) == {"base": {"p": 1}, "mine": {"p": 1}, "last": {"p": 1, "new": 2}}


@pytest.mark.parametrize("text", [
    "model_list: []  # none yet\nx: 1\n", "model_list:\n# none yet\nx: 1", "model_list: null\n", "{}\n",
    "# only this\n",
    "model_list: [{model_name: a}]  # one\n", "model_list: [\n  {model_name: a}, # one\n]\nx: 1\n",
    "x: |\n  # no comment\n\n",
    "model_list:\n- model_name: a\n  note: |\n    b\n\n# of x\nx: 1\n", "--- # first\nx: 1\n...\n",
    "x: {a: 1}\nmodel_list: ",
])  # fmt: skip
def test_any_way_to_write_yaml_is_put_into_and_nothing_else_changes(text: str) -> None:
    found = YamlText("x.yaml", text)
    before = yaml.safe_load(text) or {}
    theirs = before.get("model_list") or []
    for number in range(2):
        found.put(("model_list", found.length(("model_list",))), {"model_name": f"m{number}", "p": {"q": [1]}})
    found.fill(("x2", "y"), {"z": "no", "é": "ü"})
    found.fill(("x2", "y"), {"z": "other", "new": 1}, frozenset({"z"}))
    done = yaml.safe_load(found.text(str))
    assert done.pop("x2") == {"y": {"z": "other", "é": "ü", "new": 1}}
    assert done.pop("model_list") == [*theirs, *({"model_name": f"m{n}", "p": {"q": [1]}} for n in range(2))]
    assert done == {name: value for name, value in before.items() if name != "model_list"}
    comments = [line.partition("#")[2] for line in text.splitlines() if "#" in line]
    assert all(f"#{comment}" in found.body for comment in comments)


# --- prices: proposed, never forced


def filed(inputs: str, outputs: str, source: str = "old list", day: str = "2020-01-01", free: str = "") -> str:
    return f"huggingface,global,{MODEL},novita,{inputs},{outputs},{free},{source},{day}\n"


@pytest.mark.parametrize(
    ("row", "changed", "says"),
    [
        (filed("0.025", "0.05"), True, "input 0.025 → 0.02 USD per million tokens, source old list → "),
        (filed("0.019", "0.04"), True, "input 0.019 → 0.02 USD per million tokens, output 0.04 → 0.05"),
        (
            filed("0.02", "0.03"),
            False,
            f"output 0.03 → 0.05 .* is not written: it rises by more than {Policy().max_price_rise:.0%}",
        ),
        (filed("0", "0.05"), False, "input 0 → 0.02 .* from or to 0"),
        (filed("0", "0", free="true"), False, "free true → false .* from or to 0"),
        (filed("", "0.05"), True, "input empty → 0.02"),
        (filed("", "", "", ""), True, "input empty → 0.02 .*, output empty → 0.05 "),
        (filed("5", "9", "SANDBOX list"), True, "input 5 → 0.02"),
        (filed("0.02", "0.05"), True, "source old list → "),
    ],
)
def test_a_price_changes_only_as_the_preview_says(
    run_persona: RunPersona, tmp_path: Path, row: str, *, changed: bool, says: str
) -> None:
    run = run_persona("launch-ready")
    evidence = tuple(mark for mark in run.identity.evidence if mark.points_to != "sandbox")
    real = replace(run, identity=replace(run.identity, evidence=evidence))
    put(tmp_path, "prices.csv", f"{PRICE_HEADER}\n{row}")
    files = ARTEFACTS[Action.FILL_PRICING](judge_run(real), present(tmp_path))
    assert any(line == row for line in io.StringIO(files["prices.csv"])) is not changed
    [note] = [note for note in files.notes if "novita" in note]
    assert note.startswith("prices.csv line 2, ")
    assert re.search(says, note), note


def test_a_made_up_price_takes_no_real_ones_place(run_persona: RunPersona, tmp_path: Path) -> None:
    put(tmp_path, "prices.csv", f"{PRICE_HEADER}\n{filed('0.025', '0.05')}")
    files = ARTEFACTS[Action.FILL_PRICING](judge_run(run_persona("launch-ready")), present(tmp_path))
    assert filed("0.025", "0.05") in files["prices.csv"]
    assert any("made-up" in note for note in files.notes)


def test_a_whole_and_fresh_price_of_a_person_is_left_alone(run_persona: RunPersona, tmp_path: Path) -> None:
    run = run_persona("launch-ready")
    row = filed("0.021", "0.05", "contract", f"{run.stamp.observed_at:%Y-%m-%d}")
    put(tmp_path, "prices.csv", f"{PRICE_HEADER}\n{row}")
    files = ARTEFACTS[Action.FILL_PRICING](judge_run(run, read_launch(tmp_path)), present(tmp_path))
    assert row in files["prices.csv"]
    assert files["prices.csv"].count(",novita,") == 1


def test_a_row_whose_source_is_gone_stays_and_is_named(run_persona: RunPersona, folder: Path) -> None:
    files, _, _ = applied(run_persona("launch-ready"), folder, Action.FILL_PRICING)
    assert any("at gone: this run has no live route" in note for note in files.notes)
    assert any("at featherless-ai: " in note and "review it" in note for note in files.notes)
    assert ",gone,0.1,0.1,,old list," in files["prices.csv"]


# --- tables of any kind

CELL = st.text(st.characters(codec="utf-8", exclude_categories=("Cs", "Cc"), include_characters="\n,\"'"), max_size=8)
COMMENT = st.text(st.characters(codec="utf-8", exclude_categories=("Cs", "Cc")), max_size=8).map("#{}".format)


@st.composite
def tables(draw: st.DrawFn) -> tuple[str, int]:
    """Return a table of other credentials that people could have left, and how many rows it has."""
    ending, extra = (
        draw(st.sampled_from(["\n", "\r\n"])),
        draw(st.lists(st.sampled_from(["team", "budget"]), unique=True)),
    )
    columns = draw(st.permutations([*INVENTORY_COLUMNS, *extra]))
    quoted = draw(st.booleans())
    count, lines = draw(st.integers(0, 4)), [",".join(columns)]
    for _ in range(count):
        lines += draw(st.lists(COMMENT | st.just(""), max_size=1))
        cells = {name: draw(CELL) for name in columns} | {"credential": f"OTHER{draw(st.integers(0, 99))}"}
        file = io.StringIO()
        writer = csv.writer(file, quoting=csv.QUOTE_ALL if quoted else csv.QUOTE_MINIMAL, lineterminator="\n")
        writer.writerow([cells[name] for name in columns])
        lines.append(file.getvalue().removesuffix("\n"))
    lines = [*draw(st.lists(COMMENT, max_size=1)), *lines, *draw(st.lists(COMMENT, max_size=1))]
    return draw(st.sampled_from(["", "\ufeff"])) + ending.join(lines) + draw(st.sampled_from(["", ending])), count


@given(tables(), CELL, CELL)
def test_a_table_keeps_every_byte_of_others_whatever_is_put_beside_them(
    drawn: tuple[str, int], mine: str, news: str
) -> None:
    text, count = drawn
    needed = ("credential", "provider", "owner_id", "models")
    found = Table("t.csv", text, INVENTORY_COLUMNS, needed)
    assert found.text() == text
    found.add({"credential": "MINE", "note": mine})
    added = found.text()
    assert added.startswith(text)
    again = Table("t.csv", added, INVENTORY_COLUMNS, needed)
    assert len(again.rows()) == count + 1
    place, row = again.rows()[-1]
    assert row["credential"] == "MINE"
    again.change(place, {"credential": "MINE", "note": mine})
    assert again.text() == added, "saying the same again is no change"
    again.change(place, {"note": news, "no such column": "x"})
    changed = again.text()
    assert changed.startswith(text)
    third = Table("t.csv", changed, INVENTORY_COLUMNS, needed)
    assert [row for _, row in third.rows()[:-1]] == [row for _, row in found.rows()[:-1]]
    assert third.rows()[-1][1]["credential"] == "MINE"
    third.change(place, {"note": news})
    assert third.text() == changed


@given(st.text(st.characters(codec="utf-8"), max_size=60))
def test_a_table_is_taken_apart_without_loss_or_refused(text: str) -> None:
    try:
        pieces = list(records("t.csv", text))
    except LaunchFolderInvalid as error:
        assert "t.csv line " in str(error)  # noqa: PT017 - either is right
        return
    assert "".join(record.raw for record in pieces) == text


# --- no key, no half-written folder

KEYS = ("hf_" + "aB3dE5gH" * 4, "sk-proj-" + "aB3" * 20, "gsk_" + "Zz9" * 17)


@pytest.mark.parametrize("key", KEYS)
@pytest.mark.parametrize(
    ("name", "line"),
    [("providers.toml", 'note = "{}"\n'), ("inventory.csv", "# {}\n"), ("prices.csv", "# {}\n"),
     ("routes.yaml", "general_settings: {{master_key: {}}}\n"), ("monitoring/alerts.yml", "# Bearer {}\n")],
)  # fmt: skip
def test_no_text_with_what_looks_like_a_key_is_shown_or_written(
    run_persona: RunPersona, tmp_path: Path, key: str, name: str, line: str
) -> None:
    put(tmp_path, name, line.format(key))
    before, now = contents(tmp_path), present(tmp_path)
    action = FIVE[("prov", "inve", "pric", "rout", "moni").index(name[:4])]
    files = ARTEFACTS[action](judge_run(run_persona("launch-ready")), now)
    for attempt in (preview, write, check_no_key):
        with pytest.raises(OutputRefused, match="looks like a key") as refused:
            attempt(tmp_path, files)
        assert key[5:] not in str(refused.value)
    assert contents(tmp_path) == before
    assert not any(key[5:] in note for note in files.notes)


@pytest.mark.parametrize("line", ["# {}\n", "x: {}\n"])
def test_no_text_with_a_key_in_use_is_shown_or_written_whatever_its_shape(
    run_persona: RunPersona, tmp_path: Path, line: str
) -> None:
    key = Key("OTHER_KEY", "qzkvprlmtxwcbnjdyehsga")  # of no vendor's shape
    put(tmp_path, "routes.yaml", line.format(key.reveal()))
    readiness = judge_run(run_persona("launch-ready"), read_launch(tmp_path))
    assert key.reveal() not in render_report(readiness)
    files = ARTEFACTS[Action.SET_ROUTE](readiness, present(tmp_path))
    for attempt in (preview, write, check_no_key):
        with pytest.raises(OutputRefused, match=r"line \d+ holds what looks like a key"):
            attempt(tmp_path, files)


def test_a_launch_folder_with_the_key_in_it_is_refused_before_anything_is_sent(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    secret = "qzkvprlmtxwcbnjdyehsga"
    put(tmp_path, "inventory.csv", f"credential,provider,owner_id,models,note\nOTHER,huggingface,,,{secret}\n")
    words = ("--provider", "huggingface", "--key-env", KEY_NAME, "--operator", "me", "--launch-dir", tmp_path)
    monkeypatch.setenv(KEY_NAME, secret)
    out = tmp_path / "report.html"
    for command in (("probe",), ("report", "--out", out), ("apply", "import_inventory", "--yes")):
        monkeypatch.setattr("sys.argv", ["testkey", *map(str, (*command, *words))])
        assert answer() == 2
        shown, said = capsys.readouterr()
        assert (shown, "stands in inventory.csv" in said, secret in said) == ("", True, False)
    assert not out.exists()


def test_the_name_of_a_variable_is_no_key(run_persona: RunPersona, tmp_path: Path) -> None:
    run = replace(run_persona("launch-ready"), key_name="hf_token_of_the_search_team")
    assert [applied(run, tmp_path, action)[2] for action in FIVE] == [Written.WRITTEN] * 5


def test_a_file_that_changed_after_the_preview_is_not_overwritten(run_persona: RunPersona, folder: Path) -> None:
    now = present(folder)
    files = ARTEFACTS[Action.SET_ROUTE](judge_run(run_persona("launch-ready")), now)
    put(folder, "routes.yaml", "mine: 1\n")
    with pytest.raises(OutputRefused, match="differs"):
        write(folder, files, now)
    assert (folder / "routes.yaml").read_text() == "mine: 1\n"


def test_one_file_that_cannot_be_staged_leaves_all_of_them_as_they_were(
    run_persona: RunPersona, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = ARTEFACTS[Action.ADD_MONITORING](judge_run(run_persona("launch-ready")), present(folder))
    before, times = contents(folder), iter([None, None])

    def refuse(_descriptor: int) -> None:
        try:
            next(times)
        except StopIteration:
            raise OSError(28, "No space left on device") from None

    monkeypatch.setattr("os.fsync", refuse)
    with pytest.raises(OutputRefused, match="No space left"):
        write(folder, files, present(folder))
    assert contents(folder) == before


def test_what_is_no_file_is_neither_waited_for_nor_replaced(run_persona: RunPersona, tmp_path: Path) -> None:
    files = ARTEFACTS[Action.SET_ROUTE](judge_run(run_persona("launch-ready")), {})
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "routes.yaml").symlink_to(tmp_path / "pipe")
    for attempt in (lambda: present(tmp_path), lambda: preview(tmp_path, files), lambda: write(tmp_path, files),
                    lambda: read_launch(tmp_path)):  # fmt: skip
        with pytest.raises(CallerError, match=r"routes\.yaml is not a file"):
            attempt()
    assert (tmp_path / "pipe").is_fifo()


@pytest.mark.parametrize("there", [True, False])
@pytest.mark.parametrize("link", ["review.md", "monitoring"])
def test_a_link_that_leads_out_of_the_folder_is_not_followed(
    run_persona: RunPersona, tmp_path: Path, link: str, *, there: bool
) -> None:
    """A checkout can have links, and what they lead to is not the folder's."""
    folder, outside = tmp_path / "launch", tmp_path / "home"
    outside.mkdir()
    folder.mkdir()
    target = outside if link == "monitoring" else outside / "profile"
    if there:
        (outside / ("alerts.yml" if link == "monitoring" else "profile")).write_text("")
    (folder / link).symlink_to(target)
    before = contents(outside)
    action = Action.ADD_MONITORING if link == "monitoring" else Action.HUMAN_REVIEW
    files = ARTEFACTS[action](judge_run(run_persona("launch-ready")))
    for attempt in (preview, write):
        with pytest.raises(OutputRefused, match="leads out of the launch folder"):
            attempt(folder, files)
    with pytest.raises(OutputRefused, match="leads out of the launch folder"):
        present(folder)
    assert contents(outside) == before


def test_a_link_to_the_folder_or_within_it_stays_one(run_persona: RunPersona, tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "launch").symlink_to("real")
    (tmp_path / "real" / "review.md").symlink_to("reviews.md")
    applied(run_persona("launch-ready"), tmp_path / "launch", Action.HUMAN_REVIEW)
    assert (tmp_path / "real" / "review.md").is_symlink()
    assert (tmp_path / "real" / "reviews.md").read_text()


def test_a_preview_obeys_nothing_that_stands_in_a_file(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("\x1b[2Jold")
    assert preview(tmp_path, {"a.txt": "new\n"}).splitlines()[-2:] == ["-\\x1b[2Jold", "+new"]


@pytest.mark.parametrize("odd", ["\\u001b]0;owned\\u0007", "\\u202e", "\\u009b31m"])
def test_an_error_about_a_folder_obeys_nothing_that_stands_in_it(
    tmp_path: Path, odd: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    put(tmp_path, "providers.toml", f'[providers."{odd}"]\nhosts = 1\n')
    words = ("probe", "--provider", "huggingface", "--key-env", KEY_NAME, "--operator", "me", "--launch-dir", tmp_path)
    monkeypatch.setenv(KEY_NAME, "hf_" + "Qz" * 17)
    monkeypatch.setattr("sys.argv", ["testkey", *map(str, words)])
    assert answer() == 2
    said = capsys.readouterr().err
    assert "providers.toml: hosts of" in said
    assert said.removesuffix("\n").isprintable()


def test_the_heading_is_renewed_in_its_place_and_says_the_sandbox_no_longer(
    run_persona: RunPersona, tmp_path: Path
) -> None:
    run = run_persona("launch-ready")
    applied(run, tmp_path, Action.ADD_PROVIDER_CONFIG)
    path = tmp_path / "providers.toml"
    path.write_text("# mine\n" + path.read_text().replace('identity = "vouched"', 'identity = "unknown"'))
    evidence = tuple(mark for mark in run.identity.evidence if mark.points_to != "sandbox")
    real = later(replace(run, identity=replace(run.identity, evidence=evidence)))
    applied(real, tmp_path, Action.ADD_PROVIDER_CONFIG)
    text = path.read_text()
    assert text.startswith("# mine\n# Hugging Face")
    assert text.count("Operator:") == 1
    assert "SANDBOX" not in text
    assert f"{real.stamp.observed_at:%H:%M}" in text


def test_the_command_line_shows_what_to_look_at_before_it_asks(
    run_persona: RunPersona, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    put(tmp_path, "prices.csv", f"{PRICE_HEADER}\n{filed('0.019', '0.05', 'SANDBOX old')}")
    before = contents(tmp_path)
    readiness = judge_run(run_persona("launch-ready"), read_launch(tmp_path))
    asked: list[str] = []

    def confirm(*_question: object, **_more: object) -> bool:
        asked.append(capsys.readouterr().err)
        return False

    monkeypatch.setattr("typer.confirm", confirm)
    with pytest.raises(OutputRefused, match="nothing was written"):
        _apply(readiness, Action.FILL_PRICING, tmp_path, yes=False)
    assert "note: prices.csv line 2, " in asked[0]
    assert "input 0.019 → 0.02 USD per million tokens" in asked[0]
    assert "-huggingface,global," in asked[0]
    assert contents(tmp_path) == before
    status, said = _apply(readiness, Action.FILL_PRICING, tmp_path, yes=True)
    assert (status, said.partition(":")[0]) == (0, "written")
    again = judge_run(run_persona("launch-ready"), read_launch(tmp_path))
    assert "nothing to do" in _apply(again, Action.FILL_PRICING, tmp_path, yes=True)[1]
