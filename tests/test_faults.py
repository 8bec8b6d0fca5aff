"""Faults over real sockets: every fault against three providers, and every provider against six faults."""

import fault_table
import pytest

from testkey_nb import sandbox
from testkey_nb.sandbox.faulty import FAULTS

THREE = ("huggingface", "openai", "openrouter")
SIX = (
    "reset inside the body", "gzip that is none", "a page that is said to be JSON", "401 with an unfamiliar body",
    "429, Retry-After in a while", "an echo of the whole request",
)  # fmt: skip


@pytest.mark.parametrize("provider", THREE)
@pytest.mark.parametrize("fault", FAULTS)
def test_whatever_goes_wrong_everywhere_nothing_is_known_and_nothing_leaks(fault: str, provider: str) -> None:
    assert fault_table.everywhere(provider, fault).good


@pytest.mark.parametrize("provider", [one for one in sandbox.PERSONAS if one not in THREE])
@pytest.mark.parametrize("fault", SIX)
def test_no_provider_makes_a_verdict_of_what_it_did_not_say(fault: str, provider: str) -> None:
    assert fault_table.everywhere(provider, fault).good


@pytest.mark.parametrize("fault", [name for name, fault in FAULTS.items() if not fault.slow])
def test_what_goes_wrong_at_one_question_costs_the_others_nothing(fault: str) -> None:
    found = fault_table.where_proved("huggingface", fault)
    assert found is not None
    assert found.good
