"""Read an exported run, the object that ``testkey probe --json`` prints, and check what of it is compared.

An export is a file like any other: whatever is in it that should not be is the caller's mistake, never a traceback.
"""

import json
import re
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType

from testkey_nb.errors import CallerError
from testkey_nb.rows import CATALOGUE

Scalar = str | int | float | bool | None
Row = Mapping[str, Scalar]
Key = tuple[str, ...]

SCHEMA = 1
MAX_BYTES = 128 * 2**20  # a run with 5,000 models of ten routes each is two thirds of it
SHOWN_CHARS = 240
_LISTED = 3  # of what a file lacks
_BEYOND = 1e308  # where a whole number is no float any more

_KINDS: Mapping[str, tuple[type, ...]] = MappingProxyType(
    {"text": (str,), "a number": (int, float), "true or false": (bool,), "a single value": (str, int, float, bool)}
)
_TEXT, _NUMBER, _FLAG, _ANY = _KINDS
MODEL_FIELDS: Mapping[str, str] = MappingProxyType(
    {
        **dict.fromkeys(("listed", "tools", "structured_output", "free", "model_author", "deprecated"), _FLAG),
        **dict.fromkeys(("route_status", "mapping_status", "owner", "created_at"), _TEXT),
        **dict.fromkeys(("input_modalities", "output_modalities", "deprecated_at", "shutdown_at"), _TEXT),
        **dict.fromkeys(("context_tokens", "output_tokens"), _NUMBER),
    }
)
PRICE_FIELDS: Mapping[str, str] = MappingProxyType(
    {**dict.fromkeys(("input_per_mtok", "output_per_mtok", "cached_input_per_mtok"), _NUMBER), "free": _FLAG}
)


@dataclass(frozen=True, slots=True)
class _Table:
    """A list of rows in an export: what names a row, and which of its fields are compared."""

    name: str
    keys: Key
    fields: Mapping[str, str]  # name → one of `_KINDS`
    older: Mapping[str, str] = field(default_factory=dict)  # field → what earlier exports call it
    unsaid: Row = field(default_factory=dict)  # key → what is meant where an export does not say it


_TABLES = (
    _Table("gates", ("gate",), dict.fromkeys(("state", "may", "done", "why"), _TEXT)),
    _Table("capabilities", ("capability",), dict.fromkeys(("state", "why"), _TEXT)),
    _Table("limits", ("limit", "service"), dict.fromkeys(("quota", "window_s"), _NUMBER)),
    _Table(
        "prices",
        ("model", "route", "region", "provider", "source", "currency", "above_input_tokens", "hours"),
        {**PRICE_FIELDS, **dict.fromkeys(("checked_at", "observed_at"), _TEXT)},
        older={"input_per_mtok": "input_usd_per_mtok", "output_per_mtok": "output_usd_per_mtok"},
        unsaid={"currency": "USD", "above_input_tokens": 0, "hours": ""},
    ),
    _Table("models", ("model", "route"), {**MODEL_FIELDS, "covered": _FLAG}),
    _Table("metrics", ("metric", "unit", "ask"), {"value": _ANY}),
)
HEAD = ("run_id", "observed_at", "provider", "sandbox")
_PLACES: Mapping[Key, str] = MappingProxyType(
    {
        **dict.fromkeys((("run_id",), ("observed_at",), ("provider",), ("dimension",), ("stage",)), _TEXT),
        **dict.fromkeys((("identity", "verdict"), ("identity", "provider")), _TEXT),
        **dict.fromkeys((("action", "id"), ("action", "why")), _TEXT),
        **dict.fromkeys((("sandbox",), ("ready",)), _FLAG),
    }
)


@dataclass(frozen=True, slots=True)
class Facts:
    """What of an export is compared, every value of the type it should be."""

    values: Mapping[Key, Scalar]  # by where they stand in the object
    passport: Row
    policy: Row
    tables: Mapping[str, Mapping[Key, Row]]  # a row's last key is its number among those of the same name
    plain_prices: bool = False  # made before prices had currencies, cached input, lengths and hours

    @property
    def has_list(self) -> bool:
        """Whether a list of models was read."""
        return any(row["listed"] for row in self.tables["models"].values())


def read_export(path: Path | str) -> dict[str, object]:
    """Read a file with what ``testkey probe --json`` printed.

    Raises
    ------
    CallerError
        If it cannot be read, is larger than 128 MB, is not JSON, or is not such an object of schema 1.

    """
    name = shown(str(path))
    try:
        with Path(path).open("rb") as file:
            data = file.read(MAX_BYTES + 1)
    except (OSError, ValueError) as error:
        fault = f"cannot be read ({type(error).__name__})"
        raise CallerError(f"{name} {fault}; name a file with an exported run") from error
    if len(data) > MAX_BYTES:
        raise CallerError(f"{name} is larger than {MAX_BYTES >> 20} MB; no exported run is")
    try:
        found = json.loads(data, parse_constant=_refused)
    except (ValueError, RecursionError) as error:
        where = f"line {error.lineno}" if isinstance(error, json.JSONDecodeError) else type(error).__name__
        raise _mistake(name, f"is not JSON ({where})" if data.strip() else "is empty") from error
    facts_of(found, name)
    return dict(found)


