"""The sandbox: one HTTP application that speaks Twilio's, SendGrid's, the desks' and the loan book's protocols.

It knows no ledger, moves on simulated time only, and keeps an append-only log of what it accepted: the independent
witness for duplicates. `python -m simulation.sandbox` serves it; `remote.SandboxRemote` steers it.
"""
