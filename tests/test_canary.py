"""No key and no personal data in anything that is written or shown: recognisable ones are planted, and looked for.

Every answer of the sandbox is made to echo the key it was shown and to tell whose it is.  Then each way to use the
package is gone through, and every byte written and every text shown is searched.
"""

import asyncio
import base64
import dataclasses
import hashlib
import html
import io
import json
import logging
import pprint
import random
import re
import ssl
import string
import subprocess
import sys
import threading
import time
import traceback
import warnings
from collections import defaultdict
from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache, partial
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx
import nbformat
import pytest
import trustme
from canary import Canary, reachable
from endpoints import CONTROL, listening, wire
from jupyter_process import isolated, serving
from nbclient import NotebookClient
from rich.console import Console
from rich.traceback import Traceback

import testkey_nb as tk
from testkey_nb import sandbox
from testkey_nb.actions import ARTEFACTS, preview, write
from testkey_nb.cli import main
from testkey_nb.identity import identify_endpoint
from testkey_nb.keys import Key
from testkey_nb.locale import LANGUAGES
from testkey_nb.outcome import Action
from testkey_nb.probe import Run
from testkey_nb.providers import PROVIDERS
from testkey_nb.report import render_report
from testkey_nb.rows import GRAINS, MetricRow
from testkey_nb.spec import KeyShape

VARIABLE = "CANARY_TOKEN"
MAIL, NAME, PHONE = "zelda.quirkmail@canary-mail.example", "Zelda Quirkfull", "+1 202 555 0147"
AVATAR, MEMBERS, ACCOUNT = "quirkavatar.png", ["quirkmember-ada", "quirkmember-bob"], "quirk-account"
IP, IP6 = "203.0.113.77", "2001:db8:77::c0de"
PERSONAL = (MAIL, "quirkmail", NAME, "Quirkfull", PHONE, "2025550147", AVATAR, *MEMBERS, ACCOUNT, IP, IP6)
NOTEBOOK = Path(__file__).parent.parent / "notebooks" / "01_key_onboarding.ipynb"


def made_up(shape: KeyShape) -> str:
    """Return a key that looks like a real one of `shape`; where that is a token, it says whose it is."""
    letters = random.Random(shape.pattern)  # noqa: S311 - the same on every machine

    def filled(control: re.Match[str]) -> str:
        return "".join(letters.choices(string.ascii_letters + string.digits, k=len(control[0])))

    key = re.sub(f"{CONTROL}x*", filled, shape.control)
    if key.count(".") == 2:
        claims = {"email": MAIL, "name": NAME, "scope": ["openid", "inference-api", "read-billing"], "exp": 4102444800}
        payload = base64.urlsafe_b64encode(json.dumps(claims).encode()).decode().rstrip("=")
        key = ".".join((key.split(".")[0], payload, key.split(".")[2]))
    assert re.fullmatch(shape.pattern, key)
    return key


# Every channel is searched with the keys of one provider; every other provider has test_no_echo.py.
KEYS = {
    f"{provider.id} {shape.type}": (provider.id, made_up(shape))
    for provider in (PROVIDERS["huggingface"],)
    for shape in provider.key_shapes
}
USUAL = next(iter(KEYS))


canary_of = cache(Canary)

# The searcher.

SECRET = KEYS[USUAL][1]
SPELLINGS: Mapping[str, Callable[[str], bytes | str]] = {
    "as it is": str,
    "in bytes that are no text": lambda text: b"\xff\x00\xfe" + text.encode() + b"\x80",
    "in UTF-16": lambda text: text.encode("utf-16"),
    "quoted for a URL": lambda text: quote(text, safe="").replace("-", "%2D").replace("_", "%5f"),
    "every byte quoted for a URL": lambda text: "".join(f"%{byte:02X}" for byte in text.encode()),
    "base64": lambda text: base64.b64encode(text.encode()),
    "base64, one byte in": lambda text: base64.b64encode(b":" + text.encode() + b"\n"),
    "base64, two bytes in": lambda text: base64.urlsafe_b64encode(b"\xfb\xff" + text.encode() + b">?"),
    "hexadecimal": lambda text: text.encode().hex(),
    "hexadecimal in capitals": lambda text: text.encode().hex().upper(),
    "JSON with every character escaped": lambda text: "".join(f"\\u{ord(char):04x}" for char in text),
    "JSON in JSON": lambda text: json.dumps(json.dumps("".join(f"\\u{ord(char):04X}" for char in text))),
    "a repr of bytes": lambda text: "".join(f"\\x{byte:02x}" for byte in text.encode()),
    "decimal HTML entities": lambda text: "".join(f"&#{ord(char)};" for char in text),
    "hexadecimal HTML entities": lambda text: "".join(f"&#x{ord(char):X};" for char in text),
    "split by tags": lambda text: "".join(f"<b class='x'>{char}</b>" for char in text),
    "split by escaped tags": lambda text: html.escape("<wbr>".join(text)),
    "split by colours": lambda text: "".join(f"\x1b[1;31m{char}\x1b[0m" for char in text),
    "split by white space": " \n".join,
    "split by escaped line breaks": lambda text: repr("\n".join(text)),
    "split by zero-width spaces": "\u200b".join,
    "split by escaped zero-width spaces": lambda text: json.dumps("\u200b".join(text)),
    "in the cells of a table": lambda text: "│\n│".join(text[i : i + 5] for i in range(0, len(text), 5)),
}
CLEAN = " ".join(
    [Path(__file__).with_name(name).read_text("utf-8") for name in ("test_keys.py", "real_bodies.py")]
    + [base64.b64encode(random.Random(3).randbytes(500_000)).decode()]  # noqa: S311 - the same on every machine
)


@pytest.mark.parametrize("spelling", SPELLINGS)
@pytest.mark.parametrize("planted", [SECRET, MAIL, NAME, *(SECRET[i : i + 6] for i in (4, 13, 30))])
def test_the_searcher_finds_a_planted_leak(spelling: str, planted: str) -> None:
    leak = SPELLINGS[spelling](planted)
    leak = leak.encode() if isinstance(leak, str) else leak
    assert canary_of(SECRET, PERSONAL).find(CLEAN[:3000].encode() + leak + CLEAN[:3000].encode())


