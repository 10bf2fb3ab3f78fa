"""Proofs of the synthetic portfolio: it is repeatable, readable by its mapping, and looks like real arrears."""
