"""What is written and what is refused, line by line: keys in files, files that changed, line endings and headings."""

import os
import queue
import sys
import threading
import time
import tomllib
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
import real_bodies as real
import yaml
from changes import axes
from conftest import KEY_NAME, AllDone, RunPersona

from testkey_nb.actions.add_monitoring import add_monitoring
from testkey_nb.actions.add_provider_config import add_provider_config
from testkey_nb.actions.human_review import escaped, human_review
from testkey_nb.actions.import_inventory import import_inventory
from testkey_nb.actions.turns import turn
from testkey_nb.actions.write import (
    Written,
    check_no_key,
    difference,
    headed,
    heading,
    line_ending,
    made_up,
    present,
    write,
)
from testkey_nb.errors import LaunchFolderInvalid, OutputRefused
from testkey_nb.judge import judge_run, of_dimension

KEY = "hf_" + "abcdEFGH" * 4 + "ij"
LINES = {
    f"key: {KEY}": True,
    f"key: '{KEY}'": True,
    f"key={KEY}": True,
    f"Bearer {KEY}": True,
    "sk-proj-abcdefgh12345678": True,
    "sk-ABCDEFGHabcdefgh": True,
    "key: os.environ/HF_TOKEN": False,
    "hf_inference_endpoint_name": False,
    "sk-as-long-as-a-key-and-words": False,
    "HF_INFERENCE_ENDPOINT_NAME": False,
    "sk-abc1": False,
    "hf_a1b2c3d4e5f6": False,
    "meta-llama/Llama-3.1-8B-Instruct": False,
    "": False,
}


@pytest.mark.parametrize("line", LINES)
def test_what_looks_like_a_key_is_refused_with_its_line_and_not_quoted(line: str, tmp_path: Path) -> None:
    files = {"routes.yaml": f"first\r\n{line}\nlast"}
    if not LINES[line]:
        check_no_key(tmp_path, files)
        return
    with pytest.raises(OutputRefused, match=r"routes\.yaml line 2 holds what looks like a key") as caught:
        check_no_key(tmp_path, files)
    assert line not in str(caught.value)


# What stands there now, what it was merged with, what is to stand there; and what comes of it.

OTHERS = "exists and differs"
WRITES: tuple[tuple[str | None, str | None, str, str], ...] = (
    (None, None, "new", "written"),
    (None, "old", "new", "written"),
    ("new", None, "new", "nothing to do"),
    ("new", "old", "new", "nothing to do"),
    ("old", "old", "new", "written"),
    ("old", None, "new", OTHERS),
    ("other", "old", "new", OTHERS),
    ("", None, "new", OTHERS),
    (f"key: {KEY}", f"key: {KEY}", "new", "looks like a key"),
)


@pytest.mark.parametrize(("now", "before", "wanted", "came"), WRITES)
def test_a_file_is_written_over_only_where_it_is_what_was_merged(
    now: str | None, before: str | None, wanted: str, came: str, tmp_path: Path
) -> None:
    file = tmp_path / "review.md"
    if now is not None:
        file.write_text(now)
    files = {"review.md": wanted, "routes.yaml": "more"}
    merged = {} if before is None else {"review.md": before}
    if came in set(Written):
        (tmp_path / "routes.yaml").write_text("more")
        assert write(tmp_path, files, merged) == came
        assert file.read_text() == wanted
        return
    with pytest.raises(OutputRefused, match=came):
        write(tmp_path, files, merged)
    assert file.read_text() == now
    assert not (tmp_path / "routes.yaml").exists()