def test_the_searcher_finds_a_key_whose_case_was_lost() -> None:
    assert canary_of(SECRET).find(f"X-ECHO-{SECRET.upper()}: 1")
    assert canary_of(SECRET).find(f"x-echo-{SECRET.lower()}: 1")


@pytest.mark.parametrize("shape", KEYS)
def test_the_searcher_looks_for_all_of_a_key_but_what_every_key_begins_with(shape: str) -> None:
    secret = KEYS[shape][1]
    assert len(secret) - 5 - len(canary_of(secret).rows) <= len("hf_oauth_")


@pytest.mark.parametrize("shape", KEYS)
def test_the_searcher_finds_nothing_in_clean_text(shape: str) -> None:
    canary = canary_of(KEYS[shape][1], PERSONAL)
    for part in (CLEAN, CLEAN.encode("utf-16"), SECRET[:5] if shape == USUAL else "", "", b"\0", b"hf_oauth_"):
        assert canary.find(part) == []


def test_the_searcher_reads_ten_million_bytes_in_seconds() -> None:
    canary, start = canary_of(SECRET, PERSONAL), time.monotonic()
    assert canary.find((CLEAN * 20).encode()[:10_000_000] + SECRET[-6:].encode()) != []
    assert time.monotonic() - start < 20


# An endpoint that tells everything.

Told = tuple[int, dict[str, str], bytes]
Mood = Callable[[str, Told, str], Told]  # path, the sandbox's own answer, the key that was shown


def escaped(text: str) -> str:
    return "".join(f"\\u{ord(char):04x}" for char in text)


def facts(path: str, told: Told, key: str) -> Told:
    """Echo the key and tell whose it is, wherever an answer that can be read has room for it."""
    status, headers, body = told
    headers = headers | {
        f"x-echo-{key.lower()}": MAIL,
        "location": f"https://canary.example/?key={quote(key)}&user={MAIL}",
        "retry-after": f"{key} {MAIL} {IP}",
        "server-timing": f'auth;desc="{key}", user;desc="{NAME}"',
        "set-cookie": f"token={key}; user={ACCOUNT}",
        "x-request-id": key,
        "x-forwarded-for": IP,
        "x-amz-cf-pop": IP if "models" in path else key,
        "ratelimit": f'"api-{key}";r=999;t=286',
        "x-inference-provider": key,
        "x-ratelimit-limit-requests": "60",
        "www-authenticate": f'Bearer realm="{MAIL}", error="{key}"',
    }
    try:
        found = json.loads(body)
    except ValueError:
        return status, headers, body
    found |= {"echo": {key: [f"Bearer {key}", {MAIL: key}]}, "lastSeen": [IP, IP6]}
    if path.endswith("whoami-v2") and status == 200:
        found |= {"name": ACCOUNT, "fullname": NAME, "email": MAIL, "phone": PHONE, "avatarUrl": f"/avatars/{AVATAR}"}
        found["type"] = found["auth"]["type"] = key
        found["auth"].setdefault("accessToken", {})["displayName"] = f"{key} of {NAME}"
        for org in found["orgs"]:
            org |= {"fullname": NAME, "email": MAIL, "avatarUrl": AVATAR, "members": MEMBERS, "phone": PHONE}
            org |= {"plan": f"team-{key}", "roleInOrg": key}
        for scope in found["auth"]["accessToken"].get("fineGrained", {}).get("scoped", []):
            scope["permissions"].append(f"repo.{key}.read")
    if path.endswith("/v1/models"):
        found["data"][0]["owned_by"] = f"owner-{key}"
        route = {"provider": f"route-{key}", "status": "live", "pricing": {"input": 1, "output": 1}, "contact": MAIL}
        found["data"].append({"id": f"canary/{key}", "owned_by": key, "providers": [route], "members": MEMBERS})
    if path.endswith("index.json"):
        found["data"]["attributes"]["aggregate_state"] = key
    text = json.dumps(found)
    return status, headers, (text.replace(key, escaped(key)) if "whoami" in path and status == 200 else text).encode()


def refusals(path: str, told: Told, key: str) -> Told:
    """Refuse whatever needs the key, with words that quote and mask it and say whose it is."""
    if told[0] == 200 and "whoami" not in path and "usage" not in path:
        return facts(path, told, key)
    digest = hashlib.sha256(key.encode()).hexdigest()
    words = f"Token {key} ({key[:3]}…{key[-4:]}, {key[:4]}****{key[-4:]}, sha256 {digest}) of {MAIL} at {IP} or {IP6}"
    words += f" on behalf of user {ACCOUNT}; sent 'Bearer {key}', basic {coded(key)}, raw {key.encode().hex()}"
    body = {"error": words, "token": key, "help": f"https://canary.example/?key={key}&mail={MAIL}"}
    text = json.dumps(body if "usage" in path else {**body, "error": f"{words}. Try {key} again"})
    headers = {"content-type": "application/json", "x-error-message": words.encode("ascii", "replace").decode()}
    return (429 if "usage" in path else 403), headers | {"retry-after": f"{key} {MAIL}"}, text.encode()


def pages(_path: str, told: Told, key: str) -> Told:
    """Answer everything with a page for people."""
    link = f'<a href="https://canary.example/?key={quote(key)}&amp;m={MAIL}" title="{html.escape(key)}">{key}</a>'
    page = f"<!DOCTYPE html><html><title>{key}</title><body><p>{MAIL} from {IP}: {link}<script>k='{key}'</script>"
    return (200 if told[0] == 200 else 403), {"content-type": "text/html"}, page.encode()


def broken(path: str, told: Told, key: str) -> Told:
    """Answer with text that says it is JSON and is not, or is no object, or is not what was asked for."""
    texts = (f'{{"error": "{key} of {MAIL}', f'["{key}", "{MAIL}"]', f'"{key} {IP}"', f'{{"id": ["{key}"], "x": NaN}}')
    return told[0], {"content-type": "application/json"}, texts[len(path) % len(texts)].encode()


