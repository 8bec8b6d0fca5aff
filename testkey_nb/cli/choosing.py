"""Whose key is it?  Where one shape or the address tells, nobody is asked; else a person chooses, never the program."""

import sys

import typer

from testkey_nb.errors import UnknownName
from testkey_nb.identity import identify, provider_at
from testkey_nb.keys import Key
from testkey_nb.providers import PROVIDERS


def whose(key: Key, base_url: str = "") -> str:
    """Return the id of the provider whose key this is, by its shape, by a listed address, or as a person says.

    Raises
    ------
    UnknownName
        If that is ambiguous and nobody is there to be asked; the message lists the candidates.

    """
    found, known = identify(key), provider_at(base_url)
    fits = list(dict.fromkeys(candidate.provider for candidate in found))
    if known and known.asks and (not fits or known.id in fits):
        return known.id
    shapes = [shape for id_ in fits for shape in PROVIDERS[id_].key_shapes if key.fits(shape.pattern)]
    if len(fits) == 1 and not known and not any(shape.shared for shape in shapes):
        return fits[0]
    said = "fits several providers" if len(fits) > 1 else "may be of several providers" if fits else "fits no provider"
    known_ids = ", ".join(fits) if fits else "see `testkey providers`"
    if not sys.stdin.isatty():
        msg = f"the shape of the key in {key.name} {said} ({known_ids}); say whose it is with --provider ID"
        raise UnknownName(msg)
    typer.echo(
        f"The shape of the key in {key.name} {said}. The key goes to the one that you name, and nowhere else.", err=True
    )
    for candidate in found:
        typer.echo(f"  {candidate.provider}: {candidate.why}", err=True)
    chosen: str = typer.prompt("Whose key is it? (provider id)", err=True)
    return chosen.strip()
