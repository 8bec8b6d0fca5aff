"""The key: enters by the name of a variable or at a prompt, is never shown, and leaves in one line of `http`."""

import base64
import binascii
import getpass
import hashlib
import hmac
import html
import json
import os
import re
import secrets
from collections.abc import Callable, Mapping
from typing import NoReturn, SupportsIndex
from urllib.parse import unquote

from .echoes import Rows, Searched, spellings
from .errors import KeyExpired, KeyMalformed, KeyMissing
from .expiry import KEEPER, lifetime_s, now
from .redaction import KEY, SAID_CHARS, redact

MIN_CHARS, MAX_CHARS = 8, 4096  # longest known: JWTs of about 1,500 characters
_ECHO, _ECHO_BASE64 = 6, 12  # characters in a row of a key, and of its base64, that nothing may show

_SESSION = secrets.token_bytes(32)
_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_CLAIMS = ("scope", "exp")  # the rest of a token's payload may be personal


class Key:
    """One API key.  It has a name and a hint; its text is not in any repr, copy or pickle.

    Five minutes after it came it is gone; name and hint stay, so that what was found can still be told apart.

    Parameters
    ----------
    name
        What people call it: the variable it came from.
    text
        The secret.
    clock
        Seconds that count suspend; `until` is on it.

    Raises
    ------
    KeyMalformed
        If `text` could not be sent as a header, or is no key at all.

    """

    __slots__ = ("__clock", "__shown", "__spelled", "__text", "__weakref__", "hint", "name", "until")

    def __init__(self, name: str, text: str, *, clock: Callable[[], float] = now) -> None:
        """Check `text` before it can become a header."""
        self.name = self.hint = name
        if fault := _fault(text):
            del text
            msg = f"the key in {_shown(name)} cannot be one: {fault}; copy it again from the provider's page"
            raise KeyMalformed(msg)
        self.__text = text
        self.__shown: dict[bool, tuple[Rows, ...]] = {}
        self.__spelled: Rows | None = None
        digest = hmac.new(_SESSION, text.encode(), hashlib.sha256).hexdigest()
        self.hint = f"{name}#{digest[:8]}"
        self.__clock = clock
        self.until = clock() + lifetime_s()
        KEEPER.hold(self, "key", Key.forget, self.until)

    @classmethod
    def from_env(cls, name: str, environ: Mapping[str, str] | None = None) -> "Key":
        """Read the variable `name`, of the process unless another mapping is given.

        Raises
        ------
        KeyMissing
            If there is no such variable or it is empty.
        KeyMalformed
            If what it holds is no key.

        """
        # No local variable holds the text or the environment: a traceback that shows locals must not show them.
        read = reader(environ)
        del environ
        if not _VARIABLE.fullmatch(name):
            msg = "give the name of the environment variable that holds the key, never the key itself"
            raise KeyMissing(msg)
        if not read(name):
            msg = f"{_shown(name)} is not set or is empty; set it to the key and give its name, never the key itself"
            raise KeyMissing(msg)
        return cls(name, read(name))

    @classmethod
    def from_prompt(cls, name: str = "prompted") -> "Key":
        """Ask for the key once, without echo.

        Raises
        ------
        KeyMissing
            If there is nobody to ask, as in a notebook run by a machine.

        """
        try:
            return cls(name, getpass.getpass("API key (not shown, not kept): "))
        except (EOFError, OSError, NotImplementedError) as error:
            msg = "there is no prompt here; set an environment variable to the key and give its name"
            raise KeyMissing(msg) from error

    def reveal(self) -> str:
        """Return the secret, for the one line that puts it into a request's header.

        Raises
        ------
        KeyExpired
            If its five minutes are over.

        """
        if self.expired:
            msg = f"the key in {_shown(self.name)} is gone after five minutes; make it anew from its variable"
            raise KeyExpired(msg)
        return self.__text

    @property
    def expired(self) -> bool:
        """Whether its time is over; the text is dropped then, if it was not yet."""
        if self.__text and self.__clock() >= self.until:
            self.forget()
        return not self.__text

    def forget(self) -> None:
        """Drop the text now."""
        self.__text, self.__shown, self.__spelled = "", {}, None

    def fits(self, pattern: str) -> bool:
        """Whether the whole key matches `pattern`."""
        return re.fullmatch(pattern, self.__text) is not None

    def as_long_as(self, made_up: str) -> str:
        """Return a made-up key of this one's length: one that is refused for its length alone would prove nothing."""
        more = len(self.__text) - len(made_up)
        return re.sub("(?i)(notarealkey|notareal)", lambda said: said[0] + "x" * max(0, more), made_up, count=1)

    def claims(self) -> dict[str, object]:
        """Return scope and expiry from the payload of a JWT, empty for any other key.

        Decoding a token's own words never proves that it is accepted: nobody has checked the signature.
        """
        parts = self.__text.split(".")
        if len(parts) != 3:  # noqa: PLR2004 - header.payload.signature, RFC 7519 section 3
            return {}
        try:
            payload = json.loads(base64.urlsafe_b64decode(parts[1] + "=" * (-len(parts[1]) % 4)))
        except (ValueError, binascii.Error, RecursionError):
            return {}
        return {name: payload[name] for name in _CLAIMS if name in payload} if isinstance(payload, dict) else {}

    def redact(self, text: str, limit: int = SAID_CHARS) -> str:
        """Return `text` without this key, any six characters in a row of it, or what identifies its owner.

        Once the key is gone nobody can say what an echo of it looks like, so then nothing is returned.
        """
        if self.expired:
            return ""
        blanked = self.blank(text)
        if self.echoed_in(_unwrapped(blanked)) or self.spelled_in(blanked):
            return "[key]"  # it is there in another spelling: nothing around it is worth the risk
        return redact(blanked, limit)

    def blank(self, text: str) -> str:
        """Return `text` with every six characters in a row of this key, and its base64, replaced by ``[key]``."""
        for rows in self._rows():
            if rows.stand_in(text):
                text = _blanked(text, frozenset(rows.each))
        return text

    def _rows(self, *, any_case: bool = False) -> tuple[Rows, ...]:
        """Return what of this key nothing may show, in base64 and in clear, as it is or in small letters."""
        if any_case not in self.__shown:
            text, coded = self.__text, [said for shift in range(3) for said in _base64(self.__text, shift)]
            if any_case:
                text, coded = text.lower(), [said.lower() for said in coded]
            cuts = ((said, _ECHO_BASE64) for said in dict.fromkeys(coded))
            self.__shown[any_case] = Rows.of(*cuts), Rows.of((text, _ECHO))
        return self.__shown[any_case]

    def stands_in(self, text: str) -> bool:
        """Whether the whole key stands in `text`."""
        return bool(self.__text) and self.__text in text

    def echoed_in(self, text: str | Searched, *, any_case: bool = False) -> bool:
        """Whether a piece of this key stands in `text`, in clear or in base64; header names come in any case."""
        where = text if isinstance(text, Searched) else Searched(text)
        said = where.lower if any_case else where.text
        return any(rows.stand_in(said, where.blocks_in) for rows in self._rows(any_case=any_case))

    def spelled_in(self, text: str | Searched) -> bool:
        """Whether a dozen characters in a row of this key stand in `text` in another spelling of it."""
        where = text if isinstance(text, Searched) else Searched(text)
        if self.__spelled is None and self.__text:
            self.__spelled = spellings(self.__text)
        return self.__spelled is not None and self.__spelled.stand_in(where.undone, where.blocks_in)

    def __repr__(self) -> str:
        """Show the hint only."""
        return f"<Key {self.hint}>"

    def __reduce_ex__(self, protocol: SupportsIndex) -> NoReturn:
        """Refuse to be pickled or copied."""
        msg = "a key cannot be copied, pickled or saved; make a new one from its variable"
        raise TypeError(msg)


