"""The command `miyar start-corpus` from a checkout; `--help` tells its options."""

from miyar.cli import main

main("start-corpus")
