"""A service's server that answers every notice with one status."""

from flask import Flask, Response, request


def receiver(status: int, received: list[str] | None = None) -> Flask:
    """Its WSGI application; the bodies of what arrives go to `received`."""
    app = Flask(__name__)

    @app.route("/", defaults={"path": ""}, methods=["GET", "POST"])
    @app.route("/<path:path>", methods=["GET", "POST"])
    def take(path: str) -> Response:
        if received is not None:
            received.append(request.get_data(as_text=True))
        return Response(status=status)

    return app
