"""The commands and their exit status.

`probe` and `report`: 0 ready, 3 not ready, 4 undecided.  `identify`: 0 genuine or vouched, 3 relay or contradicted, 4
unknown.  `apply`: 0 written or nothing to do, 3 or 4 where the gate's evidence is no or unknown.  2 is the caller's
mistake, told in one line on stderr with nothing sent; 1 is our own; 130 is Ctrl-C, after which nothing more is sent.

A command imports what it alone needs, so that `--help` and `providers` wait for no judge, sandbox or HTTP client.
"""

import contextlib
import errno
import sys
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from typer import Argument, Option
from typer.exceptions import TyperException

from testkey_nb import __version__
from testkey_nb.errors import AddressRefused, CallerError, KeyMissing, OutputRefused, UnknownName
from testkey_nb.keys import Key
from testkey_nb.locale import LANGUAGES
from testkey_nb.outcome import Action, Answer, Verdict
from testkey_nb.redaction import without_keys

from .options import Asked, asking, run_shown
from .stopping import asked_to_stop, leave_to_child, run
from .terminal import (
    one_line,
    say,
    show_every_character,
    show_identification,
    show_json,
    show_providers,
    show_readiness,
    stand_in_for_stdin,
)

if TYPE_CHECKING:
    from testkey_nb.judge import Readiness
    from testkey_nb.sandbox.persona import Persona as SandboxPersona

OK, CALLER, NO, UNDECIDED = 0, 2, 3, 4
_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO)
_READY = {True: OK, False: NO, None: UNDECIDED}
_BY_ANSWER = {Answer.YES: OK, Answer.NO: NO, Answer.UNKNOWN: UNDECIDED}
_BY_VERDICT = {Verdict.GENUINE: OK, Verdict.VOUCHED: OK, Verdict.RELAY: NO, Verdict.CONTRADICTED: NO}
SANDBOX_OPERATOR = "nobody: a made-up key in the sandbox"

Json = Annotated[bool, Option("--json", help="Print one JSON object.")]
Provider = Annotated[str, Option(metavar="ID", help="Which provider the sandbox stands in for.")]
Persona = Annotated[str, Option(metavar="NAME", help="Which key in which situation.")]

app = typer.Typer(
    add_completion=False,
    pretty_exceptions_enable=False,  # they would print local variables
    context_settings={"help_option_names": ["-h", "--help"]},
    help="Is this LLM-provider key ready for commercial use?  Read-only, with evidence.",
)


@app.callback(invoke_without_command=True)
def _root(
    context: typer.Context, *, version: Annotated[bool, Option("--version", help="Print the version.")] = False
) -> None:
    if version:
        typer.echo(f"testkey {__version__}")
        raise typer.Exit(OK)
    if context.invoked_subcommand is None:
        typer.echo(context.get_help())
        raise typer.Exit(OK)


@app.command()
def providers(*, as_json: Json = False) -> int:
    """List the providers that can be probed, and the relays that are known by their marks."""
    from testkey_nb.providers import PROVIDERS

    if as_json:
        rows = [
            {
                "id": p.id,
                "name": p.name,
                "kind": p.kind,
                "hosts": [asdict(region) for region in p.hosts],
                "keyless_hosts": [asdict(region) for region in p.keyless_hosts],
                "probes": list(dict.fromkeys(ask.name for ask in p.asks)),
                "metrics": sorted({metric for ask in p.asks for metric in ask.gives}),
                "capabilities": sorted(p.offers),
                "covered_models": p.covered_models,
                "docs": p.docs,
                "checked": p.checked,
            }
            for p in PROVIDERS.values()
        ]
        show_json({"schema": 1, "providers": rows})
    else:
        show_providers(PROVIDERS.values())
    return OK


@app.command()
def identify(
    *,
    key_env: Annotated[
        str, Option(metavar="NAME", help="Variable that holds the key; only its shape is looked at.")
    ] = "",
    base_url: Annotated[str, Option(metavar="URL", help="Endpoint to look at, without a key.")] = "",
    as_json: Json = False,
) -> int:
    """Say whose shape a key has, offline, and who answers at an endpoint, without sending the key."""
    from testkey_nb.identity import identify_endpoint

    if not key_env and not base_url:
        raise KeyMissing("name what to identify: --key-env NAME, --base-url URL, or both")
    key = Key.from_env(key_env) if key_env else None
    found = run(lambda: identify_endpoint(base_url, key=key))
    if as_json:
        show_json(
            {
                "schema": 1,
                "provider": found.identity.provider,
                "identity": found.identity.to_json(),
                "candidates": [asdict(candidate) for candidate in found.candidates],
                "manifest": found.manifest.to_json(),
            }
        )
    else:
        show_identification(found)
    return _BY_VERDICT.get(found.identity.verdict, UNDECIDED)


