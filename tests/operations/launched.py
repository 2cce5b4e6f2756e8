"""What a process of `idp serve` or `idp worker` imports, imported once (tests/operations/launching.py)."""

from idp.runtime.starting import starting

with starting():
    import idp.app
    import idp.cli.serve
    import idp.cli.worker
    import idp.tables
    import idp.worker.process  # noqa: F401