class Echo:
    """An ASGI application in front of a persona that tells in every answer what it should not.

    It knows the key from the start, as one does that was shown it in an earlier run; `keys` are those it was shown.
    """

    def __init__(self, mood: Mood, secret: str, provider: str = "huggingface") -> None:
        self.keys: list[str] = []
        self._mood, self._secret, self._inner = mood, secret, sandbox.app(provider, "launch-ready")

    async def __call__(self, scope: Any, _receive: Any, send: Any) -> None:  # noqa: ANN401 - as ASGI has it
        shown = dict(scope["headers"]).get(b"authorization", b"").decode().removeprefix("Bearer ")
        if shown and CONTROL not in shown:
            self.keys.append(shown)
        transport = httpx.ASGITransport(self._inner)
        async with httpx.AsyncClient(transport=transport, base_url=sandbox.ORIGIN) as client:
            given = await client.get(scope["path"], params=scope["query_string"].decode(), headers=scope["headers"])
        told = (given.status_code, dict(given.headers), given.content)
        status, headers, body = self._mood(scope["path"], told, self._secret)
        kept = {name: value for name, value in headers.items() if name != "content-length"}
        lines = [(name.encode(), value.encode("latin-1", "replace")) for name, value in kept.items()]
        await send({"type": "http.response.start", "status": status, "headers": lines})
        await send({"type": "http.response.body", "body": body})


# What is gone through, and what is seen on the way.


class Logs(logging.Handler):
    """Keeps every record, by the library it comes from."""

    def __init__(self) -> None:
        super().__init__()
        self.texts: defaultdict[str, list[str]] = defaultdict(list)

    def emit(self, record: logging.LogRecord) -> None:
        text = f"{self.format(record)} {record.args!r}"
        self.texts[f"log of {record.name.partition('.')[0]}"].append(text)


@dataclass
class World:
    """A key, a folder that everything is written to, and all that was shown."""

    folder: Path
    provider: str
    secret: str
    mood: Mood
    plant: str = ""
    shown: list[tuple[str, bytes | str]] = field(default_factory=list)

    def show(self, where: str, text: bytes | str) -> None:
        self.shown.append((where, text))

    @property
    def cwd(self) -> Path:
        return self.folder / "cwd"

    def environ(self) -> dict[str, str]:
        """Return the environment of a process in which everything is written below the folder and logged."""
        own = {name: self.folder / name.lower() for name in ("TMPDIR", "MPLCONFIGDIR", "XDG_CACHE_HOME", "CANARY_LOGS")}
        for path in (self.cwd, self.folder / "site", *own.values()):
            path.mkdir(exist_ok=True)
        (self.folder / "site" / "sitecustomize.py").write_text(LOOKING_ON, encoding="utf-8")
        more = {"COLUMNS": "1000", "PYTHONDEVMODE": "1", "PYTHONPATH": str(self.folder / "site"), "PLANT": self.plant}
        own_paths = {name: str(path) for name, path in own.items()}
        return isolated(self.folder) | own_paths | more | {VARIABLE: self.secret, "TESTKEY_OPERATOR": "the tests"}

    def hits(self) -> dict[str, list[str]]:
        """Search all that was shown and every file; return what was found by where it was."""
        canary = canary_of(self.secret, PERSONAL)
        for file in self.folder.rglob("*"):
            if file.is_file():
                log = f"log of {file.stem}" if file.parent.name == "canary_logs" else ""
                self.show(log or f"file {file.relative_to(self.folder)}", file.read_bytes())
                self.show("names of files", str(file))
        found: defaultdict[str, list[str]] = defaultdict(list)
        for where, text in self.shown:
            found[where] += canary.find(text)
        return {where: hits[:5] for where, hits in found.items() if hits}


# What a careful observer has in every Python process: all logging, all warnings, tracebacks with locals.
LOOKING_ON = """
import asyncio, logging, os, pathlib, subprocess, sys, warnings
class Logs(logging.Handler):
    def emit(self, record):
        folder = pathlib.Path(os.environ["CANARY_LOGS"])
        with (folder / (record.name.partition(".")[0] + ".log")).open("a") as file:
            file.write(f"{self.format(record)} {record.args!r}\\n")
logging.basicConfig(level=logging.DEBUG, handlers=[Logs()])
logging.captureWarnings(True)
def made(loop, *given, was=asyncio.base_events.BaseEventLoop.__init__):
    was(loop, *given)
    loop.slow_callback_duration = 0.0  # in the debug mode, every callback is logged
asyncio.base_events.BaseEventLoop.__init__ = made
plant, key = os.environ["PLANT"], os.environ["CANARY_TOKEN"]
if plant:
    print(key[:9]), print(key[9:18], file=sys.stderr)
    logging.getLogger("httpx.planted").debug("request %s", [key])
    warnings.warn(key, ResourceWarning)
    for folder in (os.environ["HOME"], os.environ["TMPDIR"], os.environ["IPYTHONDIR"], "."):
        pathlib.Path(folder, "planted.bin").write_bytes(b"\\0" + key.encode())
    pathlib.Path(key[:9]).touch()
    subprocess.run([sys.executable, "-S", "-c", "import time; time.sleep(0.5)", key], env={})
"""


@contextmanager
def logged(world: World) -> Iterator[None]:
    """Show every record and warning of this process, whatever the library, in `world`."""
    logs, root = Logs(), logging.getLogger()
    level = root.level
    loggers = [logger for logger in root.manager.loggerDict.values() if isinstance(logger, logging.Logger)]
    before = [(logger, logger.level, logger.propagate) for logger in loggers]
    for logger in loggers:
        logger.setLevel(logging.NOTSET)
        logger.propagate = True
    root.addHandler(logs)
    root.setLevel(logging.DEBUG)
    try:
        with warnings.catch_warnings(record=True, action="always") as warned:
            yield
    finally:
        root.removeHandler(logs)
        root.setLevel(level)
        for logger, was, propagated in before:
            logger.setLevel(was)
            logger.propagate = propagated
    for warning in warned:
        world.show("warnings", f"{warning.message!r} {warning.source!r}")
    for where, texts in logs.texts.items():
        world.show(where, "\n".join(texts))


