"""A key enters once and is never shown; whoever quotes a provider goes through `redact`."""

import base64
import copy
import io
import json
import logging
import os
import pickle
import re
import time
from collections.abc import Callable

import pandas as pd
import pytest
import rich
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console
from rich.traceback import Traceback

from testkey_nb import sandbox
from testkey_nb.errors import CallerError, KeyMalformed, KeyMissing
from testkey_nb.keys import MAX_CHARS, MIN_CHARS, Key, may_be_key
from testkey_nb.providers import PROVIDERS
from testkey_nb.redaction import masked, redact
from testkey_nb.spec import KeyShape

SECRET = "hf_CanaryZyXwVuTsRqPoNmLkJiHgFeDcBa1234"
SHOWN = "HF_TOKEN"


def key() -> Key:
    return Key(SHOWN, SECRET)


def leaks(text: str, secret: str = SECRET) -> set[str]:
    """Return every six characters in a row of `secret` that stand in `text`."""
    return {secret[i : i + 6] for i in range(len(secret) - 5)} & {text[i : i + 6] for i in range(len(text) - 5)}


def logged(one: Key) -> str:
    stream = io.StringIO()
    logger = logging.getLogger("canary")
    logger.setLevel(logging.DEBUG)
    logger.addHandler(logging.StreamHandler(stream))
    logger.debug("%s %r %s", one, one, {"key": one})
    return stream.getvalue()


def printed(one: Key) -> str:
    stream = io.StringIO()
    rich.print(one, [one], {"key": one}, file=stream)
    rich.inspect(one, console=Console(file=stream), methods=True)
    return stream.getvalue()


WAYS: dict[str, Callable[[Key], str]] = {
    "repr": repr,
    "str": str,
    "f-string": lambda one: f"{one} {one!r} {one!s:>90}",
    "percent": lambda one: "%s %r" % (one, one),  # noqa: UP031 - the old way is a way too
    "format": lambda one: "{} {!r}".format(one, one),  # noqa: UP032 - the same
    "container": lambda one: str([one, {one.name: one}, (one,)]),
    "hint": lambda one: one.hint + one.name,
    "dir": lambda one: str(dir(one)),
    "doc": lambda one: str(type(one).__doc__) + str(type(one).__dict__),
    "JSON with str": lambda one: json.dumps({"key": one}, default=str),
    "Series": lambda one: str(pd.Series([one])) + pd.Series([one]).to_json(default_handler=str),
    "DataFrame": lambda one: pd.DataFrame({"key": [one]}).to_html() + str(pd.DataFrame({"key": [one]})),
    "log": logged,
    "rich": printed,
}


@pytest.mark.parametrize("way", WAYS)
def test_a_key_is_never_shown(way: str) -> None:
    assert not leaks(WAYS[way](key()))


def test_a_key_says_who_it_is_by_name_and_a_hint_of_this_session() -> None:
    assert repr(key()) == f"<Key {key().hint}>"
    assert key().hint == Key(SHOWN, SECRET).hint
    assert key().hint != Key(SHOWN, SECRET + "x").hint
    assert key().hint.startswith("HF_TOKEN#")


def test_a_key_has_no_dictionary_to_look_into() -> None:
    with pytest.raises(TypeError):
        vars(key())
    assert not hasattr(key(), "__dict__")
    with pytest.raises(AttributeError):
        key().note = SECRET  # type: ignore[attr-defined]


@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
def test_a_key_cannot_be_pickled(protocol: int) -> None:
    with pytest.raises(TypeError, match="cannot be copied"):
        pickle.dumps(key(), protocol)


@pytest.mark.parametrize("copied", [copy.copy, copy.deepcopy, lambda one: copy.deepcopy([one]), json.dumps])
def test_a_key_cannot_be_copied_or_written_as_json(copied: object) -> None:
    assert callable(copied)
    with pytest.raises(TypeError) as caught:
        copied(key())
    assert not leaks(str(caught.value))


def trace(error: BaseException) -> str:
    """Show an exception with the values of all variables, as notebooks and command lines can be told to."""
    stream = io.StringIO()
    assert error.__traceback__
    shown = Traceback.from_exception(
        type(error), error, error.__traceback__, show_locals=True, locals_max_string=10_000
    )
    Console(file=stream, width=400).print(shown)
    return stream.getvalue()


