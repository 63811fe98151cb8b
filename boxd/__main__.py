"""`python -m boxd` is `boxd`."""

from boxd.cli import main

main()
