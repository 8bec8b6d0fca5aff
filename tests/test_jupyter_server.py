"""What a Jupyter server with our extension writes: notebooks of ours without outputs, or nothing at all."""

import base64
import copy
import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, cast

import httpx
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from jupyter_process import Server, serving
from jupyter_server.services.contents.largefilemanager import AsyncLargeFileManager
from tornado.web import HTTPError

from testkey_nb.jupyter.clearing import NotClearable, cleared
from testkey_nb.jupyter.saving import TestkeyNb as Saving
from testkey_nb.jupyter.saving import clear_bytes

SHOWN = "canary-7f3a: shown by a cell"  # stands for whatever an output holds
NOTHING: dict[str, Any] = {}
OURS = {"testkey_nb": {"clear_outputs": True}}
OUTPUTS = [
    {"output_type": "stream", "name": "stdout", "text": [SHOWN]},
    {"output_type": "execute_result", "execution_count": 3, "metadata": {}, "data": {"text/html": f"<b>{SHOWN}</b>"}},
    {"output_type": "error", "ename": "E", "evalue": SHOWN, "traceback": [SHOWN]},
]
STATE = {"widgets": {"application/vnd.jupyter.widget-state+json": {"state": {"a": {"state": {"value": SHOWN}}}}}}
RUN = {"papermill": {"parameters": {"key": SHOWN}}}
TIMES = {"execution": {"iopub.status.busy": SHOWN}, "papermill": {"exception": SHOWN}, "tags": ["keep-view"]}


def notebook(**metadata: object) -> dict[str, Any]:
    """Return a notebook as a run leaves it."""
    code = {"cell_type": "code", "id": "a", "metadata": TIMES, "source": "x", "execution_count": 3, "outputs": OUTPUTS}
    text = {"cell_type": "markdown", "id": "b", "metadata": {}, "source": ["# kept"]}
    return copy.deepcopy(
        {"cells": [text, code], "metadata": {**metadata, **STATE, **RUN}, "nbformat": 4, "nbformat_minor": 5}
    )


def old_notebook(**metadata: object) -> dict[str, Any]:
    """Return the same in the format of 2013."""
    code = {"cell_type": "code", "metadata": TIMES, "input": "x", "prompt_number": 3, "language": "python"}
    sheet = {"cells": [{**code, "outputs": OUTPUTS, "collapsed": False}], "metadata": {}}
    return copy.deepcopy({"worksheets": [sheet], "metadata": {**metadata, **STATE}, "nbformat": 3, "nbformat_minor": 0})


def as_text(value: object) -> str:
    return json.dumps(value, indent=2)


def as_base64(content: str | bytes) -> str:
    return base64.b64encode(content.encode() if isinstance(content, str) else content).decode()


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("jupyter")
    (folder / "root" / "keys").mkdir(parents=True)
    (folder / "root" / "link").symlink_to("keys")
    with serving(folder, "--TestkeyNb.folders=keys") as running:
        yield running


def message(response: httpx.Response) -> str:
    """Return what a refusal says, having checked that it is one line that says why and what to do."""
    assert response.status_code == 400, response.text
    text = str(response.json()["message"])
    assert text.startswith("Not saved: testkey_nb ")
    assert "because" in text
    assert "\n" not in text
    assert SHOWN not in text
    return text


