"""What is learned from a ledger whose truth is known."""
