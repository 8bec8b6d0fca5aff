"""`python -m testkey_nb` is `testkey`."""

from testkey_nb.cli import main

if __name__ == "__main__":
    main()
