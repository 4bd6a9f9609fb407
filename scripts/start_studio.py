"""The command `miyar start-studio` from a checkout; `--help` tells its options."""

from miyar.cli import main

main("start-studio")