@contextmanager
def process_list(world: World) -> Iterator[None]:
    """Show the command line of every process that runs meanwhile, where the system has a list."""
    seen: set[bytes] = set()
    done = threading.Event()

    def look() -> None:
        while not done.wait(0.05):
            for file in Path("/proc").glob("[0-9]*/cmdline"):
                try:
                    seen.add(file.read_bytes())
                except OSError:
                    continue

    thread = threading.Thread(target=look)
    thread.start()
    try:
        yield
    finally:
        done.set()
        thread.join()
        world.show("process list", b"\n".join(seen))


@contextmanager
def serving_echo(world: World) -> Iterator[str]:
    """Serve the telling endpoint on loopback, with the sandbox's own server; give its origin."""
    echo = Echo(world.mood, world.secret, world.provider)
    server = sandbox.server(world.provider, "launch-ready", 0)
    server.config.app = echo
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    try:
        yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join()
    assert world.secret in echo.keys, "the key was never sent, so nothing was proved"


def asked(world: World, origin: str) -> tuple[str, ...]:
    named = ("--provider", world.provider, "--key-env", VARIABLE)
    return (*named, "--base-url", origin, "--trust-endpoint")


def command_line(world: World, *words: str) -> int:
    """Run the command line in a process of its own; return its exit status."""
    command = [sys.executable, "-c", "from testkey_nb.cli import main; main()", *words]
    ran = subprocess.run(  # noqa: S603 - our own interpreter
        command, env=world.environ() | {"PYTHONASYNCIODEBUG": "1"}, capture_output=True, check=False, cwd=world.cwd
    )
    world.show("stdout", ran.stdout)
    world.show("stderr", ran.stderr)
    return ran.returncode


def through_the_command_line(world: World) -> None:
    told = world.mood is facts and KEYS[USUAL][1] == world.secret
    with process_list(world), serving_echo(world) as origin:
        assert command_line(world, "probe", *asked(world, origin), "--samples", "1") in {0, 3, 4}
        for lang in LANGUAGES if told else []:
            report = ("--out", f"report-{lang}.html", "--lang", lang)
            assert command_line(world, "report", *asked(world, origin), *report, "--json") in {0, 3, 4}
            assert (world.cwd / f"report-{lang}.html").stat().st_size > 10_000
        for action in Action if told else ["human_review"]:
            status = command_line(world, "apply", action, *asked(world, origin), "--launch-dir", "launch", "--yes")
            assert status == 0
        for base_url in (["--base-url", origin], []) if told else [[]]:
            assert command_line(world, "identify", "--key-env", VARIABLE, *base_url, "--json") in {2, 3, 4}


def through_python(world: World) -> None:
    loops: list[asyncio.AbstractEventLoop] = []

    async def probed(origin: str) -> Run:
        loops.append(asyncio.get_running_loop())
        loops[0].slow_callback_duration = 0.0
        key = Key(VARIABLE, world.secret)
        for text in (repr(key), str(key), f"{key!r:>90}", key.hint, repr(tk.identify(key))):
            world.show("the key and its shape", text)
        choices = tk.plan(world.provider, base_url=origin, trust_endpoint=True, samples=1, operator="the tests")
        run = await tk.probe_key(key, choices, progress=lambda *told: world.show("progress", repr(told)))
        world.show("identification", repr(await identify_endpoint(origin, key=key, trust_endpoint=True)))
        return run

    with logged(world):
        with serving_echo(world) as origin:
            run = asyncio.run(probed(origin), debug=True)
        look_at(world, run)


def look_at(world: World, run: Run, languages: Iterable[str] = LANGUAGES) -> None:
    """Show a run and its verdict in every way that Python, pandas and the package have."""
    readiness = tk.judge_run(run)
    for thing in (run, readiness, run.stamp, run.plan, run.manifest, run.identity, readiness.passport, run.answers):
        world.show(f"repr of {type(thing).__name__}", f"{thing!r} {thing} {pprint.pformat(thing)}")
    world.show("to_json", json.dumps(readiness.to_json()) + json.dumps(readiness.to_json(), ensure_ascii=False))
    world.show("what can be reached", reachable(readiness))
    for grain in GRAINS:
        frame: Any = readiness.frame(grain)
        with io.BytesIO() as pickled:
            frame.to_pickle(pickled)
            world.show(f"frame {grain} as pickle", pickled.getvalue())
        ways = (frame, frame.to_csv(), frame.to_json(date_format="iso"), frame.to_html(), frame.to_string())
        shown = "\n".join(map(str, (*ways, frame._repr_html_())))  # what a notebook shows
        world.show(f"frame {grain}", f"{frame!r} {shown} {frame.to_dict()!r} {frame.attrs!r}")
    for lang in languages:
        world.show(f"report in {lang}", render_report(readiness, lang))
    for action, make in ARTEFACTS.items():
        folder, files = world.folder / "artefacts" / run.stamp.run_id / action, make(readiness)
        world.show(f"preview of {action}", preview(folder, files))
        write(folder, files)


def cell(source: str, *tags: str) -> Any:  # noqa: ANN401 - a notebook's node
    return nbformat.v4.new_code_cell(source, metadata={"tags": list(tags)})  # type: ignore[no-untyped-call]


def executed(world: World, cells: list[Any], metadata: Mapping[str, object]) -> Any:  # noqa: ANN401
    """Run cells in a kernel that writes its history; return the notebook as it would be saved."""
    notebook = nbformat.v4.new_notebook(cells=cells, metadata=dict(metadata))  # type: ignore[no-untyped-call]
    where = {"metadata": {"path": str(world.cwd)}}
    client = NotebookClient(notebook, timeout=60, kernel_name="python3", resources=where, ipython_hist_file="")
    environ = world.environ()
    with logged(world), process_list(world):
        client.execute(env=environ)
    assert list(world.folder.glob("ipython/profile_default/history.sqlite")), "the history is not looked at"
    world.show("notebook", nbformat.writes(notebook))  # type: ignore[no-untyped-call]  # nbformat's own
    return notebook


