"""What marks of relays look for in an answer: each returns what was seen, or nothing."""

from collections.abc import Callable, Iterator, Mapping

from testkey_nb.outcome import Capability
from testkey_nb.providers.loose import flag, items, mapping, text
from testkey_nb.providers.model_lists import parse_list, plain_model
from testkey_nb.spec import Ask, Reply

CHECKED = "2026-11-23"
OK = 200
Seen = Callable[[Reply], str]

# What every server with a model list can tell read-only.
LISTS = frozenset(
    {
        Capability.PROVIDER_IDENTITY,
        Capability.MODEL_PERMISSION_MATRIX,
        Capability.REGION_AND_ROUTE,
        Capability.CONTINUOUS_MONITORING,
        Capability.OPERATIONAL_ACTIONS,
    }
)


def model_list(source: str) -> Ask:
    """Return the question for a relay's own model list; it proves a key only where a made-up one is refused."""
    return Ask(
        "model_catalog",
        "",  # a relay answers where its operator put it
        "/v1/models",
        # What it says of when a model was made is when the relay was, or a second that it gives to every model.
        parse_list(lambda entry: plain_model(entry, created_at=None)),
        source,
        CHECKED,
        gives=("key_valid", "models_listed"),
        auth=True,
        proves_key=True,
    )


def entries(reply: Reply) -> Iterator[Mapping[str, object]]:
    """Yield the entries of a model list, as far as they are any."""
    yield from map(mapping, items(mapping(reply.json).get("data"))) if reply.status == OK else ()


def every(reply: Reply, fits: Callable[[Mapping[str, object]], bool]) -> bool:
    """Whether an answer is a model list with entries, all of which fit; most lists are left at their first."""
    return any(True for _ in entries(reply)) and all(map(fits, entries(reply)))


def owned_by(owner: str) -> Seen:
    """Look for a list in which every model belongs to `owner`: one model of that name can be anywhere."""
    return lambda reply: f'owned_by "{owner}"' if _all(reply, "owned_by", owner) else ""


def created(stamp: int, *, but: str = "") -> Seen:
    """Look for a list in which every model was made in the same second, which no vendor's were.

    `but` is the one model that really was, so that a list of it alone says nothing.
    """

    def seen(reply: Reply) -> str:
        others = _all(reply, "created", stamp) and any(text(model.get("id")) != but for model in entries(reply))
        return f"created {stamp} for every model" if others else ""

    return seen


def _all(reply: Reply, field: str, value: str | int) -> bool:
    return every(reply, lambda model: type(found := model.get(field)) is type(value) and found == value)


def error(**fields: object) -> Seen:
    """Look for an error whose `error` object has these values."""

    def seen(reply: Reply) -> str:
        found = mapping(mapping(reply.json).get("error"))
        held = all(type(found.get(name)) is type(value) and found[name] == value for name, value in fields.items())
        return ", ".join(f'error.{name} "{value}"' for name, value in fields.items()) if held else ""

    return seen


def says(words: str, status: int = OK) -> Seen:
    """Look for an answer that is these words and nothing else, with or without quotation marks."""
    return lambda reply: words if reply.status == status and reply.text.strip().strip('"') == words else ""


def titled(title: str) -> Seen:
    """Look for a page with this title."""
    return lambda reply: f"page {title}" if reply.is_html and f"<title>{title}</title>" in reply.text else ""


def headers(*prefixes: str) -> Seen:
    """Look for headers whose names begin so."""

    def seen(reply: Reply) -> str:
        return ", ".join(sorted(name for name in reply.headers if name.startswith(prefixes))[:4])

    return seen


def fields_of(*names: str, at: str = "", flags: tuple[str, ...] = ()) -> Seen:
    """Look for a JSON object that has all of these fields, and true or false in those of `flags`."""

    def seen(reply: Reply) -> str:
        body = mapping(mapping(reply.json).get(at) if at else reply.json)
        held = all(name in body for name in names) and all(flag(body.get(name)) is not None for name in flags)
        return ", ".join((*names, *flags)) if held and reply.status == OK else ""

    return seen
