"""The ledger's rows, one noun a file, as SQLModel tables."""
