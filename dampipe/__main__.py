"""`python -m dampipe`."""

from dampipe.cli import main

if __name__ == "__main__":
    main()
