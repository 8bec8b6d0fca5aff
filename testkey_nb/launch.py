"""Read a launch folder: plain files without secrets that say what has been done for a key.

``providers.toml``, ``inventory.csv``, ``prices.csv``, ``routes.yaml`` (a LiteLLM proxy config) and ``monitoring/``.
The actions write them, people edit and review them.
"""

import csv
import io
import re
import tomllib
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import yaml

from .errors import LaunchFolderInvalid
from .prices import NEEDED_COLUMNS, read_own
from .rows import OWN_PRICES, PriceRow

PROVIDERS_FILE, INVENTORY_FILE, PRICES_FILE, ROUTES_FILE, REVIEW_FILE = (
    "providers.toml",
    "inventory.csv",
    OWN_PRICES,
    "routes.yaml",
    "review.md",
)
MONITORING_FILES = ("monitoring/blackbox.yml", "monitoring/prometheus.yml", "monitoring/alerts.yml")
FILES = (PROVIDERS_FILE, INVENTORY_FILE, PRICES_FILE, ROUTES_FILE, *MONITORING_FILES, REVIEW_FILE)
INVENTORY_COLUMNS = (
    "credential", "provider", "owner_id", "organization_id", "token_type", "token_role", "expires_at", "models",
    "observed_at", "note",
)  # fmt: skip
KEY_REFERENCE = "os.environ/"  # begins what LiteLLM reads a key by
FORMULA = "=+@\uff1d\uff0b\uff0d\uff20-"  # begins what a spreadsheet runs; the wide ones in East Asia
# What PyYAML raises: a tag such as `!!bool` before what is none, or a number that is too large, is no error of its own.
_NO_YAML = (yaml.YAMLError, ValueError, LookupError, AttributeError, OverflowError, RecursionError)
PRICE_COLUMNS = NEEDED_COLUMNS  # a file may have more of `prices.COLUMNS`


@dataclass(frozen=True, slots=True)
class Credential:
    """A line of the inventory."""

    credential: str
    provider: str
    owner_id: str
    models: frozenset[str]
    region: str = ""  # these two columns are optional, and people's to write
    base_url: str = ""
    line: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Launch:
    """What the folder says is done; the folder that was not named is empty."""

    hosts: Mapping[str, frozenset[str]] = field(default_factory=dict)  # provider → host names
    inventory: tuple[Credential, ...] = ()
    prices: Mapping[str, tuple[PriceRow, ...]] = field(
        default_factory=dict
    )  # provider → own prices, and rows to be filled
    routed: frozenset[tuple[str, str]] = frozenset()  # (model name, credential; empty where an entry names none)
    watched: frozenset[tuple[str, str]] = frozenset()  # (provider, credential)
    texts: Mapping[str, str] = field(default_factory=dict, repr=False)  # what stands in each file that is there

    def lines_of(self, credential: str, provider: str) -> list[Credential]:
        """Return the lines of the inventory about a credential."""
        return [line for line in self.inventory if (line.credential, line.provider) == (credential, provider)]


def read_launch(folder: Path | str | None) -> Launch:
    """Read `folder`; what is not there is not done.

    Raises
    ------
    LaunchFolderInvalid
        If a file is there but is not what it should be.

    """
    if folder is None:
        return Launch()
    folder = Path(folder)
    if _there(folder) and not folder.is_dir():
        raise LaunchFolderInvalid(f"{folder} is not a folder; name the launch folder with --launch-dir")
    return Launch(
        hosts=_hosts(folder / PROVIDERS_FILE),
        inventory=_inventory(folder / INVENTORY_FILE),
        prices=_prices(folder / PRICES_FILE),
        routed=_routed(folder / ROUTES_FILE),
        watched=_watched(folder),
        texts={name: text for name in FILES if (text := _text(folder / name))},
    )


@dataclass(frozen=True, slots=True)
class Record:
    """A record of a table as it stands in the file; a comment (``#``) and an empty line have no cells."""

    line: int  # the first of its lines, counted from 1
    raw: str
    cells: tuple[str, ...] | None


def records(name: str, text: str) -> Iterator[Record]:
    """Take CSV apart so that its `raw` pieces, put together, are `text` again.

    Raises
    ------
    LaunchFolderInvalid
        If it is not CSV.

    """
    lines = list(io.StringIO(text, newline=""))  # \r\n and \n within quotes stay what they are
    at = 0
    while at < len(lines):
        if not lines[at].strip() or lines[at].lstrip().startswith("#"):
            yield Record(at + 1, lines[at], None)
            at += 1
            continue
        reader = csv.reader((lines[number] for number in range(at, len(lines))), strict=True)
        try:
            cells = tuple(next(reader))
        except csv.Error as error:
            raise LaunchFolderInvalid(f"{name} line {at + 1} is not CSV ({error}); mend or remove it") from error
        yield Record(at + 1, "".join(lines[at : at + reader.line_num]), cells)
        at += reader.line_num


def parse_yaml(name: str, text: str) -> object:
    """Return what YAML says.

    Raises
    ------
    LaunchFolderInvalid
        If it is not YAML.

    """
    try:
        return yaml.safe_load(text)
    except _NO_YAML as error:
        mark = getattr(error, "problem_mark", None)
        where = f" line {mark.line + 1}" if mark else ""
        raise LaunchFolderInvalid(f"{name}{where} is not YAML; mend or remove it") from error


