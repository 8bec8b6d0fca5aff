"""A notebook without its outputs: pure functions of parsed JSON, for the formats 3 and 4 of nbformat.

What cannot be understood is never called clear: a key that the format does not have could hold anything.
https://nbformat.readthedocs.io/en/latest/format_description.html
"""

from collections.abc import Mapping
from dataclasses import dataclass

Json = dict[str, object]

MARK = "testkey_nb"
NOTEBOOK_STATE = frozenset({"widgets", "papermill"})  # papermill keeps its parameters here, in clear
CELL_STATE = frozenset({"execution", "ExecuteTime", "papermill", "widgets"})
VERSION = frozenset({"metadata", "nbformat", "nbformat_minor", "orig_nbformat", "orig_nbformat_minor"})
RAN = frozenset({"outputs", "execution_count", "prompt_number"})
TEXTS = ("source", "input", "html")


@dataclass(frozen=True)
class _Format:
    """What a cell may have in one format besides what a run leaves, its types, and where it counts its runs."""

    fields: frozenset[str]
    types: frozenset[str]
    count: str


FORMAT_3 = _Format(
    frozenset({"cell_type", "metadata", "source", "input", "language", "collapsed", "level", "html"}),
    frozenset({"code", "markdown", "raw", "heading", "html"}),
    "prompt_number",
)
FORMAT_4 = _Format(
    frozenset({"cell_type", "id", "metadata", "source", "attachments"}),
    frozenset({"code", "markdown", "raw"}),
    "execution_count",
)


class NotClearable(ValueError):
    """The notebook has a shape in which outputs cannot be told from the rest; its text says where."""


def is_marked(notebook: object) -> bool:
    """Tell whether a notebook says of itself that it is to be saved without outputs.

    Only an explicit ``"clear_outputs": false`` takes back a mark that is there; metadata that cannot be read
    but has the word in it counts as marked, so that it is refused rather than saved.
    """
    metadata = notebook.get("metadata") if isinstance(notebook, dict) else notebook
    if not isinstance(metadata, dict):
        return MARK in repr(metadata)
    mark = metadata.get(MARK, {"clear_outputs": False})
    return not isinstance(mark, dict) or mark.get("clear_outputs") is not False


def cleared(notebook: object) -> Json:
    """Return the notebook without outputs, execution counts, and the state of widgets and runs.

    What is given is not changed, and shares with what is returned only that in which nothing had to go.

    Raises
    ------
    NotClearable
        If the notebook is not of format 3 or 4, or any part of it is not as that format has it.

    """
    whole = _mapping(notebook, "the notebook")
    match whole.get("nbformat"):
        case 4:
            _only(whole, VERSION | {"cells"}, "the notebook")
            parts: Json = {"cells": _cells(whole, FORMAT_4)}
        case 3:
            _only(whole, VERSION | {"worksheets"}, "the notebook")
            parts = {"worksheets": [_worksheet(sheet) for sheet in _list(whole, "worksheets")]}
        case _:
            raise NotClearable("its format is neither 3 nor 4")
    return {**whole, **parts, "metadata": _without(whole, NOTEBOOK_STATE, "the notebook")}


def _worksheet(worksheet: object) -> Json:
    sheet = _mapping(worksheet, "a worksheet")
    _only(sheet, frozenset({"cells", "metadata"}), "a worksheet")
    return {**sheet, "cells": _cells(sheet, FORMAT_3), "metadata": _without(sheet, NOTEBOOK_STATE, "a worksheet")}


def _cells(holder: Json, known: _Format) -> list[Json]:
    return [_cell(cell, f"cell {n}", known) for n, cell in enumerate(_list(holder, "cells"), start=1)]


def _cell(cell: object, where: str, known: _Format) -> Json:
    whole = _mapping(cell, where)
    _only(whole, known.fields | RAN, where)
    if whole.get("cell_type") not in known.types:
        raise NotClearable(f"{where} is of no known type")
    for name in TEXTS:
        if not _is_text(whole.get(name, "")):
            raise NotClearable(f"the {name} of {where} is not text")
    kept = {name: value for name, value in whole.items() if name not in RAN}
    kept["metadata"] = _without(whole, CELL_STATE, where)
    return kept | {"outputs": [], known.count: None} if whole["cell_type"] == "code" else kept


def _mapping(value: object, where: str) -> Json:
    if not isinstance(value, dict):
        raise NotClearable(f"{where} is not a JSON object")
    return value


def _list(holder: Json, name: str) -> list[object]:
    value = holder.get(name)
    if not isinstance(value, list):
        raise NotClearable(f"its {name} are not a list")
    return value


def _only(value: Mapping[str, object], known: frozenset[str], where: str) -> None:
    if not value.keys() <= known:
        raise NotClearable(f"{where} has a field that its format does not have")


def _without(value: Mapping[str, object], state: frozenset[str], where: str) -> Json:
    metadata = _mapping(value.get("metadata", {}), f"the metadata of {where}")
    return {name: field for name, field in metadata.items() if name not in state}


def _is_text(value: object) -> bool:
    return isinstance(value, str) or (isinstance(value, list) and all(isinstance(line, str) for line in value))
