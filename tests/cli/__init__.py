"""Proofs of the command line: what people and programs read, and what they are told when something is wrong."""
