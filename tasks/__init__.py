"""One retriable Prefect step each; thin: policy decides, the ledger remembers, a connector delivers."""
