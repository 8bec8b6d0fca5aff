"""However an answer spells the key it was shown, nothing of it is in what a run hands out."""

import asyncio
import base64
import hashlib
import json
import re
from collections.abc import Callable, Mapping
from functools import cache

import httpx
import pytest
from canary import Canary
from conftest import whole
from endpoints import CONTROL, Between
from hypothesis import given
from hypothesis import strategies as st
from test_no_echo import NAMES

from testkey_nb import sandbox
from testkey_nb.echoes import AT_ONCE, Searched, spellings, undone
from testkey_nb.http import Sender
from testkey_nb.http.reading import ECHO_BYTES, Bodies, reply_of
from testkey_nb.judge import judge_run
from testkey_nb.keys import MIN_CHARS, Key
from testkey_nb.probe import Run, plan, probe_key
from testkey_nb.providers import PROVIDERS
from testkey_nb.spec import Reply


def coded(form: str) -> Callable[[str], str]:
    return lambda text: "".join(form.format(ord(char)) for char in text)


def base64_of(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


HASHES = "md5", "sha1", "sha256", "sha512"
SPELLINGS: Mapping[str, Callable[[str], str]] = {
    "as it is": str,
    "in capitals": str.upper,
    "in small letters": str.lower,
    "the other case": str.swapcase,
    "backwards": lambda text: text[::-1],
    "hexadecimal": lambda text: text.encode().hex(),
    "hexadecimal in capitals": lambda text: text.encode().hex().upper(),
    "base64": base64_of,
    "base64 whose case was lost": lambda text: base64_of(text).upper(),
    "base64 of a longer text": lambda text: base64_of(f"Bearer {text}."),
    "quoted for a URL": coded("%{:02X}"),
    "quoted twice for a URL": coded("%25{:02x}"),
    "escaped as JSON has it": coded("\\u{:04x}"),
    "escaped as Python has it": coded("\\x{:02x}"),
    "escaped as C has it": coded("\\{:03o}"),
    "decimal entities": coded("&#{};"),
    "hexadecimal entities": coded("&#x{:X};"),
    "entities within entities": coded("&#38;#{};"),
    "between tags": "<wbr>".join,
    "between spaces": " ".join,
    "between line breaks": "\\r\\n".join,
    "between dashes": "-".join,
    "in groups between dashes": lambda text: "-".join(text[i : i + 5] for i in range(0, len(text), 5)),
    "in groups of six": lambda text: " | ".join(text[i : i + 6] for i in range(0, len(text), 6)),
    "between what is not seen": "\u200b".join,
    "between what is not seen, quoted": "%E2%80%8B".join,
    "between entities that are not seen": "&shy;".join,
    "with accents": "\u0301".join,
    **{f"its {name}": lambda text, name=name: hashlib.new(name, text.encode()).hexdigest() for name in HASHES},  # type: ignore[misc]
    "its hash in base64": lambda text: base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).decode(),
    "in wide letters": lambda text: "".join(chr(ord(char) + 0xFEE0) for char in text),
}
PLACES = ("huggingface", 403), ("deepseek", 200)
canary_of = cache(Canary)


def telling(said: str, status: int) -> httpx.MockTransport:
    """Answer every question with `said` in every field and header that a parser may read."""
    entry = dict.fromkeys(NAMES, said) | {"id": f"model-{said}", "name": f"model-{said}", said: said}
    body: dict[str, object] = {
        **entry,
        "data": [entry],
        "models": [entry],
        "object": "list",
        "error": {**entry, "error": [said]},
    }
    header = said.encode("latin-1", "replace").decode("latin-1")
    named = {"retry-after": header, "ratelimit": f'"{header}";r=1;t=1', "x-ratelimit-limit-requests": "60"}

    def answer(request: httpx.Request) -> httpx.Response:
        if any(CONTROL.lower() in value.lower() for value in request.headers.values()):
            return httpx.Response(401, json={"error": {"message": "no"}})
        return httpx.Response(status, json=body, headers=named | {"x-inference-provider": header})

    return httpx.MockTransport(answer)


def told(provider: str, secret: str, said: str, status: int) -> Run:
    models = PROVIDERS[provider].covered_models
    choices = plan(provider, models=models, base_url="https://api.example.com", trust_endpoint=True, operator="tests")
    return asyncio.run(probe_key(Key("THE_KEY", secret), choices, transport=telling(said, status)))


