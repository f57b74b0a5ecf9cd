"""python -m reinfra: the `reinfra` command."""

from reinfra.cli.main import main

main()
