"""The command `miyar compare-releases` from a checkout; `--help` tells its options."""

from miyar.cli import main

main("compare-releases")
