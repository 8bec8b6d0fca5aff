"""The Jupyter side: notebooks are saved without outputs, and what a tab shows goes after five minutes.

Installing the package enables the server extension. `history` is for kernels; ``share`` is what JupyterLab loads.
"""

import os
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from jupyter_server.serverapp import ServerApp

_HERE = Path(__file__).parent


def _jupyter_server_extension_points() -> list[dict[str, str]]:
    return [{"module": __name__}]


def _load_jupyter_server_extension(server: "ServerApp") -> None:
    from .saving import TestkeyNb  # noqa: PLC0415 - a kernel that imports this package needs no server

    TestkeyNb(parent=server).attach(server)


def search_paths(environ: "Mapping[str, str]") -> dict[str, str]:
    """Return the variables by which Jupyter finds this extension although the package's data files are not installed.

    Parameters
    ----------
    environ
        The variables as they are; what they name already is searched, too.

    Returns
    -------
    dict
        ``JUPYTER_CONFIG_PATH`` and ``JUPYTER_PATH``, to be set for a Jupyter that is about to be started.

    """
    ours = {"JUPYTER_CONFIG_PATH": _HERE / "etc", "JUPYTER_PATH": _HERE / "share"}
    return {name: os.pathsep.join(filter(None, (str(path), environ.get(name)))) for name, path in ours.items()}
