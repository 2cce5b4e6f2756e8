"""Processor instructions of the hot requests, counted by callgrind: `python -m bench.instructions`.

Unlike time, the count is the same on a busy machine: it varies by less than 1 % from run to run. `--renew` writes the counts to
`bench/instructions.json`, which a test compares with (tests/performance/test_instructions.py). A count belongs to an
environment: interpreter, libraries and processor.
"""

import argparse
import json
import os
import platform
import re
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from pathlib import Path

from bench.counted import REPETITIONS, WASTEFUL
from bench.sides import prepared, save

BASELINES = Path(__file__).parent / "instructions.json"
TOLERANCE = 0.03
PATIENCE = 280.0
"""Seconds."""
TOOLS = ("valgrind", "cc")


def environment() -> str:
    """What the counts depend on beside the code and the locked packages: interpreter and its compiler, libraries, processor."""
    compiler, (libc, number) = platform.python_compiler(), platform.libc_ver()
    return f"CPython {platform.python_version()} ({compiler}), SQLite {sqlite3.sqlite_version}, {libc} {number}, {_processor()}"


def _processor() -> str:
    """Its architecture. Valgrind shows every x86 processor as the same one, with AVX2 or without."""
    described = Path("/proc/cpuinfo")
    vectors = described.exists() and re.search(r"\bavx2\b", described.read_text()) is not None
    return platform.machine() + (" with AVX2" if vectors else "")


def lacking() -> list[str]:
    """The tools that are not on this machine."""
    return [tool for tool in TOOLS if shutil.which(tool) is None]


def count() -> dict[str, int]:
    """Instructions a request, by name. Takes some 25 seconds of processor time."""
    with tempfile.TemporaryDirectory(prefix="bench-instructions-") as temporary:
        folder = Path(temporary)
        source, library = Path(__file__).with_name("counted.c"), folder / "counted.so"
        subprocess.run(["cc", "-shared", "-fPIC", "-O2", "-o", library, source], check=True, timeout=60)
        side = prepared(folder, port=8719)
        save(side, folder)
        needless = (baseline() or {}).get("userinfo", 750_000) // 20
        command = [
            "valgrind", "--tool=callgrind", "--instr-atstart=no", "--collect-atstart=no",
            f"--callgrind-out-file={folder / 'counts'}", sys.executable, "-m", "bench.counted", str(folder), str(needless),
        ]  # fmt: skip
        done = subprocess.run(
            command,
            cwd=Path(__file__).parent.parent,
            # The order of sets, the size of the environment and the language of messages are fixed.
            env={"PATH": os.defpath, "PYTHONHASHSEED": "0", "LC_ALL": "C.UTF-8"},
            capture_output=True,
            text=True,
            timeout=PATIENCE,
        )
        if done.returncode != 0:
            raise RuntimeError(f"the requests could not be counted: {done.stderr[-3000:]}")
        return dict(_of_dump(path) for path in sorted(folder.glob("counts.*")))


def _of_dump(path: Path) -> tuple[str, int]:
    text = path.read_text(encoding="utf-8", errors="replace")
    name = re.search(r"^desc: Trigger: Client Request: (.+)$", text, re.MULTILINE)
    total = re.search(r"^totals: (\d+)", text, re.MULTILINE)
    assert name and total, path
    return name.group(1), int(total.group(1)) // REPETITIONS


def baseline() -> dict[str, int] | None:
    """The counts of this environment that the repository has; None if it has none."""
    counts: dict[str, int] | None = json.loads(BASELINES.read_text(encoding="utf-8")).get(environment())
    return counts


def deviations(expected: dict[str, int], counts: dict[str, int]) -> list[str]:
    """A sentence for each request that is dearer or cheaper than expected by more than TOLERANCE."""
    lines = []
    for name in sorted(expected.keys() | counts.keys() - {WASTEFUL}):
        if name not in expected or name not in counts:
            lines.append(f"{name}: {'not counted' if name in expected else 'has no baseline'}")
            continue
        change = counts[name] / expected[name] - 1
        if abs(change) > TOLERANCE:
            kind = "dearer" if change > 0 else "cheaper"
            lines.append(
                f"{name}: {counts[name]:,} instructions, {abs(change):.1%} {kind} than {expected[name]:,}"
            )
    return lines


def renew(counts: dict[str, int]) -> None:
    """Write the counts as this environment's baseline."""
    every = json.loads(BASELINES.read_text(encoding="utf-8")) if BASELINES.exists() else {}
    every[environment()] = {name: number for name, number in counts.items() if name != WASTEFUL}
    BASELINES.write_text(json.dumps(every, indent=2, sort_keys=True) + "\n", encoding="utf-8")


def main() -> None:
    parser = argparse.ArgumentParser(prog="bench.instructions", description=__doc__)
    parser.add_argument("--renew", action="store_true", help="write the counts as the baseline")
    arguments = parser.parse_args()
    if missing := lacking():
        raise SystemExit(f"left out: there is no {' and no '.join(missing)} here")
    counts, expected = count(), baseline() or {}
    print(environment())
    print("| request | instructions | baseline | change |", "|---|---|---|---|", sep="\n")
    for name, number in counts.items():
        before = expected.get(name)
        change = f"{before:,} | {number / before - 1:+.1%}" if before else "– | –"
        print(f"| {name} | {number:,} | {change} |")
    if arguments.renew:
        renew(counts)


if __name__ == "__main__":
    main()
