from clients.command import command
from clients.pronote.registration import registration

command("clients.pronote", registration)()