def test_of_writers_who_have_read_the_same_one_writes_and_the_others_are_told(tmp_path: Path) -> None:
    (tmp_path / "inventory.csv").write_text("credential\n")
    read, came = threading.Barrier(8), queue.Queue[tuple[str, str]]()

    def apply(name: str) -> None:
        now = present(tmp_path)
        read.wait(timeout=30)
        try:
            came.put((name, write(tmp_path, {"inventory.csv": f"{now['inventory.csv']}{name}\n"}, now)))
        except OutputRefused as refused:
            came.put((name, str(refused)))

    writers = [threading.Thread(target=apply, args=(f"KEY_{number}",)) for number in range(8)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join(timeout=30)
    told = dict(came.get_nowait() for _ in writers)
    [written] = [name for name, said in told.items() if said == Written.WRITTEN]
    assert sum("apply again" in said for said in told.values()) == 7
    assert (tmp_path / "inventory.csv").read_text() == f"credential\n{written}\n"


@pytest.mark.skipif(sys.platform == "win32", reason="this system has no locks of folders")
def test_a_writer_that_does_not_end_is_not_waited_for_without_end(tmp_path: Path) -> None:
    with turn(tmp_path), pytest.raises(OutputRefused, match="another process is writing"), turn(tmp_path, 0.1):
        pass
    with turn(tmp_path, 0.0):
        assert [*tmp_path.iterdir()] == []


ENDINGS = {
    "": "\n",
    "one": "\n",
    "one\ntwo\n": "\n",
    "one\r\ntwo\r\n": "\r\n",
    "one\r\ntwo": "\r\n",
    "one\r\ntwo\n": "line 2",
    "one\ntwo\r\n": "line 1",
    "one\rtwo": "line 1",
    "one\r\ntwo\r": "line 2",
}


@pytest.mark.parametrize("text", ENDINGS)
def test_lines_end_one_way(text: str) -> None:
    if ENDINGS[text].startswith("line"):
        with pytest.raises(LaunchFolderInvalid, match=rf"a\.toml {ENDINGS[text]} ends unlike the first"):
            line_ending("a.toml", text)
    else:
        assert line_ending("a.toml", text) == ENDINGS[text]


def test_a_heading_takes_the_place_of_its_own_earlier_one_and_of_no_other(run_persona: RunPersona) -> None:
    mine = judge_run(run_persona("launch-ready"))
    evidence = tuple(row for row in mine.run.identity.evidence if row.points_to != "sandbox")
    real = judge_run(replace(mine.run, identity=replace(mine.run.identity, evidence=evidence)))
    others = judge_run(replace(mine.run, key_name="OTHER"))
    above = f"# a person's\n{heading(mine)}name: x\n"
    assert headed("name: x\n", mine) == f"{heading(mine)}name: x\n"
    assert headed(above, mine) == above
    assert headed(above, real) == f"# a person's\n{heading(real)}name: x\n"
    assert headed(above, others) == heading(others) + above
    assert [made_up(heading(one)) for one in (mine, real)] == [True, False]
    assert heading(mine).count("\n") == 3
    assert heading(real).count("\n") == 2
    assert all(line.startswith("# ") for line in heading(mine).splitlines())


# What becomes of a credential's line in the inventory: cells that stand there, those that come of it, and what is told.

HEAD = "credential,provider,owner_id,token_role,models,note"
OWNER = "5eed0000a11ce0000000d0e5"
MINE = f"{KEY_NAME},huggingface"
NEW = f"{MINE},{OWNER},fineGrained,{real.COVERED},SANDBOX\n"
LINE: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    ("", NEW, ()),
    (NEW, NEW, ()),
    (f"{MINE},,,,\n", NEW, ()),
    (f"{MINE},me,,,\n", NEW, (f"owner_id me → {OWNER}",)),
    (f"{MINE},me,write,,\n", NEW, (f"owner_id me → {OWNER}", "token_role write → fineGrained")),
    (f"{MINE},{OWNER},fineGrained,x/y,SANDBOX\n", NEW.replace("meta", "x/y;meta"), ()),
    (f"{MINE},{OWNER},fineGrained,x/y;,SANDBOX\n", NEW.replace("meta", "x/y;meta"), ()),
    (NEW.replace(",SANDBOX", ";,SANDBOX"), NEW.replace(",SANDBOX", ";,SANDBOX"), ()),
    (NEW.replace("SANDBOX", "mine"), NEW.replace("SANDBOX", "SANDBOX; mine"), ()),
    (NEW.replace("SANDBOX", "mine; SANDBOX"), NEW.replace("SANDBOX", "mine; SANDBOX"), ()),
    ("OTHER,huggingface,,,,\n", f"OTHER,huggingface,,,,\n{NEW}", ()),
    (f"{KEY_NAME},openai,,,,\n", f"{KEY_NAME},openai,,,,\n{NEW}", ()),
)