def untouched(folder: Path) -> dict[str, bytes]:
    return {str(path): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


# ── the server ──────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_marked_notebook_reaches_the_disk_without_outputs(server: Server) -> None:
    assert server.put("a.ipynb", type="notebook", format="json", content=notebook(**OURS)).status_code == 201
    text = server.on_disk("a.ipynb")
    assert SHOWN not in text
    saved = json.loads(text)
    assert saved["cells"][1]["outputs"] == []
    assert saved["cells"][1]["execution_count"] is None
    assert saved["cells"][1]["metadata"] == {"tags": ["keep-view"]}
    assert saved["cells"][0]["source"] == ["# kept"]
    assert saved["metadata"] == OURS


def test_checkpoints_and_copies_hold_no_outputs_either(server: Server) -> None:
    server.put("b.ipynb", type="notebook", format="json", content=notebook(**OURS))
    assert server.api.post("contents/b.ipynb/checkpoints").status_code == 201
    assert server.api.post("contents", json={"copy_from": "b.ipynb"}).status_code == 201
    files = [*server.root.rglob("b*.ipynb")]
    assert {file.parent.name for file in files} == {"root", ".ipynb_checkpoints"}
    assert len(files) >= 3
    assert not [file for file in files if SHOWN in file.read_text("utf-8")]


@pytest.mark.parametrize("encode", [str, as_base64], ids=["text", "base64"])
@pytest.mark.parametrize("shape", [notebook, old_notebook], ids=["format 4", "format 3"])
def test_a_notebook_saved_as_a_file_is_cleared_too(
    server: Server, encode: Callable[[str], str], shape: Callable[..., dict[str, Any]]
) -> None:
    kind = "base64" if encode is as_base64 else "text"
    response = server.put("as-file.ipynb", type="file", format=kind, content=encode(as_text(shape(**OURS))))
    assert response.status_code in {200, 201}
    assert SHOWN not in server.on_disk("as-file.ipynb")
    assert json.loads(server.on_disk("as-file.ipynb")) == cleared(shape(**OURS))


def test_a_clear_file_keeps_the_bytes_it_has(server: Server) -> None:
    text = json.dumps(cleared(notebook(**OURS)), indent=7)
    server.put("clear.ipynb", type="file", format="text", content=text)
    assert server.on_disk("clear.ipynb") == text


def test_a_notebook_uploaded_in_pieces_is_cleared_when_it_is_whole(server: Server) -> None:
    text = as_text(notebook(**OURS))
    for chunk, part in ((1, text[:400]), (2, text[400:900]), (-1, text[900:])):
        response = server.put("pieces.ipynb", type="file", format="base64", content=as_base64(part), chunk=chunk)
        assert response.status_code in {200, 201}
    assert json.loads(server.on_disk("pieces.ipynb")) == cleared(notebook(**OURS))


def test_what_turns_out_not_to_be_clearable_when_it_is_whole_is_removed(server: Server) -> None:
    text = as_text(notebook(**OURS)) + "}"
    server.put("broken.ipynb", type="file", format="base64", content=as_base64(text[:500]), chunk=1)
    last = server.put("broken.ipynb", type="file", format="base64", content=as_base64(text[500:]), chunk=-1)
    assert last.status_code == 500
    assert "Not saved: testkey_nb" in last.json()["message"]
    assert not (server.root / "broken.ipynb").exists()


def test_other_notebooks_keep_every_byte(server: Server) -> None:
    text = json.dumps(notebook(name="of an analyst"), indent=3) + "\n\n"
    server.put("other.ipynb", type="file", format="text", content=text)
    assert server.on_disk("other.ipynb") == text
    half = text[: len(text) // 2]  # a merge that is being resolved, say
    server.put("half.ipynb", type="file", format="base64", content=as_base64(half))
    assert server.on_disk("half.ipynb") == half
    server.put("other-2.ipynb", type="notebook", format="json", content=notebook(name="of an analyst"))
    assert json.loads(server.on_disk("other-2.ipynb"))["cells"][1]["outputs"][1]["data"]["text/html"] == [
        f"<b>{SHOWN}</b>"
    ]
    server.put("notes.txt", type="file", format="text", content=as_text(notebook(**OURS)))
    assert server.on_disk("notes.txt") == as_text(notebook(**OURS))


def without(name: str) -> dict[str, Any]:
    return {field: value for field, value in notebook(**OURS).items() if field != name}


MALFORMED = {
    "no format": (without("nbformat"), "format"),
    "a format of the future": ({**notebook(**OURS), "nbformat": 5}, "format"),
    "no cells": (without("cells"), "cells"),
    "cells that are text": ({**notebook(**OURS), "cells": SHOWN}, "cells"),
    "a cell that is text": ({**notebook(**OURS), "cells": [SHOWN]}, "cell 1"),
    "a cell of no type": ({**notebook(**OURS), "cells": [{"metadata": {}, "outputs": OUTPUTS}]}, "cell 1"),
    "metadata of a cell that are a list": (
        {**notebook(**OURS), "cells": [{"cell_type": "code", "metadata": [SHOWN], "source": "", "outputs": OUTPUTS}]},
        "metadata of cell 1",
    ),
    "source that holds outputs": (
        {**notebook(**OURS), "cells": [{"cell_type": "code", "metadata": {}, "source": OUTPUTS}]},
        "source of cell 1",
    ),
    "outputs beside the cells": ({**notebook(**OURS), "outputs": OUTPUTS}, "field"),
    "outputs under another name": (
        {**notebook(**OURS), "cells": [{"cell_type": "code", "metadata": {}, "source": "", "output": OUTPUTS}]},
        "cell 1",
    ),
    "metadata that are a list": ({**notebook(), "metadata": [OURS]}, "metadata"),
}


@pytest.mark.parametrize(("content", "where"), MALFORMED.values(), ids=MALFORMED)
@pytest.mark.parametrize("kind", ["notebook", "text", "base64"])
def test_a_malformed_notebook_of_ours_is_refused_and_the_old_file_stays(
    server: Server, content: dict[str, Any], where: str, kind: str
) -> None:
    server.put("old.ipynb", type="notebook", format="json", content=notebook(**OURS))
    before = untouched(server.root)
    if kind == "notebook":
        response = server.put("old.ipynb", type="notebook", format="json", content=content)
    else:
        text = as_text(content) if kind == "text" else as_base64(as_text(content))
        response = server.put("old.ipynb", type="file", format=kind, content=text)
    assert where in message(response)
    assert untouched(server.root) == before


TEXTS = {
    "cut short": as_text(notebook(**OURS))[:-3],
    "twice the same name": as_text(notebook(**OURS)).replace('"nbformat": 4', '"cells": [], "nbformat": 4'),
    "a list": json.dumps([notebook(**OURS)]),
    "deep": '{"testkey_nb": ' + "[" * 100_000,
}


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
@pytest.mark.parametrize("encode", [str, as_base64], ids=["text", "base64"])
def test_text_with_our_mark_that_is_no_notebook_is_refused(
    server: Server, text: str, encode: Callable[[str], str]
) -> None:
    before = untouched(server.root)
    kind = "base64" if encode is as_base64 else "text"
    assert "JSON" in message(server.put("new.ipynb", type="file", format=kind, content=encode(text)))
    assert untouched(server.root) == before


@pytest.mark.parametrize("path", ["keys/a.ipynb", "keys/deeper/a.ipynb", "link/b.ipynb", "keys/c.IPYNB"])
def test_every_notebook_in_a_configured_folder_is_ours(server: Server, path: str) -> None:
    (server.root / "keys" / "deeper").mkdir(exist_ok=True)
    text = as_text(notebook(name="not marked"))
    response = server.put(path, type="file", format="text", content=text)
    assert response.status_code == 201, response.text
    assert SHOWN not in server.on_disk(path)
    before = untouched(server.root)
    message(server.put(path, type="file", format="text", content=text[:-3]))
    assert "pieces" in message(server.put(path, type="file", format="text", content=text, chunk=1))
    assert untouched(server.root) == before


def test_an_empty_file_in_a_configured_folder_can_be_made(server: Server) -> None:
    assert server.put("keys/empty.ipynb", type="file", format="text", content="").status_code == 201


def test_a_folder_beside_a_configured_one_is_not_ours(server: Server) -> None:
    (server.root / "keys-of-others").mkdir()
    text = as_text(notebook())
    server.put("keys-of-others/a.ipynb", type="file", format="text", content=text)
    assert server.on_disk("keys-of-others/a.ipynb") == text


def test_the_log_of_the_server_quotes_no_output(server: Server) -> None:
    server.put("logged.ipynb", type="notebook", format="json", content={**notebook(**OURS), "cells": SHOWN})
    log = server.log.read_text("utf-8")
    assert "Not saved: testkey_nb" in log
    assert SHOWN not in log


# ── the hook ────────────────────────────────────────────────────────────────────────────────────────────────────────


def save(model: dict[str, Any], path: str = "a.ipynb", folders: tuple[str, ...] = ()) -> bool:
    """Pass a model through the hook; False when it was refused."""
    manager = cast("Any", AsyncLargeFileManager())
    try:
        Saving(folders=list(folders)).before_save(model, path, manager)
    except HTTPError as refusal:
        return not str(refusal.log_message).startswith("Not saved: testkey_nb ")
    return True


plain = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)
leaking = st.sampled_from([SHOWN, [SHOWN], {"outputs": SHOWN}, OUTPUTS, [[{"data": SHOWN}]]])
odd = plain | leaking
text = st.text(max_size=5) | st.lists(st.text(max_size=5), max_size=2)
names = st.sampled_from(["outputs", "output", "execution_count", "prompt_number", "cells", "worksheets", "data"])
kinds = st.sampled_from(["code", "markdown", "raw", "heading", "html", "kode", None, 3])
cell = st.fixed_dictionaries(
    {
        "cell_type": kinds,
        "metadata": st.fixed_dictionaries({}, optional={"execution": leaking}) | plain,
        "source": text,
    },
    optional={"input": text, "id": st.text(max_size=3)},
)
leaky_cell = st.builds(lambda cell, extra: {**cell, **extra}, cell, st.dictionaries(names, odd, max_size=2))
cells = st.lists(leaky_cell | leaking, max_size=4) | odd
sheets = st.lists(st.fixed_dictionaries({"cells": cells}, optional={"metadata": plain, "outputs": leaking}), max_size=2)
metadata = st.fixed_dictionaries(
    {"testkey_nb": st.just({"clear_outputs": True}) | plain.filter(lambda mark: not isinstance(mark, dict))},
    optional={"widgets": leaking, "papermill": leaking, "kernelspec": plain},
)
near_notebooks = st.fixed_dictionaries(
    {"nbformat": st.sampled_from([3, 4, 4, 4.0, True, 5, None, "4"]), "metadata": metadata},
    optional={"cells": cells, "worksheets": sheets | odd, "nbformat_minor": plain, "outputs": leaking},
)


@given(content=near_notebooks | st.dictionaries(names, odd))
@example(content=notebook(**OURS))
@example(content=old_notebook(**OURS))
def test_whatever_claims_to_be_a_notebook_of_ours_is_cleared_or_refused(content: dict[str, Any]) -> None:
    before = copy.deepcopy(content)
    model: dict[str, Any] = {"type": "notebook", "format": "json", "content": content}
    if save(model, "ours/a.ipynb", ("ours",)):
        assert SHOWN not in json.dumps(model["content"])
        assert cleared(model["content"]) == model["content"]
    assert content == before, "the live document was changed"


@given(content=near_notebooks | odd, kind=st.sampled_from(["text", "base64"]))
@example(content=notebook(**OURS), kind="text")
def test_whatever_is_saved_as_a_file_of_ours_is_cleared_or_refused(content: object, kind: str) -> None:
    text = json.dumps(content)
    model: dict[str, Any] = {"type": "file", "format": kind, "content": text if kind == "text" else as_base64(text)}
    if save(model, "ours/a.ipynb", ("ours",)):
        written = model["content"] if kind == "text" else base64.b64decode(model["content"]).decode()
        assert SHOWN not in written
        assert cleared(json.loads(written)) == json.loads(written)


@given(content=near_notebooks)
def test_a_mark_is_enough_and_its_spelling_may_be_off(content: dict[str, Any]) -> None:
    model: dict[str, Any] = {"type": "notebook", "format": "json", "content": content}
    assert not save(model) or SHOWN not in json.dumps(model["content"])


@given(content=st.dictionaries(names, odd) | odd)
@example(content=notebook())
@example(content=notebook(testkey_nb={"clear_outputs": False}))
def test_what_is_not_ours_passes_as_it_is(content: object) -> None:
    before = copy.deepcopy(content)
    model: dict[str, Any] = {"type": "notebook", "format": "json", "content": content}
    assert save(model)
    assert model["content"] is content
    assert content == before
    assert clear_bytes(as_text(content).encode(), ours=False) == as_text(content).encode()


@given(content=st.binary(max_size=60))
@example(content=b"\xff\xfe")
@example(content=b"[" * 100_000)
def test_bytes_of_any_kind_are_refused_where_they_must_be_ours_and_passed_elsewhere(content: bytes) -> None:
    assert clear_bytes(content, ours=False) == content
    if content.strip():
        with pytest.raises(NotClearable):
            clear_bytes(content, ours=True)


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-32"])
def test_no_encoding_hides_outputs(encoding: str) -> None:
    content = as_text(notebook(**OURS)).encode(encoding)
    assert json.loads(clear_bytes(content, ours=False)) == cleared(notebook(**OURS))
    with pytest.raises(NotClearable):
        clear_bytes(content[: -4 * len(b"}")], ours=False)


def test_half_a_surrogate_can_be_saved() -> None:
    content = notebook(**OURS)
    content["cells"][0]["source"] = "\ud83d"
    assert json.loads(clear_bytes(as_text(content).encode(), ours=False)) == cleared(content)


def test_a_fault_of_the_hook_refuses_the_save(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(_notebook: object) -> object:
        raise ZeroDivisionError(SHOWN)

    monkeypatch.setattr("testkey_nb.jupyter.saving.cleared", fail)
    with pytest.raises(HTTPError) as refusal:
        Saving().before_save({"type": "notebook", "content": notebook(**OURS)}, "a.ipynb", cast("Any", None))
    assert refusal.value.status_code == 500
    assert SHOWN not in str(refusal.value)
    assert "ZeroDivisionError" in str(refusal.value)


def test_a_kernel_that_imports_the_jupyter_side_loads_no_server() -> None:
    code = "import sys, testkey_nb.jupyter, testkey_nb.jupyter.history; print(*sys.modules)"
    command = [sys.executable, "-c", code]
    loaded = subprocess.run(command, capture_output=True, text=True, check=True)  # noqa: S603 - our own interpreter
    assert not {"pandas", "tornado", "traitlets", "jupyter_server", "IPython"} & set(loaded.stdout.split())
