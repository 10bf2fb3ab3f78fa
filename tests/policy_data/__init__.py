"""Proofs of policy's data files: ladders, treatment rules and wording are read strictly, and every mistake is told."""