@pytest.mark.parametrize(("there", "becomes", "told"), LINE)
def test_what_becomes_of_a_credentials_line(
    there: str, becomes: str, told: tuple[str, ...], run_persona: RunPersona
) -> None:
    files = import_inventory(judge_run(run_persona("launch-ready")), {"inventory.csv": f"{HEAD}\n{there}"})
    assert files["inventory.csv"] == f"{HEAD}\n{becomes}"
    assert files.notes == tuple(f"inventory.csv line 2, {KEY_NAME}: {one}" for one in told)


@pytest.mark.parametrize(
    ("note", "becomes"),
    [("SANDBOX", ""), ("SANDBOX; mine", "mine"), ("mine; SANDBOX; more", "mine; more"), ("a; b", "a; b")],
)
def test_once_a_provider_has_answered_the_sandboxs_mark_goes(note: str, becomes: str, run_persona: RunPersona) -> None:
    run = run_persona("launch-ready")
    evidence = tuple(row for row in run.identity.evidence if row.points_to != "sandbox")
    answered = judge_run(replace(run, identity=replace(run.identity, evidence=evidence)))
    there = f"{HEAD}\n{NEW}".replace("SANDBOX", note)
    assert import_inventory(answered, {"inventory.csv": there})["inventory.csv"] == there.replace(note, becomes)


def test_a_credential_that_stands_there_twice_is_refused_with_both_lines(run_persona: RunPersona) -> None:
    with pytest.raises(LaunchFolderInvalid, match=rf"lines 2 and 4 are both {KEY_NAME} at huggingface; keep one"):
        import_inventory(judge_run(run_persona("launch-ready")), {"inventory.csv": f"{HEAD}\n{NEW}OTHER,x,,,,\n{NEW}"})


# What is watched: a question with the key seldom and patiently, any other often and at once.


def test_what_a_watch_with_the_key_differs_in(run_persona: RunPersona) -> None:
    files = add_monitoring(judge_run(run_persona("launch-ready")))
    modules = yaml.safe_load(files["monitoring/blackbox.yml"])["modules"]
    scraped = {job["job_name"]: job for job in yaml.safe_load(files["monitoring/prometheus.yml"])["scrape_configs"]}
    [group] = yaml.safe_load(files["monitoring/alerts.yml"])["groups"]
    assert group["name"] == f"testkey_huggingface_{KEY_NAME}"
    assert set(modules) == set(scraped)
    assert len(modules) == len(group["rules"]) > 1
    keyed = {name for name, module in modules.items() if "authorization" in module["http"]}
    assert keyed == {"huggingface_current_key"}
    for name, rule in zip(scraped, group["rules"], strict=True):
        module, job, with_key = modules[name], scraped[name], name in keyed
        assert (module["prober"], module["http"]["method"], module["http"]["follow_redirects"]) == (
            "http",
            "GET",
            False,
        )
        assert (job["scrape_interval"], rule["for"]) == (("15m", "45m") if with_key else ("1m", "5m"))
        assert rule["labels"]["severity"] == ("critical" if with_key else "warning")
        assert rule["alert"].endswith("KeyNotAccepted" if with_key else "NotAnswering")
        asked = f'probe_success{{job="{name}", credential="{KEY_NAME}"}}'
        assert rule["expr"] == (f"max_over_time({asked}[20m]) == 0" if with_key else f"{asked} == 0")
        [static] = job["static_configs"]
        assert static["labels"] == {"provider": "huggingface", "credential": KEY_NAME, "region": "global"}


# What becomes of a provider's table: fields that stand there, those that come of it, and what is told.

