"""Where a step tells what it left out: on its run's page in Prefect, or in the process's own log outside of a run."""

from logging import Logger, LoggerAdapter

from prefect.context import TaskRunContext
from prefect.logging import get_logger, get_run_logger


def run_log() -> Logger | LoggerAdapter[Logger]:
    """The log of the task that is running."""
    return get_run_logger() if TaskRunContext.get() is not None else get_logger("duecourse.steps")
