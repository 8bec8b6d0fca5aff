"""Ask pip-audit about what is installed; say what it found, or why that cannot be told here.

Left with 1 where a known vulnerability is not explained below, else with 0: a machine that cannot reach the service,
or reaches one that knows none of these packages, has proved nothing, and is told so.
"""

import json
import subprocess
import sys
from typing import NoReturn

EXPLAINED: dict[str, str] = {}
"""Why a finding, by its id, does not concern us, and when that was looked at."""
UNREACHED = ("ConnectionError", "ConnectTimeout", "ReadTimeout", "Max retries exceeded", "ServiceError", "HTTPError")


def skipped(reason: str) -> NoReturn:
    """Leave with 0, saying why nothing is known."""
    print(f"pip-audit: SKIPPED, nothing is known of vulnerabilities: {reason}", file=sys.stderr)
    raise SystemExit(0)


program, *where = sys.argv[1:]
command = [program, "--format", "json", "--progress-spinner", "off", "--timeout", "10", "--skip-editable"]
try:
    done = subprocess.run(  # noqa: S603 - the program that the Makefile installed
        [*command, *(word for path in where for word in ("--path", path))],
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
except (OSError, subprocess.TimeoutExpired) as error:
    skipped(f"it does not run or does not end here ({type(error).__name__})")
if not done.stdout.startswith("{"):
    if any(sign in done.stderr for sign in UNREACHED):
        skipped("its service does not answer: " + done.stderr.strip().splitlines()[-1][:200])
    raise SystemExit(done.stderr)

packages = json.loads(done.stdout)["dependencies"]
answered = [one for one in packages if "vulns" in one]
silent = sorted(one["name"] for one in packages if "vulns" not in one and one["name"] != "testkey_nb")
if not answered:
    skipped(f"its service knows none of the {len(silent)} packages; that is a mirror, not the service")
found = [(one["name"], one["version"], vuln) for one in answered for vuln in one["vulns"]]
for name, version, vuln in found:
    print(
        f"{name} {version}: {vuln['id']}, fixed in {vuln['fix_versions']}: {EXPLAINED.get(vuln['id'], 'UNEXPLAINED')}"
    )
print(f"pip-audit: {len(answered)} packages, {len(found)} findings; not answered for: {', '.join(silent) or 'none'}")
raise SystemExit(any(vuln["id"] not in EXPLAINED for _, _, vuln in found))
