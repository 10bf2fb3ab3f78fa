"""Faults on purpose: processes are killed, vendors misbehave, clocks jump; nobody may be written to twice for it."""
