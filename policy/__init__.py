"""Decisions as pure functions and data files: ladders, treatment, compliance packs, wording, and what comes next.

`next_step.decide` is the one function that the live driver, the wave driver and the simulator all live on.
"""
