"""The command `miyar clean-articles` from a checkout; `--help` tells its options."""

from miyar.cli import main

main("clean-articles")
