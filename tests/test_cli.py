"""The command line, as other programs use it: exit status, stdout, stderr, and what is sent."""

import io
import json
import os
import re
import socket
import subprocess
import sys
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from conftest import Call
from loopback import serving

from testkey_nb import __version__
from testkey_nb.cli import main
from testkey_nb.cli.terminal import show_json
from testkey_nb.providers import PROVIDERS
from testkey_nb.sandbox import PERSONAS

NAMED = ("--provider", "huggingface", "--key-env", "MY_HF_TOKEN")
ARTEFACTS = ("add_provider_config", "import_inventory", "fill_pricing", "set_route", "add_monitoring")

# Persona → auth/funds/scope, ready, exit status, action; an empty launch folder, dimension commercial-launch.
TABLE = {
    "launch-ready": ("yyy", False, 3, "add_provider_config"),
    "global-scope": ("yyy", False, 3, "add_provider_config"),
    "no-billing-scope": ("yyy", False, 3, "add_provider_config"),
    "no-inference-scope": ("yyn", False, 3, "human_review"),
    "classic-write": ("yyy", False, 3, "human_review"),
    "oauth": ("yyy", False, 3, "human_review"),
    "prepaid-unread": ("yuy", None, 4, "human_review"),
    "revoked": ("nuu", False, 3, "human_review"),
    "hub-throttled": ("uuu", None, 4, "human_review"),
    "broke": ("yny", False, 3, "human_review"),
    "org-blocked": ("yyy", False, 3, "human_review"),
    "model-gone": ("yyy", False, 3, "human_review"),
    "unpriced": ("yyy", False, 3, "add_provider_config"),
    "routes-down": ("yyy", False, 3, "human_review"),
    "firewall": ("uuu", None, 4, "human_review"),
    "wrong-host": ("uuu", False, 3, "human_review"),
}


served = partial(serving, "huggingface")


def asked(origin: str, *more: object) -> tuple[object, ...]:
    named = (*NAMED, "--operator", "a test")
    return (*named, "--base-url", origin, "--trust-endpoint", *more)


def test_the_table_has_every_persona() -> None:
    assert set(TABLE) == set(PERSONAS["huggingface"])