def parse_toml(name: str, text: str) -> dict[str, object]:
    """Return what TOML says.

    Raises
    ------
    LaunchFolderInvalid
        If it is not TOML.

    """
    try:
        return tomllib.loads(text)
    except (ValueError, RecursionError) as error:  # also of a number, or a nesting, that Python does not read
        raise LaunchFolderInvalid(f"{name} is not TOML ({error}); mend or remove it") from error


def _there(path: Path) -> bool:
    """Whether something is at `path`; links are followed, and one that leads in a circle is none that is missing."""
    try:
        path.stat()
    except FileNotFoundError:
        return False
    except OSError as error:
        raise LaunchFolderInvalid(
            f"{path} cannot be read ({error.strerror or type(error).__name__}); mend it or name another place"
        ) from error
    return True


def _text(path: Path) -> str:
    if not _there(path):
        return ""
    if not path.is_file():  # a pipe would be waited for, a device may have no end
        raise LaunchFolderInvalid(f"{path} is not a file; move it away")
    try:
        return path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        raise LaunchFolderInvalid(f"{path} cannot be read (line {line} is not UTF-8); mend or remove it") from error
    except OSError as error:
        raise LaunchFolderInvalid(f"{path} cannot be read ({type(error).__name__}); mend or remove it") from error


def _yaml(path: Path) -> Mapping[str, object]:
    return mapping_in(parse_yaml(str(path), _text(path)))


def _table(path: Path, needed: tuple[str, ...]) -> list[tuple[int, dict[str, str]]]:
    """Return line number and cells by column name."""
    header, *lines = [record for record in records(str(path), _text(path)) if record.cells] or [Record(1, "", ())]
    columns = [name.strip() for name in header.cells or ()]
    if missing := [name for name in needed if lines and name not in columns]:
        raise LaunchFolderInvalid(
            f"{path} line {header.line} lacks the column {missing[0]}; its columns are {', '.join(needed)}"
        )
    found = []
    for line in lines:
        cells = [cell_meant(cell) for cell in line.cells or ()]
        cells += [""] * (len(columns) - len(cells))
        found.append((line.line, dict(zip(columns, cells, strict=False))))
    return found


def cell_meant(text: str) -> str:
    """Return a cell as it was meant: an apostrophe that keeps a spreadsheet from running it is not part of it."""
    return re.sub(rf"(^|;)'(?=\s*[{FORMULA}])", r"\1", text.strip()).strip()


def _hosts(path: Path) -> dict[str, frozenset[str]]:
    providers = parse_toml(str(path), _text(path)).get("providers", {})
    tables = providers.items() if isinstance(providers, dict) else ()
    found = {name: table.get("hosts", []) for name, table in tables if isinstance(table, dict)}
    if odd := [name for name, hosts in found.items() if not isinstance(hosts, list)]:
        raise LaunchFolderInvalid(f'{path}: hosts of {odd[0]} must be a list, like ["huggingface.co"]')
    return {name: frozenset(map(str, hosts)) for name, hosts in found.items()}


def _inventory(path: Path) -> tuple[Credential, ...]:
    return tuple(
        Credential(
            line["credential"],
            line["provider"],
            line["owner_id"],
            frozenset(models_in(line["models"])),
            line.get("region", ""),
            line.get("base_url", ""),
            number,
        )
        for number, line in _table(path, ("credential", "provider", "owner_id", "models"))
    )


def models_in(cell: str) -> list[str]:
    """Return the models in a cell, which people may set apart by ``;`` and spaces."""
    return [model for part in cell.split(";") if (model := part.strip())]


def _prices(path: Path) -> dict[str, tuple[PriceRow, ...]]:
    found: defaultdict[str, list[PriceRow]] = defaultdict(list)
    for number, line in _table(path, PRICE_COLUMNS):
        found[line["provider"]].append(read_own(path, number, line))
    return {provider: tuple(rows) for provider, rows in found.items()}


def _routed(path: Path) -> frozenset[tuple[str, str]]:
    """Return what is routed with which credential; a key that is no reference is nobody's by name."""
    found = set()
    for entry in items_in(_yaml(path).get("model_list")):
        name, key = entry.get("model_name"), mapping_in(entry.get("litellm_params")).get("api_key") or KEY_REFERENCE
        if isinstance(name, str) and str(key).startswith(KEY_REFERENCE):
            found.add((name, str(key).removeprefix(KEY_REFERENCE)))
    return frozenset(found)


def _watched(folder: Path) -> frozenset[tuple[str, str]]:
    """Return what Prometheus scrapes, provided that the prober has a module and the alerts have a rule."""
    blackbox, prometheus, alerts = (_yaml(folder / name) for name in MONITORING_FILES)
    rules = [rule for group in items_in(alerts.get("groups")) for rule in items_in(group.get("rules"))]
    if not mapping_in(blackbox.get("modules")) or not rules:
        return frozenset()
    jobs = items_in(prometheus.get("scrape_configs"))
    labels = [mapping_in(t.get("labels")) for job in jobs for t in items_in(job.get("static_configs"))]
    return frozenset((str(label.get("provider")), str(label.get("credential"))) for label in labels if label)


def items_in(found: object) -> list[dict[str, object]]:
    """Return the mappings in a list that somebody wrote, none where it is another thing."""
    return [item for item in found if isinstance(item, dict)] if isinstance(found, list) else []


def mapping_in(found: object) -> dict[str, object]:
    """Return a mapping that somebody wrote, an empty one where it is another thing."""
    return found if isinstance(found, dict) else {}
