"""The `duecourse` command: one file per group of commands, each of them thin; the floors below do the work."""
