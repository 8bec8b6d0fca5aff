"""What of foreign text nothing may show: keys, addresses, names of accounts; `keys.Key` adds what it is itself."""

import ipaddress
import re

SAID_CHARS = 240  # of a provider's own words kept beside a verdict

_IPV4 = re.compile(r"(?<![\d.])\d{1,3}(?:\.\d{1,3}){3}(?![\d.]*\d)")
_IPV6 = re.compile(r"(?<![0-9A-Za-z])[0-9A-Fa-f:]*:[0-9A-Fa-f]*:[0-9A-Fa-f:]*")
_BEGINS = r"(?:hf|api_org|gsk|r8|fw|sk|tgp_v1|vck|VENICE)_|(?:sk|xai|pplx|nvapi|csk)-|AIza|AQ\."
KEY = rf"(?<![\w-])(?:{_BEGINS})[\w.-]{{6,}}"  # `hf-inference` is a route and no key
_KEY_CHARS = 16  # no key is shorter
_NAMED = r"[^\s@<>()\[\],;]"
# None begins anew from every character of a word: a list can hold tens of thousands of words made to be slow.
_MASKED = (
    (re.compile(rf"(?<!{_NAMED})(?:{_NAMED}++@[\w-]+(?:\.[\w-]+)+)+"), "[e-mail]"),
    (re.compile(KEY), "[key]"),
    (re.compile(r"(?<!\S)(?=\S*?(?:\*\*|••|xxxx|XXXX))\S+"), "[masked key]"),
    (re.compile(r"(?:\[key\]|(?<![\w-])(?=-*\w)[\w-]{2,}+)(?:\.{3}|…)[\w-]{2,}"), "[masked key]"),
    (_IPV4, "[ip]"),
    (re.compile(r"\+\d[\d ().-]{6,}\d"), "[phone]"),
)
# What each of them needs to match at all: most names and words have nothing of it.
_TO_MASK = re.compile(rf"@|{_BEGINS}|\*\*|••|xxxx|XXXX|\.\.\.|…|\d\.\d|\+\d")
_WHO = "user|org|organization|account|team"
_PERSONAL = (
    (re.compile(r"\b(Dear|Hello|Hi) [^,.;:!]+"), r"\1 [name]"),
    (re.compile(rf"\b((?i:{_WHO})) [\w.]*[-_.\d][\w.-]*\w"), r"\1 [name]"),
    (re.compile(rf"\b((?:on behalf of|for|by|of|as) (?:{_WHO})) \S+"), r"\1 [name]"),
    (re.compile(rf'\b((?:{_WHO}|owner)(?:_?name)?"?\s*[:=]\s*)"?[^\s",}}]+"?'), r"\1[name]"),
    (
        re.compile(r'("(?:label|(?:user|full|first|last|display|login)_?name)"\s*:\s*)"[^"]*"', re.IGNORECASE),
        r'\1"[name]"',
    ),
    (re.compile(r"[A-Za-z0-9+/_=-]{32,}|\b[0-9a-f]{16,}\b"), "[hash]"),
)
_LONG_NAME = re.compile(r"(?<![\w/.-])(?=[A-Za-z_-]*\d)[A-Za-z0-9_-]{24,}(?![\w/.-])")
_DOTTED = re.compile(r"(?<![\w-])(?:v1|eyJ[\w-]{8,}|[0-9a-f]{32})\.[\w.-]{16,}")  # Nebius, a JWT, Zhipu


def printable(text: str) -> str:
    """Return `text` with spaces for what cannot be seen: commands to a terminal, line breaks, half a surrogate pair."""
    return text if text.isprintable() else "".join(char if char.isprintable() else " " for char in text)


def masked(text: str) -> str:
    """Return `text` without e-mail addresses and without keys, whole or with their middle left out."""
    if _TO_MASK.search(text):
        for pattern, label in _MASKED:
            text = pattern.sub(label, text)
    return text


def without_keys(text: str) -> str:
    """Return a message for the caller without what may be a key that was given in the wrong place."""
    return _LONG_NAME.sub("[key?]", _DOTTED.sub("[key?]", re.sub(KEY, "[key?]", text)))


def holds_key(text: str) -> bool:
    """Whether what looks like a key stands in `text`; a name that begins so seldom has digits or both cases."""
    found = [one for one in re.findall(KEY, text) if len(one) >= _KEY_CHARS]
    return any(re.search(r"\d", one) or one not in (one.lower(), one.upper()) for one in found)


def redact(text: str, limit: int = SAID_CHARS) -> str:
    """Return at most `limit` characters of foreign text on one line, without keys, addresses and account names."""
    if not text:
        return text
    text = masked(" ".join(printable(text[: 8 * limit]).split()))
    for pattern, label in _PERSONAL:
        text = pattern.sub(label, text)
    text = _IPV6.sub(_without_ip, text)
    return text if len(text) <= limit else text[: limit - 1] + "…"


def _without_ip(match: re.Match[str]) -> str:
    """Return what was matched without the address in it; a colon of the sentence may touch it on either side."""
    found = match[0]
    for start, end in ((0, 0), (0, 1), (1, 0), (1, 1)):
        inner = found[start : len(found) - end]
        if _is_ip(inner):
            return found[:start] + "[ip]" + found[len(found) - end :]
    return found


def _is_ip(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True
