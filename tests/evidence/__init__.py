"""Proofs of the evidence chain: whatever is changed, taken out, put in, moved or cut off is found."""
