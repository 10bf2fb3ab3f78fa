"""Proofs of the workbook and the CSV files: they say what the JSON says."""
