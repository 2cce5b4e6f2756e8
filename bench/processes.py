"""What the processes of a session use: processor time and memory (Linux)."""

import contextlib
import os
from pathlib import Path

_TICKS = os.sysconf("SC_CLK_TCK")


def of_session(leader: int) -> list[int]:
    """The processes of the session `leader`: a server that was started with a session of its own, and all below it."""
    processes = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            if int(_fields(stat)[3]) == leader:
                processes.append(int(stat.parent.name))
    return processes


def processor(pids: list[int]) -> float:
    """Seconds of processor time of the processes so far, those included for which they have waited."""
    ticks = 0
    for pid in pids:
        with contextlib.suppress(OSError):
            ticks += sum(map(int, _fields(Path(f"/proc/{pid}/stat"))[11:15]))
    return ticks / _TICKS


def proportional_memory(pids: list[int]) -> float:
    """MB of the processes together; a page that several processes share counts in parts (PSS)."""
    kilobytes = 0
    for pid in pids:
        with contextlib.suppress(OSError):
            for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
                if line.startswith("Pss:"):
                    kilobytes += int(line.split()[1])
    return kilobytes / 1024


def descendants(pid: int) -> list[int]:
    """`pid` and every process below it."""
    parents: dict[int, list[int]] = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            parents.setdefault(int(_fields(stat)[1]), []).append(int(stat.parent.name))
    below, processes = [pid], []
    while below:
        processes.append(process := below.pop())
        below += parents.get(process, [])
    return processes


def _fields(stat: Path) -> list[str]:
    """The fields from the third on (proc_pid_stat(5)): the name before them may contain anything."""
    return stat.read_text().rpartition(")")[2].split()
