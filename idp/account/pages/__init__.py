"""The pages of "Mon compte": a table of their modules, endpoints and paths below /account."""

from idp.web.page_tables import PageTable

PAGES = {
    "children": {
        "children": "/children",
        "join": "/children/join",
        "guardians": "/guardians",
    },
    "confirmation": {"confirm": "/confirm"},
    "consents": {"consents": "/consents"},
    "credentials": {
        "password": "/password",
        "mail": "/mail",
        "mobile": "/mobile",
        "mobile_code": "/mobile/<identification>",
    },
    "data": {
        "data": "/data",
        "data_file": "/data/file",
        "erasure": "/data/erasure",
    },
    "devices": {"devices": "/devices"},
    "history": {
        "history": "/history",
        "not_me": "/history/not-me",
    },
    "overview": {"overview": ""},
    "security": {
        "security": "/security",
        "app": "/security/app",
        "passkey_options": "/security/passkey/options",
        "passkey": "/security/passkey",
    },
    "services": {"services": "/services"},
}

blueprint = PageTable("account", __name__, PAGES, url_prefix="/account")
