"""What several test files share: a persona's run, cached, and a launch folder in which everything is done."""

import asyncio
import signal
import sys
from collections.abc import Iterator
from dataclasses import fields, replace
from typing import Protocol
from urllib.parse import urlsplit

import pytest
from hypothesis import settings

from testkey_nb import sandbox
from testkey_nb.cli import main
from testkey_nb.expiry import lifetime_s, now
from testkey_nb.keys import Key
from testkey_nb.launch import Credential, Launch
from testkey_nb.probe import Run, plan, probe_key

PERSONAS = sandbox.PERSONAS["huggingface"]
KEY_NAME = "HF_TOKEN"

# The same examples every time: a property that fails here fails on every machine.
settings.register_profile("repeatable", deadline=None, derandomize=True)
settings.load_profile("repeatable")

# Started in the background of a script, pytest ignores Ctrl-C, and so would each program that it starts.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(autouse=True)
def _ctrl_c() -> Iterator[None]:
    """Give Ctrl-C, and what nobody can raise, back to pytest: the command line in this process does not at its end."""
    before, unraisable = signal.getsignal(signal.SIGINT), sys.unraisablehook
    yield
    sys.unraisablehook = unraisable
    if signal.getsignal(signal.SIGINT) is not before:
        signal.signal(signal.SIGINT, before)


@pytest.fixture
def own_widgets() -> Iterator[None]:
    """Start without the widgets of other tests, so that the manager's state is one panel's."""
    from ipywidgets import Widget  # noqa: PLC0415 - most tests need none

    Widget.close_all()
    yield
    Widget.close_all()


class Call(Protocol):
    """Run the command line in this process."""

    def __call__(self, *words: object) -> tuple[int, str, str]: ...


@pytest.fixture
def call(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Call:
    """Give exit status, stdout and stderr of the command line, wide enough for no cell to wrap."""

    def run(*words: object) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["testkey", *map(str, words)])
        with pytest.raises(SystemExit) as left:
            main()
        out, err = capsys.readouterr()
        return int(left.value.code or 0), out, err

    monkeypatch.setenv("COLUMNS", "300")
    return run


def whole(of: object) -> str:
    """Return everything that a run or a verdict holds, however little it shows of itself."""
    return "\n".join(repr(getattr(of, one.name)) for one in fields(of))  # type: ignore[arg-type]  # a dataclass


class RunPersona(Protocol):
    """Run a persona in process; the same question gives the same run."""

    def __call__(self, persona: str, *, samples: int = 0, models: tuple[str, ...] = ()) -> Run: ...


_RUNS: dict[tuple[str, int, tuple[str, ...]], Run] = {}


def _run(persona: str, samples: int, models: tuple[str, ...]) -> Run:
    key = Key(KEY_NAME, PERSONAS[persona].key)
    choices = plan(
        "huggingface",
        models=models,
        base_url=sandbox.ORIGIN,
        trust_endpoint=True,
        samples=samples,
        operator="the tests, for made-up accounts",
    )
    return asyncio.run(probe_key(key, choices, transport=sandbox.transport("huggingface", persona)))


@pytest.fixture(scope="session")
def run_persona() -> RunPersona:
    """Give the door to personas; runs are frozen, so all tests may share them."""

    def run(persona: str, *, samples: int = 0, models: tuple[str, ...] = ()) -> Run:
        asked = (persona, samples, models)
        if asked not in _RUNS or _RUNS[asked].until < now() + lifetime_s() / 2:  # files that hold it have time left
            _RUNS[asked] = _run(*asked)
        return _RUNS[asked]

    return run


class AllDone(Protocol):
    """Fill a launch folder, in memory, for a run."""

    def __call__(self, run: Run) -> Launch: ...


@pytest.fixture(scope="session")
def all_done() -> AllDone:
    """Give the launch folder that the five actions would leave for a run, as it is read back."""

    def launch(run: Run) -> Launch:
        provider, models = run.stamp.provider, run.plan.models
        filed = tuple(
            replace(price, source=f"prices.csv ({price.source})", checked_at=run.stamp.observed_at)
            for price in run.prices
            if price.model in models
        )
        origins = {run.plan.at(region.host) for region in run.plan.provider.hosts}
        return Launch(
            hosts={provider: frozenset(urlsplit(at).hostname or "" for at in origins)},
            inventory=(Credential(run.key_name, provider, "5eed0000a11ce0000000d0e5", frozenset(models)),),
            prices={provider: filed},
            routed=frozenset((model, run.key_name) for model in models),
            watched=frozenset({(provider, run.key_name)}),
        )

    return launch


@pytest.fixture(autouse=True)
def _no_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep whatever the machine's environment says about proxies and operators out of the tests."""
    for name in ("http_proxy", "https_proxy", "all_proxy", "no_proxy", "testkey_operator"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)