@pytest.mark.parametrize("persona", TABLE)
def test_every_persona_ends_as_its_row_says(persona: str, call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    axes, ready, status, action = TABLE[persona]
    monkeypatch.setenv("MY_HF_TOKEN", PERSONAS["huggingface"][persona].key)
    with served(persona) as origin:
        code, out, err = call("probe", *asked(origin, "--json"))
    found = json.loads(out)
    assert (code, found["ready"], found["action"]["id"]) == (status, ready, action)
    assert "".join(found["passport"][axis][0] for axis in ("auth", "funds", "scope")) == axes
    assert found["sandbox"] is True
    assert err == ""


def test_five_applies_make_a_launch_ready_key_ready(
    call: Call, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("MY_HF_TOKEN", PERSONAS["huggingface"]["launch-ready"].key)
    folder = tmp_path / "launch"
    with served("launch-ready") as origin:
        options = asked(origin, "--launch-dir", folder)
        for action in ARTEFACTS:
            code, out, _ = call("probe", *options, "--json")
            assert (code, json.loads(out)["action"]["id"]) == (3, action)
            assert call("apply", action, *options, "--yes")[0] == 0
            assert "nothing to do" in call("apply", action, *options, "--yes")[1]
        code, out, _ = call("probe", *options, "--json")
    found = json.loads(out)
    assert (code, found["ready"], found["action"]["id"], found["outstanding"]) == (0, True, None, [])
    assert found["stage"] == "launch"
    assert found["action"]["why"] == "nothing is outstanding"
    written = b"".join(path.read_bytes() for path in folder.rglob("*") if path.is_file())
    assert PERSONAS["huggingface"]["launch-ready"].key.encode() not in written
    assert b"SANDBOX" in written


def test_an_unpriced_model_waits_for_a_person_to_fill_the_empty_row(
    call: Call, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("MY_HF_TOKEN", PERSONAS["huggingface"]["unpriced"].key)
    prices = tmp_path / "prices.csv"
    with served("unpriced") as origin:
        options = asked(origin, "--launch-dir", tmp_path)
        for action in ARTEFACTS[:3]:
            assert json.loads(call("probe", *options, "--json")[1])["action"]["id"] == action
            assert call("apply", action, *options, "--yes")[0] == 0
        assert json.loads(call("probe", *options, "--json")[1])["action"]["id"] == "fill_pricing"
        assert ",featherless-ai,,,," in prices.read_text()
        prices.write_text(
            prices.read_text().replace("featherless-ai,,,,,", "featherless-ai,0.1,0.1,,contract,2026-11-20")
        )
        code, out, _ = call("probe", *options, "--json")
    assert (code, json.loads(out)["action"]["id"]) == (3, "set_route")


@pytest.mark.parametrize(("persona", "action", "status"), [
    ("revoked", "add_provider_config", 3), ("hub-throttled", "add_provider_config", 4), ("revoked", "human_review", 0),
    ("no-inference-scope", "import_inventory", 3), ("classic-write", "add_monitoring", 3),
    ("prepaid-unread", "add_monitoring", 4), ("broke", "add_provider_config", 0),
])  # fmt: skip
def test_apply_refuses_where_the_first_half_of_its_gate_is_shut(
    persona: str, action: str, status: int, call: Call, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("MY_HF_TOKEN", PERSONAS["huggingface"][persona].key)
    with served(persona) as origin:
        assert call("apply", action, *asked(origin, "--launch-dir", tmp_path / "new", "--yes"))[0] == status
    assert (tmp_path / "new").exists() is (status == 0)


def test_apply_keeps_what_stands_in_a_file(call: Call, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("MY_HF_TOKEN", PERSONAS["huggingface"]["launch-ready"].key)
    (tmp_path / "providers.toml").write_text('[providers.other]\nhosts = ["other.example"]\n')
    with served("launch-ready") as origin:
        code, _, err = call("apply", "add_provider_config", *asked(origin, "--launch-dir", tmp_path, "--yes"))
    assert (code, "+[providers.huggingface]" in err) == (0, True)
    text = (tmp_path / "providers.toml").read_text()
    assert '[providers.other]\nhosts = ["other.example"]\n' in text


def test_an_endpoint_that_nobody_vouches_for_gets_no_key(call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MY_HF_TOKEN", PERSONAS["huggingface"]["launch-ready"].key)
    words, seen = asked("")[:6], list[Any]()
    with served("launch-ready", seen) as origin:
        code, out, _ = call("probe", *words, "--base-url", origin, "--json")
    assert seen
    assert not any(request.has_key for request in seen)
    found = json.loads(out)
    assert (code, found["identity"]["verdict"], found["passport"]["auth"]) == (4, "unknown", "unknown")
    assert found["action"]["id"] == "human_review"


def test_a_host_that_cannot_be_reached_is_a_run(call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MY_HF_TOKEN", PERSONAS["huggingface"]["launch-ready"].key)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        origin = f"http://127.0.0.1:{free.getsockname()[1]}"
        code, out, _ = call("probe", *asked(origin, "--json"))
    found = json.loads(out)
    assert (code, found["ready"], set(found["passport"].values())) == (4, None, {"unknown"})


@pytest.mark.parametrize(
    "key",
    ["hf_with space" + "a" * 20, "hf_newline" + "a" * 20 + "\n", "hf_zero\u200bwidth" + "a" * 20, "hf_ключ" + "a" * 20,
     "hf_" + "a" * 10_000],
    ids=["space", "newline", "zero-width space", "non-ASCII", "10,000 characters"],
)  # fmt: skip
def test_a_malformed_key_is_one_line_and_nothing_is_sent(key: str, call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MY_HF_TOKEN", key)
    seen: list[Any] = []
    with served("launch-ready", seen) as origin:
        code, out, err = call("probe", *asked(origin, "--json"))
    assert (code, out, err.count("\n"), seen) == (2, "", 1, [])
    assert key[3:12] not in err


@pytest.mark.parametrize(
    "words",
    [
        ("probe", "--provider", "nobody", "--key-env", "MY_HF_TOKEN", "--operator", "x"),
        ("probe", "--provider", "huggingface", "--key-env", "NOT_SET_HERE", "--operator", "x"),
        ("probe", *NAMED),
        ("probe", *NAMED, "--operator", "x", "--dimension", "moon"),
        ("probe", *NAMED, "--operator", "x", "--region", "moon"),
        ("probe", *NAMED, "--operator", "x", "--model", "a b"),
        ("probe", *NAMED, "--operator", "x", "--samples", "-1"),
        ("probe", *NAMED, "--operator", "x", "--policy", "none.toml"),
        ("probe", *NAMED, "--operator", "x", "--base-url", "ftp://x"),
        (
            "probe",
            *NAMED,
            "--operator",
            "x",
            "--base-url",
            "http://x.com",
        ),
        (
            "probe",
            *NAMED,
            "--operator",
            "x",
            "--base-url",
            "https://10.0.0.1",
        ),
        (
            "report",
            *NAMED,
            "--operator",
            "x",
            "--out",
            "/no/such/r.html",
        ),
        (
            "report",
            *NAMED,
            "--operator",
            "x",
            "--out",
            "r.html",
            "--lang",
            "fr",
        ),
        (
            "apply",
            "launch_rocket",
            *NAMED,
            "--launch-dir",
            "x",
            "--yes",
        ),
        ("apply", "set_route", *NAMED, "--operator", "x", "--yes"),
        ("apply", "set_route", *NAMED, "--operator", "x", "--launch-dir", "", "--yes"),
        ("probe", *NAMED, "--operator", "x", "--launch-dir", ""),
        ("identify",),
        ("demo", "--persona", "nobody"),
        ("demo", "--provider", "nobody"),
        ("sandbox", "--persona", "nobody"),
        ("probe",),
        ("no-such-command",),
    ],
    ids=" ".join,
)
def test_the_callers_mistake_is_one_line_on_stderr(
    words: tuple[str, ...], call: Call, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("MY_HF_TOKEN", PERSONAS["huggingface"]["launch-ready"].key)
    code, out, err = call(*words)
    assert (code, out, err.count("\n")) == (2, "", 1)
    assert err.startswith("testkey: ")
    assert list(tmp_path.iterdir()) == []


def test_report_writes_the_file_and_keeps_the_exit_status(
    call: Call, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    key = PERSONAS["huggingface"]["broke"].key
    monkeypatch.setenv("MY_HF_TOKEN", key)
    with served("broke") as origin:
        code, out, _ = call("report", *asked(origin, "--out", tmp_path / "r.html", "--lang", "id"))
    page = (tmp_path / "r.html").read_text()
    assert code == 3
    assert out.splitlines()[-1] == f"Report: {tmp_path / 'r.html'}"
    assert 'lang="id"' in page
    assert "SANDBOX" in page
    assert key not in page


def test_a_policy_file_changes_the_verdict(call: Call, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("MY_HF_TOKEN", PERSONAS["huggingface"]["broke"].key)
    (tmp_path / "p.toml").write_text('required = ["identification"]\n')
    with served("broke") as origin:
        found = json.loads(call("probe", *asked(origin, "--policy", tmp_path / "p.toml", "--json"))[1])
    assert found["policy"]["required"] == ["identification"]
    assert found["action"]["id"] == "add_provider_config"


@pytest.mark.parametrize(("persona", "status", "verdict"), [("wrong-host", 3, "relay"), ("launch-ready", 4, "unknown")])
def test_identify_says_who_answers_without_a_key(persona: str, status: int, verdict: str, call: Call) -> None:
    with served(persona) as origin:
        code, out, _ = call("identify", "--base-url", origin, "--json")
    found = json.loads(out)
    assert (code, found["identity"]["verdict"]) == (status, verdict)
    assert set(found) == {"schema", "provider", "identity", "candidates", "manifest"}


def test_identify_shows_the_sandbox_as_such_and_what_decides_first(call: Call) -> None:
    with served("wrong-host") as origin:
        out = call("identify", "--base-url", origin)[1]
    assert " SANDBOX " in out.splitlines()[0]
    told = re.findall(r"│ (against|for|neutral) +│", out)
    assert told == sorted(told)
    assert told[0] == "against"


def test_identify_of_a_key_is_offline_and_names_every_candidate(call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MY_HF_TOKEN", "hf_" + "Qz" * 17)
    code, out, _ = call("identify", "--key-env", "MY_HF_TOKEN", "--json")
    found = json.loads(out)
    assert (code, found["manifest"]["requests"]) == (4, 0)
    assert [(c["provider"], c["key_type"]) for c in found["candidates"]] == [("huggingface", "user")]


def test_demo_ends_with_the_name_of_the_report(call: Call, tmp_path: Path) -> None:
    code, out, err = call("demo", "--out", tmp_path / "r.html")
    assert (code, err) == (0, "")
    assert "Readiness" in out
    assert "SANDBOX" in out
    assert out.splitlines()[-1] == f"Report: {tmp_path / 'r.html'}"


def test_providers_lists_what_can_be_probed(call: Call) -> None:
    code, out, _ = call("providers", "--json")
    assert code == 0
    assert json.loads(out)["providers"][0]["id"] == "huggingface"


def test_no_name_or_host_of_a_provider_is_broken_over_two_lines(call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    _, out, _ = call("providers")
    words = set(out.replace(",", " ").split())
    assert words >= {name for p in PROVIDERS.values() for name in (p.id, *(region.host for region in p.hosts))}


def test_no_host_is_cut_off_in_a_narrow_terminal(call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "40")
    assert "…" not in call("providers")[1]


def test_a_fresh_process_keeps_stdout_for_json_and_the_key_out_of_everything(tmp_path: Path) -> None:
    key = PERSONAS["huggingface"]["launch-ready"].key
    with served("launch-ready") as origin:
        command = [
            sys.executable,
            "-c",
            "from testkey_nb.cli import main; main()",
            "probe",
            *map(str, asked(origin, "--json")),
        ]
        ran = subprocess.run(  # noqa: S603 - our own interpreter
            command, env={**os.environ, "MY_HF_TOKEN": key}, capture_output=True, text=True, check=False, cwd=tmp_path
        )
    assert (ran.returncode, ran.stderr) == (3, "")
    assert json.loads(ran.stdout)["schema"] == 1
    assert key not in ran.stdout


@pytest.mark.parametrize(
    ("words", "status", "says"),
    [
        (("providers",), 0, "api.moonshot.ai"),
        (("demo",), 0, "Hugging Face Router \\xb7 huggingface \\xb7 global route"),
        (("demo", "--persona", "nobody·here"), 2, "nobody\\xb7here"),
    ],
)
def test_a_terminal_that_lacks_characters_shows_them_as_escapes(
    words: tuple[str, ...], status: int, says: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "200")
    monkeypatch.setattr(sys, "argv", ["testkey", *words])
    shown = [io.BytesIO(), io.BytesIO()]
    for name, buffer in zip(("stdout", "stderr"), shown, strict=True):
        monkeypatch.setattr(sys, name, io.TextIOWrapper(buffer, encoding="ascii", write_through=True))
    with pytest.raises(SystemExit) as left:
        main()
    assert left.value.code == status
    assert says in "".join(buffer.getvalue().decode("ascii") for buffer in shown)


@pytest.mark.parametrize(
    ("words", "status"),
    [
        (("providers",), 0),
        (("providers", "--json"), 0),
        (("--help",), 0),
        (("identify", "--key-env", "MY_HF_TOKEN"), 4),
        (("probe",), 3),
        (("probe", "--json"), 3),
    ],
    ids=lambda words: " ".join(words) if isinstance(words, tuple) else "",
)
@pytest.mark.parametrize("how", ["nobody reads it any more", "it is closed"])
def test_the_exit_status_is_what_was_found_whoever_listens(
    how: str, words: tuple[str, ...], status: int, tmp_path: Path
) -> None:
    environ = {**os.environ, "MY_HF_TOKEN": PERSONAS["huggingface"]["launch-ready"].key}
    reads, writes = os.pipe()
    os.close(reads)
    closed = "import os, sys; os.close(1); os.execv(sys.executable, [sys.executable, *sys.argv[1:]])"
    before = ("-c", closed) if how == "it is closed" else ()
    with served("launch-ready") as origin:
        asked = (*NAMED, "--base-url", origin, "--trust-endpoint", "--operator", "x") if words[0] == "probe" else ()
        ran = subprocess.run(  # noqa: S603 - our own interpreter
            [sys.executable, *before, "-c", "from testkey_nb.cli import main; main()", *words, *asked],
            stdout=writes, stderr=subprocess.PIPE, env=environ, cwd=tmp_path, text=True, check=False, timeout=60,
        )  # fmt: skip
    os.close(writes)
    assert (ran.returncode, ran.stderr) == (status, "")


def _started(before: str, *words: object, **variables: str) -> "subprocess.CompletedProcess[str]":
    """Run the command line after `before`, in a process of its own."""
    begin = f"import os, sys; {before}; os.execv(sys.executable, [sys.executable, *sys.argv[1:]])"
    return subprocess.run(  # noqa: S603 - our own interpreter
        [sys.executable, "-c", begin, "-W", "error", "-c", "from testkey_nb.cli import main; main()", *map(str, words)],
        env={**os.environ, **variables}, capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip


def test_nobody_is_there_to_be_asked_where_stdin_is_closed(tmp_path: Path) -> None:
    keys = {"MY_HF_TOKEN": PERSONAS["huggingface"]["launch-ready"].key, "MY_SK": "sk-" + "Qz" * 24}
    applied = _started(
        "os.close(0)", "apply", "set_route", *asked("http://127.0.0.1:9"), "--launch-dir", tmp_path, **keys
    )
    assert (applied.returncode, applied.stdout) == (2, "")
    assert applied.stderr == "testkey: nobody is here to confirm; add --yes to write without asking\n"
    probed = _started("os.close(0)", "probe", "--key-env", "MY_SK", "--operator", "x", **keys)
    assert (probed.returncode, probed.stdout) == (2, "")
    assert "say whose it is with --provider ID" in probed.stderr
    assert probed.stderr.count("\n") == 1


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no /dev/full")
def test_a_full_disk_behind_stderr_leaves_the_exit_status() -> None:
    before = "full = os.open('/dev/full', os.O_WRONLY); os.dup2(full, 2)"
    assert _started(before, "demo", "--persona", "nobody").returncode == 2
    assert _started(f"{before}; os.dup2(full, 1)", "providers").returncode == 2


@pytest.mark.parametrize("name", ["SSL_CERT_FILE", "SSLKEYLOGFILE"])
@pytest.mark.parametrize(
    "words", [("probe",), ("report", "--out", "r.html"), ("identify",)], ids=lambda words: words[0]
)
def test_certificates_that_cannot_be_read_are_the_callers_mistake(
    words: tuple[str, ...], name: str, tmp_path: Path
) -> None:
    seen: list[Any] = []
    key = PERSONAS["huggingface"]["launch-ready"].key
    with served("launch-ready", seen) as origin:
        given = ("--base-url", origin) if words[0] == "identify" else asked(origin)
        before = f"os.environ[{name!r}] = {str(tmp_path / 'none' / 'ca.pem')!r}; os.chdir({str(tmp_path)!r})"
        ran = _started(before, *words, *given, MY_HF_TOKEN=key)
    assert (ran.returncode, ran.stdout, seen, list(tmp_path.iterdir())) == (2, "", [], [])
    assert name in ran.stderr
    assert "ca.pem" not in ran.stderr, "what a variable holds may be a secret"
    assert (ran.stderr.startswith("testkey: no certificates"), ran.stderr.count("\n")) == (True, 1)


def test_lab_hands_what_it_does_not_know_on_to_jupyterlab(tmp_path: Path) -> None:
    (tmp_path / "jupyterlab.py").write_text("import sys; print(*sys.argv[1:]); sys.exit(5)")
    path = os.pathsep.join([str(tmp_path), os.environ.get("PYTHONPATH", "")])
    ran = _started("0", "lab", "--allow-root", "--port", "8899", PYTHONPATH=path)
    given = ran.stdout.split()
    assert (ran.returncode, given[1:]) == (5, ["--allow-root", "--port", "8899"])
    assert given[0].startswith("--ServerApp.root_dir=")


def test_a_jupyterlab_that_cannot_be_started_is_not_called_stopped() -> None:
    code = "import sys; from testkey_nb.cli import main; sys.executable = '/no/such/python'; main()"
    ran = subprocess.run([sys.executable, "-c", code, "lab"], capture_output=True, text=True, check=False, timeout=60)  # noqa: S603 - our own interpreter
    assert (ran.returncode, ran.stdout) == (2, "")
    assert ran.stderr.startswith("testkey: JupyterLab cannot be started (No such file or directory); run `jupyter lab ")


def test_a_port_that_is_taken_is_named(call: Call) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        assert call("sandbox", "--port", port) == (
            2,
            "",
            f"testkey: port {port} is taken; choose another with --port, or 0 for any\n",
        )


@pytest.mark.parametrize("encoding", ["ascii", "latin-1", "utf-8"])
def test_json_is_json_in_every_encoding(encoding: str, monkeypatch: pytest.MonkeyPatch) -> None:
    found, written = {"said": "höher · 余额不足 · \U0001f600"}, io.BytesIO()
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(written, encoding=encoding, write_through=True))
    show_json(found)
    assert json.loads(written.getvalue().decode(encoding)) == found


def test_the_walk_of_the_readme_ends_ready(tmp_path: Path) -> None:
    readme = (Path(__file__).parents[1] / "README.md").read_text(encoding="utf-8")
    walk = readme.partition("Walk it in the sandbox")[2].split("```")[1]
    with served("launch-ready") as origin:
        script = walk.replace("…", PERSONAS["huggingface"]["launch-ready"].key, 1).replace(
            "http://127.0.0.1:PORT", origin
        )
        path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
        ran = subprocess.run(
            ["bash", "-eu"], input=script, env={**os.environ, "PATH": path, "COLUMNS": "200"},  # noqa: S607
            capture_output=True, text=True, check=False, cwd=tmp_path,
        )  # fmt: skip
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert ran.stdout.count("written: ") == len(ARTEFACTS)
    assert "READY for commercial-launch" in ran.stdout
    assert "NOT READY" not in ran.stdout


def test_the_package_can_be_run_as_a_module() -> None:
    ran = subprocess.run(
        [sys.executable, "-m", "testkey_nb", "--version"], capture_output=True, text=True, check=True, timeout=60
    )
    assert ran.stdout == f"testkey {__version__}\n"
