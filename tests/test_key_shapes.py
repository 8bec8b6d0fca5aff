"""Whose keys look like this one: every candidate, no winner, and no look-alike."""

import re
from dataclasses import replace
from types import MappingProxyType

import pytest

from testkey_nb import identity, sandbox
from testkey_nb.cli import choosing
from testkey_nb.errors import UnknownName
from testkey_nb.identity import identify, provider_at
from testkey_nb.keys import Key
from testkey_nb.providers import PROVIDERS
from testkey_nb.spec import Provider

HALF20, HALF46, HALF58, HALF74 = ("Ab3_-" * 20)[:20], ("Ab3_-" * 20)[:46], ("Ab3_-" * 20)[:58], ("Ab3_-" * 20)[:74]
PLAIN20 = "Ab3dEf7hIj1lMn5pQr9t"
HEX32 = "0123456789abcdef" * 2

# Shapes as the public scanners know them; the keys are made up here.
FITS = {
    "openai legacy": (f"sk-{PLAIN20}T3BlbkFJ{PLAIN20}", {("openai", "user")}),
    "openai project, old": (f"sk-proj-{PLAIN20}T3BlbkFJ{PLAIN20}", {("openai", "project")}),
    "openai project, 58": (f"sk-proj-{HALF58}T3BlbkFJ{HALF58}", {("openai", "project")}),
    "openai project, 74": (f"sk-proj-{HALF74}T3BlbkFJ{HALF74}", {("openai", "project")}),
    "openai service account, 46": (f"sk-svcacct-{HALF46}T3BlbkFJ{HALF46}", {("openai", "service")}),
    "openai admin": (f"sk-admin-{HALF58}T3BlbkFJ{HALF58}", {("openai", "admin")}),
    "anthropic": (f"sk-ant-api03-{(HALF74 * 2)[:93]}AA", {("anthropic", "user")}),
    "anthropic admin": (f"sk-ant-admin01-{(HALF74 * 2)[:93]}AA", {("anthropic", "admin")}),
    "openrouter": (f"sk-or-v1-{HEX32 * 2}", {("openrouter", "user")}),
    "groq": (f"gsk_{(PLAIN20 * 3)[:52]}", {("groq", "user")}),
    "replicate": (f"r8_{(PLAIN20 * 2)[:37]}", {("replicate", "user")}),
    "hugging face": (f"hf_{(PLAIN20 * 2)[:34]}", {("huggingface", "user")}),
}


def found(text: str) -> set[tuple[str, str]]:
    return {(candidate.provider, candidate.key_type) for candidate in identify(Key("THE_KEY", text))}


@pytest.mark.parametrize("case", FITS)
def test_a_key_of_a_known_shape_has_its_vendor_and_type_among_the_candidates(case: str) -> None:
    text, expected = FITS[case]
    vendors = {vendor for vendor, _ in expected}
    assert {vendor for vendor, _ in found(text)} >= vendors, found(text)


