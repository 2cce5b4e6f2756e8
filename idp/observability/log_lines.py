"""Log lines, as text or as JSON; one line a request in JSON. A mail address is masked in both, wherever it comes from."""

import json
import logging
import re
import sys
import threading
import time
from typing import Any

from idp.observability.requests import Record, request_id

TEXT = "%(asctime)s %(levelname)s %(name)s %(message)s"
_MAIL = re.compile(r"[^\s<>\"'@,;:(=]+@[^\s<>\"'@,;:)]+")

access = logging.getLogger("idp.access")


class _Masked(logging.Formatter):
    """Masks addresses: a mail server's reply or a driver's exception may repeat one."""

    def format(self, record: logging.LogRecord) -> str:
        return _MAIL.sub("…@…", super().format(record))


class TextLines(_Masked):
    """A line ends with the id of its request, which an error page shows."""

    def format(self, record: logging.LogRecord) -> str:
        line, request = super().format(record), request_id()
        return f"{line} [{request}]" if request else line


class JsonLines(_Masked):
    """An object a line: time (UTC), level, logger, message, request, and the fields of a request's line."""

    def formatMessage(self, record: logging.LogRecord) -> str:
        return record.getMessage()

    def format(self, record: logging.LogRecord) -> str:
        moment = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(record.created))
        fields: dict[str, Any] = {
            "time": f"{moment}.{int(record.msecs):03d}Z",
            "level": record.levelname,
            "logger": record.name,
            # The traceback included.
            "message": super().format(record),
        }
        if request := request_id():
            fields["request"] = request
        fields.update(getattr(record, "fields", {}))
        return json.dumps(fields, ensure_ascii=False, default=str)


def init_logs(level: str, lines: str) -> None:
    """Send this process's log lines to the standard error, as `text` or as `json`."""
    handler = logging.StreamHandler()
    handler.setFormatter(JsonLines() if lines == "json" else TextLines(TEXT))
    # Nothing if the root logger has a handler: a test's.
    logging.basicConfig(level=level, handlers=[handler])
    # At DEBUG Authlib writes live tokens.
    logging.getLogger("authlib").setLevel(logging.INFO)
    # Alembic logs each plugin that it loads.
    logging.getLogger("alembic").setLevel(logging.WARNING)
    access.disabled = lines != "json"
    if lines == "json":
        logging.captureWarnings(True)
        sys.excepthook = _uncaught
        threading.excepthook = lambda fault: _uncaught(fault.exc_type, fault.exc_value, fault.exc_traceback)


def server_logs(level: str, lines: str) -> dict[str, Any] | None:
    """The logging configuration of granian (logging.config.dictConfig) for `lines`; None: its own."""
    if lines != "json":
        return None
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"json": {"()": "idp.observability.log_lines.JsonLines"}},
        "handlers": {"json": {"class": "logging.StreamHandler", "formatter": "json"}},
        "loggers": {"_granian": {"handlers": ["json"], "level": level, "propagate": False}},
    }


def log_request(record: Record, method: str, status: int, seconds: float) -> None:
    """The line of a request: endpoint and client by name, no path, no address. Nothing in text."""
    if access.disabled:
        return
    fields = {
        "request": record.id,
        "method": method,
        "endpoint": record.endpoint,
        "client": record.client,
        "status": status,
        "outcome": record.outcome_of(status),
        "ms": round(seconds * 1000, 1),
    }
    access.info("%s %s %d", method, record.endpoint, status, extra={"fields": fields})


def _uncaught(kind: Any, value: Any, trace: Any) -> None:
    if issubclass(kind, KeyboardInterrupt | SystemExit):
        sys.__excepthook__(kind, value, trace)
        return
    logging.getLogger("idp").critical("not caught", exc_info=(kind, value, trace))
