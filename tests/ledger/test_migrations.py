"""The shape of the ledger: brought up by migrations, which agree with the tables to the last column."""

from collections.abc import Iterator

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Engine, inspect
from sqlmodel import SQLModel

from ledger.database import make_engine
from ledger.migrating import is_current, migrate


@pytest.fixture
def migrated(empty_url: str) -> Iterator[Engine]:
    """A database that the migrations brought up."""
    migrate(empty_url)
    engine = make_engine(empty_url)
    yield engine
    engine.dispose()


class TestMigrations:
    """From nothing to the newest shape."""

    def test_make_every_table_and_leave_no_difference(self, migrated: Engine) -> None:
        """What Alembic would still have to do is nothing."""
        with migrated.connect() as connection:
            context = MigrationContext.configure(connection, opts={"compare_type": True})
            assert compare_metadata(context, SQLModel.metadata) == []
        assert set(SQLModel.metadata.tables) <= set(inspect(migrated).get_table_names())

    def test_know_whether_they_are_needed(self, empty_url: str) -> None:
        """An empty database is not current; a migrated one is, also after a second time."""
        assert not is_current(empty_url)
        for _ in range(2):
            migrate(empty_url)
            assert is_current(empty_url)

    def test_allow_one_open_journey_per_loan(self, migrated: Engine) -> None:
        """The index that two intakes at once would break is there on both databases."""
        indexes = {index["name"]: index for index in inspect(migrated).get_indexes("journeys")}
        assert indexes["uq_journeys_one_open_per_loan"]["unique"]