@app.command()
@asking
def probe(asked: Asked) -> int:
    """Probe a key and name its next action."""
    readiness = asked.checked().carried_out(quiet=asked.as_json)
    _show(readiness, as_json=asked.as_json)
    return _READY[readiness.ready]


@app.command()
@asking
def report(
    asked: Asked,
    out: Annotated[Path, Option("--out", metavar="FILE.html", help="Where the report goes.")],
    lang: Annotated[str, Option(metavar="|".join(LANGUAGES), help="Language of the report.")] = "en",
) -> int:
    """Probe a key and write the readiness report."""
    from testkey_nb.actions.write import check_writable

    what = asked.checked(out, lang)
    if lang not in LANGUAGES:
        raise UnknownName.among("language", lang, LANGUAGES)
    check_writable(out)
    readiness = what.carried_out(quiet=asked.as_json)
    _write_report(readiness, out, lang)
    _show(readiness, as_json=asked.as_json)
    if not asked.as_json:
        say(f"Report: {out}")
    return _READY[readiness.ready]


@app.command()
@asking
def apply(
    asked: Asked,
    action: Annotated[str, typer.Argument(metavar="ACTION", help=", ".join(Action))],
    yes: Annotated[bool, Option("--yes", help="Write without asking.")] = False,
) -> int:
    """Probe a key and write what an action leaves in the launch folder."""
    from testkey_nb.actions.write import check_folder
    from testkey_nb.judge import judge_run
    from testkey_nb.launch import read_launch

    what = asked.checked(action)
    if action not in list(Action):
        raise UnknownName.among("action", action, Action)
    if asked.launch_dir is None:
        raise OutputRefused("name the launch folder to write into: --launch-dir DIR")
    if not yes and not sys.stdin.isatty():
        raise OutputRefused("nobody is here to confirm; add --yes to write without asking")
    check_folder(asked.launch_dir)
    readiness = what.carried_out(quiet=asked.as_json)
    status, said = _apply(readiness, Action(action), asked.launch_dir, yes=yes)
    if asked.as_json:
        show_json(judge_run(readiness.run, read_launch(asked.launch_dir), readiness.policy).to_json())
        say(said, err=True)
    else:
        say(said)
    return status


def _apply(readiness: "Readiness", action: Action, folder: Path, *, yes: bool) -> tuple[int, str]:
    """Write the artefact of `action` if its gate lets it; return the exit status and what to say."""
    from testkey_nb.actions import ARTEFACTS, present, preview, write
    from testkey_nb.actions.previewing import gate_of, is_shut
    from testkey_nb.actions.write import check_no_key

    gate = gate_of(readiness, action)
    if gate and is_shut(gate):
        return _BY_ANSWER[gate.may], f"{action} refused, the gate {gate.gate} is {gate.may}: {gate.may_why}"
    if gate and gate.done is Answer.YES:
        return OK, f"nothing to do: {gate.done_why}"
    now = present(folder)
    files = ARTEFACTS[action](readiness, now)
    check_no_key(folder, files)
    difference = preview(folder, files)
    for note in files.notes:
        say(f"note: {note}", err=True)
    say(difference or f"{', '.join(files)}: no change", err=True)
    if difference and not yes and not typer.confirm(f"Write this into {folder}?", err=True):
        raise OutputRefused("not confirmed, so nothing was written")
    return OK, f"{write(folder, files, now)}: {', '.join(str(folder / name) for name in files)}"


@app.command()
def demo(
    *,
    provider: Provider = "huggingface",
    persona: Persona = "launch-ready",
    out: Annotated[Path | None, Option(metavar="FILE.html", help="Write the report there, too.")] = None,
) -> int:
    """Run the main job on the sandbox in process: no key, no network, no operator."""
    from testkey_nb import sandbox
    from testkey_nb.actions.write import check_writable
    from testkey_nb.judge import judge_run
    from testkey_nb.probe import plan

    asked = _persona(provider, persona)
    key = Key("SANDBOX_KEY", asked.key)
    if out:
        check_writable(out)
    what = plan(provider, models=asked.models, base_url=sandbox.ORIGIN, trust_endpoint=True, operator=SANDBOX_OPERATOR)
    readiness = judge_run(run_shown(key, what, transport=sandbox.transport(provider, persona)))
    show_readiness(readiness)
    if out:
        _write_report(readiness, out, "en")
        say(f"Report: {out}")
    return OK


