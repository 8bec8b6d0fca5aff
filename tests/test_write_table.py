"""What is written and what is refused, line by line: keys in files, files that changed, line endings and headings."""

from dataclasses import replace
from pathlib import Path

import pytest
from conftest import RunPersona

from testkey_nb.actions.write import Written, check_no_key, headed, heading, line_ending, made_up, write
from testkey_nb.errors import LaunchFolderInvalid, OutputRefused
from testkey_nb.judge import judge_run

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
