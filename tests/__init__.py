"""Proofs: one folder a house, and diaries of loans across all of them."""
