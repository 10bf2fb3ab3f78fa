"""Is the evidence signed? What the doctor says of the signing key, the last signed day and the triggers."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from deployments.finding import Finding, Light
from deployments.settings import Settings
from ledger.database import Ledger
from ledger.evidence.roots import state_of_roots
from ledger.evidence.signing import EvidenceKeyExposed, EvidenceKeyMalformed, signing_key

ABOUT = "evidence"
LATE = timedelta(days=2)


def evidence_findings(ledger: Ledger, settings: Settings, *, now: datetime) -> Iterator[Finding]:
    """The key, the day that was signed last, and whether the triggers are on. Nothing is proved: that takes longer."""
    yield _key(settings)
    with ledger.reading() as session:
        state = state_of_roots(session)
    if state.missing_guards:
        says = f"{len(state.missing_guards)} triggers are off: rows that are never changed can be changed"
        yield Finding(Light.RED, ABOUT, says, "Find out who took them off, and run `duecourse evidence verify`.")
    since = state.first_event_on if state.last_day is None else state.last_day
    if since is not None and now.astimezone(UTC).date() - since > LATE:
        signed = "no day is signed" if state.last_day is None else f"the last signed day is {state.last_day}"
        yield Finding(
            Light.YELLOW, ABOUT, signed, "Is a worker up? `duecourse evidence close-days` signs what is over."
        )


def _key(settings: Settings) -> Finding:
    path = settings.evidence_key
    if not path.exists():
        light = Light.YELLOW if not settings.sends_for_real else Light.RED
        return Finding(light, ABOUT, f"{path} does not exist", f"`duecourse evidence new-key {path}`")
    try:
        signing_key(path)
    except EvidenceKeyExposed:
        return Finding(Light.RED, ABOUT, f"{path} can be read by others", f"Run `chmod 600 {path}`.")
    except EvidenceKeyMalformed as error:
        return Finding(Light.RED, ABOUT, str(error), "Bring the right key back from its backup.")
    return Finding(Light.GREEN, ABOUT, f"{path} is a key that only its owner may read")
