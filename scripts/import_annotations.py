"""The command `miyar import-annotations` from a checkout; `--help` tells its options."""

from miyar.cli import main

main("import-annotations")