def through_a_notebook(world: World) -> None:
    notebook = nbformat.read(NOTEBOOK, as_version=4)  # type: ignore[no-untyped-call]  # nbformat's own
    with serving_echo(world) as origin:
        cells = [cell("%xmode Verbose")]
        for one in notebook.cells:
            chosen = {"persona": "launch-ready", "key_name": VARIABLE, "operator": "the tests", "launch_dir": ""}
            chosen |= {"dimension": "commercial-launch", "lang": "en"}
            if "parameters" in one.metadata.get("tags", []):
                one.source = "\n".join(f"{name} = {value!r}" for name, value in chosen.items())
            cells.append(one)
            if "OnboardingPanel(" in one.source:
                trust = "panel.controls.base_url.value, panel.controls.trust_endpoint.value"
                cells.append(cell(f"{trust} = {origin!r}, True"))
        again = f"await tk.probe_key(tk.Key.from_env({VARIABLE!r}), panel.run.plan, progress=lambda *told: 1 / 0)"
        more = ["import testkey_nb as tk\npanel.run", "panel.readiness", "%whos", "%history -n -o", "vars(panel)"]
        cells += [*map(cell, more), cell(again, "raises-exception"), cell(f"tk.Key.from_env({VARIABLE!r})")]
        notebook = executed(world, cells, notebook.metadata)
    assert notebook.metadata.widgets, "the state of the widgets is not looked at"
    assert any("ZeroDivisionError" in output.get("ename", "") for one in cells for output in one.get("outputs", []))
    save(world, notebook)


def save(world: World, notebook: Any, ours: str = "notebook.ipynb") -> None:  # noqa: ANN401
    """Save a notebook, in which the analyst has shown the key, as JupyterLab does, in all ways it has."""
    mine = nbformat.v4.new_output("stream", name="stdout", text=f"{world.secret} {MAIL}")  # type: ignore[no-untyped-call]
    notebook = nbformat.from_dict(json.loads(nbformat.writes(notebook)))  # type: ignore[no-untyped-call]
    next(one for one in notebook.cells if one.cell_type == "code").outputs = [mine]
    notebook.metadata.setdefault("widgets", {})["application/vnd.jupyter.widget-state+json"] = {"state": world.secret}
    text = json.dumps(notebook)
    with serving(world.folder, "--log-level=DEBUG") as server:
        for name, model in {
            ours: {"type": "notebook", "format": "json", "content": notebook},
            f"text-{ours}": {"type": "file", "format": "text", "content": text},
            f"base64-{ours}": {"type": "file", "format": "base64", "content": coded(text)},
        }.items():
            assert server.put(name, **model).status_code == 201
            assert server.api.post(f"contents/{name}/checkpoints").status_code == 201
    assert len(list((world.folder / "root").rglob("*.ipynb"))) == 6


# Faults of every layer.


def shown_error(world: World, error: BaseException) -> None:
    """Show an exception in the ways there are, with the locals of every frame that is not of these tests."""
    trace = error.__traceback__
    while trace and __file__ in trace.tb_frame.f_code.co_filename:
        trace = trace.tb_next
    error = error.with_traceback(trace)
    whole = traceback.TracebackException.from_exception(error, capture_locals=True)
    world.show("traceback with locals", "".join(whole.format()))
    stream = io.StringIO()
    shown = Traceback.from_exception(type(error), error, trace, show_locals=True, locals_max_string=10_000)
    Console(file=stream, width=400).print(shown)
    world.show("traceback with locals, by rich", stream.getvalue())
    world.show("exception", f"{error} {error!r} {error.args!r} {error.__cause__!r} {error.__context__!r}")


def choices(world: World, origin: str) -> Any:  # noqa: ANN401 - a plan
    return tk.plan(world.provider, base_url=origin, trust_endpoint=True, operator="the tests")


async def probing(world: World, origin: str, *, run_s: float = 5) -> None:
    """Probe and look at the run."""
    run = await tk.probe_key(Key(VARIABLE, world.secret), choices(world, origin), run_s=run_s)
    look_at(world, run, languages=())


def writing(
    *pieces: bytes, wait_s: float = 0, told: asyncio.Event | None = None
) -> Callable[[World], Callable[..., Awaitable[None]]]:
    """Answer whatever shows a key by raw bytes, with KEY put in, and everything else by the sandbox."""

    def of(world: World) -> Callable[..., Awaitable[None]]:
        async def handle(request: str, writer: asyncio.StreamWriter) -> None:
            lines = [line.split(": ", 1) for line in request.split("\r\n")[1:] if ": " in line]
            headers = {name.lower(): value for name, value in lines}
            if world.secret in headers.get("authorization", ""):
                for piece in pieces:
                    writer.write(piece.replace(b"KEY", f"{world.secret} {MAIL} {IP}".encode()))
                    await writer.drain()
                if told:
                    told.set()
                await asyncio.sleep(wait_s)
                return
            async with httpx.AsyncClient(transport=sandbox.transport(world.provider, "launch-ready")) as client:
                path = request.split()[1]
                writer.write(wire(await client.get(f"{sandbox.ORIGIN}{path}", headers=headers)))

        return handle

    return of


_OK = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n"
ANSWERS: Mapping[str, tuple[tuple[bytes, ...], float]] = {
    "timeout": ((_OK + b'content-length: 90000\r\n\r\n{"echo": "KEY'.ljust(9000),), 9),
    "cut short": ((_OK + b'content-length: 90000\r\n\r\n{"echo": "KEY"',), 0),
    "no HTTP": ((b"KEY is not welcome here\r\n\r\n",), 0),
    "a status line that is none": ((b"HTTP/1.1 KEY KEY\r\n\r\n",), 0),
    "a header that is none": ((b"HTTP/1.1 200 OK\r\nKEY\x00: KEY\r\n\r\n",), 0),
    "a length that is none": ((b"HTTP/1.1 200 OK\r\ncontent-length: KEY\r\n\r\n",), 0),
    "an encoding that is none": ((_OK + b'content-encoding: gzip\r\ncontent-length: 9\r\n\r\n{"KEY": 1}',), 0),
    "malformed JSON": ((_OK + b'\r\n{"id": "KEY", "auth": {',), 0),
    "a redirect": ((b"HTTP/1.1 302 KEY\r\nlocation: https://KEY/?KEY\r\ncontent-length: 0\r\n\r\n",), 0),
    "a reason": ((b"HTTP/1.1 401 KEY\r\ncontent-length: 3\r\n\r\nKEY",), 0),
}


