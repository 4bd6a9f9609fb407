"""The command `miyar run-demo` from a checkout; `--help` tells its options."""

from miyar.cli import main

main("run-demo")
