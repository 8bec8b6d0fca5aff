"""The six questions of a key's passport, answered from a run."""

from collections.abc import Iterable, Mapping

from testkey_nb.identity import FOREIGN
from testkey_nb.outcome import Answer, Axis, Outcome, Verdict, agree
from testkey_nb.probe import Run
from testkey_nb.rows import AnswerRow, Why
from testkey_nb.spec import Finding

_LOOK = Why("have a person look at the provider's page")
_UNTOLD: Mapping[Axis, Why] = {
    Axis.FUNDS: Why("nothing that was answered tells whether somebody can pay"),
    Axis.QUOTA: Why("nothing that was answered tells whether a limit is used up"),
    Axis.SCOPE: Why("nothing that was answered tells whether this key may call models"),
}
_AGAIN = Why("probe again once the provider answers: nothing was granted, and no refusal that is known here was told")
_CONFIRM = Why("have a person confirm the key on the provider's page")


def passport(run: Run) -> Mapping[Axis, Finding]:
    """Return one finding per axis.

    What the provider's answers say about the key is heard only where `auth` is yes: an answer that anybody gets says
    nothing of this key.
    """
    auth = _auth(run)
    heard = [*run.findings]
    if auth.answer is Answer.YES:
        heard += run.plan.provider.findings(run.values())
    found = {axis: _joined(axis, [f for f in heard if f.axis is axis], auth) for axis in Axis}
    told = any(finding.axis is Axis.REGION for finding in heard)
    region = found[Axis.REGION] if told else _untold_region(auth)
    return {**found, Axis.AUTH: auth, Axis.REGION: region, Axis.MODELS: _models(run)}


def _auth(run: Run) -> Finding:
    witnesses = [finding for finding in run.findings if finding.axis is Axis.AUTH]
    if agree(f.answer for f in witnesses) is not Answer.UNKNOWN:
        return _joined(Axis.AUTH, witnesses, None)
    if len({f.answer for f in witnesses}) > 1:
        why = Why("one answer accepts the key and another refuses it")
        return Finding(Axis.AUTH, Answer.UNKNOWN, why, _asks(witnesses), Why("have a person confirm the key"))
    if witnesses:
        return witnesses[0]
    if run.identity.verdict in {*FOREIGN, Verdict.UNKNOWN} and not any(row.keyed for row in run.answers):
        why = Why("the key was not sent: {why}", why=run.identity.why)
        opens = Why(
            "use the provider's own address, or vouch for this endpoint with --trust-endpoint if you operate it"
        )
        return Finding(Axis.AUTH, Answer.UNKNOWN, why, "", opens)
    proving = sorted({ask.name for ask in run.plan.provider.asks if ask.proves_key})
    if not proving:
        why = Why("no read-only question of {name} tells whether it accepts a key", name=run.plan.provider.name)
        return Finding(Axis.AUTH, Answer.UNKNOWN, why, "", _CONFIRM)
    asked = [row for row in run.answers if row.ask in proving and row.keyed]
    seen = Why.both(Why("{ask}: {why}", ask=row.ask, why=row.why) for row in asked) or Why("not asked")
    why = Why("no answer tells whether the key is accepted ({seen})", seen=seen)
    return Finding(Axis.AUTH, Answer.UNKNOWN, why, ", ".join(proving), _opens(run, asked))


def _opens(run: Run, asked: list[AnswerRow]) -> Why:
    """Return what would bring another answer: to ask again only where the provider has not said what is in the way."""
    for finding in run.findings:
        if finding.answer is Answer.NO and finding.opens:
            return finding.opens
    described = any(row.source and row.outcome in {Outcome.FORBIDDEN, Outcome.UNEXPECTED} for row in asked)
    return _CONFIRM if described else _AGAIN


def _asks(findings: Iterable[Finding]) -> str:
    return ", ".join(sorted({ask for finding in findings for ask in finding.asks.split(", ") if ask}))


def _joined(axis: Axis, findings: list[Finding], auth: Finding | None) -> Finding:
    """Join what is known of one axis; witnesses that contradict each other leave it unknown."""
    if not findings:
        if auth is None or auth.answer is Answer.YES:
            return Finding(axis, Answer.UNKNOWN, _UNTOLD.get(axis, Why("nothing that was answered tells")), "", _LOOK)
        why = Why("not known, because it is not known that the key is accepted")
        return Finding(axis, Answer.UNKNOWN, why, auth.asks, auth.opens)
    answer = agree(finding.answer for finding in findings)
    decided = [finding for finding in findings if finding.answer is answer]
    if not decided:
        why = Why("answers contradict each other: {whys}", whys=Why.both(finding.why for finding in findings))
        return Finding(axis, Answer.UNKNOWN, why, _asks(findings), Why("have a person look at the evidence"))
    return Finding(axis, answer, decided[0].why, _asks(decided), decided[0].opens)


def _untold_region(auth: Finding) -> Finding:
    """Answer yes where an answer proved the key: no block was seen, nor anything that may be one."""
    if auth.answer is Answer.YES:
        return Finding(Axis.REGION, Answer.YES, Why("the key was answered from here, and no block was seen"), auth.asks)
    return Finding(
        Axis.REGION, Answer.UNKNOWN, Why("no answer to the key tells whether it is refused here"), auth.asks, auth.opens
    )


def _models(run: Run) -> Finding:
    listed = {row.model for row in run.models if row.listed}
    if not listed or run.identity.verdict in FOREIGN:
        why = Why("no model list of the provider could be read")
        return Finding(Axis.MODELS, Answer.UNKNOWN, why, "model_catalog", _AGAIN)
    gone = [model for model in run.plan.models if model not in listed]
    if gone:
        why = Why("not in the list of {count} models: {models}", count=len(listed), models=", ".join(gone))
        opens = Why("choose other models, or have the provider list these")
        return Finding(Axis.MODELS, Answer.NO, why, "model_catalog", opens)
    why = Why("every covered model is in the list of {count} models", count=len(listed))
    return Finding(Axis.MODELS, Answer.YES, why, "model_catalog")
