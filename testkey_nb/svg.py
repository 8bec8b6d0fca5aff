"""A picture as part of a page: true inline SVG that needs neither a style sheet nor a font, its data said in words."""

import io
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from xml.etree import ElementTree as ET

import matplotlib as mpl
from matplotlib.figure import Figure

from .redaction import printable

ALT_CHARS = 2000

INK, MUTED, LINE = "#17212b", "#4a5763", "#d5dce2"
_RC: dict[Any, Any] = {
    "svg.hashsalt": "testkey_nb", "svg.fonttype": "path", "text.parse_math": False, "font.family": "DejaVu Sans",
    "font.size": 10.0, "text.color": INK, "axes.labelcolor": MUTED, "axes.edgecolor": LINE, "xtick.color": MUTED,
    "ytick.color": INK, "grid.color": LINE, "axes.axisbelow": True,
}  # fmt: skip


@contextmanager
def own_style() -> Iterator[None]:
    """Draw the same picture whatever style the caller has set, and leave that style as it was."""
    with mpl.rc_context():
        mpl.rcdefaults()
        mpl.rcParams.update(_RC)
        yield


_URL = re.compile(r"url\(#([^)]+)\)")


def svg(figure: Figure, alt: str, prefix: str) -> str:
    """Return `figure` as an ``<svg>`` element to stand in a page.

    It has no style attribute or element, so that a page may forbid inline styles, and the same figure makes the same
    text.

    Parameters
    ----------
    figure
        Drawn by one of the functions of `plots`.
    alt
        The data in words.
    prefix
        Begins every id, to keep ids of several pictures on one page apart.

    """
    alt = printable(alt[:ALT_CHARS])
    out = io.StringIO()
    with own_style():
        metadata = dict.fromkeys(("Creator", "Date", "Format", "Type"))
        figure.savefig(out, format="svg", transparent=True, metadata=metadata)
    root = ET.fromstring(out.getvalue())  # noqa: S314 - matplotlib wrote it a line ago
    for parent in list(root.iter()):
        for child in list(parent):
            if _local(child.tag) in {"style", "metadata"}:
                parent.remove(child)
    used = {name for element in root.iter() for name in _references(element)}
    for element in root.iter():
        _plain(element, prefix, used)
    root.attrib = {"viewBox": root.attrib["viewBox"], "class": "tk-svg", "role": "img", "aria-label": alt,
                   "stroke-linejoin": "round", "stroke-linecap": "butt"}  # fmt: skip
    title = ET.Element("title")
    title.text = alt
    root.insert(0, title)
    return ET.tostring(root, encoding="unicode")


def _local(name: str) -> str:
    return name.rpartition("}")[2]


def _references(element: ET.Element) -> Iterator[str]:
    for name, value in element.attrib.items():
        if _local(name) == "href":
            yield value.removeprefix("#")
        yield from _URL.findall(value)


def _plain(element: ET.Element, prefix: str, used: set[str]) -> None:
    """Turn a style into presentation attributes, drop what nothing refers to, and put `prefix` before each id."""
    attributes = {_local(name): value for name, value in element.attrib.items()}
    for declaration in attributes.pop("style", "").split(";"):
        name, _, value = declaration.partition(":")
        if name.strip():
            attributes[name.strip()] = value.strip()
    if attributes.get("id") not in used:
        attributes.pop("id", None)
    for name, value in attributes.items():
        attributes[name] = _URL.sub(rf"url(#{prefix}-\1)", value)
    if "id" in attributes:
        attributes["id"] = f"{prefix}-{attributes['id']}"
    if "href" in attributes:
        attributes["href"] = f"#{prefix}-{attributes['href'].removeprefix('#')}"
    element.tag = _local(element.tag)
    element.attrib = attributes