@pytest.mark.parametrize("case", FITS)
def test_a_cut_or_embedded_key_is_no_key_of_that_vendor(case: str) -> None:
    text, expected = FITS[case]
    vendor, kind = next(iter(expected))
    if kind == "admin":
        return  # a piece of a key that may manage an account is still taken for one, so that it is never used
    for look_alike in (
        text[:-1],
        text[: len(text) // 2],
        f"x{text}",
        f"{text}=",
        f"{text[:8]} {text[8:]}".replace(" ", "."),
    ):
        assert vendor not in {known for known, _ in found(look_alike)}, len(look_alike)


@pytest.mark.parametrize(
    ("text", "whose"),
    [
        (f"sk-{PLAIN20}T3BlbkFJ{PLAIN20}", {("openai", "user")}),  # its middle is "OpenAI" in base64
        (f"sk-build_Bot2-{PLAIN20}T3BlbkFJ{PLAIN20}", {("openai", "service")}),
        (f"sk-kimi-{(PLAIN20 * 3)[:43]}", set()),  # of the subscription, which another host takes
    ],
)
def test_a_key_that_says_whose_it_is_is_not_taken_for_others_of_its_length(
    text: str, whose: set[tuple[str, str]]
) -> None:
    assert found(text) == whose


@pytest.mark.parametrize("text", [f"sk-{HEX32}", f"sk-{(PLAIN20 * 3)[:48]}"])
def test_an_ambiguous_shape_names_all_it_may_be_and_says_so(text: str) -> None:
    candidates = identify(Key("THE_KEY", text))
    assert len({candidate.provider for candidate in candidates}) > 1
    assert all("too" in candidate.why or "look the same" in candidate.why for candidate in candidates)


def test_an_unknown_shape_has_no_candidate_and_is_not_openai() -> None:
    assert found("sk-" + "Zz9" * 9) == set()


def test_the_order_of_the_registry_decides_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    keys = [Key("THE_KEY", text) for text, _ in FITS.values()] + [Key("THE_KEY", f"sk-{HEX32}")]
    before = [identify(key) for key in keys]
    backwards = MappingProxyType(dict(reversed(list(PROVIDERS.items()))))
    monkeypatch.setattr(identity.shapes, "PROVIDERS", backwards)
    assert [identify(key) for key in keys] == before


@pytest.mark.parametrize("provider", [p for p in PROVIDERS.values() if p.key_shapes], ids=lambda p: p.id)
def test_a_shape_that_others_share_says_so(provider: Provider) -> None:
    for shape in provider.key_shapes:
        if re.match(r"sk-\[|\[A-Za-z0-9\]\{\d+\}$", shape.pattern):
            assert shape.shared, shape.pattern


def test_the_command_line_takes_the_one_vendor_of_a_shape_and_asks_nobody() -> None:
    key = Key("THE_KEY", sandbox.PERSONAS["huggingface"]["launch-ready"].key)
    assert choosing.whose(key) == "huggingface"
    assert choosing.whose(Key("THE_KEY", f"sk-{HEX32}"), "https://api.deepseek.com/v1") == "deepseek"


@pytest.mark.parametrize("address", ["http://[::1", "https://[", "http://[x]/v1"])
def test_an_address_that_is_no_url_is_no_providers_and_no_traceback(address: str) -> None:
    assert provider_at(address) is None
    assert choosing.whose(Key("THE_KEY", sandbox.PERSONAS["huggingface"]["launch-ready"].key), address) == "huggingface"


@pytest.mark.parametrize("text", [f"sk-{HEX32}", "sk-" + "Zz9" * 9, HEX32])
def test_where_nobody_can_be_asked_the_candidates_are_listed_and_nothing_is_chosen(text: str) -> None:
    with pytest.raises(UnknownName) as raised:
        choosing.whose(Key("THE_KEY", text))
    assert "--provider" in str(raised.value)
    assert text not in str(raised.value)
    for candidate in identify(Key("THE_KEY", text)):
        assert candidate.provider in str(raised.value)


def test_a_person_is_asked_and_what_they_say_is_taken(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.stdin.isatty", lambda: True, raising=False)
    monkeypatch.setattr("typer.prompt", lambda *_a, **_k: " dashscope ")
    assert choosing.whose(Key("THE_KEY", f"sk-{HEX32}")) == "dashscope"
    shown = capsys.readouterr().err
    assert "deepseek" in shown
    assert "dashscope" in shown
    assert HEX32 not in shown


SHAPE, ADMIN = "the shape is that of {} keys of {}", ": such a key manages an account and calls no model"
CANDIDATES = {
    "hf_" + "q" * 34: {("huggingface", "user"): SHAPE.format("user", "Hugging Face Router")},
    "gsk_" + "q" * 52: {("groq", "user"): SHAPE.format("user", "Groq")},
    "sk-ant-admin01-" + "q" * 80: {("anthropic", "admin"): SHAPE.format("admin", "Anthropic") + ADMIN},
    "a" * 32: {
        ("deepinfra", "user"): SHAPE.format("user", "DeepInfra") + ", and fits keys of Mistral AI too",
        ("mistral", "user"): SHAPE.format("user", "Mistral AI") + ", and fits keys of DeepInfra too",
    },
    "hf_" + "q" * 33: {},
}


@pytest.mark.parametrize("text", CANDIDATES)
def test_what_is_said_of_a_shape(text: str) -> None:
    found = identify(Key("K", text))
    assert {(one.provider, one.key_type): one.why for one in found} == CANDIDATES[text]
    assert [one.provider for one in found] == [provider for provider, _ in CANDIDATES[text]]


def test_a_key_that_may_be_of_two_kinds_of_one_vendor_is_told_once_for_each(monkeypatch: pytest.MonkeyPatch) -> None:
    vendor = PROVIDERS["huggingface"]
    user = vendor.key_shapes[0]
    shapes = (user, replace(user, type="org"), user)
    monkeypatch.setattr(identity.shapes, "PROVIDERS", {"huggingface": replace(vendor, key_shapes=shapes)})
    assert [(one.provider, one.key_type) for one in identify(Key("K", "hf_" + "q" * 34))] == [
        ("huggingface", "user"),
        ("huggingface", "org"),
    ]
