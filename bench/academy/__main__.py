"""`python -m bench.academy <part> …`: runs one part, or names them all."""

import importlib
import sys

from bench.academy import PARTS


def main(arguments: list[str]) -> int:
    if not arguments or arguments[0] not in PARTS:
        print(f"usage: python -m bench.academy {{{','.join(PARTS)}}} [options of the part]", file=sys.stderr)
        return 2
    for line in importlib.import_module(f"bench.academy.{arguments[0]}").run(arguments[1:]):
        print(line, flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
