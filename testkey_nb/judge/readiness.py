"""The verdict on a key: passport, capabilities, gates, and the one action that comes next."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from testkey_nb.errors import DataExpired
from testkey_nb.headroom import HeadroomRow, headroom
from testkey_nb.launch import Launch
from testkey_nb.load import Load
from testkey_nb.outcome import Action, Answer, Axis, CapabilityState, Gate, GateState
from testkey_nb.prices import RulingRow, from_catalogue, in_region, rule
from testkey_nb.probe import CONTROL, Run
from testkey_nb.retention import hold
from testkey_nb.rows import ActionRow, CapabilityRow, PassportRow, PriceRow, Why
from testkey_nb.spec import Finding

from .capabilities import capabilities
from .case import Case, own_prices
from .first_look import signal
from .gates import Walked, walk
from .passport import passport
from .policy import Policy
from .views import VIEWS, row_of

if TYPE_CHECKING:
    import pandas as pd

ACTION_OF: Mapping[Gate, Action] = dict(zip(Gate, Action, strict=False))  # the sixth action belongs to no gate
SCHEMA = 1


@dataclass(frozen=True, slots=True)
class Next:
    """The one action a run ends in; `id` and `gate` are None when nothing is outstanding."""

    id: Action | None
    gate: Gate | None
    why: Why
    opens: Why


@dataclass(frozen=True, slots=True, weakref_slot=True, eq=False, repr=False)
class Readiness:
    """A run judged under a policy.  Judging it again under another sends nothing."""

    run: Run
    policy: Policy
    launch: Launch
    passport: Mapping[Axis, Finding]
    capabilities: tuple[CapabilityRow, ...]
    gates: tuple[Walked, ...]
    prices: tuple[PriceRow, ...]
    court: tuple[RulingRow, ...]  # of every region and currency
    rulings: Mapping[tuple[str, str], RulingRow]  # the one that counts of each model and route in the run's region
    action: Next
    outstanding: tuple[Action, ...]

    def __repr__(self) -> str:
        """Say of which run it is."""
        return f"<Readiness of {self.run!r}>"

    @property
    def load(self) -> Load | None:
        """The planned load, None where the policy plans no requests or no tokens: that would cost nothing anywhere."""
        policy = self.policy
        load = Load(policy.planned_requests_per_day, policy.planned_input_tokens, policy.planned_output_tokens)
        return load if load.requests_per_day and (load.input_tokens or load.output_tokens) else None

    @property
    def ready(self) -> bool | None:
        """Whether the key may go into use: None while a required answer is unknown, and once the data is gone."""
        if self.run.gone:
            return None
        required = [gate for gate in self.gates if gate.required]
        if any(gate.may is Answer.NO for gate in required):
            return False
        if any(gate.may is Answer.UNKNOWN for gate in required):
            return None
        return all(gate.done is Answer.YES for gate in required)

    @property
    def stage(self) -> Gate | None:
        """The last gate of the unbroken row of passed gates."""
        last = None
        for gate in self.gates:
            if gate.state is not GateState.PASS:
                break
            last = gate.gate
        return last

    @property
    def headroom(self) -> Sequence[HeadroomRow]:
        """Every limit against the planned load."""
        return headroom(self.run.limits, self.policy.demand, self.run.plan.service)

    @property
    def signal(self) -> Why:
        """What to look at first."""
        return signal(self)

    def rows(self, grain: str) -> Sequence[object]:
        """Return the rows of one frame or view."""
        if grain in VIEWS:
            return VIEWS[grain].rows(self)
        if grain == "passport":
            return [PassportRow(axis, found.answer, found.why, found.asks) for axis, found in self.passport.items()]
        if grain == "gates":
            return [gate.row() for gate in self.gates]
        if grain == "actions":
            return self._actions()
        if grain in {"capabilities", "prices"}:
            own: Sequence[object] = getattr(self, grain)
            return own
        return self.run.rows(grain)

    def _actions(self) -> list[ActionRow]:
        done_whys = {ACTION_OF[gate.gate]: gate for gate in self.gates}
        rows = []
        if self.action.id and self.action.gate:
            rows.append(ActionRow(self.action.id, self.action.gate, True, self.action.why, self.action.opens))  # noqa: FBT003
        for action in self.outstanding:
            gate = done_whys[action]
            rows.append(ActionRow(action, gate.gate, False, gate.done_why, gate.opens))  # noqa: FBT003
        return rows

    def frame(self, grain: str) -> "pd.DataFrame":
        """Return one of the ten frames of `rows.GRAINS` or of the `VIEWS` drawn from them.

        Raises
        ------
        UnknownName
            If there is no such frame.

        """
        from testkey_nb.frames import frame  # noqa: PLC0415 - pandas is loaded when a frame is asked for

        return frame(row_of(grain), [(self.run.stamp, self.rows(grain))], self.run.until)

    def to_json(self) -> dict[str, object]:
        """Return the object that `--json` prints and other programs rely on; schema 1.

        Raises
        ------
        DataExpired
            If its five minutes are over.

        """
        self.check()
        run, stamp = self.run, asdict(self.run.stamp)
        tables = {
            grain: [{**_plain(stamp), **_plain(asdict(row))} for row in self.rows(grain)]  # type: ignore[call-overload]
            for grain in ("models", "prices", "limits")
        }
        gates = [
            {"gate": g.gate, "may": g.may, "done": g.done, "state": g.state, "why": g.why} for g in self.gates
        ]  # fmt: skip
        return {
            "schema": SCHEMA,
            "run_id": run.stamp.run_id,
            "observed_at": run.stamp.observed_at.isoformat(timespec="seconds"),
            "operator": run.plan.operator,
            "sandbox": run.sandbox,
            "provider": run.stamp.provider,
            "dimension": self.policy.dimension,
            "policy": self.policy.to_json(),
            "summary": self.summary(),
            "identity": run.identity.to_json(),
            "passport": {axis.value: finding.answer for axis, finding in self.passport.items()},
            "metrics": [{"metric": m.metric, "value": m.native, "unit": m.unit, "ask": m.ask} for m in run.metrics],
            **tables,
            "capabilities": [{"capability": c.capability, "state": c.state, "why": c.why} for c in self.capabilities],
            "gates": gates,
            "stage": self.stage,
            "ready": self.ready,
            "action": asdict(self.action),
            "outstanding": list(self.outstanding),
            "manifest": run.manifest.to_json(),
        }

    def check(self) -> None:
        """Make sure that there is still something to show.

        Raises
        ------
        DataExpired
            If its five minutes are over.

        """
        if self.run.gone:
            raise DataExpired("this run's data is gone after five minutes; probe again")

    def forget(self) -> None:
        """Drop every verdict and what it rests on."""
        self.run.forget()
        gone = Next(
            Action.HUMAN_REVIEW, Gate.IDENTIFICATION, Why("the data is gone after five minutes"), Why("probe again")
        )
        for name, empty in (("passport", {}), ("capabilities", ()), ("gates", ()), ("prices", ()), ("court", ()),
                            ("rulings", {}), ("outstanding", ()), ("action", gone)):  # fmt: skip
            object.__setattr__(self, name, empty)

    def summary(self) -> dict[str, object]:
        """Return the onboarding card: names of what was covered, asked and found, and what to look at first."""
        listed = {row.model for row in self.run.models if row.listed}
        supported = (CapabilityState.PROVED, CapabilityState.PARTIAL)
        return {
            "model_coverage": [model for model in self.run.plan.models if model in listed],
            "models": list(self.run.plan.models),
            "probes": list(dict.fromkeys(row.ask for row in self.run.answers if row.sent and row.ask != CONTROL)),
            "metrics": list(dict.fromkeys(row.metric for row in self.run.metrics)),
            "capabilities": [row.capability for row in self.capabilities if row.state in supported],
            "signal": self.signal,
        }


def judge_run(run: Run, launch: Launch | None = None, policy: Policy | None = None) -> Readiness:
    """Judge `run` against what is done in a launch folder and what a policy asks for.

    Parameters
    ----------
    run
        The facts.
    launch
        What `read_launch` found; None for an empty folder.
    policy
        None for ``commercial-launch``.

    Raises
    ------
    DataExpired
        If the run's five minutes are over.

    """
    if run.gone:
        raise DataExpired("this run's data is gone after five minutes; probe again")
    launch, policy = launch or Launch(), policy or Policy()
    prices = _side_by_side(run, launch)
    court = rule(
        prices,
        run.stamp.observed_at,
        max_age_days=policy.max_price_age_days,
        max_spread=policy.max_price_spread,
        undated_pass=policy.undated_prices_pass,
        live={(row.model, row.route) for row in run.models if row.live},
    )
    case = Case(run, launch, policy, passport(run), in_region(court, run.plan.region))
    gates = walk(case)
    action, outstanding = _next(gates)
    readiness = Readiness(
        run, policy, launch, case.passport, capabilities(case), gates, prices, court, case.rulings, action, outstanding
    )  # fmt: skip
    hold(readiness, "verdict", lambda held: held.forget(), run.until)
    return readiness


def _side_by_side(run: Run, launch: Launch) -> tuple[PriceRow, ...]:
    """Return live prices, the catalogue's for the covered models' routes, and the folder's own."""
    routes = [(row.model, row.route) for row in run.models if row.covered and row.listed]
    own = [row for row in own_prices(run, launch) if row.source]
    listed = from_catalogue(run.plan.provider, routes, run.plan.region, run.stamp.observed_at)
    return (*run.prices, *listed, *own)


def _next(gates: Sequence[Walked]) -> tuple[Next, tuple[Action, ...]]:
    """Choose exactly one action: nobody should do work for a key that cannot launch."""
    required = [gate for gate in gates if gate.required]
    undone = [gate for gate in required if gate.done is not Answer.YES]  # a price to be filled in is not filed either
    blocked = next((gate for gate in required if gate.may is not Answer.YES and not gate.to_fill), None)
    if blocked:
        first = Next(Action.HUMAN_REVIEW, blocked.gate, blocked.may_why, blocked.opens)
    elif undone:
        first = Next(ACTION_OF[undone[0].gate], undone[0].gate, undone[0].why, undone[0].opens)
    else:
        first = Next(None, None, Why("nothing is outstanding"), Why(""))
    outstanding = (ACTION_OF[gate.gate] for gate in undone)
    return first, tuple(action for action in outstanding if action is not first.id)


def _plain(row: Mapping[str, object]) -> dict[str, object]:
    return {name: value.isoformat() if isinstance(value, datetime) else value for name, value in row.items()}
