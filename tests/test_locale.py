"""Whatever the package can say, it can say in every language it offers, and nothing is kept that it no longer says."""

import ast
import string
from collections.abc import Iterator
from pathlib import Path

import pytest
from jinja2 import Environment, nodes

from testkey_nb import outcome, sandbox
from testkey_nb.errors import UnknownName
from testkey_nb.locale import LANGUAGES, WORDED, entries, tables, translate
from testkey_nb.providers import PROVIDERS
from testkey_nb.ranking import LEADS
from testkey_nb.retention import CANNOT_REACH
from testkey_nb.rows import Why

PACKAGE = Path(outcome.__file__).parent
OTHERS = [lang for lang in LANGUAGES if lang != "en"]
ENUMS = [
    member for member in vars(outcome).values() if isinstance(member, type) and member.__module__ == outcome.__name__
]
VERDICTS = ("ready", "not_ready", "undecided")
PAYERS_AND_KEY_TYPES = frozenset(
    ("user", "organization", *(shape.type for provider in PROVIDERS.values() for shape in provider.key_shapes))
)


def _said_in_code() -> Iterator[str]:
    """Collect the text of every `Why("…")` and `translate("…", lang)`."""
    for path in PACKAGE.rglob("*.py"):
        if "sandbox" in path.relative_to(PACKAGE).parts:
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in {"Why", "translate"}:
                first = node.args[0] if node.args else None
                if isinstance(first, ast.Constant) and isinstance(first.value, str) and first.value:
                    yield first.value


def _said_in_templates() -> Iterator[str]:
    """Collect the text of every `t("…")`."""
    for path in PACKAGE.rglob("*.j2"):
        for call in Environment(autoescape=True).parse(path.read_text(encoding="utf-8")).find_all(nodes.Call):
            if isinstance(call.node, nodes.Name) and call.node.name == "t":
                assert isinstance(call.args[0], nodes.Const), f"{path.name}: t() takes a constant; use | told for data"
                yield call.args[0].value


def _mistakes() -> Iterator[str]:
    """Collect the text of every `raise Mistake("…")`, also where it was called `msg` first."""
    for path in PACKAGE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            told = None
            if isinstance(node, ast.Raise) and isinstance(node.exc, ast.Call) and node.exc.args:
                told = node.exc.args[0]
            elif isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name) and node.targets[0].id == "msg":
                told = node.value
            if isinstance(told, ast.Constant):
                yield str(told.value)


def _kinds() -> Iterator[str]:
    """Collect the kinds of what is held, which a receipt counts."""
    for path in PACKAGE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "attr", getattr(node.func, "id", "")) == "hold":
                kind = node.args[1]
                if isinstance(kind, ast.Constant):
                    yield str(kind.value)


PERSONAS = frozenset(persona.says for personas in sandbox.PERSONAS.values() for persona in personas.values())
SAID = frozenset(
    (*_said_in_code(), *_said_in_templates(), *_kinds(), *CANNOT_REACH, *PERSONAS, *LEADS, "all", "concurrent requests")
)
MISTAKES = frozenset(_mistakes())  # one whose text has no gaps may have a translation
WORDS = frozenset(str(word) for enum in ENUMS for word in getattr(enum, "__members__", {}).values())


def _placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}


def test_the_collector_finds_sentences_labels_and_words() -> None:
    assert {"nothing is outstanding", "Next action"} <= SAID
    assert {"human_review", "unknown", "single_source"} <= WORDS
    assert {"run", "panel", "frame", "cheapest"} <= SAID
    assert "there is no place to ask from; add one" not in MISTAKES
    assert "a vantage is named by up to 40 letters, digits, spaces and . ( ) + -, like Frankfurt 2" in MISTAKES


@pytest.mark.parametrize("lang", OTHERS)
def test_every_sentence_and_label_has_a_translation(lang: str) -> None:
    assert sorted(SAID - set(entries(lang))) == []


@pytest.mark.parametrize("lang", OTHERS)
def test_every_word_of_a_closed_set_has_a_translation(lang: str) -> None:
    assert sorted(WORDS.union(VERDICTS, PAYERS_AND_KEY_TYPES) - set(tables(lang)["words"])) == []


@pytest.mark.parametrize("lang", OTHERS)
def test_a_translation_has_the_placeholders_of_the_english(lang: str) -> None:
    assert [english for english, said in entries(lang).items() if _placeholders(english) != _placeholders(said)] == []


@pytest.mark.parametrize("lang", OTHERS)
def test_no_translation_is_left_of_what_is_no_longer_said(lang: str) -> None:
    assert sorted(set(entries(lang)) - SAID - MISTAKES - WORDS - set(VERDICTS) - set(PAYERS_AND_KEY_TYPES)) == []


@pytest.mark.parametrize("lang", OTHERS)
def test_no_english_stands_in_two_tables(lang: str) -> None:
    assert len(entries(lang)) == sum(len(table) for table in tables(lang).values())


@pytest.mark.parametrize("lang", OTHERS)
def test_every_translation_says_something(lang: str) -> None:
    assert all(said.strip() for said in entries(lang).values())


def test_placeholders_of_words_exist_in_some_sentence() -> None:
    assert {name for text in SAID for name in _placeholders(text)} >= WORDED


def test_english_is_returned_as_it_is() -> None:
    why = Why("{model} has no live route to price", model="a/b")
    assert translate(why, "en") == "a/b has no live route to price"
    assert type(translate(why, "en")) is str


def test_sentences_within_a_sentence_are_translated_too() -> None:
    inner = Why("it shows marks of {name}: {marks}", name="Ollama", marks="root page")
    said = translate(Why("the key was not sent: {why}", why=inner), "id")
    assert said == "kunci tidak dikirim: endpoint ini menunjukkan tanda-tanda Ollama: root page"


def test_joined_sentences_are_translated_one_by_one() -> None:
    both = Why.both([Why("not asked"), Why("nothing is outstanding")])
    assert translate(both, "id") == "tidak ditanyakan; tidak ada yang tertunda"


def test_words_of_closed_sets_within_a_sentence_are_translated() -> None:
    signal = Why("{route} route: check {axes} first", route="eu", axes="funds, scope")
    assert translate(signal, "id") == "rute eu: periksa dahulu dana, lingkup izin"
    verdict = Why("the price of {model} is {verdict}: {why}", model="m", verdict=outcome.PriceVerdict.STALE, why="x")
    assert translate(verdict, "id") == "harga m kedaluwarsa: x"


def test_foreign_text_within_a_sentence_stays_as_it_is() -> None:
    said = translate(Why("{host} answered: {words}", host="unknown", words="no {funds} {0}"), "id")
    assert said == "unknown menjawab: no {funds} {0}"


def test_what_has_no_translation_stays_english() -> None:
    assert translate(Why("a sentence of {n} words", n=5), "id") == "a sentence of 5 words"
    assert translate("a label nobody wrote", "id") == "a label nobody wrote"


def test_an_unknown_language_is_refused_with_the_languages_there_are() -> None:
    with pytest.raises(UnknownName, match="choose one of: en, id"):
        translate("yes", "xx")