@pytest.mark.parametrize(("provider", "status"), PLACES)
@pytest.mark.parametrize("spelling", SPELLINGS)
def test_however_an_answer_spells_a_key_nothing_shows_it(spelling: str, provider: str, status: int) -> None:
    secret = sandbox.PERSONAS[provider]["launch-ready"].key
    said = SPELLINGS[spelling](secret)
    run = told(provider, secret, said, status)
    assert any(row.keyed and row.status == status for row in run.answers)
    text = whole(run) + json.dumps(judge_run(run).to_json(), ensure_ascii=False)
    assert canary_of(secret).find(text) == []
    assert said not in text
    assert said[len(said) // 3 : -(len(said) // 3)] not in text


@pytest.mark.parametrize("spelling", SPELLINGS)
@pytest.mark.parametrize("long", [1, 40])
def test_a_spelling_is_known_in_the_middle_of_other_words(spelling: str, long: int) -> None:
    secret = "Zq7-pR2_vK9.mT4wXs8Lb3" * long  # as long as a token
    known = spellings(secret)
    clean = "Nothing is said of it here, 100% sure; <b>really</b> &amp; truly. " * 40
    assert known.stand_in(undone(clean + SPELLINGS[spelling](secret) + clean))
    assert not known.stand_in(undone(clean + SPELLINGS[spelling](secret[:5]) + clean))


def huggingface(where: str, body: Mapping[str, object], secret: str) -> str:
    """Return what is shown of a run in which the hub answers `body` to a question that a key goes with."""

    def instead(request: httpx.Request) -> httpx.Response | None:
        theirs = request.url.path == where and CONTROL.lower() not in request.headers["authorization"].lower()
        return httpx.Response(200, json=body) if theirs else None

    what = plan("huggingface", base_url=sandbox.ORIGIN, trust_endpoint=True, operator="tests")
    run = asyncio.run(probe_key(Key("THE_KEY", secret), what, transport=Between(instead=instead)))
    assert next(row.outcome for row in run.answers if row.path.startswith(where)) == "ok"
    return whole(run) + json.dumps(judge_run(run).to_json(), ensure_ascii=False)


def test_a_key_of_digits_is_not_shown_as_a_number_either() -> None:
    usage = {"usage": {"inferenceProviders": {"usedNanoUsd": 1, "numRequests": 90210456789, "limitNanoUsd": 5e9}}}
    shown = huggingface("/api/settings/billing/usage-v2", usage, "Zq90210456789pR2vK9mT4wXs8Lb3")
    assert "902104" not in shown
    assert "usage_limit_usd" in shown


def test_pieces_of_a_key_that_are_told_apart_are_not_shown_together() -> None:
    secret = "Zq7pRvK9mTwXs8Lb3nJdUcYe5AhG2f"
    first, *rest = (secret[at : at + 5] for at in range(0, len(secret), 5))
    scoped = {"entity": {"type": first, "_id": rest[0]}, "permissions": [rest[1]]}
    token = {"accessToken": {"role": "fineGrained", "fineGrained": {"scoped": [scoped], "global": []}}}
    shown = huggingface("/api/whoami-v2", {"id": "5eed", "name": "x", "auth": token}, secret)
    assert not canary_of(secret).find(re.sub(r"[\W_]", "", shown))


CLEAR = st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=MIN_CHARS, max_size=60)


@given(CLEAR.filter(lambda text: text[0] != text[-1]), st.text())
def test_whatever_a_key_and_a_text_are_they_can_be_compared(secret: str, text: str) -> None:
    key = Key("THE_KEY", secret)
    key.spelled_in(text)
    assert key.spelled_in(f"{text} {secret.encode().hex()} {text}")
    key.forget()
    assert not key.spelled_in(secret)


def rows(text: str, length: int) -> set[str]:
    return {text[at : at + length] for at in range(len(text) - length + 1)}


def encoded(secret: str) -> list[str]:
    """Return what of the base64 of a longer text with `secret` in it is always the same."""
    return [base64.b64encode(bytes(at) + secret.encode()).decode().rstrip("=")[at + bool(at) : -1] for at in range(3)]


def told_in(secret: str, text: str, *, any_case: bool = False) -> bool:
    """Look for one row after the other."""
    both = [said.translate(str.maketrans("+/", "-_")) for said in encoded(secret)]
    pieces = rows(secret, 6).union(*(rows(said, 12) for said in both + encoded(secret)))
    return any(piece.lower() in text.lower() if any_case else piece in text for piece in pieces)


