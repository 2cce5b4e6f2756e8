from clients.command import command
from clients.pronote.app import create_app
from clients.pronote.registration import registration

command(create_app, registration)()
