"""What proves a key and what only looks like it, line by line: controls, who is believed, and separate platforms."""

from dataclasses import replace

import pytest

from testkey_nb.http import Exchange
from testkey_nb.identity import Identity
from testkey_nb.keys import Key
from testkey_nb.outcome import Answer, Axis, Outcome, Verdict
from testkey_nb.probe import plan
from testkey_nb.probe.control import CONTROL, control_key, is_conclusive, known_controls, weigh_control
from testkey_nb.probe.facts import administers, believed
from testkey_nb.probe.platforms import hosts_elsewhere, told_of_others, valid_elsewhere
from testkey_nb.providers import PROVIDERS
from testkey_nb.rows import Why
from testkey_nb.spec import Clause, Finding, KeyShape, Region, Reply

HUB = PROVIDERS["huggingface"]
PROVING = next(ask for ask in HUB.asks if ask.proves_key)
JSON, PAGE = {"content-type": "application/json"}, {"content-type": "text/html"}
REFUSAL = {"error": "Invalid username or password."}
ME = "the tests, for made-up accounts"

# A made-up key's answer: what it makes of the real key's 200, and whether the endpoint need not be asked again.

CONTROLS = (
    (Reply(401, JSON, REFUSAL, "{}"), "yes", True),
    (Reply(401, JSON, {"error": "x"}, "{}"), "yes", True),
    (Reply(401, {}, None, ""), "yes", True),
    (Reply(401, PAGE, None, "<html>"), "unknown", False),
    (Reply(401, {}, None, " <html>"), "unknown", False),
    (Reply(200, JSON, {"name": "x"}, "{}"), "unknown", True),
    (Reply(200, PAGE, None, "<html>"), "unknown", True),
    (Reply(400, JSON, {"error": "x"}, "{}"), "unknown", False),
    (Reply(403, JSON, {"error": "x"}, "{}"), "unknown", False),
    (Reply(429, JSON, {"error": "x"}, "{}"), "unknown", False),
    (Reply(503, JSON, {"error": "x"}, "{}"), "unknown", False),
    (Reply(204, {}, None, ""), "unknown", False),
    (None, "unknown", False),
)
OPENS = {
    "yes": "",
    "asked again": "probe again later: the answer to the made-up key decides whether the answer to yours counts",
    "answered": "have a person confirm the key on the provider's page",
}


@pytest.mark.parametrize(("reply", "answer", "conclusive"), CONTROLS)
def test_only_a_refused_control_proves_and_only_a_clear_answer_is_not_asked_for_again(
    reply: Reply | None,
    answer: str,
    conclusive: bool,  # noqa: FBT001 - a column of the table
) -> None:
    exchange = Exchange(1, Why("" if reply else "it timed out"), reply=reply)
    found = weigh_control(HUB, PROVING, exchange)
    assert (found.axis, found.answer, found.asks) == (Axis.AUTH, answer, PROVING.name)
    assert is_conclusive(found, exchange) is conclusive
    wanted = "yes" if answer == "yes" else "answered" if conclusive else "asked again"
    assert found.opens == OPENS[wanted]
    assert ("it timed out" in found.why) is (reply is None)


REFUSES = Clause(Outcome.DENIED, "x", "x", 400, "no such key")


@pytest.mark.parametrize(("of_provider", "of_ask", "answer"), [(1, 0, "yes"), (0, 1, "yes"), (0, 0, "unknown")])
def test_a_control_is_refused_by_the_clauses_of_provider_and_ask(of_provider: int, of_ask: int, answer: str) -> None:
    provider, ask = replace(HUB, outcomes=(REFUSES,) * of_provider), replace(PROVING, outcomes=(REFUSES,) * of_ask)
    reply = Reply(400, JSON, {"error": "no such key"}, '{"error": "no such key"}')
    assert weigh_control(provider, ask, Exchange(1, reply=reply)).answer == answer


SHAPED, SHAPELESS = "hf_" + "q" * 34, "another-shape-altogether"


@pytest.mark.parametrize(("text", "shapes", "control"), [
    (SHAPED, HUB.key_shapes, r"hf_testkey\w{27}"),
    (SHAPELESS, HUB.key_shapes, r"hf_testkey\w{27}"),  # of the provider's usual shape
    (SHAPED, (), r"testkeyNotARealKeyx{19}"),
    (SHAPED, (replace(HUB.key_shapes[0], pattern="never", control="zz_made_up_zz"), *HUB.key_shapes), r"hf_testkey\w+"),
])  # fmt: skip
def test_a_control_has_the_shape_and_length_of_the_key_or_of_the_providers_keys(
    text: str, shapes: tuple[KeyShape, ...], control: str
) -> None:
    made = control_key(replace(HUB, key_shapes=shapes), Key("K", text))
    assert made.name == "control"
    assert made.fits(control)


def test_what_controls_showed_is_known_by_the_way_out() -> None:
    class Way: ...

    one, other = Way(), Way()
    found = weigh_control(HUB, PROVING, Exchange(1))
    known_controls(one)["https://a.example"] = found
    assert known_controls(one) == {"https://a.example": found}
    assert known_controls(other) == {}
    assert known_controls(None) is known_controls(None)
    assert "https://a.example" not in known_controls(None)


# Who is believed: not who shows another's marks, nor an unknown at an address that somebody gave.

