"""Proofs of the reports: small chronicles whose sums are known by hand, and figures that must agree in every shape."""
