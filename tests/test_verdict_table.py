"""Who answers, in full: one endpoint a line, what it shows, the verdict that follows, and whether it may have the key.

Every line is written out by hand from the rules of identification, so that none of them changes unseen.
"""

from dataclasses import replace
from typing import NamedTuple

import pytest

from testkey_nb.http import Exchange
from testkey_nb.identity import conclude, look, provider_at, takes_key, weigh
from testkey_nb.providers import PROVIDERS
from testkey_nb.spec import Reply

LISTED, OTHER, NOBODYS, LOCAL = (
    "https://api.openai.com", "https://api.groq.com", "https://llm.example.com", "http://127.0.0.1:8000"
)  # fmt: skip
OWN, FOREIGN, RELAY, SANDBOX = "openai-version", "x-groq-region", "x-new-api-version", "x-testkey-sandbox"
PUBLIC = "162.159.140.245"
WEAK, GATEWAY = "x-debug-trace-id", "x-kong-llm-model"
GENUINE, VOUCHED, RELAYED, UNKNOWN, CONTRADICTED = "genuine", "vouched", "relay", "unknown", "contradicted"


class Line(NamedTuple):
    """An endpoint that is taken for OpenAI's, and what is concluded."""

    at: str
    shown: tuple[str, ...]
    verdict: str
    who: str | None
    takes_key: bool
    verified: bool = True
    peer: str = ""
    trust: bool = False
    answered: bool = True


TABLE = (
    # A listed host over verified TLS is genuine as long as nothing foreign is seen; no mark is needed for it.
    Line(LISTED, (), GENUINE, "openai", takes_key=True),
    Line(LISTED, (OWN,), GENUINE, "openai", takes_key=True),
    Line(LISTED, (WEAK,), GENUINE, "openai", takes_key=True),
    Line(LISTED, (), GENUINE, "openai", takes_key=True, trust=True),
    Line(LISTED, (), UNKNOWN, None, takes_key=True, verified=False),
    Line(LISTED, (), VOUCHED, "openai", takes_key=True, verified=False, trust=True),
    Line(LISTED, (), UNKNOWN, None, takes_key=True, answered=False),
    Line(LISTED, (), UNKNOWN, None, takes_key=True, peer="10.0.0.7"),
    Line(LISTED, (SANDBOX,), UNKNOWN, None, takes_key=True),
    Line(LISTED, (FOREIGN,), CONTRADICTED, None, takes_key=False),
    Line(LISTED, (OWN, FOREIGN), CONTRADICTED, None, takes_key=False),
    Line(LISTED, (RELAY,), CONTRADICTED, None, takes_key=False),  # the host is the provider's, so it is no relay
    Line("http://api.openai.com", (), UNKNOWN, None, takes_key=False, verified=False),
    # A host of another provider contradicts whatever it shows, and whoever vouches.
    Line(OTHER, (), CONTRADICTED, None, takes_key=False),
    Line(OTHER, (OWN,), CONTRADICTED, None, takes_key=False, trust=True),
    Line(OTHER, (), CONTRADICTED, None, takes_key=False, answered=False),
    Line("https://status.huggingface.co", (), CONTRADICTED, None, takes_key=False),
    # A host that nobody lists is unknown, whatever marks it shows, until somebody vouches for it.
    Line(NOBODYS, (), UNKNOWN, None, takes_key=False),
    Line(NOBODYS, (OWN,), UNKNOWN, None, takes_key=False),
    Line(NOBODYS, (), VOUCHED, "openai", takes_key=True, trust=True),
    Line(NOBODYS, (WEAK,), VOUCHED, "openai", takes_key=True, trust=True),
    Line(NOBODYS, (SANDBOX,), VOUCHED, "openai", takes_key=True, trust=True),
    Line(NOBODYS, (), VOUCHED, "openai", takes_key=True, trust=True, answered=False),
    Line(LOCAL, (), UNKNOWN, None, takes_key=False, verified=False),
    Line(LOCAL, (), VOUCHED, "openai", takes_key=True, verified=False, trust=True),
    # A relay is named, a foreign provider contradicts, and vouching hides neither; what stands behind one shows too.
    Line(NOBODYS, (RELAY,), RELAYED, "new_api", takes_key=False),
    Line(NOBODYS, (RELAY,), RELAYED, "new_api", takes_key=False, trust=True),
    Line(NOBODYS, (GATEWAY,), RELAYED, "kong", takes_key=False),
    Line(NOBODYS, (OWN, RELAY), RELAYED, "new_api", takes_key=False),
    Line(NOBODYS, (FOREIGN, RELAY), RELAYED, "new_api", takes_key=False),
    Line(NOBODYS, (FOREIGN,), CONTRADICTED, None, takes_key=False),
    Line(NOBODYS, (FOREIGN,), CONTRADICTED, None, takes_key=False, trust=True),
)


