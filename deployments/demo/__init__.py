"""The demo: the whole product on one machine, pretend borrowers in simulated time, real flows, tasks and HTTP."""
