"""The command `miyar run-extractor` from a checkout; `--help` tells its options."""

from miyar.cli import main

main("run-extractor")
