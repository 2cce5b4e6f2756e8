"""Difference between this machine's clock and the database's."""

import time

from sqlalchemy import Connection, text


def clock_difference(connection: Connection) -> float | None:
    """Seconds by which this machine's clock is ahead of the database's; None for SQLite, which has the same clock."""
    if connection.dialect.name != "postgresql":
        return None
    asked = time.time()
    server_time = float(connection.execute(text("SELECT extract(epoch FROM clock_timestamp())")).scalar_one())
    # The database read its clock at some time in between.
    answered = time.time()
    return (
        asked - server_time
        if server_time < asked
        else answered - server_time
        if server_time > answered
        else 0.0
    )
