"""Proofs of reading the lender's files: mappings, cells, rows, damage, and the rejects file."""
