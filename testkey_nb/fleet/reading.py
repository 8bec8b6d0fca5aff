"""What to ask about the credentials of an inventory, checked before anything is sent."""

from collections.abc import Collection, Iterable, Sequence
from pathlib import Path

from testkey_nb.errors import AddressRefused, KeyMalformed, LaunchFolderInvalid, UnknownName
from testkey_nb.keys import may_be_key
from testkey_nb.launch import INVENTORY_FILE, Credential, read_launch
from testkey_nb.probe import Asked, plan

_NAME_IT = "write the name of the environment variable that holds the key, never the key itself"


def read_fleet(
    folder: Path | str, *, operator: str = "", samples: int = 0, trusted: Collection[str] = ()
) -> tuple[Asked, ...]:
    """Return a run for every line of the launch folder's ``inventory.csv``; no key is read yet.

    Its columns ``credential`` (the name of a variable), ``provider`` and ``models`` (separated by ``;``, the provider's
    covered ones where empty) are used, and ``region`` and ``base_url`` where people added them.

    Parameters
    ----------
    folder
        The launch folder.
    operator
        Who is authorised to operate all of these keys; ``TESTKEY_OPERATOR`` where empty.
    samples
        Spaced samples per run.
    trusted
        Base URLs of the inventory that the operator vouches for.

    Raises
    ------
    LaunchFolderInvalid
        If the inventory has no line, or one that cannot be probed; the message says which and why.
    OperatorMissing
        If nobody says who is authorised.

    """
    path = Path(folder) / INVENTORY_FILE
    lines = read_launch(folder).inventory
    if not lines:
        raise LaunchFolderInvalid(f"{path} has no credential; testkey apply import_inventory writes a line for one")
    asked = [_asked(path, line, operator, samples, trusted) for line in lines]
    for first, second in clashes(asked):
        numbers = f"{lines[first].line} and {lines[second].line}"
        raise LaunchFolderInvalid(f"{path} lines {numbers}: {clash(asked[first], asked[second])}")
    return tuple(asked)


def _asked(path: Path, line: Credential, operator: str, samples: int, trusted: Collection[str]) -> Asked:
    if may_be_key(line.credential):
        raise LaunchFolderInvalid(f"{path} line {line.line}: {_NAME_IT}")
    try:
        return Asked(
            line.credential,
            plan(
                line.provider,
                models=sorted(line.models),
                region=line.region,
                base_url=line.base_url,
                trust_endpoint=line.base_url in trusted,
                samples=samples,
                operator=operator,
            ),
        )
    except (UnknownName, AddressRefused, KeyMalformed) as mistake:
        raise LaunchFolderInvalid(f"{path} line {line.line}: {mistake}") from mistake


def clashes(asked: Sequence[Asked]) -> Iterable[tuple[int, int]]:
    """Return the places of variables that are named for the same endpoint twice, or for two providers."""
    places: dict[str, list[int]] = {}
    for number, one in enumerate(asked):
        if isinstance(one.key, str):
            for before in places.setdefault(one.key, []):
                if one.plan.provider is not asked[before].plan.provider or _where(one) == _where(asked[before]):
                    yield before, number
            places[one.key].append(number)


def clash(one: Asked, other: Asked) -> str:
    """Say what is wrong with naming a variable twice."""
    first, second = one.plan.provider.id, other.plan.provider.id
    if first != second:
        return f"{one.name} is named for {first} and for {second}; a key goes to the hosts of one provider only"
    return f"{one.name} is named for {first} twice; keep one"


def _where(one: Asked) -> tuple[str, str]:
    return one.plan.region, one.plan.base_url