def spelled_in(secret: str, text: str) -> bool:
    """Look for one row after the other."""
    bare, tail = undone(secret), [base64.b64encode(bytes(at) + secret.encode()).decode() for at in range(3)]
    ways = [(bare, 1.0), (bare[::-1], 1.0), (secret.encode().hex(), 2.0)]
    ways += [(undone(said[at + bool(at) :]), 4 / 3) for at, said in enumerate(tail)]
    row = max(12, len(secret) // 10)
    every = set[str]().union(*(rows(said, min(int(row * more), len(said))) for said, more in ways if said))
    return any(one in undone(text) for one in every)


ALPHABETS = (
    "abAB01_-",
    'aB1":,{}',
    "".join(map(chr, range(33, 127))),
    "".join(c for c in map(chr, range(48, 123)) if c.isalnum()),
)
secrets = (
    st.sampled_from(ALPHABETS)
    .flatmap(lambda of: st.text(of, min_size=MIN_CHARS, max_size=120))
    .filter(lambda text: text[0] != text[-1])  # else there may be quotes around it
)
ANOTHER = Key("ANOTHER", 'another:key{"of"}[somebody]\\else')
WAYS = str, str.upper, str.lower, str.swapcase, base64_of, SPELLINGS["backwards"], SPELLINGS["hexadecimal"], "-".join


@given(
    secrets,
    st.sampled_from(WAYS),
    st.integers(0, 110),
    st.integers(1, 60),
    st.text(st.sampled_from('abAB01_- ",:{}[]\\é\u212a\u4e00\ud800'), max_size=40),
    st.text(max_size=40),
)
def test_a_piece_of_a_key_is_found_wherever_looking_for_each_row_finds_it(
    secret: str, way: Callable[[str], str], start: int, length: int, before: str, behind: str
) -> None:
    key, text = Key("THE_KEY", secret), before + way(secret)[start : start + length] + behind
    often = Searched(text, often=True)
    ANOTHER.echoed_in(often, any_case=True)  # others have looked for theirs before
    ANOTHER.spelled_in(often)
    for where in (text, often, often):
        assert key.echoed_in(where) is told_in(secret, text)
        assert key.echoed_in(where, any_case=True) is told_in(secret, text, any_case=True)
        assert key.spelled_in(where) is spelled_in(secret, text)
    assert key.blank(text) == text or told_in(secret, text)
    assert not told_in(secret, key.blank(text).replace("[key]", "\0"))


@pytest.mark.parametrize("way", [str, base64_of, str.swapcase])
def test_a_piece_of_a_key_is_found_at_every_place_of_a_long_text(way: Callable[[str], str]) -> None:
    key, said = Key("THE_KEY", "Zq7pR2vK9mT4wXs8Lb3"), way("Zq7pR2vK9mT4wXs8Lb3")
    piece = said[4:16] if way is base64_of else said[4:10]
    for at in range(AT_ONCE - 30, AT_ONCE + 30):
        text = ". " * (at // 2) + "." * (at % 2) + piece + "." * 100
        assert key.echoed_in(text, any_case=True)
        assert not key.echoed_in(text.replace(piece, piece[1:]), any_case=True)
        assert key.spelled_in("." * at + key.reveal()[2:14])
        assert key.spelled_in("u" * at + key.reveal()[2:14])


@given(st.text(max_size=60), st.sampled_from(["%", "\\", "&#", "<", "\\u", "&#x", "%2"]), st.integers(1, 5000))
def test_half_a_code_is_no_code_and_stops_nothing(text: str, opened: str, often: int) -> None:
    assert undone(opened * often + text).isascii()
    assert undone(f"&#{'9' * often};&#x{'F' * often};") is not None


def test_words_that_are_no_key_stay_as_they_are() -> None:
    body = {"id": "meta-llama/Llama-3.1-8B-Instruct", "b64": base64_of("something else altogether"), "m": "50% <b>"}
    headers = {"x-testkey-sandbox": "launch-ready", "etag": "0123456789abcdef"}
    text = json.dumps(body)
    for personas in sandbox.PERSONAS.values():
        key = Key("THE_KEY", personas["launch-ready"].key)
        assert reply_of(Reply(0, {}), 200, headers, Bodies().of(text.encode()), key).json == body
        assert reply_of(Reply(0, {}), 200, headers, Bodies().of(text.encode()), key).headers == headers


def test_the_words_around_a_key_that_stands_there_in_clear_stay() -> None:
    key = Key("THE_KEY", sandbox.PERSONAS["deepseek"]["launch-ready"].key)
    secret = key.reveal()
    body = json.dumps({"plain": f"no such key: {secret}!", "coded": f"no such key: {secret.encode().hex()}!"})
    found = reply_of(Reply(0, {}), 401, {}, Bodies().of(body.encode()), key).json
    assert isinstance(found, dict)
    assert found["coded"] == "[key]"
    assert found["plain"].startswith("no such key: [key]")
    assert found["plain"].endswith("!")


@pytest.mark.parametrize(
    "escaped",
    [coded("\\u{:04x}"), coded("\\u{:04X}"), lambda text: text.replace("/", "\\/")],
    ids=["small", "large", "/"],
)
def test_a_piece_of_a_key_that_json_escapes_is_not_shown(escaped: Callable[[str], str]) -> None:
    secret = "qzK7vR/pLm9TxWc4BnJd8YeHs3Ga"
    body = Bodies().of(f'{{"owner": "{escaped(secret[3:9])}"}}'.encode())
    assert reply_of(Reply(0, {}), 200, {}, body, Key("THE_KEY", secret)).json == {"owner": "[key]"}


# The same bytes, told to many keys.


@pytest.mark.parametrize("spelling", ["as it is", "in capitals", "backwards", "base64", "hexadecimal"])
def test_a_body_that_others_were_told_is_searched_for_each_key_and_stays_as_it_is_for_them(spelling: str) -> None:
    mine, others = "hf_" + "Zq7pR2vK9mT4wXs8Lb3" * 2, [f"hf_{number}{'aB3dE5gH7jK9' * 3}" for number in range(3)]
    body = {"data": [{"id": f"a/model-{number}"} for number in range(2000)] + [{"id": SPELLINGS[spelling](mine)}]}
    told, bodies = json.dumps(body).encode(), Bodies()

    def seen_by(secret: str) -> object:
        return reply_of(Reply(0, {}), 200, {}, bodies.of(told), Key("THE_KEY", secret)).json

    for _ in range(3):
        assert [seen_by(one) for one in others] == [body] * 3
        shown = json.dumps(seen_by(mine))
        assert canary_of(mine).find(shown) == []
        assert SPELLINGS[spelling](mine) not in shown
        assert shown.count("a/model-") == 2000


def test_a_body_that_comes_again_is_read_once_and_no_more_than_a_few_are_kept() -> None:
    bodies = Bodies()
    first = [bodies.of(b"[%d]" % number) for number in range(5)]
    again = [bodies.of(b"[%d]" % number) for number in range(5)]
    assert [body.json for body in first] == [body.json for body in again] == [[number] for number in range(5)]
    assert not any(
        one is other for one, other in zip(first, again, strict=True)
    )  # nobody knew that it would come again
    assert all(bodies.of(b"[%d]" % number) is again[number] for number in range(1, 5))
    assert bodies.of(b"[0]") is not again[0]
    assert bodies.of(b"[1]") is not again[1]  # used longest ago


def test_long_bodies_and_those_that_are_forgotten_are_read_anew() -> None:
    bodies, long = Bodies(), b" " * ECHO_BYTES + b"1"
    assert len({id(body) for body in [bodies.of(long) for _ in range(3)]}) == 3
    kept = [bodies.of(b"[1]") for _ in range(3)][-1]
    assert bodies.of(b"[1]") is kept
    bodies.forget()
    assert len({id(body) for body in (kept, bodies.of(b"[1]"), bodies.of(b"[1]"))}) == 3


@pytest.mark.parametrize("spelling", ["as it is", "backwards"])
def test_a_body_in_which_the_key_stands_is_kept_for_nobody(spelling: str) -> None:
    secret, bodies = sandbox.PERSONAS["deepseek"]["launch-ready"].key, Bodies()
    said = json.dumps({"message": SPELLINGS[spelling](secret), "padding": "a" * 5000}).encode()

    async def asked() -> list[Reply | None]:
        answers = httpx.MockTransport(lambda _request: httpx.Response(200, content=said))
        async with Sender(answers, key=Key("THE_KEY", secret), bodies=bodies) as sender:
            return [(await sender.get("https://example.com/")).reply for _ in range(3)]

    assert all(reply and reply.json and not reply.digest for reply in asyncio.run(asked()))
    assert bodies._kept == {}  # noqa: SLF001 - what is kept is what the rule is about
