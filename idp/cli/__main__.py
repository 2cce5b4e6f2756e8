"""`python -m idp.cli`, for processes that start one another."""

from idp.cli import main

main(prog_name="idp")