async def _answers(world: World) -> None:
    for pieces, wait_s in ANSWERS.values():
        async with listening(writing(*pieces, wait_s=wait_s)(world)) as port:
            await probing(world, f"http://127.0.0.1:{port}", run_s=1.0)


async def _connections(world: World) -> None:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    trustme.CA().issue_cert("127.0.0.1").configure_cert(context)
    async with listening(writing()(world), context) as port:
        await probing(world, f"https://127.0.0.1:{port}", run_s=2)
    await probing(world, "http://127.0.0.1:9", run_s=2)
    await probing(world, "https://nowhere.invalid", run_s=2)


async def _proxy(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    async def refuse(_request: str, writer: asyncio.StreamWriter) -> None:
        writer.write(f"HTTP/1.1 407 No {world.secret}\r\ncontent-length: 0\r\n\r\n".encode())

    async with listening(refuse) as port:
        for proxy in (f"http://{ACCOUNT}:{world.secret}@127.0.0.1:{port}", f"http://u:{world.secret}@127.0.0.1:9"):
            monkeypatch.setenv("HTTPS_PROXY", proxy)
            await probing(world, "https://provider.example", run_s=2)


def malformed(world: World) -> None:
    for text in (f"{world.secret}\n", f"{world.secret}\u200b", world.secret * 200):
        with pytest.raises(tk.CallerError) as caught:
            Key.from_env(VARIABLE, {VARIABLE: text})
        world.show("exception", f"{caught.value} {caught.value!r}")


def through_faults(world: World) -> None:
    async def all_of_them() -> None:
        asyncio.get_running_loop().slow_callback_duration = 0.0
        await _answers(world)
        await _connections(world)
        malformed(world)
        with pytest.MonkeyPatch.context() as monkeypatch:
            await _proxy(world, monkeypatch)

    with logged(world):
        asyncio.run(all_of_them(), debug=True)


WAYS = {
    "python": through_python,
    "faults": through_faults,
    "command line": through_the_command_line,
    "notebook": through_a_notebook,
}
MOODS = {mood.__name__: mood for mood in (facts, refusals, pages, broken)}
CASES = [
    *(("python", "facts", key) for key in KEYS),
    *(("python", mood, USUAL) for mood in MOODS if mood != "facts"),
    *(("command line", "facts", key) for key in KEYS),
    ("command line", "refusals", USUAL),
    ("faults", "facts", USUAL),
    ("notebook", "facts", USUAL),
]


@pytest.mark.parametrize(("way", "mood", "key"), CASES)
def test_no_key_and_no_personal_data_is_in_anything_written_or_shown(
    way: str, mood: str, key: str, tmp_path: Path
) -> None:
    world = World(tmp_path, *KEYS[key], MOODS[mood])
    WAYS[way](world)
    assert world.hits() == {}


# The proof that each of these places is looked at.


def test_a_leak_of_the_command_line_is_found_in_every_place_it_can_go_to(tmp_path: Path) -> None:
    world = World(tmp_path, *KEYS[USUAL], facts, plant="all")
    with process_list(world):
        assert command_line(world, "providers") == 0
    planted = {"stdout", "stderr", "log of httpx", "log of py", "process list", "names of files"}
    folders = {"home", "tmpdir", "ipython", "cwd"}
    places = set(world.hits())
    assert planted | {f"file {folder}/planted.bin" for folder in folders} <= places
    if not Path("/proc/self/cmdline").exists():
        pytest.skip("this system has no list of processes to look at; all the rest was found")


def test_a_leak_of_python_is_found_in_every_place_it_can_go_to(tmp_path: Path) -> None:
    world = World(tmp_path, *KEYS[USUAL], facts)
    run = asyncio.run(
        tk.probe_key(
            Key(VARIABLE, world.secret),
            choices(world, sandbox.ORIGIN),
            transport=sandbox.transport(world.provider, "launch-ready"),
        )
    )
    clean = World(tmp_path / "clean", *KEYS[USUAL], facts)
    look_at(clean, run)
    assert clean.hits() == {}
    own = run.stamp.run_id, f"canary/{world.secret}"
    changed: dict[str, Any] = {
        grain: tuple(
            dataclasses.replace(
                row, **{name: f"{MAIL} {world.secret}"}, **({"number": None} if grain == "metrics" else {})
            )
            for row in getattr(run, grain)
            for name in [next(n for n in ("said", "value", "owner", "source", "limit") if hasattr(row, n))]
        )
        for grain in ("answers", "metrics", "models", "limits")
    }
    evidence = tuple(dataclasses.replace(row, observed=world.secret) for row in run.identity.evidence)
    prices = tuple(dataclasses.replace(row, source=world.secret) for row in run.prices)
    changed |= {
        "identity": dataclasses.replace(run.identity, evidence=evidence),
        "prices": prices,
        "stamp": dataclasses.replace(run.stamp, key_hint=f"{VARIABLE}#{world.secret}"),
        "plan": dataclasses.replace(run.plan, operator=world.secret, models=own[1:], region=world.secret),
        "key_name": f"{VARIABLE}_{world.secret}",
        "metrics": (*changed["metrics"], MetricRow("token_scopes", f"{world.secret} {IP}", None, "", "current_key")),
    }
    look_at(world, dataclasses.replace(run, **changed))
    places = set(world.hits())
    frames = {f"frame {grain}" for grain in GRAINS} | {f"frame {grain} as pickle" for grain in GRAINS}
    shown = {"repr of Run", "repr of Readiness", "repr of Stamp", "repr of Plan", "repr of Identity", "to_json"}
    written = {f"preview of {action}" for action in Action} | {f"report in {lang}" for lang in LANGUAGES}
    assert not (frames | shown | written | {"what can be reached"}) - places
    assert {action for action in Action if any(f"/{action}/" in place for place in places)} == set(Action)


def test_a_leak_of_a_notebook_is_found_in_every_place_it_can_go_to(tmp_path: Path) -> None:
    world = World(tmp_path, *KEYS[USUAL], facts)
    typed = world.secret[3:20]
    leaks = f"""
import ipywidgets, logging, os
key = os.environ[{VARIABLE!r}]
logging.getLogger("ipykernel.planted").debug(key)
password = ipywidgets.Password(value=key)
display(password)
"""
    notebook = executed(world, [cell("%xmode Verbose"), cell(leaks), cell(f"typed = {typed!r}")], {})
    assert {"notebook", "log of ipykernel", "log of traitlets", "file ipython/profile_default/history.sqlite"} <= set(
        world.hits()
    )
    save(world, notebook, "of-somebody-else.ipynb")
    saved = {place for place in world.hits() if place.startswith("file root/")}
    assert {place for place in saved if ".ipynb_checkpoints" in place}
    assert "file root/of-somebody-else.ipynb" in saved


def test_a_leak_in_an_exception_or_a_log_or_a_warning_of_this_process_is_found(tmp_path: Path) -> None:
    world = World(tmp_path, *KEYS[USUAL], facts)
    scope: dict[str, Any] = {"key": world.secret}
    exec("def fail(text, key=key):\n    raise ValueError(text)", scope)  # noqa: S102 - its frame is not of this file
    with logged(world):
        for library in ("httpx", "httpcore.planted", "asyncio", "starlette.x", "uvicorn.error", "matplotlib"):
            logging.getLogger(library).debug("%s", world.secret)
        warnings.warn(world.secret, ResourceWarning, stacklevel=1)
        with pytest.raises(ValueError, match="clean") as caught:
            scope["fail"]("clean")
    shown_error(world, caught.value)
    shown_error(world, ValueError(world.secret))
    libraries = {f"log of {name}" for name in ("httpx", "httpcore", "asyncio", "starlette", "uvicorn", "matplotlib")}
    traces = {"traceback with locals", "traceback with locals, by rich", "exception"}
    assert libraries | traces | {"warnings"} <= set(world.hits())


# Less usual ways for it to get out.  Where it does still, a mark says so: it fails as soon as that is mended.


def in_refusal(spelling: Callable[[str], bytes | str]) -> Mood:
    """Put the key and whose it is into the words of a refusal."""

    def mood(path: str, told: Told, key: str) -> Told:
        if "whoami" not in path:
            return told
        text = spelling(key)
        return 403, {"content-type": "application/json"}, text.encode() if isinstance(text, str) else text

    return mood


def in_fact(where: str, change: Callable[[Any, str], None], encoding: str = "utf-8") -> Mood:
    """Put the key or whose it is into a field that is read."""

    def mood(path: str, told: Told, key: str) -> Told:
        if not path.endswith(where) or told[0] != 200:
            return told
        found = json.loads(told[2])
        change(found, key)
        return told[0], told[1], json.dumps(found).encode(encoding)

    return mood


def in_header(**values: str) -> Mood:
    return lambda _path, told, _key: (told[0], told[1] | {n.replace("_", "-"): v for n, v in values.items()}, told[2])


def coded(key: str) -> str:
    return base64.b64encode(key.encode()).decode()


def said(text: str) -> str:
    return json.dumps({"error": text})


SPELLED: list[tuple[str, Mood]] = [
    ("escaped in an error", in_refusal(lambda key: f'{{"error": "no: {escaped(key)}"}}')),
    ("quoted in an error", in_refusal(lambda key: said("".join(f"%{ord(char):02X}" for char in key)))),
    ("as entities in an error", in_refusal(lambda key: said("".join(f"&#{ord(char)};" for char in key)))),
    ("split by tags in an error", in_refusal(lambda key: said("<wbr>".join(re.findall(".{1,5}", key))))),
    ("split by spaces in an error", in_refusal(lambda key: said(" ".join(key)))),
    ("an error in UTF-16", in_refusal(lambda key: said(f"no: {key}").encode("utf-16"))),
    ("facts in UTF-16", in_fact("whoami-v2", lambda found, key: found.update(id=key), "utf-16")),
    ("facts in UTF-32", in_fact("whoami-v2", lambda found, key: found.update(id=key), "utf-32")),
    ("facts in base64", in_fact("whoami-v2", lambda found, key: found.update(id=coded(key)))),
    ("a name in an error", in_refusal(lambda _key: said(f"Dear {NAME}, this is not allowed"))),
    ("an account in an error", in_refusal(lambda _key: said(f"User {ACCOUNT} may not do this"))),
    ("a phone number in an error", in_refusal(lambda _key: said(f"We called {PHONE}"))),
    ("an e-mail as the owner", in_fact("whoami-v2", lambda found, _key: found.update(id=MAIL))),
    ("an e-mail as a billing mode", in_fact("whoami-v2", lambda found, _key: found.update(billingMode=MAIL))),
    ("an e-mail as the owner of a model", in_fact("/v1/models", lambda f, _key: f["data"][0].update(owned_by=MAIL))),
    ("an e-mail as a route", in_fact("/v1/models", lambda f, _key: f["data"][0]["providers"][0].update(provider=MAIL))),
    ("an e-mail as a state",
     in_fact("index.json", lambda f, _key: f["data"]["attributes"].update(aggregate_state=MAIL))),
    ("an IP address as a limit", in_header(ratelimit=f'"{IP} {MAIL}";r=1;t=2')),
    ("an e-mail as a service", in_header(x_inference_provider=MAIL, x_ratelimit_limit_requests="60")),
]  # fmt: skip


@pytest.mark.parametrize(
    ("mood", "samples"),
    # The status page is only asked in runs that take samples.
    [pytest.param(mood, int("state" in name), id=name) for name, mood in SPELLED],
)
def test_however_an_answer_spells_it_it_is_not_in_a_frame(mood: Mood, samples: int) -> None:
    secret = KEYS[USUAL][1]
    echo = Echo(mood, secret)
    what = tk.plan("huggingface", base_url=sandbox.ORIGIN, trust_endpoint=True, samples=samples, operator="the tests")
    run = asyncio.run(tk.probe_key(Key(VARIABLE, secret), what, transport=httpx.ASGITransport(echo)))
    assert secret in echo.keys
    readiness = tk.judge_run(run)
    canary = canary_of(secret, PERSONAL)
    hits = {grain: canary.find(readiness.frame(grain).to_csv())[:3] for grain in GRAINS}
    assert {grain: found for grain, found in hits.items() if found} == {}


@pytest.mark.parametrize("reason", [b"OK", b"KEY"], ids=["headers", "reason phrase"])
def test_the_clients_own_debug_log_does_not_tell_either(reason: bytes, tmp_path: Path) -> None:
    world = World(tmp_path, *KEYS[USUAL], facts)

    async def probed() -> None:
        header = b"" if reason == b"KEY" else b"x-echo: KEY\r\n"
        told = b"HTTP/1.1 200 " + reason + b"\r\n" + header + b"content-length: 2\r\n\r\n{}"
        async with listening(writing(told)(world)) as port:
            await tk.probe_key(Key(VARIABLE, world.secret), choices(world, f"http://127.0.0.1:{port}"))

    with logged(world):
        asyncio.run(probed())
    assert "log of httpx" in dict(world.shown)
    assert world.hits() == {}


def test_a_run_that_is_stopped_while_an_answer_comes_shows_nothing_of_it(tmp_path: Path) -> None:
    world = World(tmp_path, *KEYS[USUAL], facts)
    begun = _OK + b'content-length: 90000\r\n\r\n{"echo": "KEY'

    async def stopped() -> None:
        told = asyncio.Event()
        async with listening(writing(begun, wait_s=30, told=told)(world)) as port:
            what = choices(world, f"http://127.0.0.1:{port}")
            task = asyncio.create_task(tk.probe_key(Key(VARIABLE, world.secret), what))
            await told.wait()
            await asyncio.sleep(0.5)
            task.cancel()
            try:
                await task
            except asyncio.CancelledError as error:
                shown_error(world, error)

    asyncio.run(stopped())
    assert "traceback with locals" in dict(world.shown)
    assert world.hits() == {}


def failing(at: int, done: int, _total: int, _what: str) -> None:
    if done == at:
        raise ZeroDivisionError


def test_an_error_of_whoever_listens_to_progress_shows_nothing(tmp_path: Path) -> None:
    world = World(tmp_path, *KEYS[USUAL], facts)
    listening_badly = partial(failing, 4)  # when there are answers to the key already
    transport = httpx.ASGITransport(Echo(world.mood, world.secret))
    what = choices(world, sandbox.ORIGIN)
    with pytest.raises(ZeroDivisionError) as caught:
        asyncio.run(tk.probe_key(Key(VARIABLE, world.secret), what, transport=transport, progress=listening_badly))
    shown_error(world, caught.value)
    assert world.hits() == {}


def test_a_traceback_of_a_malformed_key_can_be_shown_with_its_locals(tmp_path: Path) -> None:
    world = World(tmp_path, *KEYS[USUAL], facts)
    with pytest.raises(tk.CallerError) as caught:
        Key.from_env(VARIABLE, {VARIABLE: f"{world.secret} "})
    own = caught.value.__traceback__
    assert own
    whole = traceback.TracebackException.from_exception(caught.value.with_traceback(own.tb_next), capture_locals=True)
    assert canary_of(world.secret).find("".join(whole.format())) == []


@pytest.mark.parametrize("depth", [200, 600, 900])
def test_an_answer_however_deep_is_an_answer(depth: int) -> None:
    deep = b'{"echo": "KEY", "x": ' + b"[" * depth + b"]" * depth + b"}"

    def mood(path: str, told: Told, key: str) -> Told:
        return (*told[:2], deep.replace(b"KEY", key.encode())) if "whoami" in path else told

    echo = Echo(mood, SECRET)
    what = tk.plan("huggingface", base_url=sandbox.ORIGIN, trust_endpoint=True, operator="the tests")
    run = asyncio.run(tk.probe_key(Key(VARIABLE, SECRET), what, transport=httpx.ASGITransport(echo)))
    assert SECRET in echo.keys
    assert tk.judge_run(run).ready is not True


PASTED: Mapping[str, tuple[str, ...]] = {
    "provider": ("probe", "--provider", "KEY", "--key-env", VARIABLE),
    "variable": ("probe", "--provider", "huggingface", "--key-env", "KEY"),
    "dimension": ("probe", "--provider", "huggingface", "--key-env", VARIABLE, "--dimension", "KEY"),
    "region": ("probe", "--provider", "huggingface", "--key-env", VARIABLE, "--region", "KEY"),
    "model": ("probe", "--provider", "huggingface", "--key-env", VARIABLE, "--model", "../KEY"),
    "policy": ("probe", "--provider", "huggingface", "--key-env", VARIABLE, "--policy", "KEY"),
    "base URL": ("identify", "--base-url", "KEY"),
    "user of a base URL": ("identify", "--base-url", "https://KEY@huggingface.co"),
    "action": ("apply", "KEY", "--provider", "huggingface", "--key-env", VARIABLE, "--launch-dir", ".", "--yes"),
    "language": ("report", "--provider", "huggingface", "--key-env", VARIABLE, "--out", "x.html", "--lang", "KEY"),
    "persona": ("demo", "--persona", "KEY"),
    "command": ("KEY",),
    "option": ("probe", "--KEY"),
}


@pytest.mark.parametrize("place", PASTED)
def test_a_key_pasted_in_the_wrong_place_is_not_repeated(
    place: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv(VARIABLE, SECRET)
    monkeypatch.setenv("TESTKEY_OPERATOR", "the tests")
    monkeypatch.setattr(sys, "argv", ["testkey", *(word.replace("KEY", SECRET) for word in PASTED[place])])
    with pytest.raises(SystemExit) as left:
        main()
    if left.value.code != 2:
        pytest.fail(f"this should have been refused as a mistake, and the exit status was {left.value.code}")
    assert canary_of(SECRET).find("".join(capsys.readouterr())) == []
