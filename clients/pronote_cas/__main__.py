"""`python -m clients.pronote_cas serve …` and `… registration`."""

from clients.pronote_cas.registration import registration
from clients.received_command import command

command("clients.pronote_cas", registration)()