BELIEVED = (
    (Verdict.GENUINE, "", True),
    (Verdict.GENUINE, "https://a.example", True),
    (Verdict.VOUCHED, "https://a.example", True),
    (Verdict.UNKNOWN, "", True),
    (Verdict.UNKNOWN, "https://a.example", False),
    (Verdict.RELAY, "", False),
    (Verdict.RELAY, "https://a.example", False),
    (Verdict.CONTRADICTED, "", False),
    (Verdict.CONTRADICTED, "https://a.example", False),
)


@pytest.mark.parametrize(("verdict", "base_url", "counts"), BELIEVED)
def test_whose_answers_count(verdict: Verdict, base_url: str, counts: bool) -> None:  # noqa: FBT001 - a column
    choices = replace(plan("huggingface", operator=ME), base_url=base_url)
    assert believed(choices, Identity(verdict, None, Why(""))) is counts


# A key that manages an account is one by its provider's shapes, or by another's where none of its own fits.

ADMIN = (
    ("openai", "sk-admin-" + "q" * 60, True),
    ("openai", "sk-proj-" + "q" * 60, False),
    ("anthropic", "sk-ant-admin01-" + "q" * 80, True),
    ("anthropic", "sk-ant-api03-" + "q" * 80, False),
    ("huggingface", "hf_" + "q" * 34, False),
    ("huggingface", "sk-ant-admin01-" + "q" * 80, True),
    ("huggingface", "gsk_" + "q" * 52, False),
    ("huggingface", "of-no-shape-at-all", False),
)


@pytest.mark.parametrize(("provider", "text", "manages"), ADMIN)
def test_which_keys_manage_an_account(provider: str, text: str, manages: bool) -> None:  # noqa: FBT001 - a column
    assert administers(plan(provider, operator=ME), Key("K", text)) is manages


def test_a_key_that_may_be_an_ordinary_one_of_its_provider_manages_nothing() -> None:
    shape = HUB.key_shapes[0]
    admin = replace(shape, type="admin", pattern=r"sk-admin-[\w-]{20,}")
    for shapes, manages in (((admin,), True), ((admin, replace(admin, type="user")), False), ((shape,), True)):
        choices = replace(plan("huggingface", operator=ME), provider=replace(HUB, key_shapes=shapes))
        assert administers(choices, Key("K", "sk-admin-" + "q" * 60)) is manages


# Separate platforms: a refusal here names them, and what they said where they were asked.

SPLIT = replace(
    HUB,
    hosts=(
        Region("a.example", "here", "https://a.example/keys"),
        Region("b.example", "there", "https://b.example/keys"),
        Region("c.example", "beyond", "https://c.example/keys"),
    ),
)
SAID, OPENED = Why("refused"), Why("make a new key")
NO = Finding(Axis.AUTH, Answer.NO, SAID, "current_key", OPENED)
DENIED, OK, DOWN = Outcome.DENIED, Outcome.OK, Outcome.UNAVAILABLE
NAMED = "refused; denied here, and this vendor has a separate platform at b.example, c.example"
THERE: tuple[tuple[dict[str, Outcome], str], ...] = (
    ({}, NAMED),
    ({"b.example": DENIED}, "refused; it was not accepted at b.example either"),
    ({"c.example": DENIED, "b.example": DENIED}, "refused; it was not accepted at b.example, c.example either"),
    ({"b.example": DENIED, "c.example": DOWN}, "refused; denied here, and c.example gave no clear answer"),
    ({"c.example": OK, "b.example": DOWN}, "refused; denied here, and b.example, c.example gave no clear answer"),
)
ELSEWHERE = "if the key was made for b.example, c.example, probe it with --region there / beyond; else make a new key"


@pytest.mark.parametrize(("there", "why"), THERE)
def test_a_refusal_says_what_the_other_platforms_made_of_the_key(there: dict[str, Outcome], why: str) -> None:
    choices = replace(plan("huggingface", operator=ME), provider=SPLIT, region="here")
    [found] = told_of_others(choices, [NO], there)
    assert (found.axis, found.answer, found.asks, found.why) == (Axis.AUTH, Answer.NO, "current_key", why)
    assert found.opens == ("make a new key" if "either" in why else ELSEWHERE)


@pytest.mark.parametrize("kept", [replace(NO, answer=Answer.YES), replace(NO, answer=Answer.UNKNOWN),
                                  replace(NO, axis=Axis.REGION), replace(NO, axis=Axis.FUNDS)])  # fmt: skip
def test_what_is_no_refusal_of_the_key_is_told_as_it_is(kept: Finding) -> None:
    choices = replace(plan("huggingface", operator=ME), provider=SPLIT, region="here")
    assert told_of_others(choices, [kept], {"b.example": DENIED}) == (kept,)
    assert told_of_others(plan("huggingface", operator=ME), [NO], {}) == (NO,)


def test_elsewhere_is_each_region_of_another_platform() -> None:
    choices = replace(plan("huggingface", operator=ME), provider=SPLIT, region="here")
    assert hosts_elsewhere(choices, "a.example") == {"there": "b.example", "beyond": "c.example"}
    assert hosts_elsewhere(plan("huggingface", operator=ME), HUB.hosts[0].host) == {}


def test_a_key_that_another_platform_takes_is_valid_refused_from_here_and_otherwise_not_known() -> None:
    found = valid_elsewhere("a.example", "b.example", "there", CONTROL)
    assert {one.axis.value: one.answer.value for one in found} == {
        "auth": "yes", "funds": "unknown", "quota": "unknown", "scope": "unknown", "region": "no", "models": "unknown"
    }  # fmt: skip
    assert {str(one.opens) for one in found} == {"use b.example: probe with --region there"}
