"""Telling the school of changed contact details: a row written with the change, a mail sent by a thread, tried again."""

import logging
import smtplib
import threading
from email.message import EmailMessage

from clients.configuration import Configuration
from clients.store import Store

POLL = 1.0
LONGEST_PAUSE = 600
log = logging.getLogger(__name__)


class Notifier(threading.Thread):
    """Sends what waits in `notifications`; a row is gone only when the mail server has taken its mail."""

    def __init__(self, store: Store, configuration: Configuration) -> None:
        super().__init__(name="notifier", daemon=True)
        self._store = store
        self._configuration = configuration
        self._stop = threading.Event()

    def run(self) -> None:
        pause = POLL
        while not self._stop.wait(pause):
            pause = POLL if self.send_waiting() else min(pause * 2, LONGEST_PAUSE)
        self._store.close()

    def stop(self) -> None:
        self._stop.set()
        self.join()

    def send_waiting(self) -> bool:
        """Send all that waits; False if the mail server would not have it."""
        for row in self._store.db.execute(
            "SELECT id, subject, body FROM notifications ORDER BY id"
        ).fetchall():
            try:
                self._send(row["id"], row["subject"], row["body"])
            except (OSError, smtplib.SMTPException) as fault:
                log.warning("notification %d waits: %s", row["id"], type(fault).__name__)
                return False
            self._store.db.execute("DELETE FROM notifications WHERE id = ?", (row["id"],))
        return True

    def _send(self, number: int, subject: str, body: str) -> None:
        message = EmailMessage()
        message["From"] = "Téléservices <teleservices@academie.example>"
        message["To"] = self._configuration.school_mail
        message["Subject"] = subject
        message["Message-ID"] = f"<notification-{number}@teleservices.example>"
        message.set_content(body)
        with smtplib.SMTP(self._configuration.smtp_host, self._configuration.smtp_port, timeout=10) as server:
            server.send_message(message)
