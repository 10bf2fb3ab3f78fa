"""Proofs of the journey worker: on a real Prefect server, as a real process, started as a person would start it."""