@pytest.mark.parametrize("line", TABLE, ids=lambda one: f"{one.at} {' '.join(one.shown)} {one.verdict}")
def test_what_an_endpoint_shows_decides_who_answers_and_whether_it_may_have_the_key(line: Line) -> None:
    headers = {"content-type": "application/json"} | dict.fromkeys(line.shown, "1")
    reply = Reply(401, headers, {"error": {}}) if line.answered else None
    exchange = Exchange(1, reply=reply, verified=line.verified, peer=line.peer)
    provider = PROVIDERS["openai"]
    evidence = weigh(provider, line.at, [look(provider, line.at, "/v1/models", exchange)])
    found = conclude(provider, evidence, trust_endpoint=line.trust)
    assert (found.verdict, found.provider) == (line.verdict, line.who)
    assert takes_key(provider, line.at, found) is line.takes_key


@pytest.mark.parametrize(
    "other",
    [Exchange(2, verified=False, peer=PUBLIC), Exchange(2, verified=True, peer="10.0.0.7")],
    ids=["not verified", "a private address"],
)
def test_one_answer_that_came_another_way_keeps_a_listed_host_from_being_genuine(other: Exchange) -> None:
    provider, reply = PROVIDERS["openai"], Reply(401, {"content-type": "application/json"}, {"error": {}})
    good = replace(other, verified=True, peer=PUBLIC, reply=reply)
    for answers, verdict in (((good, good), GENUINE), ((good, replace(other, reply=reply)), UNKNOWN)):
        evidence = weigh(provider, LISTED, [look(provider, LISTED, "/v1/models", one) for one in answers])
        assert conclude(provider, evidence).verdict == verdict


def test_where_nobody_is_expected_a_providers_own_mark_is_for_it_and_a_relays_against() -> None:
    for shown, speaks in ((OWN, "for"), (RELAY, "against"), (WEAK, "neutral"), (SANDBOX, "against")):
        reply = Reply(200, {"content-type": "application/json", shown: "1"}, {"data": []})
        found = look(None, NOBODYS, "/v1/models", Exchange(1, reply=reply))
        assert found is not None
        assert {row.speaks for row in found.rows if row.mark == shown} == {speaks}


def test_a_relay_passes_on_what_stands_behind_it_and_its_own_mark_is_for_it() -> None:
    for shown, speaks in ((OWN, "neutral"), (FOREIGN, "neutral"), (RELAY, "for"), (GATEWAY, "against")):
        reply = Reply(200, {"content-type": "application/json", shown: "1"}, {"data": []})
        found = look(PROVIDERS["new_api"], NOBODYS, "/v1/models", Exchange(1, reply=reply))
        assert found is not None
        assert {row.speaks for row in found.rows if row.mark == shown} == {speaks}


def test_every_host_that_a_provider_lists_is_known_as_its_own() -> None:
    for provider in PROVIDERS.values():
        for region in (*provider.hosts, *provider.keyless_hosts):
            known = provider_at(f"https://{region.host}/any/path")
            assert known is not None
            assert region.host in {one.host for one in (*known.hosts, *known.keyless_hosts)}
    assert provider_at(NOBODYS) is None
    assert provider_at("https://api.openai.com.example.com") is None
