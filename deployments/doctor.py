"""Is everything in order? Every part is looked at, whatever state the others are in, and nothing is changed."""

from collections.abc import Callable, Iterator

from pydantic import ValidationError

from deployments.channel_checks import channel_findings
from deployments.clock import business_now
from deployments.evidence_checks import ABOUT as EVIDENCE
from deployments.evidence_checks import evidence_findings
from deployments.finding import Finding, Light
from deployments.prefect_checks import API, prefect_findings
from deployments.sender_checks import ABOUT as SENDERS
from deployments.sender_checks import sender_findings
from deployments.settings import Settings
from deployments.vendor_checks import vendor_findings
from deployments.wiring import keyring_of
from ledger import invariants
from ledger.database import Ledger, open_ledger
from ledger.durability import settings_that_forget
from ledger.keyring import KeyIsExposed, KeyIsMalformed, KeyIsMissing, Keyring, KeyWasReplaced, WrongKey
from ledger.listings import JourneyHealth, journey_health
from ledger.portfolios import portfolio_named, portfolio_names
from ledger.rechecks import calls_without_leave
from ledger.sealed_under import refuse_other_keys
from ledger.simulated_clock import simulated_now
from ledger.standing import Standing, standing_of, trouble_of
from ledger.unit_costs import units_without_price
from policy.compliance.packfile import Pack
from policy.compliance.reading import NoSuchPack
from policy.compliance.stacking import stack
from policy.files.problem import UnreadableFile


def examine() -> list[Finding]:
    """Look at everything and say how it is; never raises, also when nothing works."""
    try:
        settings = Settings()
    except ValidationError as error:
        wrong = "; ".join(f"DUECOURSE_{'_'.join(map(str, e['loc'])).upper()}: {e['msg']}" for e in error.errors())
        return [Finding(Light.RED, "settings", wrong, "Mend or unset the environment variable.")]
    sends = "messages reach real people" if settings.sends_for_real else "nothing is real: messages go to the sandbox"
    return [
        Finding(Light.GREEN, "settings", sends),
        *_guarded("key", lambda: [_key(settings)]),
        *_guarded("ledger", lambda: list(_ledger(settings))),
        *_guarded(API, prefect_findings),
        *_guarded("vendors", lambda: vendor_findings(settings)),
    ]


def _guarded(about: str, look: Callable[[], list[Finding]]) -> list[Finding]:
    try:
        return look()
    except Exception as error:  # noqa: BLE001 - a doctor who faints helps nobody; what it is, the line says
        says = trouble_of(error) or f"{type(error).__name__}: {' '.join(str(error).split())[:300]}"
        return [Finding(Light.RED, about, says, "Mend this first, then run `duecourse doctor` again.")]


def _key(settings: Settings) -> Finding:
    where = "DUECOURSE_KEY" if settings.key is not None else str(settings.key_file)
    if settings.key is None and not settings.key_file.exists():
        remedy = f"`duecourse key new {settings.key_file}`, or set DUECOURSE_KEY_FILE to the one that there is."
        if settings.sends_for_real:
            return Finding(Light.RED, "key", f"{where} does not exist", remedy)
        return Finding(Light.YELLOW, "key", f"{where} does not exist; one is made on first use", remedy)
    try:
        keyring_of(settings)
    except KeyIsExposed:
        return Finding(Light.RED, "key", f"{where} can be read by others", f"Run `chmod 600 {where}`.")
    except (KeyIsMalformed, KeyIsMissing):
        remedy = "Bring the right key back from its backup; a new one is made with `duecourse key new FILE`."
        return Finding(Light.RED, "key", f"{where} is not a key (32 bytes in base64)", remedy)
    return Finding(Light.GREEN, "key", f"{where} is a key that only its owner may read")


