"""Whether a contact would reach the person at a place: some media belong to a place, others only reach the person."""

from policy.compliance.question import Asked, Question

PLACE_OF_NUMBER = {"landline": "home", "home_landline": "home", "work": "work", "work_landline": "work"}


def is_at(question: Question, place: str) -> bool:
    """Whether it goes to a place: by a letter, visit or fixed line there, or because the person is known to be there.

    A mobile number or an electronic address belongs to no place. A letter or visit of which the place is not known is
    taken to go home.
    """
    target = question.target
    if target.known_at == place:
        return True
    match question.action:
        case Asked.MAIL | Asked.VISIT:
            return (target.place or "home") == place
        case Asked.CALL:
            if target.number_type == "mobile":
                return False
            return (target.place or PLACE_OF_NUMBER.get(target.number_type or "")) == place
        case _:
            return False
