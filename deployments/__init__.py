"""When and where it runs: the worker, its Prefect server, schedules, the clock and the command line."""
