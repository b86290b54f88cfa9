"""``python -m contraflow``: the command line."""

from contraflow.cli.main import main

if __name__ == "__main__":
    main()