def _refused(constant: str) -> object:
    raise ValueError(f"{constant} is no JSON")  # RFC 8259 section 6


def facts_of(found: object, name: str) -> Facts:
    """Check an export, called `name` where it is wrong, and return what of it is compared."""
    export = _mapping(found, name, "what it holds")
    if export.get("schema") != SCHEMA or export["schema"] is True:
        raise _mistake(name, f"is no exported run of schema {SCHEMA}")
    parts = (*(place[0] for place in _PLACES), "passport", "policy", *(table.name for table in _TABLES))
    if lacks := list(dict.fromkeys(part for part in parts if part not in export)):
        more = f" and {len(lacks) - _LISTED} more" if len(lacks) > _LISTED else ""
        raise _mistake(name, f"is no exported run: it lacks {', '.join(lacks[:_LISTED])}{more}")
    values = {place: _value_at(export, place, name) for place in _PLACES}
    if unsaid := [part for part in HEAD if values[part,] is None]:
        raise _mistake(name, f"is no exported run: it does not say its {unsaid[0]}")
    passport, policy = (_mapping(export[part], name, part) for part in ("passport", "policy"))
    return Facts(
        values,
        {axis: _scalar(answer, _TEXT, name, ("each axis of passport",)) for axis, answer in passport.items()},
        {field: _setting(value, name) for field, value in policy.items() if field != "dimension"},
        {table.name: _rows(export[table.name], table, name) for table in _TABLES},
        _plain(export["prices"]),
    )


def _plain(prices: object) -> bool:
    rows = [row for row in prices if isinstance(row, Mapping)] if isinstance(prices, list | tuple) else []
    return bool(rows) and not any("currency" in row for row in rows)


def _value_at(export: Mapping[str, object], place: Key, name: str) -> Scalar:
    inner: object = export
    for part in place:
        inner = _mapping(inner, name, place[0]).get(part)
    return _scalar(inner, _PLACES[place], name, place)


def _setting(value: object, name: str) -> Scalar:
    """Return a policy's field; a list of texts as one text."""
    if isinstance(value, list | tuple):
        return ", ".join(str(_scalar(item, _TEXT, name, ("each list in policy",))) for item in value)
    return _scalar(value, _ANY, name, ("each field of policy",))


def _rows(found: object, table: _Table, name: str) -> Mapping[Key, Row]:
    if not isinstance(found, list | tuple):
        raise _misplaced(name, (table.name,), "a list")
    groups: defaultdict[Key, list[Row]] = defaultdict(list)
    for index, entry in enumerate(found):
        place = (table.name, index)
        if not isinstance(entry, Mapping):
            raise _misplaced(name, place, "an object")
        key = tuple(_named(entry.get(part), table.unsaid.get(part), name, (*place, part)) for part in table.keys)
        called = {one: one if one in entry else table.older.get(one, one) for one in table.fields}
        kinds = table.fields.items()
        groups[key].append(
            {one: _scalar(entry.get(called[one]), kind, name, (*place, called[one])) for one, kind in kinds}
        )
    for rows in groups.values():
        if len(rows) > 1:  # of several with one name the order says nothing
            rows.sort(key=lambda row: repr(list(row.values())))
    return {(*key, str(number)): row for key, rows in groups.items() for number, row in enumerate(rows)}


def _mapping(found: object, name: str, place: str) -> Mapping[str, object]:
    if not isinstance(found, Mapping):
        raise _misplaced(name, (place,), "an object")
    return {str(key): value for key, value in found.items()}


def _named(value: object, unsaid: Scalar, name: str, place: tuple[str | int, ...]) -> str:
    """Return a part of a row's name as text, 0 as none; `unsaid` is what is meant where it is missing.

    Whatever its version, a catalogue is the same source: a newer one can move a price.
    """
    kind, value = type(unsaid) if isinstance(unsaid, int) else str, unsaid if value is None else value
    if not isinstance(value, kind) or isinstance(value, bool):
        raise _misplaced(name, place, _TEXT if kind is str else "a whole number")
    return re.sub(rf"^{CATALOGUE} [^ ,]+", CATALOGUE, str(value or ""))


def _scalar(value: object, kind: str, name: str, place: tuple[str | int, ...]) -> Scalar:
    """Return a value of a kind, or None where it is missing; what is not finite is no number."""
    if value is None:
        return None
    kinds = _KINDS[kind]
    if isinstance(value, bool):
        fits = bool in kinds
    else:
        fits = isinstance(value, kinds) and (isinstance(value, str) or -_BEYOND < value < _BEYOND)  # type: ignore[operator]  # a number then
    if not fits:
        raise _misplaced(name, place, kind)
    return value  # type: ignore[return-value]  # it is one of the kinds


def _misplaced(name: str, place: tuple[str | int, ...], kind: str) -> CallerError:
    where = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in place)
    return _mistake(name, f"is no exported run: {where[1:]} must be {kind}")


def _mistake(name: str, fault: str) -> CallerError:
    return CallerError(f"{name} {fault}; give what `testkey probe --json` printed")


def shown(text: str) -> str:
    """Return foreign text bounded and on one line, what cannot be printed as escapes."""
    bounded = text if len(text) <= SHOWN_CHARS else text[: SHOWN_CHARS - 1] + "…"
    return "".join(char if char.isprintable() else f"\\u{ord(char):04x}" for char in bounded)
