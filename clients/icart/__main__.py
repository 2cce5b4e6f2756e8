from clients.command import command
from clients.icart.app import create_app
from clients.icart.registration import registration

command(create_app, registration)()
