"""The command `miyar project-status` from a checkout; `--help` tells its options."""

from miyar.cli import main

main("project-status")
