"""The plain values: money, arrears, arrangements, borrowers."""