def test_a_traceback_with_locals_shows_no_key_of_the_one_who_uses_it() -> None:
    def use(one: Key) -> None:
        holder = {"key": one, "keys": [one]}
        msg = f"cannot go on with {holder}"
        raise RuntimeError(msg)

    with pytest.raises(RuntimeError) as caught:
        use(key())
    shown = trace(caught.value)
    assert "holder" in shown
    assert not leaks(shown)


MALFORMED = {
    "a space inside": f"{SECRET[:20]} {SECRET[20:]}",
    "a space in front": f" {SECRET}",
    "a newline at the end": f"{SECRET}\n",
    "a carriage return": f"{SECRET}\r\n",
    "a tab": f"{SECRET}\t",
    "a zero-width space": f"{SECRET}\u200b",
    "a byte order mark": f"\ufeff{SECRET}",
    "a non-breaking space": f"{SECRET}\u00a0",
    "another alphabet": SECRET.replace("a", "\u0430"),
    "quotation marks that are not ASCII": f"\u201c{SECRET}\u201d",
    "quotes around it": f"'{SECRET}'",
    "double quotes around it": f'"{SECRET}"',
    "the name of its variable": f"HF_TOKEN={SECRET}",
    "an escape character": f"{SECRET}\x1b[0m",
    "ten thousand characters": SECRET * 257,
    "short": SECRET[:7],
    "one more than the most": (SECRET * 120)[: MAX_CHARS + 1],
}


@pytest.mark.parametrize("what", MALFORMED)
def test_a_malformed_key_is_refused_without_being_quoted(what: str) -> None:
    ways: list[Callable[[], Key]] = [
        lambda: Key(SHOWN, MALFORMED[what]),
        lambda: Key.from_env(SHOWN, {SHOWN: MALFORMED[what]}),
    ]
    for make in ways:
        with pytest.raises(KeyMalformed) as caught:
            make()
        text = str(caught.value)
        assert not leaks(text)
        assert SHOWN in text
        assert "\n" not in text
        assert text.isascii()
        assert isinstance(caught.value, ValueError)


