"""`python -m clients.ent_saml serve …` and `… registration`."""

from clients.ent_saml.registration import registration
from clients.received_command import command

command("clients.ent_saml", registration)()
