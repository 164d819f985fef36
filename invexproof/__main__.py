"""``python -m invexproof``: the command line."""

from invexproof.cli import main

if __name__ == "__main__":
    main()
