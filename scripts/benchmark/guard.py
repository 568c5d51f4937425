#!/usr/bin/env python3
"""Counts the instructions of each stage on two small fixed workloads, and compares them with what they may be.

usage: guard.py CARTULARY_BIN [--write] [--results FILE]

Instructions (valgrind's callgrind) do not depend on how busy the machine is, so a slow-down is seen where seconds would not
show it. Limits are in guard.json, a tenth above what was counted when they were written with --write. Bundles have their workbook;
at the larger size one is made without it as well, and the difference is at most 15 % of the instructions. Needs valgrind, and strip
of binutils, since valgrind cannot read the debug information of the program. --results appends the result of each stage to a file.
"""

import json
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import zipfile

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "library"))

import workload  # noqa: E402
from command import Parser, require_writable  # noqa: E402
from results import FAILED, PASSED, ResultFile  # noqa: E402

LIMITS = pathlib.Path(__file__).with_name("guard.json")
SMALL, LARGE = 300, 5_000
MARGIN = 1.10
WORKBOOK_SHARE = 0.15


def count(command):
    """Instructions of a command, which has to end with 0."""
    words = ["valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null", *map(str, command)]
    result = subprocess.run(words, capture_output=True, text=True)
    found = re.search(r"Collected : (\d+)", result.stderr)
    if result.returncode != 0 or not found:
        sys.exit(f"guard: error: {command[1]} ended with {result.returncode}: {result.stderr[-500:]}")
    return int(found[1])


class Workload:
    """The stages on records of so many deployments."""

    def __init__(self, program, folder, deployments):
        self.records, self.out, self.trust = folder / "records", folder / "out", folder / "key.pub"
        workload.write(self.records, deployments)
        self.out.mkdir()
        key, self.one = folder / "key", ["--threads", "1"]
        subprocess.run([program, "keygen", "--out", key, "-q"], check=True, stdout=subprocess.DEVNULL)
        self.program, self.bundle = program, [program, "export", "--key", key, "--out", self.out, *self.one, "-q"]
        self.ledger = ["--ledger", folder / "ledger"]
        self.ingest = [program, "ingest", self.records, *self.ledger, "--key", key, *self.one, "-q", "--received", "2026-06-01T00:00:00Z"]

    def export(self):
        counted = count([*self.bundle, self.records, "--name", "guard"])
        if "guard/data/tables.xlsx" not in zipfile.ZipFile(self.out / "guard.zip").namelist():
            sys.exit("guard: error: the bundle has no workbook, and counting would say nothing")
        return counted

    def export_without_workbook(self):
        return count([*self.bundle, self.records, "--name", "without", "--workbook", "never"])

    def verify(self):
        return count([self.program, "verify", self.out / "guard.zip", "--trust", self.trust, *self.one, "-q"])

    def seal(self):
        return count([*self.bundle, *self.ledger, "--period", "2026-02", "--now", "2026-06-01T00:00:00Z"])


def small_stages(program, folder):
    """Runs every stage one after the other; instructions by stage."""
    work = Workload(program, folder, SMALL)
    validate = [program, "validate", work.records, *work.one, "--fail-on", "never", "-q"]
    return {
        "start": count([program, "--help"]), "validate": count(validate), "export": work.export(), "verify": work.verify(),
        "ingest": count(work.ingest), "ingest again": count(work.ingest), "seal a month": work.seal(),
    }


def large_stages(program, folder):
    """Runs the stages that take what the number of deployments makes them take; instructions by stage."""
    work = Workload(program, folder, LARGE)
    return {
        "export": work.export(), "export without workbook": work.export_without_workbook(), "verify": work.verify(),
        "ingest": count(work.ingest), "seal a month": work.seal(),
    }


def compare(found, limits, results):
    for size, stages in found.items():
        for stage, number in stages.items():
            limit = limits.get(size, {}).get(stage, 0)
            state = FAILED if number > limit else PASSED
            text = f"{number / 1e6:.1f} million instructions, at most {limit / 1e6:.1f}"
            results.add(state, f"{stage}, {int(size):,} deployments", text)
    large = found[str(LARGE)]
    share = 1 - large["export without workbook"] / large["export"]
    state = FAILED if share > WORKBOOK_SHARE else PASSED
    results.add(state, f"the workbook's share of an export, {LARGE:,} deployments", f"{share:.1%}, at most {WORKBOOK_SHARE:.0%}")


def main():
    parser = Parser(__doc__)
    parser.add_argument("program", type=pathlib.Path)
    parser.add_argument("--write", action="store_true")
    parser.add_argument("--results", type=pathlib.Path)
    options = parser.parse_args()
    if options.write:
        require_writable(LIMITS.parent)
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        program = folder / "cartulary"
        subprocess.run(["strip", "--strip-debug", "-o", program, options.program], check=True)
        found = {}
        for size, stages in (SMALL, small_stages), (LARGE, large_stages):
            work = folder / str(size)
            work.mkdir()
            found[str(size)] = stages(program, work)
    if options.write:
        limits = {
            size: {stage: int(round(number * MARGIN, -4)) for stage, number in stages.items()} for size, stages in found.items()}
        LIMITS.write_text(json.dumps(limits, indent=4) + "\n")
    results = ResultFile(options.results)
    compare(found, json.loads(LIMITS.read_text()), results)
    if results.counts[FAILED]:
        sys.exit("guard: error: slower than allowed; make it fast again, or, if it has to be, write new limits with --write")


if __name__ == "__main__":
    main()
