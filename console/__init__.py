"""What people and vendors reach over HTTP: the addresses that vendors post receipts to, the page to stop messages, and
the pages that staff read (`staff`).

It writes to the ledger and never contacts a borrower; the worker acts on what is written.
"""
