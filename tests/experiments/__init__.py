"""Proofs of the experiments: figures worked out by hand, streams in which nothing or something happens, and files."""
