"""How many rows a step of retention deletes. Pure."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Pace:
    """A step handles between `least` and `most` rows and aims at `seconds` from its first statement to its commit."""

    least: int
    most: int
    seconds: float

    def rows_after(self, rows: int, spent: float) -> int:
        """The size of a table's next step, after one of `rows` rows that took `spent` seconds."""
        if spent > 2 * self.seconds:
            return max(self.least, rows // 2)
        return min(self.most, rows * 2) if spent < self.seconds / 2 else rows


ONE_WRITER = Pace(least=10, most=640, seconds=0.005)
"""SQLite: a step holds the lock that every act needs."""
MANY_WRITERS = Pace(least=100, most=6400, seconds=0.05)
"""PostgreSQL: a step holds the locks of dead rows alone."""
