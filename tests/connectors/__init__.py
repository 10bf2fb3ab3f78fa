"""Proofs of the connectors, over real HTTP against the sandbox."""
