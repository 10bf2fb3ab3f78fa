"""Flows against a real Prefect server: what is woken, mended and started again."""
