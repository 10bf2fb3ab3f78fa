"""Keeping records and letting them go: floors, ceilings and legal holds, and what is left of a person afterwards."""
