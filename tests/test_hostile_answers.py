"""Endpoints and callers that mean no good, or only mean something else: what they say decides nothing it should not."""

import asyncio
import io
import json
import logging
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest
from conftest import KEY_NAME, PERSONAS, Call
from endpoints import Between
from test_cli import served

from testkey_nb import sandbox
from testkey_nb.actions.write import check_folder, check_writable, replace_file
from testkey_nb.errors import KeyMalformed, OutputRefused
from testkey_nb.judge import judge_run
from testkey_nb.keys import Key
from testkey_nb.outcome import Answer, Axis, Outcome
from testkey_nb.probe import Run, plan, probe_key
from testkey_nb.redaction import redact, without_keys

SECRET = PERSONAS["launch-ready"].key
WHOAMI = "/api/whoami-v2"


def run_with(path: str, answer: Callable[[httpx.Request], httpx.Response], *, trust: bool = True) -> Run:
    """Run against the sandbox with one path answered otherwise."""

    def instead(request: httpx.Request) -> httpx.Response | None:
        return answer(request) if request.url.path == path else None

    what = plan("huggingface", base_url=sandbox.ORIGIN, trust_endpoint=trust, operator="a test")
    return asyncio.run(probe_key(Key(KEY_NAME, SECRET), what, transport=Between(instead=instead)))


def whoami(**more: object) -> dict[str, object]:
    return {"id": "5eed", "name": "x", "auth": {"type": "access_token", "accessToken": {"role": "read"}}, **more}


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-32", "utf-8-sig"])
def test_an_echo_of_the_key_in_another_encoding_reaches_nothing(encoding: str) -> None:
    body = json.dumps(whoami(id=SECRET)).encode(encoding)
    found = run_with(WHOAMI, lambda _r: httpx.Response(200, content=body, headers={"content-type": "application/json"}))
    text = json.dumps(judge_run(found).to_json()) + str(found.answers)
    assert SECRET not in text
    assert SECRET not in text.replace(" ", "")


@pytest.mark.parametrize("kind", ["text/plain", "image/png", "application/octet-stream", ""])
def test_a_body_that_is_not_said_to_be_json_is_unexpected(kind: str) -> None:
    body = json.dumps(whoami()).encode()
    found = run_with(WHOAMI, lambda _r: httpx.Response(200, content=body, headers={"content-type": kind}))
    assert {row.outcome for row in found.answers if row.ask == "current_key"} == {Outcome.UNEXPECTED}
    assert judge_run(found).passport[Axis.AUTH].answer is Answer.UNKNOWN


@pytest.mark.parametrize(("age", "auth"), [("0", Answer.YES), ("60", Answer.YES), ("301", Answer.UNKNOWN),
                                           ("5, 90000", Answer.UNKNOWN), ("9" * 400, Answer.UNKNOWN)])  # fmt: skip
def test_an_old_answer_that_a_cache_kept_proves_nothing_of_the_key_now(age: str, auth: Answer) -> None:
    def cached(request: httpx.Request) -> httpx.Response:
        if "NotAReal" in request.headers["authorization"]:
            return httpx.Response(401, json={"error": "Invalid credentials in Authorization header"})
        return httpx.Response(200, json=whoami(), headers={"age": age})

    assert judge_run(run_with(WHOAMI, cached)).passport[Axis.AUTH].answer is auth


def test_an_old_refusal_that_a_cache_kept_is_none_of_the_key_now() -> None:
    refused = httpx.Response(401, json={"error": "Invalid credentials in Authorization header"}, headers={"age": "900"})
    assert judge_run(run_with(WHOAMI, lambda _r: refused)).passport[Axis.AUTH].answer is Answer.UNKNOWN


@pytest.mark.parametrize("body", [
    '["Invalid credentials in Authorization header"]', "Invalid credentials in Authorization header",
    '{"message": "Invalid credentials in Authorization header"}',
])  # fmt: skip
def test_the_providers_words_in_another_envelope_are_no_verdict(body: str) -> None:
    kind = {"content-type": "application/json" if body[0] in "[{" else "text/plain"}
    found = run_with(WHOAMI, lambda _r: httpx.Response(401, content=body.encode(), headers=kind))
    assert judge_run(found).passport[Axis.AUTH].answer is Answer.UNKNOWN


