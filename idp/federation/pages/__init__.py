"""The pages of a login at another provider: tables of their modules, endpoints and paths.

What begins within a login stands below its address, the path of its cookie.
"""

from idp.federation import upstreams
from idp.web.page_tables import PageTable

PAGES = {
    "provider_login": {
        "begin": "GET /federation/<name>/begin",
        "callback": "GET /federation/callback",
        "signed_out": "GET /federation/signed_out",
        "begin_login": "GET /login/<pending_id>/with/<name>",
        "choose": "GET /login/<pending_id>/providers",
    }
}

blueprint = PageTable("federation", __name__, PAGES)
blueprint.add_app_template_global(upstreams.offered, "other_providers")
