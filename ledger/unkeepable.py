"""Which errors say that what somebody told us can never be kept, however often it is told."""

from sqlalchemy.exc import DataError, DBAPIError, StatementError

from ledger.work import NoSuchWork, WorkIsOver

OF_A_VALUE = "it holds a value that cannot be kept"


def why_unkeepable(error: Exception) -> str | None:
    """The reason to give back; None where the fault is ours or the database's, and the same thing may be told again."""
    match error:
        case DataError() | OverflowError():
            return OF_A_VALUE
        case DBAPIError():
            return None
        case StatementError():
            return OF_A_VALUE if isinstance(error.orig, ValueError | OverflowError) else None
        case ValueError() | NoSuchWork() | WorkIsOver():
            return str(error)
        case _:
            return None
