"""The command `miyar push-tasks` from a checkout; `--help` tells its options."""

from miyar.cli import main

main("push-tasks")
