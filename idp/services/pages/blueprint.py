"""The blueprint of the pages about services."""

from flask import Blueprint

blueprint = Blueprint("services", __name__)
