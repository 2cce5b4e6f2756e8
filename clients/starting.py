"""Starts the server of a relying party: the one command that needs its application.

`registration` prints a document: it loads neither the application nor the server.
"""

import gc
from importlib import import_module

from clients.configuration import Configuration


def serve(package: str, configuration: Configuration, port: int) -> None:
    """Serve the application of `package` ("clients.icart") until SIGTERM or Ctrl-C. Raises ClickException if the port is in use."""
    # Modules live as long as the process: a collection would look at them again and again, and find nothing.
    gc.disable()
    application, serving = import_module(f"{package}.app"), import_module("clients.serving")
    gc.freeze()
    gc.enable()
    serving.serve_until_stopped(application.create_app, configuration, port)
