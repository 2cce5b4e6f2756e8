from clients.command import command
from clients.teleservices.app import create_app
from clients.teleservices.registration import registration

command(create_app, registration)()