REGION, HOSTS = 'region = "global"', ["sandbox.localhost"]
CONFIGS: tuple[tuple[str, dict[str, object], tuple[str, ...]], ...] = (
    ("", {}, ()),
    ('name = "HF"', {"name": "HF"}, ("has the name HF, this run found Hugging Face Router; it stays, review it",)),
    ('name = ""', {}, ()),
    ("name = 3", {}, ()),
    ('region = "eu"', {"region": "eu"}, ("has the region eu, this run found global; it stays, review it",)),
    (REGION, {}, ()),
    ('hosts = ["a.example"]', {"hosts": ["a.example", *HOSTS]},
     ("also has the hosts a.example, which stay; review them",)),
    ('hosts = ["sandbox.localhost"]', {}, ()),
    ('hosts = ["sandbox.localhost", "b"]', {"hosts": [*HOSTS, "b"]},
     ("also has the hosts b, which stay; review them",)),
    ("hosts = []", {}, ()),
    ('identity = "relay"', {}, ()),
    ('docs = "mine"', {}, ()),
    ("team = 7", {"team": 7}, ()),
)  # fmt: skip


@pytest.mark.parametrize(("there", "differs", "told"), CONFIGS)
def test_what_becomes_of_a_providers_table(
    there: str, differs: dict[str, object], told: tuple[str, ...], run_persona: RunPersona
) -> None:
    readiness = judge_run(run_persona("launch-ready"))
    before = f"[providers.huggingface]\n{there}\n" if there else ""
    files = add_provider_config(readiness, {"providers.toml": before})
    provider = readiness.run.plan.provider
    found = tomllib.loads(files["providers.toml"])["providers"]["huggingface"]
    assert found == {
        "name": "Hugging Face Router", "hosts": HOSTS, "api": "http://sandbox.localhost/v1", "region": "global",
        "identity": "vouched", "docs": provider.docs, "docs_checked": provider.checked, **differs,
    }  # fmt: skip
    assert files.notes == tuple(f"providers.toml: huggingface {one}" for one in told)
    assert add_provider_config(readiness, dict(files))["providers.toml"] == files["providers.toml"]


# A review stays where it says the same of an earlier moment, and goes above any other.


def test_a_review_stays_where_nothing_but_moment_and_ticks_differ(run_persona: RunPersona) -> None:
    run = run_persona("launch-ready")
    text = human_review(judge_run(run))["review.md"]
    later = replace(run, stamp=replace(run.stamp, observed_at=run.stamp.observed_at + timedelta(hours=1)))
    for before in (
        text,
        text.replace("- [ ]", "- [x]"),
        f"mine\n{text}more\n",
        text.replace("## Gates", "mine\n## Gates"),
    ):
        assert human_review(judge_run(later), {"review.md": before})["review.md"] == before
    denied = human_review(judge_run(axes(later, funds="n")), {"review.md": text})["review.md"]
    assert denied.endswith(f"\n\n---\n\n{text}")
    assert denied.count("# Review of HF_TOKEN") == 2
    above = human_review(judge_run(later), {"review.md": denied})["review.md"]
    assert above.endswith(f"\n\n---\n\n{denied}")  # what stands below the line is of another time


def test_a_review_ticks_what_is_open_and_names_the_step_of_what_is_not(
    run_persona: RunPersona, all_done: AllDone
) -> None:
    run = run_persona("launch-ready")
    folder = replace(all_done(run), watched=frozenset())
    lines = human_review(judge_run(axes(run, scope="n"), folder))["review.md"].splitlines()
    gates = [line for line in lines if line.startswith("- [")]
    assert gates == ["- [x] **identification**", "- [ ] **inventory**", "- [x] **pricing**", "- [x] **routing**",
                     "- [ ] **launch**"]  # fmt: skip
    steps = [line.strip() for line in lines if "smallest step" in line]
    assert steps == ["- smallest step: because", r"- smallest step: write it with the action add\_monitoring"]
    narrow = human_review(judge_run(run, folder, of_dimension("inventory-fit")))["review.md"]
    assert narrow.count(" (not required for inventory-fit)") == 2


