"""Blueprints whose URL map is known at the start, and whose modules are imported at the first request for one of their pages.

A web worker serves logins; most workers never show a page of the console. The table of a blueprint names each page once:
its module, endpoint and path. Redirects and links (`url_for`) need no module.
"""

from collections.abc import Callable, Mapping
from importlib import import_module
from typing import Any, TypeVar

from flask import Blueprint

View = TypeVar("View", bound=Callable[..., Any])


class PageTable(Blueprint):
    """A blueprint of `package`: `pages` has, for each of its modules, endpoint → path.

    A path is served for GET and POST, or for the one method before it: "GET /recovery/username/sent".
    """

    def __init__(
        self, name: str, package: str, pages: Mapping[str, Mapping[str, str]], url_prefix: str | None = None
    ) -> None:
        super().__init__(name, package, url_prefix=url_prefix)
        self.modules = {
            endpoint: f"{package}.{module}" for module, paths in pages.items() for endpoint in paths
        }
        """Endpoint → the module of its view."""
        self.views: dict[str, Callable[..., Any]] = {}
        for paths in pages.values():
            for endpoint, path in paths.items():
                methods, _, rule = path.rpartition(" ")
                self.add_url_rule(
                    rule, endpoint, self._served(endpoint), methods=[methods] if methods else ["GET", "POST"]
                )

    def page(self, endpoint: str) -> Callable[[View], View]:
        """Decorate the view of `endpoint`, in the module that the table names. Raises ValueError in another module."""

        def decorate(view: View) -> View:
            if self.modules.get(endpoint) != view.__module__:
                raise ValueError(f"{self.name}.{endpoint} is not a page of {view.__module__}")
            self.views[endpoint] = view
            return view

        return decorate

    def load(self) -> None:
        """Import every module of the table."""
        for module in self.modules.values():
            import_module(module)

    def _served(self, endpoint: str) -> Callable[..., Any]:
        module = self.modules[endpoint]

        def serve(**arguments: Any) -> Any:
            # Always: it waits for another thread that imports the module, and costs a microsecond afterwards.
            import_module(module)
            return self.views[endpoint](**arguments)

        return serve
