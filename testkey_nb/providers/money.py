"""Balances, usage and limits in money: each amount in its own currency, none converted, none added to another.

An amount is a metric whose unit is its currency: ``balance_available`` (what can be spent now), ``balance_granted``
and ``balance_topped_up`` (or ``_voucher`` and ``_cash``, where the provider splits it so), ``usage_total``,
``usage_daily``, ``usage_weekly``, ``usage_monthly``, ``key_limit`` and ``key_limit_remaining``.
"""

import re
from collections.abc import Iterable, Mapping

from testkey_nb.outcome import Answer, Axis
from testkey_nb.rows import Value, Why
from testkey_nb.spec import Finding, Metric, Reply

from .loose import amount

Values = Mapping[str, tuple[Value, ...]]


def amounts(found: Mapping[str, object], currency: str) -> list[Metric]:
    """Return a metric for each amount that can be read; without a currency (ISO 4217) an amount means nothing."""
    if not re.fullmatch("[A-Z]{3}", currency):
        return []
    return [Metric(name, read, currency) for name, value in found.items() if (read := amount(value)) is not None]


def as_of(reply: Reply, name: str = "balance_as_of") -> list[Metric]:
    """Return when an amount held, by the clock of whoever said so; nothing where the answer has no date."""
    from email.utils import parsedate_to_datetime  # noqa: PLC0415 - slow, and most of what is imported here never asks

    try:
        when = parsedate_to_datetime(reply.headers.get("date", ""))
    except (ValueError, TypeError, IndexError, OverflowError):
        return []
    return [Metric(name, when.isoformat(timespec="seconds"), "UTC")]


def prepaid(values: Values, page: str) -> tuple[Finding, ...]:
    """Say who can pay where calls are paid from a balance.

    `balance_usable` is the provider's own word that calls can be made now and decides, also about the quota; else a
    balance above zero in any currency pays, which says nothing of limits of the key.
    """
    usable = [value for value in values.get("balance_usable", ()) if isinstance(value, bool)]
    left = [value for value in values.get("balance_available", ()) if isinstance(value, int | float)]
    if not usable and not left:
        return ()
    asks, opens = "balance_snapshot", Why("add credits at {page}", page=page)
    if usable:
        if usable[0]:
            why = Why("prepaid: the provider says that the balance suffices for calls")
            return (Finding(Axis.FUNDS, Answer.YES, why, asks), Finding(Axis.QUOTA, Answer.YES, why, asks))
        why = Why("prepaid: the provider says that the balance does not suffice for calls")
        return (Finding(Axis.FUNDS, Answer.NO, why, asks, opens),)
    if max(left) > 0:
        return (Finding(Axis.FUNDS, Answer.YES, Why("prepaid: the balance that was read is above zero"), asks),)
    return (Finding(Axis.FUNDS, Answer.NO, Why("prepaid: the balance that was read is used up"), asks, opens),)


def spent(values: Values, name: str) -> float | None:
    """Return the one number a metric has; None where it has none or several."""
    found = [value for value in values.get(name, ()) if isinstance(value, int | float) and not isinstance(value, bool)]
    return float(found[0]) if len(found) == 1 else None


def known(findings: Iterable[Finding | None]) -> tuple[Finding, ...]:
    """Return the findings there are."""
    return tuple(finding for finding in findings if finding)
