"""`python -m tests.operations.web_worker_start CONFIG PATH`: what a web worker has imported after its start and after its first page, as JSON.

PATH is an authorization request. Then every page of the tables is requested by eight threads at once.
"""

import json
import sys
import threading
from pathlib import Path

from sqlalchemy.exc import NoReferencedTableError
from werkzeug.routing import AnyConverter, BuildError, Rule

from idp import wsgi
from idp.database.engine import db
from idp.settings import load_settings
from idp.web.page_tables import PageTable

THREADS = 8


def loaded() -> list[str]:
    return sorted(sys.modules)


def unresolved() -> list[str]:
    """Foreign keys whose table no module has declared."""
    names = []
    for table in list(db.metadata.tables.values()):
        for key in table.foreign_keys:
            try:
                assert key.column is not None
            except NoReferencedTableError:
                names.append(f"{table.name}: {key.target_fullname}")
    return names


def sample_values(rule: Rule) -> dict[str, object]:
    """A value for each argument of the rule: the first of a closed list, 1 elsewhere."""
    values: dict[str, object] = {}
    for name in rule.arguments:
        converter = rule._converters.get(name)
        values[name] = min(converter.items) if isinstance(converter, AnyConverter) else 1
    return values


def main(config: str, path: str) -> None:
    app = wsgi.application(load_settings(Path(config), {}))
    report: dict[str, object] = {"started": loaded(), "unresolved": unresolved()}
    page = app.test_client().get(path, follow_redirects=True)
    report["page"] = (page.status_code, "password" in page.text)
    report["first_page"] = loaded()
    addresses = []
    with app.test_request_context():
        for name, blueprint in app.blueprints.items():
            if isinstance(blueprint, PageTable):
                for rule in app.url_map.iter_rules():
                    if rule.endpoint.startswith(f"{name}."):
                        try:
                            addresses.append(app.url_for(rule.endpoint, **sample_values(rule)))
                        except BuildError as fault:
                            raise SystemExit(str(fault)) from fault
    statuses: list[int] = []
    together = threading.Barrier(THREADS)

    def visit() -> None:
        browser = app.test_client()
        for address in addresses:
            together.wait(60)
            statuses.append(browser.get(address).status_code)
        app.extensions["connections"].close()

    threads = [threading.Thread(target=visit) for _ in range(THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    report["statuses"] = sorted(set(statuses))
    report["visited"] = len(statuses) // THREADS
    report["unresolved_at_the_end"] = unresolved()
    sys.stdout.write(json.dumps(report) + "\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
