"""Proofs of the container files, without an engine: names, commands and safety."""
