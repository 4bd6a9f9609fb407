"""The command `miyar render-config` from a checkout; `--help` tells its options."""

from miyar.cli import main

main("render-config")
