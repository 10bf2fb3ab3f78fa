"""The settings of a journey worker, read from environment variables that begin with `DUECOURSE_WORKER_`."""

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict


class WorkerSettings(BaseSettings):
    """How a journey worker works; every field is an environment variable (`DUECOURSE_WORKER_POLL_SECONDS`)."""

    model_config = SettingsConfigDict(env_prefix="DUECOURSE_WORKER_", frozen=True)

    poll_seconds: float = Field(default=1.0, gt=0)
    """Longest time between two looks for due runs; the worker looks again at once while there is more to do."""

    lanes: int = Field(default=4, ge=1)
    """Journeys that are carried out at the same time, beside one flow of the house; `prefect worker start --limit` has
    the last word, and counts both."""

    grace_seconds: float = Field(default=20.0, ge=0)
    """How long a stopping worker lets its flow runs go on to their next wait."""

    wake: str = "deployments.entries:wake_ups"
    """`module:function` of a function that moves runs whose wait is over early and returns how many it moved; nothing
    is called where this is empty."""
