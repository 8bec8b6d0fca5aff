"""Print the lowest version that pyproject.toml allows of each package that the tests need, as pip's exact pins."""

import re
import tomllib
from pathlib import Path

NO_PART_OF_A_RUN = {"mypy", "pandas-stubs", "ruff", "types-PyYAML"}
RANGE = re.compile(r"(?P<name>[\w.-]+)>=(?P<lowest>[\w.]+),<[\w.]+")

project = tomllib.loads((Path(__file__).parent.parent / "pyproject.toml").read_text("utf-8"))["project"]
for wanted in project["dependencies"] + project["optional-dependencies"]["test"]:
    if (match := RANGE.fullmatch(wanted)) is None:
        raise SystemExit(f"pyproject.toml: {wanted!r} is no range NAME>=LOWEST,<HIGHEST")
    if match["name"] not in NO_PART_OF_A_RUN:
        print(f"{match['name']}=={match['lowest']}")
