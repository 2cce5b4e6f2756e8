"""What a process shows of itself: metrics for Prometheus, traces for OpenTelemetry."""

from pydantic import Field

from idp.settings.sections import Section


class Metrics(Section):
    """Metrics for Prometheus, at /metrics on a port of their own."""

    port: int = Field(
        0,
        ge=0,
        le=65535,
        description="Port of the metrics of `idp serve` and of the worker it starts; 0: off.",
    )
    worker_port: int = Field(
        0, ge=0, le=65535, description="Port of the metrics of an `idp worker` started by itself; 0: off."
    )
    host: str = Field(
        "127.0.0.1",
        description="Address to listen on for Prometheus. The numbers name no person, but nobody else needs them.",
    )


class Tracing(Section):
    """Traces by OpenTelemetry; needs the extra `tracing`."""

    endpoint: str = Field(
        "",
        pattern=r"^(https?://.+)?$",
        description="Where spans are sent, by OTLP over HTTP, as http://127.0.0.1:4318/v1/traces; empty: off.",
    )
    ratio: float = Field(1.0, ge=0, le=1, description="Part of the requests that are traced, from 0 to 1.")
