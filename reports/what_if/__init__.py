"""What another ladder would bring: the simulator's people and chances, as the ledger has seen them."""