def _right_key(ledger: Ledger, settings: Settings) -> Iterator[Finding]:
    """Nothing, where the key is the one that the ledger is sealed under."""
    if settings.key is None and not settings.key_file.exists():
        return
    where = "DUECOURSE_KEY" if settings.key is not None else str(settings.key_file)
    try:
        with ledger.reading() as session:
            refuse_other_keys(session, keyring_of(settings))
    except KeyWasReplaced:
        remedy = "Bring the new key file, or run `duecourse key rotate` again where that was broken off."
        says = f"the ledger is sealed under another key by now than that of {where}"
        yield Finding(Light.RED, "key", says, remedy)
    except WrongKey:
        remedy = "Set DUECOURSE_KEY_FILE to the key that this ledger was made with, and restart what runs."
        yield Finding(Light.RED, "key", f"the ledger is sealed under another key than that of {where}", remedy)


def _ledger(settings: Settings) -> Iterator[Finding]:
    standing = standing_of(settings.ledger_url)
    match standing.standing:
        case Standing.ABSENT:
            remedy = "`duecourse import loans` or `duecourse migrate` makes it."
            yield Finding(Light.RED, "ledger", f"there is none at {standing.place}", remedy)
        case Standing.NOT_MIGRATED:
            yield Finding(Light.RED, "ledger", f"{standing.place} is not migrated", "Run `duecourse migrate`.")
        case Standing.UNREACHABLE:
            remedy = "Check DUECOURSE_LEDGER_URL, and that the database is up."
            yield Finding(Light.RED, "ledger", f"{standing.place} cannot be reached: {standing.why}", remedy)
        case Standing.READY:
            yield Finding(Light.GREEN, "ledger", f"{standing.place} is reachable and migrated")
            # The doctor reads no names, so it needs no key and makes none.
            ledger = open_ledger(settings.ledger_url, keyring=Keyring(b""))
            try:
                yield from _guarded("key", lambda: list(_right_key(ledger, settings)))
                yield from _guarded("durability", lambda: list(_durability(ledger, settings)))
                yield from _guarded("invariants", lambda: list(_invariants(ledger)))
                yield from _guarded("calls", lambda: list(_calls(ledger)))
                yield from _guarded("clock", lambda: list(_clock(ledger, settings)))
                yield from _guarded("prices", lambda: list(_prices(ledger)))
                yield from _guarded("packs", lambda: list(_packs(ledger)))
                yield from _guarded("channels", lambda: list(channel_findings(ledger, now=business_now(ledger))))
                yield from _guarded(SENDERS, lambda: list(sender_findings(ledger, settings, now=business_now(ledger))))
                yield from _guarded("journeys", lambda: list(_journeys(ledger)))
                yield from _guarded(
                    EVIDENCE, lambda: list(evidence_findings(ledger, settings, now=business_now(ledger)))
                )
            finally:
                ledger.close()


def _durability(ledger: Ledger, settings: Settings) -> Iterator[Finding]:
    """Red where real people would hear twice."""
    forgetful = settings_that_forget(ledger)
    if forgetful:
        light = Light.RED if settings.sends_for_real else Light.YELLOW
        says = f"PostgreSQL may forget what it has committed when the power fails ({' and '.join(forgetful)} off)"
        yield Finding(light, "durability", says, "Set them to `on`: a claim that is forgotten is sent a second time.")
    else:
        yield Finding(Light.GREEN, "durability", "what is committed outlives a power loss")


def _invariants(ledger: Ledger) -> Iterator[Finding]:
    with ledger.reading() as session:
        broken = invariants.broken(session)
    for name, rows in broken.items():
        says = f"{len(rows)} rows break '{name.replace('_', ' ')}', the first is {rows[0]}"
        yield Finding(
            Light.RED, "invariants", says, "Stop the workers and look into it: this is a bug or a manual change."
        )
    if not broken:
        yield Finding(Light.GREEN, "invariants", f"all {len(invariants.INVARIANTS)} hold")


def _calls(ledger: Ledger) -> Iterator[Finding]:
    """What was done already cannot be mended, so that this is yellow: it is about how people work."""
    with ledger.reading() as session:
        without_leave = calls_without_leave(session)
    if without_leave:
        says = f"{len(without_leave):,} calls to borrowers were made without leave, the last is {without_leave[0]}"
        remedy = (
            "Reserve every call before dialling: `duecourse work call ITEM`. `duecourse journeys show LOAN` has why."
        )
        yield Finding(Light.YELLOW, "calls", says, remedy)
    else:
        yield Finding(Light.GREEN, "calls", "every call to a borrower was allowed before it was made")