def test_a_page_of_a_list_does_not_say_what_is_missing() -> None:
    page = {"data": [{"id": "other/model", "providers": []}], "has_more": True}
    found = run_with("/v1/models", lambda _r: httpx.Response(200, json=page))
    assert judge_run(found).passport[Axis.MODELS].answer is Answer.UNKNOWN


def test_an_endpoint_nobody_vouches_for_decides_nothing() -> None:
    other = {"data": [{"id": "other/model", "providers": [{"provider": "novita", "status": "live"}]}]}
    readiness = judge_run(run_with("/v1/models", lambda _r: httpx.Response(200, json=other), trust=False))
    assert {finding.answer for finding in readiness.passport.values()} == {Answer.UNKNOWN}
    assert readiness.ready is None
    assert readiness.run.prices == ()


def test_the_clients_own_log_of_our_requests_is_kept_out_of_every_handler() -> None:
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    root = logging.getLogger()
    level = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    try:
        with served("launch-ready") as origin:
            what = plan("huggingface", base_url=origin, trust_endpoint=True, operator="a test")
            asyncio.run(probe_key(Key(KEY_NAME, SECRET), what))
            httpx.get(f"{origin}/v1/models")
    finally:
        root.removeHandler(handler)
        root.setLevel(level)
    said = stream.getvalue()
    assert SECRET not in said
    assert "whoami" not in said
    assert "/v1/models" in said, "other people's requests are logged as ever"


@pytest.mark.parametrize("place", ["operator", "base_url", "models"])
def test_a_key_given_in_place_of_something_else_is_refused_before_anything_is_sent(place: str) -> None:
    secret = "ofNoKnownShape" * 3  # one of a known shape is refused by whoever plans
    wrong = {"operator": f"me {secret}", "base_url": f"{sandbox.ORIGIN}/{secret}", "models": [secret]}
    choices = {"base_url": sandbox.ORIGIN, "operator": "a test", place: wrong[place]}
    transport = Between()
    with pytest.raises(KeyMalformed) as caught:
        asyncio.run(
            probe_key(
                Key(KEY_NAME, secret),
                plan("huggingface", trust_endpoint=True, **choices),  # type: ignore[arg-type]
                transport=transport,
            )
        )
    assert secret not in str(caught.value)
    assert transport.requests == []


@pytest.mark.parametrize("words", [
    (SECRET,), ("apply", SECRET, "--provider", "huggingface", "--key-env", "X", "--launch-dir", "l", "--yes"),
    ("probe", "--provider", SECRET, "--key-env", "X", "--operator", "me"), ("demo", SECRET),
    ("demo", "--persona", SECRET),
    ("report", "--provider", "huggingface", "--key-env", "X", "--out", "r.html", "--lang", SECRET),
    ("probe", "--provider", "huggingface", "--key-env", SECRET, "--operator", "me"),
    ("probe", "--provider", "huggingface", "--key-env", "X", "--operator", "me", "--policy", SECRET),
])  # fmt: skip
def test_a_key_pasted_into_the_command_line_is_not_said_again(
    words: tuple[str, ...],
    call: Call,
) -> None:
    code, out, err = call(*words)
    assert (code, out) == (2, "")
    assert not [SECRET[i : i + 8] for i in range(len(SECRET) - 7) if SECRET[i : i + 8] in err]


OTHER_KEYS = {
    "zhipu": "0123456789abcdef0123456789abcdef.FakeKeyQzQzQzQz1",
    "nebius": "v1.FakeKeyLnchRdyQzQzQzQzQzQzQzQzQzQz",
    "minimax, a JWT": "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJub2JvZHkifQ.FakeKeyQzQz-QzQz_QzQz",
}


@pytest.mark.parametrize("words", [("{key}",), ("probe", "{key}"), ("diff", "{key}", "{key}"), ("demo", "{key}")])
@pytest.mark.parametrize("whose", OTHER_KEYS)
def test_a_key_with_dots_in_it_that_was_pasted_is_not_said_again_either(
    whose: str, words: tuple[str, ...], call: Call
) -> None:
    key = OTHER_KEYS[whose]
    code, out, err = call(*(word.format(key=key) for word in words))
    assert (code, out) == (2, "")
    assert not [key[i : i + 8] for i in range(len(key) - 7) if key[i : i + 8] in err]


