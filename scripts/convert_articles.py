"""The command `miyar convert-articles` from a checkout; `--help` tells its options."""

from miyar.cli import main

main("convert-articles")