def _clock(ledger: Ledger, settings: Settings) -> Iterator[Finding]:
    with ledger.reading() as session:
        simulated = simulated_now(session)
    if simulated is None:
        yield Finding(Light.GREEN, "clock", "real time")
    elif settings.sends_for_real:
        remedy = "Unset DUECOURSE_REAL_SENDS: real people must not hear from a ledger in simulated time."
        yield Finding(Light.RED, "clock", "simulated, and messages are to reach real people", remedy)
    else:
        yield Finding(
            Light.GREEN, "clock", f"simulated: it is {simulated:%Y-%m-%d %H:%M} UTC; real vendors are refused"
        )


def _prices(ledger: Ledger) -> Iterator[Finding]:
    now = business_now(ledger)
    with ledger.reading() as session:
        currencies = sorted({portfolio_named(session, name).currency for name in portfolio_names(session)})
        missing = {code: units_without_price(session, currency=code, on=now.date()) for code in currencies}
    for code, units in missing.items():
        if units:
            says = f"no price in {code} for {', '.join(unit.value for unit in units)}; no journey opens"
            yield Finding(Light.RED, "prices", says, f"`duecourse costs add UNIT PRICE --currency {code} --from DATE`")
        else:
            yield Finding(Light.GREEN, "prices", f"every unit has one in {code}")
    if not missing:
        yield Finding(Light.GREEN, "prices", "no portfolio needs any yet")


def _packs(ledger: Ledger) -> Iterator[Finding]:
    with ledger.reading() as session:
        names = {pack for name in portfolio_names(session) for pack in portfolio_named(session, name).packs}
    found: dict[str, Pack] = {}
    for name in sorted(names):
        try:
            found |= {pack.id: pack for pack in stack([name]).packs}
        except (NoSuchPack, UnreadableFile) as error:
            yield Finding(Light.RED, "packs", str(error), "Bring its file back: nothing can be sent without it.")
    for pack in found.values():
        unproven = pack.unproven()
        if unproven:
            told = ", ".join(f"{rule.id} ({rule.form.citation.verified})" for rule in unproven)
            says = f"{pack.id}: counsel should confirm {len(unproven)} of {len(pack.rules)} rules: {told}"
            remedy = f"`duecourse packs show {pack.id}` is the text to read, before real messages are sent."
            yield Finding(Light.YELLOW, "packs", says, remedy)
        else:
            yield Finding(Light.GREEN, "packs", f"{pack.id}: every rule was read at its source or is house policy")
    if not names:
        yield Finding(Light.GREEN, "packs", "no portfolio uses any yet")


def _journeys(ledger: Ledger) -> Iterator[Finding]:
    now = business_now(ledger)
    with ledger.reading() as session:
        health = journey_health(session, now=now)
    yield from _troubled(health)
    if not (health.without_run or health.overdue or health.unknown_attempts):
        yield Finding(Light.GREEN, "journeys", f"{health.open:,} are open, and all of them are carried")


def _troubled(health: JourneyHealth) -> Iterator[Finding]:
    if health.without_run:
        says = f"{health.without_run:,} of {health.open:,} open journeys have no flow run"
        yield Finding(Light.YELLOW, "journeys", says, "Run the deployment `repair_journeys/repair`; is a worker up?")
    if health.overdue:
        says = f"{health.overdue:,} of {health.open:,} open journeys are overdue"
        yield Finding(
            Light.YELLOW, "journeys", says, "Is a worker up? `repair_journeys/repair` wakes those that got stuck."
        )
    if health.unknown_attempts:
        says = f"of {health.unknown_attempts:,} contacts nobody knows whether they left"
        remedy = "The vendors are asked for a day; then `duecourse work list --kind reconcile_attempt` has them."
        yield Finding(Light.YELLOW, "attempts", says, remedy)
