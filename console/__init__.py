"""What people and vendors reach over HTTP: the addresses that vendors post receipts to, and the page to stop messages.

It writes to the ledger and never contacts a borrower; the worker acts on what is written.
"""