@pytest.mark.parametrize("what", MALFORMED)
def test_a_traceback_of_a_malformed_key_shows_no_key_either(what: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(SHOWN, MALFORMED[what])
    with pytest.raises(KeyMalformed) as caught:
        Key.from_env(SHOWN)
    assert caught.value.__traceback__
    own = caught.value.__traceback__.tb_next  # the test's own frame is not the package's to keep clean
    shown = trace(caught.value.with_traceback(own))
    assert "_fault" in shown
    assert not leaks(shown)


def test_a_traceback_of_a_missing_key_does_not_show_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in list(os.environ):
        monkeypatch.delenv(name)
    monkeypatch.setenv("OTHER_KEY", SECRET)
    with pytest.raises(KeyMissing) as caught:
        Key.from_env(SHOWN)
    assert caught.value.__traceback__
    assert not leaks(trace(caught.value.with_traceback(caught.value.__traceback__.tb_next)))


def test_an_empty_or_missing_variable_says_what_to_do() -> None:
    for environ in ({}, {SHOWN: ""}):
        with pytest.raises(KeyMissing, match="HF_TOKEN is not set or is empty; set it"):
            Key.from_env(SHOWN, environ)


@pytest.mark.parametrize("persona", sandbox.PERSONAS["huggingface"])
def test_a_key_given_in_place_of_its_name_is_never_echoed(persona: str) -> None:
    given = sandbox.PERSONAS["huggingface"][persona].key
    with pytest.raises(KeyMissing) as caught:
        Key.from_env(given, {})
    assert not leaks(str(caught.value), given)


@pytest.mark.parametrize(
    "given",
    [
        "",
        " ",
        "a b",
        "$HF_TOKEN",
        "HF_TOKEN=x",
        "sk-proj-abcdefghij0123456789",
        "AKIAIOSFODNN7EXAMPLEX",
        "hf_" + "a" * 34,
    ],
)
def test_what_is_no_variables_name_is_a_callers_mistake_and_not_echoed(given: str) -> None:
    with pytest.raises(KeyMissing) as caught:
        Key.from_env(given, {})
    assert len(given) < 6 or given not in str(caught.value) or given == "$HF_TOKEN"
    assert isinstance(caught.value, CallerError)


def test_a_prompt_without_anybody_is_a_callers_mistake(monkeypatch: pytest.MonkeyPatch) -> None:
    def nobody(_prompt: str) -> str:
        raise EOFError

    monkeypatch.setattr("getpass.getpass", nobody)
    with pytest.raises(KeyMissing, match="there is no prompt here"):
        Key.from_prompt()


def test_a_prompted_key_is_checked_like_any_other(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("getpass.getpass", lambda _prompt: SECRET)
    assert Key.from_prompt().reveal() == SECRET
    monkeypatch.setattr("getpass.getpass", lambda _prompt: f"{SECRET} ")
    with pytest.raises(KeyMalformed):
        Key.from_prompt()


SHAPES = [(provider.id, shape) for provider in PROVIDERS.values() for shape in provider.key_shapes]


@pytest.mark.parametrize(
    ("provider", "shape"), SHAPES, ids=lambda value: value if isinstance(value, str) else value.type
)
def test_a_control_key_has_the_shape_it_controls_and_says_what_it_is(provider: str, shape: KeyShape) -> None:
    said = re.compile("testkeyNotAReal(Key)?x*", re.IGNORECASE)
    assert said.search(shape.control), provider
    # Where only hexadecimal digits fit, the words cannot: prefix and length are those of the shape then.
    spelt = said.sub(lambda found: "0" * len(found[0]), shape.control)
    assert any(Key("control", text).fits(shape.pattern) for text in (shape.control, spelt)), provider


def jwt(payload: object) -> str:
    parts = (json.dumps({"alg": "none"}), json.dumps(payload))
    return (
        "hf_oauth_" + ".".join(base64.urlsafe_b64encode(part.encode()).decode().rstrip("=") for part in parts) + ".sig"
    )


@pytest.mark.parametrize("user", ["u", "us", "use", "user"])  # of each length, as base64 is padded by it
@pytest.mark.parametrize("told", [{"scope": ["openid", "inference-api"], "exp": 1893456000}, {"exp": 1893456000}, {}])
def test_a_tokens_own_words_are_scope_and_expiry_and_nothing_personal(told: dict[str, object], user: str) -> None:
    claims = {**told, "sub": user, "email": "casey@example.com"}
    assert Key(SHOWN, jwt(claims)).claims() == told


@pytest.mark.parametrize(
    "text",
    [
        SECRET,
        "hf_oauth_a.b.c",
        "aaa.!!!!!!.ccc",
        jwt([1]),
        jwt("text"),
        jwt(None),
        "x." + "W" * 4001 + ".y",
        jwt("[" * 900),
    ],
)
def test_what_is_no_token_of_that_kind_says_nothing(text: str) -> None:
    assert Key(SHOWN, text).claims() == {}


@given(st.text(alphabet=st.characters(min_codepoint=33, max_codepoint=126), min_size=1, max_size=60), st.data())
def test_claims_of_any_key_never_raise(middle: str, data: st.DataObject) -> None:
    head = data.draw(st.sampled_from(["hf_oauth_abcdef", "abcdefgh"]))
    assert isinstance(Key(SHOWN, f"{head}.{middle}.sig").claims(), dict)


# Redaction.

WORDS = st.text(st.characters(codec="utf-8", exclude_characters="*•…"), max_size=40)
KEYS = st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=MIN_CHARS, max_size=60).filter(
    lambda text: text[0] != text[-1]  # else there may be quotes around it
)
PARTS = st.text(max_size=6) | st.sampled_from(
    [
        "a",
        "@b.c",
        "hf_",
        "sk-",
        "AIza",
        "AQ.",
        "abcdef",
        "**",
        "••",
        "xxxx",
        "XXXX",
        "...",
        "…",
        "1.2.3.4",
        "+1234567890",
    ]
)


@given(st.lists(PARTS, max_size=6).map("".join))
def test_a_text_is_masked_whatever_else_has_to_be_masked_behind_it(text: str) -> None:
    assert masked(f"{text} ...") == f"{masked(text)} ..."


@pytest.mark.parametrize("piece", ["xxxa", "a.", "a-", "a"])
@pytest.mark.parametrize("end", ["@", "...", "**"])
def test_a_word_that_is_made_to_be_slow_is_masked_at_once(piece: str, end: str) -> None:
    begun = time.perf_counter()
    masked(f"@ {(piece * 16_000)[:16_000]}{end}")
    assert time.perf_counter() - begun < 0.5


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a@example.com|b@example.org!", "[e-mail]!"),
        ("a@b|c@example.org", "a@[e-mail]"),
        ("(ab...cd), -ab…cd", "([masked key]), [masked key]"),
        ("one **two three xxxxfour", "one [masked key] three [masked key]"),
        ("a@ ... xxx * •", "a@ ... xxx * •"),
    ],
)
def test_of_a_text_that_and_no_more_is_masked_which_names_somebody_or_some_key(text: str, shown: str) -> None:
    assert masked(text) == shown


