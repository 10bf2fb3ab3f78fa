"""Proofs of the pretend world: borrower behaviour, and the sandbox that speaks the vendors' protocols."""
