#!/usr/bin/env python3
"""Verify an export of the audit trail (`idp audit export`) without the provider: Python's standard library alone.

    python3 verify-audit-export.py audit.jsonl [--seal NUMBER:HASH]

Exit code 0: every sealed record of the file is one that its seal covers, and the seals follow one another. 1: something
was changed, removed, inserted or reordered; each fault is named. 2: the file cannot be read.

The hashes need no key, so somebody who rewrites the whole file can compute them anew. Compare the last seal with one
that was written down elsewhere (`idp audit verify` prints it, an older export contains it): --seal does that.
Hashes: RFC 9162 §2.1.1 with SHA-256, over JSON with sorted keys and no blanks.
"""

import argparse
import hashlib
import json
import sys

FIELDS = ("id", "at", "act", "actor", "subject", "address", "detail")


def canonical(value):
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def leaf_of(record):
    content = {name: record[name] for name in FIELDS}
    if not isinstance(content["detail"], str):
        content["detail"] = json.dumps(content["detail"], sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(b"\x00" + canonical(content)).hexdigest()


def root_of(leaves):
    level = [bytes.fromhex(leaf) for leaf in leaves]
    if not level:
        return hashlib.sha256().hexdigest()
    while len(level) > 1:
        above = [hashlib.sha256(b"\x01" + a + b).digest() for a, b in zip(level[::2], level[1::2])]
        level = above + level[len(above) * 2 :]
    return level[0].hex()


def hash_of(seal):
    members = {name: seal[name] for name in ("number", "count", "root", "previous", "sealed_at")}
    return hashlib.sha256(canonical(members)).hexdigest()


class Verification:
    def __init__(self):
        self.faults = []
        self.seal = None
        self.records = []
        self.sealed = self.unsealed = self.seals = 0
        self.hashes = {}
        self.end = None

    def fault(self, text):
        self.faults.append(text)

    def read(self, line):
        if self.end is not None:
            self.fault("there are lines after the last one")
        kind = line.get("type")
        if kind == "seal":
            self.close()
            self.open(line)
        elif kind == "record" and line["seal"] is None:
            self.unsealed += 1
        elif kind == "record":
            self.sealed += 1
            if self.seal is None or line["seal"] != self.seal["number"]:
                self.fault(f"record {line['id']} stands under another seal than its own, {line['seal']}")
            else:
                self.records.append(line)
        elif kind == "end":
            self.close()
            self.end = line
        else:
            self.fault(f"a line is of an unknown type: {kind!r}")

    def open(self, seal):
        number = seal["number"]
        if self.seal is not None:
            if number != self.seal["number"] + 1:
                self.fault(f"seal {number} stands after seal {self.seal['number']}: seals are missing or moved")
            elif seal["previous"] != self.seal["hash"]:
                self.fault(f"seal {number} does not follow from seal {number - 1}")
        if seal["hash"] != hash_of(seal):
            self.fault(f"seal {number} was changed")
        self.seal, self.records = seal, []
        self.hashes[number] = seal["hash"]
        self.seals += 1

    def close(self):
        """Compare the records of the seal that ends here with its root."""
        if self.seal is None:
            return
        number, count = self.seal["number"], self.seal["count"]
        records, self.records = self.records, []
        positions = [record["position"] for record in records]
        if positions != sorted(set(positions)):
            self.fault(f"records of seal {number} are reordered or repeated")
        leaves = self.seal.get("leaves")
        if leaves is None:
            if positions != list(range(count)):
                missing = sorted(set(range(count)) - set(positions))
                extra = sorted(set(positions) - set(range(count)))
                self.fault(f"seal {number}: missing positions {missing[:20]}, inserted positions {extra[:20]}")
            elif root_of([leaf_of(record) for record in records]) != self.seal["root"]:
                self.fault(f"a record of seal {number} was changed, inserted or reordered")
            return
        if len(leaves) != count or root_of(leaves) != self.seal["root"]:
            self.fault(f"the leaf hashes of seal {number} are not those that it covers")
            return
        for record in records:
            position = record["position"]
            if not 0 <= position < count or leaf_of(record) != leaves[position]:
                self.fault(f"record {record['id']} is not the one at position {position} of seal {number}")

    def finish(self, expected_marks):
        if self.end is None:
            self.close()
            self.fault("the last line is missing: the file was cut off")
        elif (self.end["records"], self.end["seals"], self.end["unsealed"]) != (
            self.sealed,
            self.seals,
            self.unsealed,
        ):
            self.fault("there are more or fewer lines than the last one counts")
        elif self.seal is not None and self.end["last"] != {
            "number": self.seal["number"],
            "hash": self.seal["hash"],
        }:
            self.fault("the last line names another seal than the last one")
        for number, expected in expected_marks:
            if self.hashes.get(number) != expected:
                self.fault(f"seal {number} is missing, or is not the one that was written down")


def known_seal(text):
    number, _, value = text.partition(":")
    return int(number), value


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("file")
    parser.add_argument("--seal", type=known_seal, action="append", default=[], metavar="NUMBER:HASH")
    arguments = parser.parse_args()
    verification = Verification()
    try:
        with open(arguments.file, encoding="utf-8") as lines:
            for line in lines:
                verification.read(json.loads(line))
        verification.finish(arguments.seal)
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as fault:
        print(f"{arguments.file} cannot be read as an export: {fault!r}", file=sys.stderr)
        return 2
    for fault in verification.faults:
        print(fault)
    if verification.faults:
        return 1
    print(f"{verification.sealed} sealed records under {verification.seals} seals are intact.")
    if verification.unsealed:
        print(f"{verification.unsealed} records were not sealed yet: nothing vouches for them.")
    if verification.seal is not None:
        print(f"The last seal is {verification.seal['number']}:{verification.seal['hash']}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
