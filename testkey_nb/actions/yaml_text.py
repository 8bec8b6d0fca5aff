"""YAML that people edit, too: text is put in at one place at a time, and everything else stays byte for byte.

PyYAML says where each node stands, and after every change that nothing else means anything else.  Loading and dumping
would set the whole file anew: ruamel.yaml 0.19 loses a comment before ``---`` and hangs others on new neighbours.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, NoReturn

import yaml

from testkey_nb.errors import LaunchFolderInvalid, OutputRefused
from testkey_nb.launch import parse_yaml

from .write import line_ending

Place = Sequence[str | int]
_WIDE = 1_000_000  # characters a line may have before PyYAML folds it


class YamlText:
    """A YAML file whose root is a mapping, or which is still empty.

    Raises
    ------
    LaunchFolderInvalid
        If it is another thing.

    """

    def __init__(self, name: str, text: str) -> None:
        """Read the text."""
        self.name = name
        self._before, self._changed = text, not text
        self._mark = "\ufeff" if text.startswith("\ufeff") else ""
        self._ending = line_ending(name, text)
        self.body = text.removeprefix("\ufeff").replace("\r\n", "\n")
        read: Any = parse_yaml(name, self.body) or {}
        if not isinstance(read, dict):
            raise LaunchFolderInvalid(f"{name} line 1 should be a mapping, like `model_list:`; mend or remove it")
        self.data: dict[str, Any] = read

    def text(self, finish: Callable[[str], str]) -> str:
        """Return the whole of it: as it was if nothing was put in, else what `finish` makes of it."""
        return self._mark + finish(self.body).replace("\n", self._ending) if self._changed else self._before

    def line(self, path: Place) -> int:
        """Return the line in which what is at `path` begins."""
        node, _, _ = self._node(path)
        return int(node.start_mark.line) + 1 if node else 1

    def items(self, path: Place) -> list[tuple[int, dict[str, Any]]]:
        """Return the mappings in the sequence at `path`, each with its place; none where there is no such sequence.

        Raises
        ------
        LaunchFolderInvalid
            If another thing is there.

        """
        found = self._at(path)
        if found is None:
            return []
        if not isinstance(found, list):
            self._fail(path, "a list")
        return [(place, item) for place, item in enumerate(found) if isinstance(item, dict)]

    def length(self, path: Place) -> int:
        """Return how many things the sequence at `path` has, which is the place of the next."""
        return len(self._at(path) or ())

    def fill(self, path: Place, wanted: Mapping[str, object], owned: frozenset[str] = frozenset()) -> None:
        """Put what is missing of `wanted` into the mapping at `path`; of what is there, only `owned` text changes."""
        found = self._at(path)
        if found is None and path:
            self.put(path, dict(wanted))
            return
        if not isinstance(found, dict):
            self._fail(path, "a mapping")
        for name, value in wanted.items():
            inner = (*path, name)
            if name not in found:
                self.put(inner, value)
            elif isinstance(value, Mapping) and value:
                self.fill(inner, value, owned)
            elif name in owned and found[name] != value:
                self.put(inner, value)

    def put(self, path: Place, value: object) -> None:
        """Set what is at `path`, or add it where nothing is; nothing else may change by it.

        Raises
        ------
        OutputRefused
            If it cannot be put there without touching what people wrote.

        """
        for at, step in enumerate(path):
            kind, around = (list, "a list") if isinstance(step, int) else (dict, "a mapping"), self._at(path[:at])
            if around is not None and not isinstance(around, kind[0]):
                self._fail(path[:at], kind[1])
        expected = _with(self.data, path, value)
        refusal = f"{self.name} is written in a way that {_shown(path)} cannot be put into; write it there by hand"
        try:
            body = self._put(path, value)
            done = parse_yaml(self.name, body) == expected
        except (LaunchFolderInvalid, _CannotPut, RecursionError) as error:  # the last where an anchor holds itself
            raise OutputRefused(refusal) from error
        if not done:
            raise OutputRefused(refusal)
        self.body, self.data, self._changed = body, expected, True

    def _at(self, path: Place) -> Any:  # noqa: ANN401 - the same
        found: Any = self.data
        for step in path:
            if isinstance(found, dict):
                found = found.get(step)
            elif isinstance(found, list) and isinstance(step, int) and step < len(found):
                found = found[step]
            else:
                return None
        return found

    def _fail(self, path: Place, kind: str) -> NoReturn:
        raise LaunchFolderInvalid(
            f"{self.name} line {self.line(path)}: {_shown(path)} should be {kind}; mend or remove it"
        )

    def _node(self, path: Place) -> tuple[yaml.Node | None, Place, yaml.Node | None]:
        """Return the innermost node on `path` that is there, what of `path` is not, and the node around it."""
        node, around = yaml.compose(self.body, Loader=yaml.SafeLoader), None
        for at, step in enumerate(path):
            inner = next((value for key, value in _children(node) if key == step), None)
            if inner is None:
                return node, path[at:], around
            node, around = inner, node
        return node, (), around

    def _put(self, path: Place, value: object) -> str:
        node, rest, around = self._node(path)
        for step in reversed(rest[1:]):
            value = [value] if isinstance(step, int) else {step: value}
        if node is None or (around is None and _hollow(node)):
            body = self.body if node is None else self.body[: node.start_mark.index] + self.body[node.end_mark.index :]
            return f"{_closed(body)}{_block(rest[0], value, 0)}"
        if not rest:
            return self._replaced(node, _flow(value))
        new = {rest[0]: value} if isinstance(rest[0], str) else [value]
        if _hollow(node):
            if isinstance(around, yaml.MappingNode) and not around.flow_style:
                return self._opened(node, _block(rest[0], value, around.start_mark.column + 2))
            return self._replaced(node, _flow(new))
        if not isinstance(node, yaml.CollectionNode):
            raise _CannotPut
        if node.flow_style:
            close = node.end_mark.index - 1
            comma = "" if "," in _uncommented(self.body[_end(node.value[-1]) : close]) else ", "
            inner = _flow(new)[1:-1]
            return f"{self.body[:close]}{comma}{inner}{self.body[close:]}"
        # An anchor may stand before a mapping, so its first key says how far it is set in.
        column = (node.value[0][0] if isinstance(node, yaml.MappingNode) else node).start_mark.column
        body, at = self._below(_end(node), column)
        return f"{body[:at]}{_block(rest[0], value, column)}{body[at:]}"

    def _replaced(self, node: yaml.Node, text: str) -> str:
        before = self.body[: node.start_mark.index]
        return f"{before}{' ' if before.endswith((':', '-')) else ''}{text}{self.body[node.end_mark.index :]}"

    def _opened(self, node: yaml.Node, block: str) -> str:
        """Return the body with `block` in the place of nothing, under the line that says nothing."""
        start, end = node.start_mark.index, node.end_mark.index
        stop = self.body.find("\n", end)
        stop = len(self.body) if stop < 0 else stop
        line = f"{self.body[:start]}{self.body[end:stop]}".rstrip(" ")
        return f"{line}\n{block}{self.body[stop + 1 :]}"

    def _below(self, end: int, column: int) -> tuple[str, int]:
        """Return the body, and where in it a line can go below the one that ends at `end` and its own comments."""
        body = _closed(self.body)
        at = end if body[end - 1 : end] == "\n" else body.index("\n", end) + 1
        passed = at
        for line in body[at:].splitlines(keepends=True):
            text = line.strip()
            if text and not (text.startswith("#") and len(line) - len(line.lstrip(" ")) > column):
                break
            passed += len(line)
            at = passed if text else at
        return body, at


class _CannotPut(Exception):
    """Something else than a list or a mapping is in the way."""


def _children(node: yaml.Node | None) -> Iterator[tuple[str | int, yaml.Node]]:
    if isinstance(node, yaml.MappingNode):
        yield from ((str(key.value), value) for key, value in node.value)
    elif isinstance(node, yaml.SequenceNode):
        yield from enumerate(node.value)


def _hollow(node: yaml.Node) -> bool:
    """Whether nothing stands there: no value, null, or empty brackets."""
    return not node.value if isinstance(node, yaml.CollectionNode) else node.tag == "tag:yaml.org,2002:null"


def _end(found: yaml.Node | tuple[yaml.Node, yaml.Node]) -> int:
    """Return where the last thing in a node ends; the mark of a block stands behind the comments that follow it."""
    if isinstance(found, tuple):
        return max(map(_end, found))  # an alias has the marks of what it names
    if isinstance(found, yaml.CollectionNode) and found.value and not found.flow_style:
        return _end(found.value[-1])
    return int(found.end_mark.index)


def _uncommented(text: str) -> str:
    return "".join(line.partition("#")[0] for line in text.splitlines())


def _closed(body: str) -> str:
    return body if not body or body.endswith("\n") else f"{body}\n"


def _block(step: str | int, value: object, column: int) -> str:
    new = {step: value} if isinstance(step, str) else [value]
    lines = yaml.safe_dump(new, sort_keys=False, allow_unicode=True, width=_WIDE).splitlines(keepends=True)
    return "".join(" " * column + line for line in lines)


def _flow(value: object) -> str:
    text = yaml.safe_dump(value, sort_keys=False, allow_unicode=True, width=_WIDE, default_flow_style=True)
    return text.removesuffix("...\n").removesuffix("\n")


def _shown(path: Place) -> str:
    return ".".join(map(str, path))[:120]


def _with(data: Any, path: Place, value: object) -> Any:  # noqa: ANN401 - whatever somebody wrote
    """Return `data` with `value` at `path`; what an anchor shares stays as it is elsewhere."""
    if not path:
        return value
    step, rest = path[0], path[1:]
    if isinstance(step, int):
        items = list(data or ())
        if step < len(items):
            items[step] = _with(items[step], rest, value)
        else:
            items.append(_with(None, rest, value))
        return items
    mapping = data if isinstance(data, dict) else {}
    return {**mapping, step: _with(mapping.get(step), rest, value)}
