"""The one policy for technical retries: a few tries, seconds apart, and only of what was never processed.

A *retry* is this; a *wait* is the ladder's, counts days, and is no business of a connector.
"""

from collections.abc import Callable

import tenacity

from connectors.failure import VendorBusy
from domain.attempt import FailureClass

TRIES = 4
FIRST_PAUSE_SECONDS = 0.5
LONGEST_PAUSE_SECONDS = 8.0


def patiently(*, sleep: Callable[[float], None] = tenacity.nap.sleep) -> tenacity.Retrying:
    """The retry policy of every connector: call it with a function and its arguments.

    Args:
        sleep: takes the seconds of a pause; a test gives one that does not sleep.

    Raises:
        VendorBusy: when the last try was refused as well. Every other error ends it at once, also that of a sender who
            is too fast: it is slowed, and comes again much later.
    """
    return tenacity.Retrying(
        retry=tenacity.retry_if_exception(_was_never_processed),
        stop=tenacity.stop_after_attempt(TRIES),
        wait=tenacity.wait_exponential_jitter(
            multiplier=FIRST_PAUSE_SECONDS, max=LONGEST_PAUSE_SECONDS, jitter=FIRST_PAUSE_SECONDS
        ),
        sleep=sleep,
        reraise=True,
    )


def _was_never_processed(error: BaseException) -> bool:
    return isinstance(error, VendorBusy) and error.failure is FailureClass.NEVER_PROCESSED
