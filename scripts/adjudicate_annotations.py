"""The command `miyar adjudicate-annotations` from a checkout; `--help` tells its options."""

from miyar.cli import main

main("adjudicate-annotations")
