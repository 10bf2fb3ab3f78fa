"""What worked: recovery against cost, worked out from the ledger's rows and reconciled with them.

`effectiveness` adds up, `reconciling` checks the sums by another road, `tracing` opens a cell to the payments and costs
behind it; the rest are shapes of the same figures: terminal, JSON, Markdown and one self-contained page. Nothing here
writes to the ledger.
"""
