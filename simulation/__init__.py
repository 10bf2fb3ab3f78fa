"""The pretend world: how borrowers behave, the sandbox that speaks the vendors' protocols, and what-if runs."""
