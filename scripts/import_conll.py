"""The command `miyar import-conll` from a checkout; `--help` tells its options."""

from miyar.cli import main

main("import-conll")
