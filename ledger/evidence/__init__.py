"""The evidence chain: each event bound to the one before it, to the rows that it tells of, and to a signed root."""
