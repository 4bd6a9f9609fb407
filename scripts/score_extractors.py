"""The command `miyar score-extractors` from a checkout; `--help` tells its options."""

from miyar.cli import main

main("score-extractors")
