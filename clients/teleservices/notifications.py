"""Telling the school of changed contact details: a row written with the change, a mail sent by a thread, tried again."""

import logging
import smtplib
import sqlite3
import threading
from email.message import EmailMessage

from clients.configuration import Configuration
from clients.store import Store

POLL = 1.0
LONGEST_PAUSE = 600
"""Seconds between two looks at what waits: `POLL` when all is well, doubling up to this when it is not."""
log = logging.getLogger(__name__)


class Notifier(threading.Thread):
    """Sends what waits in `notifications`; a row is gone only when the mail server has taken its mail."""

    def __init__(self, store: Store, configuration: Configuration) -> None:
        super().__init__(name="notifier", daemon=True)
        self._store = store
        self._configuration = configuration
        self._stop_requested = threading.Event()

    def run(self) -> None:
        pause = POLL
        while not self._stop_requested.wait(pause):
            try:
                all_sent = self.send_waiting()
            except sqlite3.Error as fault:
                log.warning("notifications cannot be read: %s", fault)
                all_sent = False
            pause = POLL if all_sent else min(pause * 2, LONGEST_PAUSE)
        self._store.close()

    def stop(self) -> None:
        """End the thread; what waits is sent after the next start."""
        self._stop_requested.set()
        self.join()

    def send_waiting(self) -> bool:
        """Send what waits, the oldest first; False if anything still waits afterwards."""
        db, all_sent = self._store.db, True
        for row in db.execute("SELECT id, subject, body FROM notifications ORDER BY id").fetchall():
            try:
                self._send(row["id"], row["subject"], row["body"])
            except (OSError, smtplib.SMTPException, ValueError) as fault:
                # A refused notification must not delay the others.
                log.warning("notification %d waits: %s", row["id"], type(fault).__name__)
                all_sent = False
            else:
                db.execute("DELETE FROM notifications WHERE id = ?", (row["id"],))
        return all_sent

    def _send(self, number: int, subject: str, body: str) -> None:
        message = EmailMessage()
        message["From"] = "Téléservices <teleservices@academie.example>"
        message["To"] = self._configuration.school_mail
        message["Subject"] = subject
        # A mail sent twice, after a crash between sending and forgetting, is recognised by it.
        message["Message-ID"] = f"<notification-{number}@teleservices.example>"
        message["Auto-Submitted"] = "auto-generated"
        message.set_content(body)
        with smtplib.SMTP(self._configuration.smtp_host, self._configuration.smtp_port, timeout=10) as server:
            server.send_message(message)