LABELS = ("[key]", "[e-mail]", "[ip]", "[hash]", "[masked key]", "[name]")


def without_labels(text: str) -> str:
    for label in LABELS:
        text = text.replace(label, "\n")
    return text


@given(st.lists(st.tuples(WORDS, st.integers(0, 50), st.integers(1, 60)), max_size=6), KEYS, st.integers(20, 400))
def test_no_six_characters_in_a_row_of_a_key_are_left_wherever_it_stands(
    placed: list[tuple[str, int, int]], secret: str, limit: int
) -> None:
    text = "".join(words + secret[start : start + length] for words, start, length in placed)
    shown = Key(SHOWN, secret).redact(text, limit)
    assert len(shown) <= limit
    assert not leaks(without_labels(shown), secret)


@given(KEYS, st.text(max_size=300), st.integers(1, 300))
def test_redaction_never_raises_is_bounded_and_on_one_line(secret: str, text: str, limit: int) -> None:
    for shown in (Key(SHOWN, secret).redact(text, limit), redact(text, limit)):
        assert len(shown) <= limit
        assert shown.isprintable() or not shown


@given(st.from_regex(r"[a-z0-9][a-z0-9._+-]{0,20}@[a-z0-9][a-z0-9-]{0,20}(\.[a-z]{2,8}){1,2}", fullmatch=True), WORDS)
def test_an_e_mail_address_is_left_out(address: str, words: str) -> None:
    assert address not in redact(f"{words[:20]} {address} is the owner", 400)


@given(st.emails())
def test_an_unusual_e_mail_address_is_left_out_too(address: str) -> None:
    assert address not in redact(f"owner: {address}", 400)


@given(
    st.ip_addresses(v=4), st.sampled_from(["from {}", "({})", "{}:443", "ip={}.", "{}, {}", "host/{}/path", "IP:{}"])
)
def test_an_ipv4_address_is_left_out(address: object, template: str) -> None:
    assert str(address) not in redact(template.format(address, address))


@given(
    st.ip_addresses(v=6), st.sampled_from(["from {}", "({})", "[{}]:443", "ip={}.", "{}, {}", "host/{}/path", "{}/64"])
)
def test_an_ipv6_address_is_left_out(address: object, template: str) -> None:
    assert str(address) not in redact(template.format(address, address))


@pytest.mark.parametrize("template", ["IP:{}", "{}: blocked", "client:{}, refused", '"ip":{}', '"ip":{}: blocked'])
@pytest.mark.parametrize("address", ["2001:db8::8a2e:370:7334", "fe80::1", "2001:db8:1:2:3:4:5:6", "1:2:3:4:5:6:7::"])
def test_an_ipv6_address_beside_a_colon_is_left_out(address: str, template: str) -> None:
    assert address not in redact(template.format(address))


@pytest.mark.parametrize("who", ["user", "org"])
@given(name=st.from_regex(r"[A-Za-z0-9][A-Za-z0-9._-]{0,40}", fullmatch=True))
def test_an_account_is_not_named(who: str, name: str) -> None:
    # https://github.com/huggingface/serge/pull/56 and CSOAI-ORG/councilof-ai issue 1102 have this sentence.
    said = "This authentication method does not have sufficient permissions to call Inference Providers on behalf of"
    shown = redact(f"{said} {who} {name}")
    assert shown == f"{said} {who} [name]"


ECHOES = {
    "three dots": "Received API Key = sk-...ab12",
    "stars": "Incorrect API key provided: hf_Ca********1234.",
    "all stars but the end": "key ****************1234 is invalid",
    "bullets": "key hf••••••1234 is invalid",
    "crosses": "key hf_xxxxxxxxxxxx1234 is invalid",
    "an ellipsis": "key hf_C…1234 is invalid",
}


