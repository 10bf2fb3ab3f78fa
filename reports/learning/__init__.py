"""What may be learned from the ledger: cause by arm and rung, how long to wait, what to lend on, who needs coaching.

Each file works one thing out from the session and the report's scope, and says what its terms mean (`TERMS`). The
statistics of experiments are those of `reports.experiments`.
"""
