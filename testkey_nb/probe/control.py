"""The negative control: what proves a key is asked again with a key that is none.

A 200 says "valid" only where the made-up key is refused.  Where it is answered too, or gets no clear answer, the first
answer proves nothing.  What a control shows depends on the endpoint and not on the key, so it is sent once.
"""

import re
from collections.abc import MutableMapping
from weakref import WeakKeyDictionary

from testkey_nb.http import Exchange
from testkey_nb.keys import Key
from testkey_nb.outcome import Answer, Axis, Outcome
from testkey_nb.rows import Why
from testkey_nb.spec import Ask, Finding, Provider, Reply

CONTROL = "negative_control"
_LASTS_S = 300  # for which anything observed is kept here, too
_CONTROL_TEXT = "testkeyNotARealKeyxxxxxxxxxxxxxx"  # where a provider's keys have no shape

_over: "WeakKeyDictionary[object, dict[str, Finding]]" = WeakKeyDictionary()
_over_network: dict[str, Finding] = {}


def known_controls(way: object | None) -> MutableMapping[str, Finding]:
    """Return what controls showed so far, by URL, over one way out: a transport or a vantage; None is the network."""
    return _over_network if way is None else _over.setdefault(way, {})


def control_key(provider: Provider, key: Key) -> Key:
    """Return a made-up key of the shape and length of `key`, or of the provider's usual shape."""
    shapes = [*(shape for shape in provider.key_shapes if key.fits(shape.pattern)), *provider.key_shapes]
    return Key("control", key.as_long_as(shapes[0].control if shapes else _CONTROL_TEXT))


def is_conclusive(finding: Finding, exchange: Exchange) -> bool:
    """Whether the endpoint need not be asked again."""
    return finding.answer is Answer.YES or (exchange.reply is not None and exchange.reply.status == 200)  # noqa: PLR2004


def disbelieved(ask: Ask) -> Finding:
    """Return what a control shows whose answer unmasks another service: nothing, to whoever waits for it."""
    why = Why("the answer to a made-up key shows marks of another service, so it is no refusal by this one")
    return Finding(Axis.AUTH, Answer.UNKNOWN, why, ask.name)


def kept_too_long(reply: Reply) -> Why:
    """Say for how long a cache has kept an answer to a key, if that is too long; empty where it is not."""
    age = max((int(age) for age in re.findall(r"\d{1,9}", reply.headers.get("age", ""))), default=0)
    if age <= _LASTS_S:
        return Why("")
    return Why("a cache on the way has kept this answer for {age} s: it says nothing of the key now", age=age)


def weigh_control(provider: Provider, ask: Ask, exchange: Exchange) -> Finding:
    """Say what a control's answer makes of the real key's 200: it counts only where the control is refused."""
    reply, name = exchange.reply, ask.name
    opens = Why("probe again later: the answer to the made-up key decides whether the answer to yours counts")
    fault = exchange.fault if reply is None else kept_too_long(reply)
    if reply is None or fault:
        why = Why("the key was answered, but a made-up key got no answer to compare: {fault}", fault=fault)
        return Finding(Axis.AUTH, Answer.UNKNOWN, why, name, opens)
    refused = provider.judge(reply, ask.outcomes)[0] is Outcome.DENIED
    if refused or (reply.status == 401 and not reply.is_html):  # noqa: PLR2004
        why = Why("the key was answered and a made-up key of the same shape was refused")
        return Finding(Axis.AUTH, Answer.YES, why, name)
    if reply.status == 200:  # noqa: PLR2004
        why = Why("a made-up key was answered too, so the answer to this key proves nothing")
        return Finding(
            Axis.AUTH, Answer.UNKNOWN, why, name, Why("have a person confirm the key on the provider's page")
        )
    why = Why("the key was answered, but a made-up key got status {status}, which is no refusal", status=reply.status)
    return Finding(Axis.AUTH, Answer.UNKNOWN, why, name, opens)
