from clients.command import command
from clients.teleservices.registration import registration

command("clients.teleservices", registration)()
