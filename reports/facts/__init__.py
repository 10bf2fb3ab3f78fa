"""What a report rests on, as columns of numbers: fetched once from the ledger, read by every measure."""
