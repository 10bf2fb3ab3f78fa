"""`python -m deployments.cli`: the command line without the installed script."""

from deployments.cli.main import run

run()
