"""Results of checks: each is written as a line of state, name and reason, and all are added up in the end.

usage: results.py FOLDER

Adds up the results in a folder: of unit tests *.xml (xUnit), of every other check *.tsv. Prints what failed, what was skipped
and why, and `N passed, N failed, N skipped` as the last line. Exits with 1 if a check failed, or if none passed.
"""

import collections
import pathlib
import re
import sys
import xml.etree.ElementTree
from typing import NamedTuple

PASSED, FAILED, SKIPPED = "ok", "FAIL", "skip"


class Result(NamedTuple):
    state: str
    name: str
    reason: str = ""


class ResultFile:
    """Prints each result, counts it, and writes it to a file if there is one."""

    def __init__(self, path=None):
        self.counts = collections.Counter()
        self.file = open(path, "a", encoding="utf-8", errors="replace") if path else None

    def add(self, state, name, reason=""):
        self.counts[state] += 1
        print(f"{state} {name}" + (f": {reason}" if reason else ""), flush=True)
        if self.file:
            self.file.write("\t".join(" ".join(str(part).split()) for part in (state, name, reason)) + "\n")
            self.file.flush()


def read_lines(path):
    for line in path.read_text(encoding="utf-8").splitlines():
        yield Result(*line.split("\t"))


def read_tests(path):
    """Results of the unit tests; a test that skipped has its reason."""
    # A message may hold control characters, which XML does not allow.
    text = re.sub("[\x00-\x08\x0b\x0c\x0e-\x1f]", "?", path.read_text(encoding="utf-8", errors="replace"))
    for case in xml.etree.ElementTree.fromstring(text).iter("testcase"):
        name = f"{case.get('classname')}/{case.get('name')}"
        skipped, failure = case.find("skipped"), case.find("failure")
        if failure is None:
            failure = case.find("error")
        if failure is not None:
            yield Result(FAILED, name, failure.get("message") or failure.text or "")
        elif skipped is not None:
            yield Result(SKIPPED, name, skipped.text or skipped.get("message") or "no reason given")
        else:
            yield Result(PASSED, name)


def read_folder(folder):
    results = []
    for path in sorted(pathlib.Path(folder).iterdir()):
        if path.suffix in (".xml", ".tsv"):
            results += read_tests(path) if path.suffix == ".xml" else read_lines(path)
    return results


def summary(results):
    """What failed, what was skipped by reason, and the totals, as lines."""
    lines = [f"failed: {result.name}: {result.reason}".rstrip(": ") for result in results if result.state == FAILED]
    reasons = collections.defaultdict(list)
    for result in results:
        if result.state == SKIPPED:
            reasons[result.reason].append(result.name)
    for reason, names in sorted(reasons.items()):
        lines += [f"skipped: {reason}:", *(f"  {name}" for name in names)]
    counts = collections.Counter(result.state for result in results)
    return [*lines, f"{counts[PASSED]} passed, {counts[FAILED]} failed, {counts[SKIPPED]} skipped"]


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    results = read_folder(sys.argv[1])
    print("\n".join(summary(results)))
    states = {result.state for result in results}
    sys.exit(0 if PASSED in states and FAILED not in states else 1)


if __name__ == "__main__":
    main()
