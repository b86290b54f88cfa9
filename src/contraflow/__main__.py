"""``python -m contraflow``: the command line."""

from contraflow.cli.main import main

main()
