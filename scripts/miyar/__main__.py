"""`python -m miyar` is the same as `miyar`."""

from miyar.cli import main

main()
