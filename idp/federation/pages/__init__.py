"""The pages of a login at another provider: a table of their module, endpoints and paths below /federation."""

from idp.web.page_tables import PageTable

PAGES = {
    "provider_login": {
        "begin": "GET /<name>/begin",
        "callback": "GET /callback",
        "signed_out": "GET /signed_out",
    }
}

blueprint = PageTable("federation", __name__, PAGES, url_prefix="/federation")