def _blanked(text: str, rows: frozenset[str]) -> str:
    """Return `text` with ``[key]`` for each of some rows, which are equally long."""
    length = len(next(iter(rows)))
    pieces, end = [], 0
    for start in range(len(text) - length + 1):
        if text[start : start + length] in rows:
            if start >= end:
                pieces += [text[end:start], "[key]"]
            end = start + length
    return "".join([*pieces, text[end:]])


def _base64(text: str, shift: int) -> tuple[str, str]:
    """Return what of the base64 of `text`, in either alphabet, does not depend on what stands before or behind it."""
    coded = base64.b64encode(b"\0" * shift + text.encode()).decode().rstrip("=")[shift + 1 if shift else 0 : -1]
    return coded, coded.translate(str.maketrans("+/", "-_"))


def _unwrapped(text: str) -> str:
    """Return `text` without what can be put around and between characters: escapes, entities, tags, spaces."""
    text = re.sub(r"\\u([0-9A-Fa-f]{4})|\\x([0-9A-Fa-f]{2})", lambda match: chr(int(match[1] or match[2], 16)), text)
    text = re.sub(r"<[^>]*>", "", html.unescape(unquote(text)))
    return re.sub(r"[\s\u200b-\u200f\u2060\ufeff]+", "", text)


def reader(environ: Mapping[str, str] | None) -> Callable[[str], str]:
    """Return what looks a variable up, in the process's environment for None, and shows nothing of the others."""
    return lambda name: (os.environ if environ is None else environ).get(name, "")


def _fault(text: str) -> str:
    """Return why `text` is no key, without quoting it; empty when it may be one."""
    if text[:1] in {*"'\"`"} and text[:1] == text[-1:]:
        return "there are quotes around it"
    if re.match(r"[A-Z][A-Z0-9]*_[A-Z0-9_]*=.", text):
        return "the name of its variable stands before it"
    if not MIN_CHARS <= len(text) <= MAX_CHARS:
        return f"it has {len(text)} characters, a key has {MIN_CHARS} to {MAX_CHARS}"
    for position, char in enumerate(text, start=1):
        if char.isspace():
            return f"there is a space or line break at character {position}"
        if not "!" <= char <= "~":
            return f"character {position} (U+{ord(char):04X}) is not printable ASCII"
    return ""


def stands_in(text: str) -> bool:
    """Whether a key that is in use stands in `text`, of whatever shape it is."""
    return any(key.stands_in(text) for key in KEEPER.there("key"))


def may_be_key(name: str) -> bool:
    """Whether what was given as the name of a variable may be a key instead, and must not be shown."""
    if not _VARIABLE.fullmatch(name):
        return True
    random = len(name) >= 20 and re.search(r"\d|[a-z][A-Z]", name)  # noqa: PLR2004 - the shortest key with a prefix
    return bool(random) and not _usual(name) and ("_" not in name or bool(re.match(KEY, name)))


def _shown(name: str) -> str:
    """Return a variable's name for a message, unless it may be a key that was given instead of its name."""
    return name if _usual(name) else "the variable"


def _usual(name: str) -> bool:
    found = re.fullmatch(r"[A-Z][A-Z0-9_]{0,39}", name)
    return bool(found) and ("_" in name or len(name) < 20)  # noqa: PLR2004 - as people name variables
