"""The command `miyar measure-agreement` from a checkout; `--help` tells its options."""

from miyar.cli import main

main("measure-agreement")
