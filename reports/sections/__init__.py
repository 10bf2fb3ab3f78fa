"""The sections of the report's page, one a file: what it says, its plots, and the table beside each."""
