"""Cause, not correlation: what arms, cut-offs and logged choices say about money per loan, as pure functions.

`evaluation` compares the arms of an experiment, `planning` says beforehand how many loans that takes, `threshold`
judges a rule at its cut-off, `off_policy` judges a policy that has not been tried. `entry_file` and `number_file` read
files; `evaluation_page` and `telling` show what came out. Nothing here knows the ledger.
"""
