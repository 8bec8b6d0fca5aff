"""The words of every verdict, in their order, and how several answers are joined: other programs rely on both."""

from enum import StrEnum

import pytest

from testkey_nb import outcome
from testkey_nb.outcome import Answer, agree, every

WORDS = {
    "Answer": "yes no unknown",
    "Outcome": "ok denied forbidden no_funds rate_limited region_blocked not_offered unavailable unexpected",
    "Verdict": "genuine vouched relay unknown contradicted",
    "Speaks": "for against neutral",
    "Axis": "auth funds quota scope region models",
    "Capability": "provider_identity key_identity model_permission_matrix capability_matrix balance_and_quota "
    "limit_matrix price_book region_and_route continuous_monitoring operational_actions",
    "CapabilityState": "proved partial denied not_offered unknown",
    "Gate": "identification inventory pricing routing launch",
    "GateState": "pass fail unknown",
    "Action": "add_provider_config import_inventory fill_pricing set_route add_monitoring human_review",
    "Family": "ipv4 ipv6",
    "Standing": "confirmed listed unknown missing",
    "Phantom": "empty shut_down listed_only soon_gone unpriced deprecated",
    "Counted": "listed named live confirmed priced filed",
    "InventoryChange": "gone changed new unread",
    "LoadPart": "requests, tokens, input tokens, output tokens",
    "Look": "limits stability",
    "PriceVerdict": "agreed single_source stale disputed missing",
}
SETS = {
    name: kind
    for name, kind in vars(outcome).items()
    if isinstance(kind, type) and issubclass(kind, StrEnum) and kind is not StrEnum
}


@pytest.mark.parametrize("name", SETS)
def test_the_words_of_a_closed_set_and_their_order_are_as_promised(name: str) -> None:
    words = WORDS[name].split(", ") if "," in WORDS[name] else WORDS[name].split()
    assert [member.value for member in SETS[name]] == words
    assert [member.name for member in SETS[name]] == [word.upper().replace(" ", "_") for word in words]


# Letters stand for yes, no and unknown.

JOINED = (
    ("", "y", "u"),
    ("y", "y", "y"),
    ("n", "n", "n"),
    ("u", "u", "u"),
    ("yy", "y", "y"),
    ("nn", "n", "n"),
    ("yn", "n", "u"),
    ("yu", "u", "y"),
    ("nu", "n", "n"),
    ("ynu", "n", "u"),
)


@pytest.mark.parametrize(("answers", "of_all", "of_witnesses"), JOINED)
def test_all_hold_is_no_for_one_no_and_witnesses_that_contradict_each_other_leave_it_open(
    answers: str, of_all: str, of_witnesses: str
) -> None:
    letters = {"y": Answer.YES, "n": Answer.NO, "u": Answer.UNKNOWN}
    for given in (answers, answers[::-1]):
        assert every(letters[letter] for letter in given) is letters[of_all]
        assert agree(letters[letter] for letter in given) is letters[of_witnesses]