@app.command(name="sandbox")
def serve_sandbox(
    *,
    provider: Provider = "huggingface",
    persona: Persona = "launch-ready",
    port: Annotated[int, Option(metavar="N", min=0, max=65535, help="0 for any that is free.")] = 0,
) -> int:
    """Serve the sandbox on a loopback socket until Ctrl-C."""
    from testkey_nb import sandbox

    asked = _persona(provider, persona)
    models = "".join(f" --model {model}" for model in asked.models)

    def announce(origin: str) -> None:
        typer.echo(f"SANDBOX {provider} {persona} at {origin} (Ctrl-C ends it). Try, in another terminal:")
        typer.echo(f"  export SANDBOX_KEY={asked.key}")
        typer.echo(f"  testkey probe --provider {provider} --key-env SANDBOX_KEY --base-url {origin} \\")
        typer.echo('    --trust-endpoint --operator "me, in the sandbox"' + models)
        sys.stdout.flush()

    try:
        sandbox.serve(provider, persona, port, announce=announce)
    except OSError as error:
        if error.errno in _FULL:
            raise
        why = "is taken" if error.errno == errno.EADDRINUSE else f"cannot be used ({error.strerror})"
        raise AddressRefused(f"port {port} {why}; choose another with --port, or 0 for any") from error
    return OK


@app.command(context_settings={"allow_extra_args": True, "ignore_unknown_options": True})
def lab(context: typer.Context) -> int:
    """Open JupyterLab on the notebooks; further options are for it, such as --no-browser or --allow-root."""
    import os
    import subprocess

    from testkey_nb.jupyter import search_paths

    package = Path(__file__).parents[1]
    folder = next((f for f in (package / "notebooks", package.parent / "notebooks") if f.is_dir()), None)
    if folder is None:
        raise OutputRefused("the notebooks are not installed here; run `make lab` in a checkout of the project")
    leave_to_child()  # JupyterLab asks before it ends, and ends its kernels
    command = [sys.executable, "-m", "jupyterlab", f"--ServerApp.root_dir={folder}", *context.args]
    try:
        return subprocess.run(command, env={**os.environ, **search_paths(os.environ)}, check=False).returncode  # noqa: S603 - our own interpreter
    except OSError as error:
        raise OutputRefused(f"JupyterLab cannot be started ({error.strerror}); run `jupyter lab {folder}`") from error


@app.command()
def diff(
    a: Annotated[Path, Argument(metavar="A.json", help="The earlier run, from `testkey probe --json`.")],
    b: Annotated[Path, Argument(metavar="B.json", help="The later run.")],
    *,
    as_json: Json = False,
) -> int:
    """Say what changed between two exported runs, without a key and without asking anybody."""
    from .diffing import compared

    return compared(a, b, as_json=as_json)


def _write_report(readiness: "Readiness", out: Path, lang: str) -> None:
    from testkey_nb.actions.write import replace_file
    from testkey_nb.report import render_report

    replace_file(out, render_report(readiness, lang))


def _persona(provider: str, persona: str) -> "SandboxPersona":
    from testkey_nb import sandbox

    if provider not in sandbox.PERSONAS:
        raise UnknownName.among("provider in the sandbox", provider, sandbox.PERSONAS)
    if persona not in sandbox.PERSONAS[provider]:
        raise UnknownName.among("persona", persona, sandbox.PERSONAS[provider])
    return sandbox.PERSONAS[provider][persona]


def _show(readiness: "Readiness", *, as_json: bool) -> None:
    if as_json:
        show_json(readiness.to_json())
    else:
        show_readiness(readiness)


def answer() -> int:
    """Carry out what the command line asks for and return its exit status."""
    stand_in_for_stdin()
    show_every_character()
    try:
        return int(app(standalone_mode=False) or OK)
    except CallerError as error:
        return _fail(str(error))
    except TyperException as error:
        said = getattr(error, "format_message", None)
        return _fail(said() if said else str(error))
    except typer.Abort:  # nobody answers the question any more
        if asked_to_stop():
            raise KeyboardInterrupt from None
        return _fail("stopped; nothing was written")
    except OSError as error:
        if error.errno not in _FULL:
            raise
        return _fail(f"what was found cannot be printed ({error.strerror}); send it elsewhere")


def _fail(message: str) -> int:
    with contextlib.suppress(OSError):  # a full disk behind stderr: the exit status is what is left to tell it by
        say(f"testkey: {without_keys(one_line(message))}", err=True)
    return CALLER
