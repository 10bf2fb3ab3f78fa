"""What is remembered: the only house that speaks SQL.

`tables/` holds the rows by noun, `migrations/` their history; the modules beside them are the reads and writes, named
for what they do to a journey. The ledger is the truth; Prefect's runs, the console and reports can be rebuilt from it.
"""
