"""The vocabulary of verdicts: every closed set that an answer, an axis, a gate or an action is told in."""

from collections.abc import Iterable, Mapping
from enum import StrEnum
from types import MappingProxyType


class Answer(StrEnum):
    """What is known about a question; unknown is never rounded to either side."""

    YES = "yes"
    NO = "no"
    UNKNOWN = "unknown"


class Outcome(StrEnum):
    """What one HTTP answer means."""

    OK = "ok"
    DENIED = "denied"
    FORBIDDEN = "forbidden"
    NO_FUNDS = "no_funds"
    RATE_LIMITED = "rate_limited"
    REGION_BLOCKED = "region_blocked"
    NOT_OFFERED = "not_offered"
    UNAVAILABLE = "unavailable"
    UNEXPECTED = "unexpected"


class Verdict(StrEnum):
    """Who answers at an endpoint."""

    GENUINE = "genuine"
    VOUCHED = "vouched"
    RELAY = "relay"
    UNKNOWN = "unknown"
    CONTRADICTED = "contradicted"


class Speaks(StrEnum):
    """What one piece of evidence says about the endpoint being the provider's own."""

    FOR = "for"
    AGAINST = "against"
    NEUTRAL = "neutral"


class Axis(StrEnum):
    """The six questions of a key's passport."""

    AUTH = "auth"
    FUNDS = "funds"
    QUOTA = "quota"
    SCOPE = "scope"
    REGION = "region"
    MODELS = "models"


class Capability(StrEnum):
    """The ten things an operator wants to know of a key."""

    PROVIDER_IDENTITY = "provider_identity"
    KEY_IDENTITY = "key_identity"
    MODEL_PERMISSION_MATRIX = "model_permission_matrix"
    CAPABILITY_MATRIX = "capability_matrix"
    BALANCE_AND_QUOTA = "balance_and_quota"
    LIMIT_MATRIX = "limit_matrix"
    PRICE_BOOK = "price_book"
    REGION_AND_ROUTE = "region_and_route"
    CONTINUOUS_MONITORING = "continuous_monitoring"
    OPERATIONAL_ACTIONS = "operational_actions"


class CapabilityState(StrEnum):
    """How far one of the ten is answered."""

    PROVED = "proved"
    PARTIAL = "partial"
    DENIED = "denied"
    NOT_OFFERED = "not_offered"
    UNKNOWN = "unknown"


class Gate(StrEnum):
    """The five gates, in the order a key passes them."""

    IDENTIFICATION = "identification"
    INVENTORY = "inventory"
    PRICING = "pricing"
    ROUTING = "routing"
    LAUNCH = "launch"


class GateState(StrEnum):
    """Both halves of a gate in one word."""

    PASS = "pass"  # noqa: S105 - the word of a gate, not a password
    FAIL = "fail"
    UNKNOWN = "unknown"


class Action(StrEnum):
    """The six things a run can end in; the first five in the order of the gates they complete."""

    ADD_PROVIDER_CONFIG = "add_provider_config"
    IMPORT_INVENTORY = "import_inventory"
    FILL_PRICING = "fill_pricing"
    SET_ROUTE = "set_route"
    ADD_MONITORING = "add_monitoring"
    HUMAN_REVIEW = "human_review"


class Family(StrEnum):
    """The two kinds of internet address."""

    IPV4 = "ipv4"
    IPV6 = "ipv6"


class Standing(StrEnum):
    """What is known of a model for this key; being listed is no permission."""

    CONFIRMED = "confirmed"
    LISTED = "listed"
    UNKNOWN = "unknown"
    MISSING = "missing"


class Phantom(StrEnum):
    """Why something that a list names should not be relied on, the worst first."""

    EMPTY = "empty"
    SHUT_DOWN = "shut_down"
    LISTED_ONLY = "listed_only"
    SOON_GONE = "soon_gone"
    UNPRICED = "unpriced"
    DEPRECATED = "deprecated"


class Counted(StrEnum):
    """Which of its models a source counts."""

    LISTED = "listed"
    NAMED = "named"
    LIVE = "live"
    CONFIRMED = "confirmed"
    PRICED = "priced"
    FILED = "filed"


class InventoryChange(StrEnum):
    """What became of a model since an earlier inventory."""

    GONE = "gone"
    CHANGED = "changed"
    NEW = "new"
    UNREAD = "unread"


class LoadPart(StrEnum):
    """What a planned load consists of, and limits count."""

    REQUESTS = "requests"
    TOKENS = "tokens"
    INPUT_TOKENS = "input tokens"
    OUTPUT_TOKENS = "output tokens"


class Look(StrEnum):
    """What the onboarding signal can name beside axes and gates."""

    LIMITS = "limits"
    STABILITY = "stability"


class PriceVerdict(StrEnum):
    """What the sources of one route's price say together."""

    AGREED = "agreed"
    SINGLE_SOURCE = "single_source"
    STALE = "stale"
    DISPUTED = "disputed"
    MISSING = "missing"


# What an outcome says about the key by itself. Whatever is not listed here says nothing: an `ok` proves a key only
# together with a refused control, and a `rate_limited`, `unavailable` or `unexpected` answer proves nothing at all.
SAYS: Mapping[Outcome, tuple[tuple[Axis, Answer], ...]] = MappingProxyType(
    {
        Outcome.DENIED: ((Axis.AUTH, Answer.NO),),
        Outcome.NO_FUNDS: ((Axis.FUNDS, Answer.NO),),
        Outcome.REGION_BLOCKED: ((Axis.REGION, Answer.NO),),
    }
)


def every(answers: Iterable[Answer]) -> Answer:
    """Answer "do all of these hold": one no is no, else one unknown is unknown, else yes (also for none)."""
    seen = set(answers)
    return next((answer for answer in (Answer.NO, Answer.UNKNOWN) if answer in seen), Answer.YES)


def agree(answers: Iterable[Answer]) -> Answer:
    """Join several witnesses of one question: those that do not know are passed over, a contradiction is unknown."""
    seen = set(answers) - {Answer.UNKNOWN}
    return seen.pop() if len(seen) == 1 else Answer.UNKNOWN
