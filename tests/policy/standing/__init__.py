"""Proofs of the rules about holds and standing, and of the packs of China, Britain, India and the European Union."""
