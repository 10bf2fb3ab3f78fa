"""The pages that a lender's staff read: journeys, why each one waits, every answer with its rule, and the packs.

They are served only where a token is set, to whoever signed in with it. They read the ledger and write nothing.
"""
