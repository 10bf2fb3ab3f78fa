"""Measured speed: programs that print figures for the machine they run on, so that a claim can be checked anywhere."""
