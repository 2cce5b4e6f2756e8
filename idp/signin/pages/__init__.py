from flask import Blueprint

blueprint = Blueprint("signin", "idp.signin.pages")
