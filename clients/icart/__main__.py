from clients.command import command
from clients.icart.registration import registration

command("clients.icart", registration)()
