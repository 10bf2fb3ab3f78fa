"""Proofs of the addresses that vendors post to, over HTTP against a real ledger on both databases."""
