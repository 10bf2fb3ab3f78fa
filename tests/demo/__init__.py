"""The whole product as its user runs it: processes, HTTP and simulated time."""
