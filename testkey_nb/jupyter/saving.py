"""What the Jupyter server does when it saves: notebooks of ours reach the disk without outputs, or not at all.

A save hook that fails is logged and passed over by the server, except for an `HTTPError`
(`ContentsManager.run_pre_save_hooks`). Hence everything that goes wrong in here ends in one.
"""

import base64
import binascii
import json
import posixpath
from collections.abc import Callable
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, TypeVar

from jupyter_server.services.contents.fileio import atomic_writing
from tornado.web import HTTPError
from traitlets import List, Unicode
from traitlets.config import LoggingConfigurable

from .clearing import MARK, Json, NotClearable, cleared, is_marked

if TYPE_CHECKING:
    from jupyter_server.serverapp import ServerApp
    from jupyter_server.services.contents.manager import ContentsManager

T = TypeVar("T")

NOT_SAVED = "Not saved: testkey_nb keeps the outputs of this notebook off the disk and could not clear them, because"
TO_DO = "Clear all outputs, repair that, and save again."
IN_PIECES = "it comes in pieces. Clear its outputs before uploading it, so that it is small enough to come as one."


class TestkeyNb(LoggingConfigurable):
    """Save without outputs the notebooks that are marked as ours, and those in the folders named here."""

    __test__ = False  # pytest collects whatever is called Test…

    folders = List(
        Unicode(),
        help="""Folders, as JupyterLab shows them from its root, of which every notebook is saved without outputs.

        ``["."]`` is the root itself. A notebook with ``"testkey_nb": {"clear_outputs": true}`` in its metadata is
        saved so wherever it is, and no other notebook is touched.
        """,
    ).tag(config=True)

    def attach(self, server: "ServerApp") -> None:
        """Watch over what `server` saves, and tell the tabs it serves which folders are ours."""
        contents = server.contents_manager
        contents.register_pre_save_hook(self.before_save)  # type: ignore[no-untyped-call]  # jupyter_server's own
        contents.register_post_save_hook(self.after_save)  # type: ignore[no-untyped-call]  # the same
        server.web_app.settings.setdefault("page_config_data", {})["testkeyNbFolders"] = self._normal_folders()
        folders = ", ".join(self._normal_folders()) or "none"
        server.log.info("testkey_nb: marked notebooks are saved without outputs; folders saved so: %s", folders)

    def before_save(self, model: Json, path: str, contents_manager: "ContentsManager", **_more: object) -> None:
        """Replace the content of `model` by one without outputs; the document it was taken from stays as it is.

        Raises
        ------
        HTTPError
            If the notebook is ours and cannot be cleared; nothing was written then.

        """
        if model.get("content") is None:
            return
        if model.get("type") == "notebook":
            self._or_refuse(lambda: self._clear_notebook(model, path, contents_manager))
        elif model.get("type") == "file" and path.lower().endswith(".ipynb"):
            self._or_refuse(lambda: self._clear_file(model, path, contents_manager))

    def after_save(self, os_path: str, model: Json, contents_manager: "ContentsManager", **_more: object) -> None:
        """Look at what has come to lie on the disk: of an upload in pieces, `before_save` sees only the first.

        Raises
        ------
        HTTPError
            If the notebook is ours and cannot be cleared; the file was removed then.

        """
        file = Path(os_path)
        if file.suffix.lower() != ".ipynb" or not file.is_file():
            return
        try:
            ours = self._is_configured(str(model.get("path", "")), contents_manager)
            old = file.read_bytes()
            new = self._or_refuse(lambda: clear_bytes(old, ours=ours))
        except HTTPError:
            file.unlink()
            raise
        if new != old:
            with atomic_writing(os_path, text=False) as stream:
                stream.write(new)

    def _clear_notebook(self, model: Json, path: str, contents_manager: "ContentsManager") -> None:
        if is_marked(model["content"]) or self._is_configured(path, contents_manager):
            model["content"] = cleared(model["content"])

    def _clear_file(self, model: Json, path: str, contents_manager: "ContentsManager") -> None:
        old = _decoded(model)
        if old is None:
            return
        configured = self._is_configured(path, contents_manager)
        if configured and "chunk" in model:
            raise NotClearable(IN_PIECES)
        new = clear_bytes(old, ours=configured)
        if new != old:
            in_base64 = model["format"] == "base64"
            model["content"] = base64.b64encode(new).decode("ascii") if in_base64 else new.decode("utf-8")

    def _or_refuse(self, clear: Callable[[], T]) -> T:
        # Neither the notebook nor what it was refused for is quoted: both the answer and the log would keep it.
        try:
            return clear()
        except NotClearable as problem:
            text = str(problem)
            raise HTTPError(400, f"{NOT_SAVED} {text}" + ("" if text == IN_PIECES else f". {TO_DO}")) from None
        except Exception as fault:  # noqa: BLE001 - the server would log any other exception, and save
            raise HTTPError(500, f"{NOT_SAVED} of a fault of its own: {type(fault).__name__}.") from None

    def _is_configured(self, path: str, contents_manager: "ContentsManager") -> bool:
        """Tell whether `path` is in a configured folder, by its name or through a link."""
        inside = PurePosixPath(posixpath.normpath(path.strip("/")))
        if any(folder == "." or inside.is_relative_to(folder) for folder in self._normal_folders()):
            return True
        root = Path(contents_manager.root_dir)
        folders = [folder for folder in (root / folder for folder in self.folders) if folder.is_dir()]
        around = [parent for parent in (root / inside).resolve().parents if parent.is_dir()]
        return any(parent.samefile(folder) for folder in folders for parent in around)

    def _normal_folders(self) -> list[str]:
        return [posixpath.normpath(folder.strip("/") or ".") for folder in self.folders]


def clear_bytes(content: bytes, *, ours: bool) -> bytes:
    """Return the bytes of a notebook file without outputs; those of other people's, and clear ones, as they are.

    Parameters
    ----------
    content
        The whole file.
    ours
        Whether it is ours by its place, whatever it says of itself.

    Raises
    ------
    NotClearable
        If it is ours, or has our mark somewhere, and is not a notebook that can be cleared.

    """
    if not content.strip():
        return content
    try:
        notebook = json.loads(content, object_pairs_hook=_distinct)
    except (ValueError, RecursionError):
        if ours or MARK.encode() in content.replace(b"\0", b""):  # without the zeros of UTF-16
            raise NotClearable("its text is not the JSON of a notebook") from None
        return content
    if not (ours or is_marked(notebook)):
        return content
    clear = cleared(notebook)
    if clear == notebook:
        return content
    # The way nbformat writes a file, but for lone surrogates, which have no UTF-8.
    text = json.dumps(clear, ensure_ascii=False, indent=1, sort_keys=True)
    return text.encode("utf-8", "backslashreplace") + b"\n"


def _distinct(pairs: list[tuple[str, object]]) -> Json:
    """Make an object, unless a name comes twice: the bytes would keep what the object hides."""
    made = dict(pairs)
    if len(made) != len(pairs):
        raise ValueError("a name comes twice")
    return made


def _decoded(model: Json) -> bytes | None:
    """Return the bytes the server would write; None for what it refuses itself."""
    content = model["content"]
    if not isinstance(content, str):
        return None
    if model.get("format") == "text":
        return content.encode("utf-8", "surrogatepass")
    try:
        return base64.decodebytes(content.encode("ascii")) if model.get("format") == "base64" else None
    except (UnicodeEncodeError, binascii.Error):
        return None
