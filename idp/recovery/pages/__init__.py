"""The pages of recoveries, and of the activation without a letter: a table of their modules, endpoints and paths."""

from idp.web.page_tables import PageTable

PAGES = {
    "activation": {
        "no_account": "/activation",
        "link_account": "/activation/link",
        "children": "/recovery/<identification>/children",
        "known": "/recovery/<identification>/known",
    },
    "identification": {
        "code": "/recovery/<identification>/code",
        "names": "/recovery/<identification>/names",
        "child": "/recovery/<identification>/child",
        "office": "GET /recovery/<identification>/office",
    },
    "not_me": {"not_me": "GET /not-me/<token>", "stop_stranger": "POST /not-me/<token>"},
    "passwords": {
        "lost_password": "/recovery/password",
        "password": "/recovery/<identification>/password",
        "link": "/recovery/link/<token>",
        "activation_link": "/activation/link/<token>",
    },
    "steps": {"next_one": "GET /recovery/<identification>"},
    "usernames": {
        "lost_username": "/recovery/username",
        "username_sent": "GET /recovery/username/sent",
    },
}

blueprint = PageTable("recovery", __name__, PAGES)
