"""What a report says, in other languages: one TOML file per language, keyed by the English it stands for.

``[words]`` are the members of closed sets, ``[sentences]`` the templates of `rows.Why`, ``[labels]`` what only the
report and its pictures say.  What has no entry stays English rather than failing a report.
"""

from collections.abc import Mapping
from enum import StrEnum
from functools import cache

from testkey_nb.errors import UnknownName
from testkey_nb.rows import Why

LANGUAGES = ("en", "id")
# Placeholders filled with words of closed sets, comma-separated; every other text is foreign and stays as it is.
WORDED = frozenset({"axes", "kinds", "payer", "type", "verdict"})


def translate(text: str, lang: str) -> str:
    """Say `text` in another language.

    Parameters
    ----------
    text
        A `Why` is looked up by its template and filled with its parameters, those that are sentences or words of closed
        sets translated too; any other text is looked up as it is.
    lang
        One of `LANGUAGES`; English returns `text` unchanged.

    Raises
    ------
    UnknownName
        If there is no such language.

    """
    known = entries(lang)
    if not known:
        return str(text)
    if not isinstance(text, Why):
        return known.get(text, text)
    params = {name: _param(name, value, lang) for name, value in text.params.items()}
    return known.get(text.template, text.template).format(**params)


def _param(name: str, value: object, lang: str) -> object:
    if isinstance(value, Why | StrEnum):
        return translate(value, lang)
    if name in WORDED and isinstance(value, str):
        return ", ".join(translate(word, lang) for word in value.split(", "))
    return value


@cache
def entries(lang: str) -> Mapping[str, str]:
    """Return every entry of a language by its English, none for English itself.

    Raises
    ------
    UnknownName
        If there is no such language.

    """
    return {english: said for table in tables(lang).values() for english, said in table.items()}


@cache
def tables(lang: str) -> Mapping[str, Mapping[str, str]]:
    """Return the tables ``words``, ``sentences`` and ``labels`` of a language, none for English.

    Raises
    ------
    UnknownName
        If there is no such language.

    """
    if lang not in LANGUAGES:
        raise UnknownName.among("language", lang, LANGUAGES)
    if lang == LANGUAGES[0]:
        return {}
    import tomllib  # noqa: PLC0415 - both are slow, and English needs neither
    from importlib.resources import files  # noqa: PLC0415

    return tomllib.loads((files(__package__) / f"{lang}.toml").read_text(encoding="utf-8"))
