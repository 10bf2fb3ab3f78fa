"""Ladders: versioned escalation strategies, as YAML files (`shipped/`) and as the frozen values read from them."""
