"""The control plane over HTTP: who the borrowers are, what time it is, what they answer, and what was accepted."""

from fastapi import APIRouter, HTTPException
from fastapi.responses import PlainTextResponse

from domain.work_item import Disposition
from simulation.behaviour.answer import Answer
from simulation.sandbox.advance import advance
from simulation.sandbox.agenda import DueKind
from simulation.sandbox.control import (
    Accepts,
    Advance,
    Advanced,
    Answered,
    ArrangementSaid,
    Fault,
    Health,
    InstalmentSaid,
    PretendBorrower,
    PromiseSaid,
    Question,
    Text,
)
from simulation.sandbox.people import UnknownLoan
from simulation.sandbox.world import World


def control_routes(world: World) -> APIRouter:
    """The routes under `/_sandbox`."""
    router = APIRouter(prefix="/_sandbox")

    @router.get("/health")
    def health() -> Health:
        """The sandbox is up."""
        return Health(
            now=world.time.now(),
            requests={vendor: n for vendor, n in world.requests.items() if n},
            faults_waiting=world.faults.waiting(),
        )

    @router.post("/borrowers")
    def register(borrowers: list[PretendBorrower]) -> dict[str, int]:
        """Take in borrowers; known loans stay as they are."""
        return {"registered": world.people.register(borrowers, at=world.time.now())}

    @router.post("/advance")
    def move_on(told: Advance) -> Advanced:
        """Move time on and carry out what falls due."""
        return Advanced(next_due_at=advance(world, now=told.now))

    @router.post("/answer")
    def answer(question: Question) -> Answered:
        """Tell what comes of a piece of work."""
        try:
            answer = world.people.answer(question)
            found = answer.disposition is Disposition.CONFIRMED
            return _answered(answer, address=world.people.home(question.loan_number) if found else None)
        except UnknownLoan:
            raise HTTPException(status_code=404, detail="no borrower is registered for this loan") from None

    @router.post("/texts")
    def write(told: Text) -> dict[str, int]:
        """A borrower writes; the next advance brings it."""
        payload = {"action": told.channel, "address": told.phone, "text": told.text}
        world.agenda.add(DueKind.REPLY, at=world.time.now(), sort_key=f"text {told.phone}", payload=payload)
        return {"written": 1}

    @router.get("/accepts")
    def accepts() -> Accepts:
        """The accept log."""
        return world.log.read()

    @router.post("/faults")
    def ask_for_fault(fault: Fault) -> dict[str, int]:
        """Make the next occasions go wrong."""
        world.faults.ask_for(fault)
        return {"times": fault.times}

    @router.get("/sendgrid-public-key", response_class=PlainTextResponse)
    def sendgrid_public_key() -> str:
        """The key that verifies email events."""
        return world.key.public()

    return router


def _answered(answer: Answer, *, address: str | None) -> Answered:
    promise = answer.promise and PromiseSaid(amount_minor=answer.promise.amount_minor, due_on=answer.promise.due_on)
    instalments = tuple(InstalmentSaid(due_on=i.due_on, amount_minor=i.amount_minor) for i in answer.instalments)
    return Answered(
        disposition=answer.disposition,
        minutes=answer.minutes,
        promise=promise,
        arrangement=ArrangementSaid(instalments=instalments) if instalments else None,
        address=address,
    )