def test_a_difference_shows_as_much_around_as_is_asked_for() -> None:
    now = "".join(f"{n}\n" for n in range(20))
    text = now.replace("9\n", "nine\n", 1)
    assert difference("a", now, text, around=0) == ["--- a (now)", "+++ a", "@@ -10 +10 @@", "-9", "+nine"]
    assert len(difference("a", now, text)) == 3 + 2 + 2 * 3
    assert difference("a", now, now) == []


@pytest.mark.parametrize("mode", [0o644, 0o600, 0o640])
def test_a_file_that_is_written_over_keeps_its_mode_and_a_new_one_can_be_read(mode: int, tmp_path: Path) -> None:
    (tmp_path / "review.md").write_text("old")
    (tmp_path / "review.md").chmod(mode)
    write(tmp_path, {"review.md": "new", "routes.yaml": "new"}, {"review.md": "old"})
    assert (tmp_path / "review.md").stat().st_mode & 0o777 == mode
    assert (tmp_path / "routes.yaml").stat().st_mode & 0o777 == 0o644
    assert sorted(path.name for path in tmp_path.iterdir()) == ["review.md", "routes.yaml"]


LEFT = {  # name, how old in seconds, whether it stays
    ".review.md.0123abcd": (3601, False),
    ".review.md.0123abce": (3000, True),
    ".review.md.0123abc": (9999, True),
    ".review.md.0123ABCD": (9999, True),
    ".other.md.0123abcd": (9999, True),
    "review.md.0123abcd": (9999, True),
}


def test_what_a_killed_writer_left_beside_its_file_goes_after_an_hour_and_nothing_else_does(tmp_path: Path) -> None:
    for name, (age_s, _) in LEFT.items():
        (tmp_path / name).write_text("x")
        os.utime(tmp_path / name, (time.time() - age_s,) * 2)
    write(tmp_path, {"review.md": "new"})
    assert {path.name for path in tmp_path.iterdir()} == {"review.md", *(name for name in LEFT if LEFT[name][1])}


def test_of_two_headings_of_one_run_the_first_is_renewed(run_persona: RunPersona) -> None:
    run = run_persona("launch-ready")
    first = judge_run(run)
    later = judge_run(replace(run, stamp=replace(run.stamp, observed_at=run.stamp.observed_at + timedelta(days=1))))
    twice = f"{heading(first)}name: x\n{heading(first)}name: y\n"
    assert headed(twice, later) == f"{heading(later)}name: x\n{heading(first)}name: y\n"


@pytest.mark.parametrize(("owner", "renewed"), [(OWNER, False), ("", True), ("me", True)])
def test_the_day_of_a_line_is_renewed_with_what_changed_and_never_alone(
    owner: str,
    renewed: bool,  # noqa: FBT001 - a column of the table
    run_persona: RunPersona,
) -> None:
    readiness = judge_run(run_persona("launch-ready"))
    there = f"{HEAD},observed_at\n{NEW}".replace(OWNER, owner).replace("SANDBOX", "SANDBOX,2026-01-01")
    found = import_inventory(readiness, {"inventory.csv": there})
    day = readiness.run.stamp.observed_at.isoformat(timespec="seconds")
    assert found["inventory.csv"] == (
        there.replace(f",{owner},", f",{OWNER},", 1).replace("2026-01-01", day) if renewed else there
    )
    assert not any("observed_at" in note for note in found.notes)


def test_a_review_names_its_run_and_the_endpoint_of_each_piece_of_evidence(run_persona: RunPersona) -> None:
    readiness = judge_run(run_persona("launch-ready"))
    lines = human_review(readiness)["review.md"].splitlines()
    assert lines[2].startswith("SANDBOX: made-up answers")
    assert any(line.startswith(f"Hugging Face Router, credential {escaped(KEY_NAME)}, observed ") for line in lines)
    told = lines[lines.index("## Evidence of identity") + 2 :]
    evidence = readiness.run.identity.evidence
    assert {bool(row.endpoint) for row in evidence} == {True, False}
    for line, row in zip(told, evidence, strict=True):
        assert line.startswith(
            f"- {row.endpoint}: {escaped(row.mark)}: " if row.endpoint else f"- {escaped(row.mark)}: "
        )
