"""The options that `probe`, `report` and `apply` share, and the run they lead to."""

import inspect
import sys
from collections.abc import Callable
from dataclasses import MISSING, dataclass, fields
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from testkey_nb.errors import KeyMalformed
from testkey_nb.keys import Key

from .stopping import run

if TYPE_CHECKING:
    from testkey_nb.http import AsyncTransport
    from testkey_nb.judge import Policy, Readiness
    from testkey_nb.launch import Launch
    from testkey_nb.probe import Plan, Run


def _folder(name: str) -> Path:
    """Return the folder called `name`; no name, as of a variable that is not set, is not the folder we are in."""
    if not name:
        raise typer.BadParameter("name a folder, or leave it out")
    return Path(name)


@dataclass(frozen=True, slots=True)
class Asked:
    """What the caller asked for."""

    key_env: Annotated[str, typer.Option("--key-env", metavar="NAME", help="Variable that holds the key.")]
    provider: Annotated[
        str, typer.Option(metavar="ID", help="Whose key it is; asked for where neither its shape nor --base-url tells.")
    ] = ""
    base_url: Annotated[str, typer.Option(metavar="URL", help="Ask here instead of the provider's hosts.")] = ""
    trust_endpoint: Annotated[bool, typer.Option("--trust-endpoint", help="You vouch for --base-url.")] = False
    dimension: Annotated[str, typer.Option(metavar="D", help="What the key is probed for.")] = "commercial-launch"
    model: Annotated[list[str], typer.Option("--model", metavar="ID", help="Covered model; may be repeated.")] = ()  # type: ignore[assignment]
    region: Annotated[str, typer.Option(metavar="R", help="One of the provider's regions.")] = ""
    samples: Annotated[int, typer.Option(metavar="N", help="Repeats that measure stability.")] = 0
    policy: Annotated[Path | None, typer.Option(metavar="FILE.toml", help="Thresholds and planned load.")] = None
    launch_dir: Annotated[Path | None, typer.Option(metavar="DIR", parser=_folder, help="What is done already.")] = None
    other_platforms: Annotated[
        bool, typer.Option("--other-platforms", help="If refused, ask this vendor's separate platforms, too.")
    ] = False
    operator: Annotated[str, typer.Option(metavar="TEXT", help="Who is authorised to operate this key.")] = ""
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False

    def checked(self, *words: object) -> "Checked":
        """Read and check everything that can be wrong before anything is sent; `words` are the command's own options.

        The key comes first: no message repeats it, whatever it was given as.
        """
        from testkey_nb.judge import of_dimension, read_policy
        from testkey_nb.launch import read_launch
        from testkey_nb.probe import plan

        from .choosing import whose

        key = Key.from_env(self.key_env)
        given = (getattr(self, field.name) for field in fields(self) if field.name != "key_env")
        if key.stands_in(" ".join(map(str, (*given, *words)))):
            raise KeyMalformed("the key itself was given as one of the options; give it by the name of its variable")
        policy = read_policy(self.policy, self.dimension) if self.policy else of_dimension(self.dimension)
        what = plan(
            self.provider or whose(key, self.base_url),
            models=self.model,
            region=self.region,
            base_url=self.base_url,
            trust_endpoint=self.trust_endpoint,
            samples=self.samples,
            operator=self.operator,
            other_platforms=self.other_platforms,
        )
        launch = read_launch(self.launch_dir)
        if found := [name for name, text in launch.texts.items() if key.stands_in(text)]:
            raise KeyMalformed(
                f"the key itself stands in {found[0]} of the launch folder; put the name of its variable there "
                "instead, and have the key replaced"
            )
        return Checked(what, key, policy, launch)


@dataclass(frozen=True, slots=True)
class Checked:
    """Everything a run needs."""

    plan: "Plan"
    key: Key
    policy: "Policy"
    launch: "Launch"

    def carried_out(self, *, quiet: bool) -> "Readiness":
        """Probe and judge, with a progress display where somebody looks on."""
        from testkey_nb.judge import judge_run

        return judge_run(run_shown(self.key, self.plan, quiet=quiet), self.launch, self.policy)


def run_shown(key: Key, what: "Plan", *, quiet: bool = False, transport: "AsyncTransport | None" = None) -> "Run":
    """Probe with a progress display on stderr if that is a terminal."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

    from testkey_nb.probe import probe_key

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    with Progress(
        *columns, console=Console(stderr=True), transient=True, disable=quiet or not sys.stderr.isatty()
    ) as shown:
        bar = shown.add_task(f"asking {what.provider.name}", total=None)

        def progress(done: int, total: int, path: str) -> None:
            shown.update(bar, completed=done, total=total, description=f"asked {path.partition('?')[0][:48]}")

        return run(lambda: probe_key(key, what, transport=transport, progress=progress))


def asking(command: Callable[..., int]) -> Callable[..., int]:
    """Give `command`, whose first parameter is an `Asked`, the options of one."""

    @wraps(command)
    def with_options(**given: object) -> int:
        shared = {field.name: given.pop(field.name) for field in fields(Asked)}
        return command(Asked(**shared), **given)  # type: ignore[arg-type]  # typer has converted them

    own = list(inspect.signature(command).parameters.values())[1:]
    shared = [
        inspect.Parameter(
            field.name,
            inspect.Parameter.KEYWORD_ONLY,
            default=inspect.Parameter.empty if field.default is MISSING else field.default,
            annotation=field.type,
        )
        for field in fields(Asked)
    ]
    keywords = [parameter.replace(kind=inspect.Parameter.KEYWORD_ONLY) for parameter in own]
    with_options.__signature__ = inspect.Signature([*keywords, *shared])  # type: ignore[attr-defined]
    with_options.__annotations__ = {parameter.name: parameter.annotation for parameter in [*keywords, *shared]}
    del with_options.__wrapped__  # else typer looks at the bare command
    return with_options
