"""Proofs of standings: who disputes, is bankrupt or needs a breathing space is left in peace, on every loan."""
