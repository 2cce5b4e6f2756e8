"""XML libraries load when a service first needs them, never with the application."""

import subprocess
import sys


def test_the_application_starts_without_xml_trees_and_http_clients() -> None:
    code = (
        "import sys, idp.app; "
        "assert not {'xml.etree', 'defusedxml.ElementTree', 'lxml', 'requests', 'cas'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
