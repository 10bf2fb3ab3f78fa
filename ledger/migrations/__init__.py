"""The history of the ledger's tables, one Alembic revision a file in `versions/`."""
