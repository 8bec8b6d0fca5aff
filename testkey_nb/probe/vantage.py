"""Where a run goes out from."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from testkey_nb.errors import AddressRefused, KeyMalformed, UnknownName
from testkey_nb.http import Network, Proxy
from testkey_nb.identity import has_a_keys_shape
from testkey_nb.keys import reader

from .planning import Plan

_NAME = re.compile(r"\w[\w .()+-]{0,39}")
_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


@dataclass(frozen=True, slots=True, weakref_slot=True, init=False)
class Vantage:
    """A place that questions go out from: this machine, or where a proxy stands.

    Credentials of the proxy are in no repr, copy or pickle; give them by the name of a variable, with `from_env`.
    """

    name: str
    proxy: Proxy | None

    def __init__(self, name: str, proxy: str = "") -> None:
        """Name a place.

        Parameters
        ----------
        name
            What it is called in frames: a city, a data centre.
        proxy
            ``http://[USER:PASSWORD@]HOST:PORT``, or with https, socks5 or socks5h; it resolves the names and replaces
            the environment's proxy, also for this machine's own addresses.  Empty for going out as a run does that
            names no vantage point.

        Raises
        ------
        UnknownName
            If `name` cannot be one.
        KeyMalformed
            If `name` looks like a key: it would stand in frames.
        AddressRefused
            If `proxy` cannot be read as a proxy's URL.

        """
        object.__setattr__(self, "name", name)
        object.__setattr__(self, "proxy", None)
        try:
            if not _NAME.fullmatch(name):
                msg = "a vantage is named by up to 40 letters, digits, spaces and . ( ) + -, like Frankfurt 2"
                raise UnknownName(msg)
            if has_a_keys_shape(name):
                raise KeyMalformed(
                    "a key was given as the name of a vantage; call it by its place, and have it replaced"
                )
            if proxy:
                object.__setattr__(self, "proxy", Proxy(proxy))
        finally:
            del proxy  # a traceback that shows locals must not show it

    @classmethod
    def from_env(cls, name: str, variable: str, environ: Mapping[str, str] | None = None) -> "Vantage":
        """Read the proxy's URL from an environment variable, so that its password stands in no notebook.

        Raises
        ------
        AddressRefused
            If there is no such variable, it is empty, or holds no proxy's URL.

        """
        # No local variable holds a URL or the environment: a traceback that shows locals must not show them.
        read = reader(environ)
        del environ
        if not _VARIABLE.fullmatch(variable):
            raise AddressRefused("give the name of the environment variable that holds the proxy's URL, not the URL")
        if not read(variable):
            msg = f"{variable[:40]} is not set or is empty; set it to the URL of a proxy"
            raise AddressRefused(msg)
        return cls(name, read(variable))

    def network(self, plan: Plan) -> Network | None:
        """Return the way from here; None where it is the one that every run takes.

        Raises
        ------
        AddressRefused
            If `plan` would send a key to the proxy unencrypted.

        """
        if self.proxy is None:
            return None
        if plan.base_url.startswith("http:") and not self.proxy.local:
            msg = (
                f"{plan.base_url} cannot be asked from {self.name}: over http a key would reach the proxy in the clear"
            )
            raise AddressRefused(msg)
        return Network(self.proxy)
