"""The second half of each gate: is it done, by the launch folder."""

from collections.abc import Iterable
from datetime import datetime
from urllib.parse import urlsplit

from testkey_nb.outcome import Answer
from testkey_nb.prices import fresh
from testkey_nb.probe import Run
from testkey_nb.rows import PriceRow, Why

from .case import Case, Check, own_prices
from .policy import Policy


def _done(missing: Iterable[str], yes: Why, no: Why, opens: Why) -> Check:
    return Check(Answer.NO, no, opens) if list(missing) else Check(Answer.YES, yes)


def key_hosts(run: Run) -> frozenset[str]:
    """Return the hosts of the run's region, which a config must name; a relay has the base URL's."""
    plan = run.plan
    here = [known.host for known in plan.provider.hosts if known.region == plan.region]
    return frozenset(urlsplit(plan.at(host)).hostname or "" for host in here or [""])


def configured(case: Case) -> Check:
    """Ask whether providers.toml has the provider and its hosts."""
    provider = case.run.stamp.provider
    missing = key_hosts(case.run) - case.launch.hosts.get(provider, frozenset())
    return _done(
        missing,
        Why("providers.toml has {provider} with its hosts", provider=provider),
        Why(
            "providers.toml does not have {provider} with {hosts}", provider=provider, hosts=", ".join(sorted(missing))
        ),
        Why("write it with the action add_provider_config"),
    )


def inventoried(case: Case) -> Check:
    """Ask whether inventory.csv has the credential by name, with owner and covered models."""
    name = case.run.key_name
    lines = case.launch.lines_of(name, case.run.stamp.provider)
    missing = set(case.run.plan.models) - {model for line in lines if line.owner_id for model in line.models}
    return _done(
        missing,
        Why("inventory.csv has {name} with owner and models", name=name),
        Why("inventory.csv does not have {name} with owner and {models}", name=name, models=", ".join(sorted(missing))),
        Why("write it with the action import_inventory; where nothing tells the owner, a person fills it in"),
    )


def price_filed(case: Case) -> Check:
    """Ask whether prices.csv has, for every covered model, a whole and fresh price on a live route."""
    policy, run = case.policy, case.run
    own = own_prices(run, case.launch)
    filed = {row.model for row in own if _stands(row, case) and _whole(row, run.stamp.observed_at, policy)}
    missing = set(run.plan.models) - filed
    return _done(
        missing,
        Why(
            "prices.csv has every covered model on a live route, within {days} days",
            days=f"{policy.max_price_age_days:g}",
        ),
        Why("prices.csv has no whole and fresh price of {models}", models=", ".join(sorted(missing))),
        Why("write it with the action fill_pricing; a person fills in the prices and the dates that no source has"),
    )


def _stands(row: PriceRow, case: Case) -> bool:
    """Whether a filed price is of a live route and no source disputes it."""
    ruling = case.rulings.get((row.model, row.route))
    return row.route in case.run.live(row.model) and bool(ruling and ruling.stands and ruling.currency == row.currency)


def _whole(row: PriceRow, now: datetime, policy: Policy) -> bool:
    dated = row.checked_at is not None and fresh(row, now, policy.max_price_age_days)
    return bool(row.base and row.whole and dated and row.source)


def routed(case: Case) -> Check:
    """Ask whether routes.yaml routes every covered model with this credential, or names none."""
    name = case.run.key_name
    missing = set(case.run.plan.models) - {model for model, key in case.launch.routed if key in {name, ""}}
    return _done(
        missing,
        Why("routes.yaml routes every covered model"),
        Why("routes.yaml does not route {models} with {name}", models=", ".join(sorted(missing)), name=name),
        Why("write it with the action set_route"),
    )


def watched(case: Case) -> Check:
    """Ask whether monitoring/ watches the credential."""
    name = case.run.key_name
    missing = {(case.run.stamp.provider, name)} - case.launch.watched
    return _done(
        [credential for _, credential in missing],
        Why("monitoring/ watches {name}", name=name),
        Why("monitoring/ does not watch {name}", name=name),
        Why("write it with the action add_monitoring"),
    )
