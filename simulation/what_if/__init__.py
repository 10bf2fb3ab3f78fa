"""What if: a ladder that nobody has published lived through by a portfolio's borrowers, in simulated time.

The same `policy.next_step.decide` as in production; people pay as the ledger has seen them pay. Values only: who the
borrowers are and what is known of them comes from outside.
"""
