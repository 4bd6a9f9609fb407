"""The command `miyar pull-annotations` from a checkout; `--help` tells its options."""

from miyar.cli import main

main("pull-annotations")