@pytest.mark.parametrize("words", [
    ("report", "--out", "{key}"), ("report", "--out", "{key}.html"), ("report", "--out", "no/{key}/r.html"),
    ("report", "--out", "r.html", "--lang", "{key}"), ("apply", "{key}", "--launch-dir", "l", "--yes"),
    ("apply", "human_review", "--launch-dir", "{key}", "--yes"), ("probe", "--policy", "no/{key}.toml"),
    ("probe", "--launch-dir", "{key}"), ("probe", "--region", "{key}"), ("probe", "--model", "a {key}"),
    ("probe", "--dimension", "{key}"), ("probe", "--operator", "{key}"),
])  # fmt: skip
def test_the_key_is_no_name_of_a_file_and_nothing_else_that_is_asked_for(
    words: tuple[str, ...],
    call: Call,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    key = "qzK7" * 4  # of no known vendor's shape
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("MY_KEY", key)
    asked = ("--provider", "huggingface", "--key-env", "MY_KEY", "--base-url", "http://127.0.0.1:9", "--trust-endpoint")
    operator = () if "--operator" in words else ("--operator", "a test")
    code, out, err = call(*(word.format(key=key) for word in words), *asked, *operator)
    assert (code, out, err.count("\n")) == (2, "", 1)
    assert key not in err
    assert list(tmp_path.iterdir()) == []


def test_a_message_keeps_ordinary_names() -> None:
    said = "a policy has no field 'x'; it has: planned_requests_per_min, unpublished_limits_pass in /tmp/a1b2/p.toml"
    assert without_keys(said) == said


@pytest.mark.parametrize(("said", "hidden"), [
    (f"Received {SECRET[:6]}…{SECRET[-4:]}", SECRET[-4:]), (f"Received {SECRET[:8]}...{SECRET[-4:]}", SECRET[-4:]),
    ("hash 0123456789abcdef", "0123456789abcdef"), ("not allowed for user johndoe", "johndoe"),
    ('{"user": "johndoe"}', "johndoe"), ("owner=johndoe", "johndoe"),
])  # fmt: skip
def test_masked_and_hashed_echoes_and_account_names_are_left_out(said: str, hidden: str) -> None:
    assert hidden not in Key(KEY_NAME, SECRET).redact(said)
    if SECRET[-4:] not in said:
        assert hidden not in redact(said)


def test_text_of_a_metric_passes_redaction_too() -> None:
    body = whoami(billingMode="ask casey@example.org", auth={"type": "hf_****abcd", "accessToken": {"role": "read"}})
    found = run_with(WHOAMI, lambda _r: httpx.Response(200, json=body))
    values = {str(value) for held in found.values().values() for value in held}
    assert not [value for value in values if "casey" in value or "abcd" in value]


def test_a_device_is_no_place_for_a_report_and_a_link_stays_one(tmp_path: Path) -> None:
    for place in (Path("/dev/null"), Path("/dev/full")):
        with pytest.raises(OutputRefused):
            check_writable(place)
    (tmp_path / "real.html").write_text("old")
    (tmp_path / "link.html").symlink_to(tmp_path / "real.html")
    replace_file(tmp_path / "link.html", "new")
    assert (tmp_path / "link.html").is_symlink()
    assert (tmp_path / "real.html").read_text() == "new"


def test_a_launch_folder_that_cannot_be_written_is_refused_first(tmp_path: Path) -> None:
    check_folder(tmp_path / "not" / "there" / "yet")
    with pytest.raises(OutputRefused):
        check_folder(Path("/proc/launch"))


def test_the_shape_of_a_key_is_evidence_and_never_a_refusal() -> None:
    what = plan("huggingface", base_url=sandbox.ORIGIN, trust_endpoint=True, operator="a test")
    key = Key(KEY_NAME, "sk-proj-" + "Qz" * 30)
    found = asyncio.run(probe_key(key, what, transport=sandbox.transport("huggingface", "launch-ready")))
    [row] = [row for row in found.identity.evidence if row.mark == "key shape"]
    assert row.observed == "the key has no shape that is known here"
    assert judge_run(found).passport[Axis.AUTH].answer is Answer.YES