@pytest.mark.parametrize("how", ECHOES)
def test_a_masked_echo_of_a_key_is_left_out(how: str) -> None:
    shown = key().redact(ECHOES[how])
    assert "1234" not in shown
    assert "ab12" not in shown
    assert "hf_C" not in shown


@pytest.mark.parametrize("algorithm", ["sha1", "sha256", "sha512", "md5"])
def test_a_hashed_echo_of_a_key_is_left_out(algorithm: str) -> None:
    import hashlib  # noqa: PLC0415 - only here

    digest = hashlib.new(algorithm, SECRET.encode(), usedforsecurity=False)
    for text in (digest.hexdigest(), base64.b64encode(digest.digest()).decode().rstrip("=")):
        if len(text) >= 32:
            assert text[:16] not in key().redact(f"Key Hash (Token) ={text}. Unable to find token")


@pytest.mark.parametrize("other", ["sk-proj-abcdEFGH1234", "gsk_abcdefgh12345", "xai-abcdefgh1234", "hf_" + "q" * 34])
def test_somebody_elses_key_is_left_out_too(other: str) -> None:
    assert other[:10] not in redact(f"the key {other} belongs to another account")


def test_ordinary_words_stay_as_they_are() -> None:
    said = "We had to rate limit you, you hit the quota of 1000 api requests per 5 minutes period at 12:30."
    assert redact(said) == said
    assert key().redact(said) == said


# What was given as a variable's name, and may be a key instead: then it is shown nowhere.

NAMES = {
    "HF_TOKEN": False,
    "OPENAI_API_KEY": False,
    "key": False,
    "myKey2": False,
    "_": False,
    "KEY": False,
    "A" * 19: False,
    "A" * 20: False,  # no digit and no change of case is random
    "A1" * 9 + "B": False,
    "A1" * 10: True,
    "A_1" * 13: False,  # as long as people name variables
    "A_1" * 14: False,  # an underscore, and no key begins like that
    "a1" * 9 + "b": False,
    "a1" * 10: True,
    "aB" * 10: True,
    "ab" * 10: False,
    "my_token_of_project_1": False,
    "hf_" + "abcdEFGH" * 4: True,
    "hf_" + "abcd" * 8: False,  # nothing random in it
    "sk_" + "a1" * 10: True,
    "tgp_v1_" + "a1" * 10: True,
    "VENICE_INFERENCE_KEY_2": False,  # as people name variables, though a vendor's keys begin like that
    "sk-proj-1": True,
    "1KEY": True,
    "two words": True,
    "": True,
    "KEY\n": True,
    "schlüssel": True,
}


@pytest.mark.parametrize("name", NAMES)
def test_a_name_that_may_be_a_key_is_one_that_no_variable_has_or_that_looks_random(name: str) -> None:
    assert may_be_key(name) is NAMES[name]


FAULTS = {
    "x" * (MIN_CHARS - 1): "it has 7 characters, a key has 8 to 4096",
    "x" * (MAX_CHARS + 1): "it has 4097 characters, a key has 8 to 4096",
    " xxxxxxxx": "there is a space or line break at character 1",
    "xxxxxxxx ": "there is a space or line break at character 9",
    "xxxx\txxxx": "there is a space or line break at character 5",
    "xxxx\u00a0xxxx": "there is a space or line break at character 5",
    "xxxxxxxxé": "character 9 (U+00E9) is not printable ASCII",
    "\x7fxxxxxxxx": "character 1 (U+007F) is not printable ASCII",
    "\0xxxxxxxx": "character 1 (U+0000) is not printable ASCII",
    "x" * MIN_CHARS: "",
    "x" * MAX_CHARS: "",
    "!xxxxxx~": "",
}


@pytest.mark.parametrize("text", FAULTS, ids=FAULTS.values())
def test_why_a_text_is_no_key(text: str) -> None:
    if not FAULTS[text]:
        assert Key("K", text).fits(re.escape(text))
        return
    with pytest.raises(KeyMalformed) as caught:
        Key("A_KEY", text)
    assert str(caught.value).startswith(f"the key in A_KEY cannot be one: {FAULTS[text]}; copy it again")
