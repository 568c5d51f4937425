#!/usr/bin/env python3
"""Counts the instructions of each stage on a small fixed workload, and compares them with what they may be.

usage: guard.py CARTULARY_BIN [--write] [--results FILE]

Instructions (valgrind's callgrind) do not depend on how busy the machine is, so a slow-down is seen where seconds would not
show it. Limits are in guard.json, a tenth above what was counted when they were written with --write. Needs valgrind, and strip
of binutils, since valgrind cannot read the debug information of the program. --results appends the result of each stage to a file.
"""

import json
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "library"))

import workload  # noqa: E402
from command import Parser, require_writable  # noqa: E402
from results import FAILED, PASSED, ResultFile  # noqa: E402

LIMITS = pathlib.Path(__file__).with_name("guard.json")
DEPLOYMENTS = 300
MARGIN = 1.10


def count(command):
    """Instructions of a command, which has to end with 0."""
    words = ["valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null", *map(str, command)]
    result = subprocess.run(words, capture_output=True, text=True)
    found = re.search(r"Collected : (\d+)", result.stderr)
    if result.returncode != 0 or not found:
        sys.exit(f"guard: error: {command[1]} ended with {result.returncode}: {result.stderr[-500:]}")
    return int(found[1])


def stages(program, folder):
    """Runs the stages one after the other; instructions by stage."""
    records, key, out = folder / "records", folder / "key", folder / "out"
    workload.write(records, DEPLOYMENTS)
    out.mkdir()
    subprocess.run([program, "keygen", "--out", key, "-q"], check=True, stdout=subprocess.DEVNULL)
    one = ["--threads", "1"]
    ledger = ["--ledger", folder / "ledger", "--key", key, *one, "-q"]
    ingest = [program, "ingest", records, *ledger, "--received", "2026-06-01T00:00:00Z"]
    bundle = [program, "export", "--key", key, "--out", out, *one, "-q"]
    return {
        "start": count([program, "--help"]),
        "validate": count([program, "validate", records, *one, "--fail-on", "never", "-q"]),
        "export": count([*bundle, records, "--name", "guard"]),
        "verify": count([program, "verify", out / "guard.zip", "--trust", f"{key}.pub", *one, "-q"]),
        "ingest": count(ingest),
        "ingest again": count(ingest),
        "seal a month": count([*bundle, "--ledger", folder / "ledger", "--period", "2026-02", "--now", "2026-06-01T00:00:00Z"]),
    }


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
        found = stages(program, folder)
    if options.write:
        limits = {stage: round(number * MARGIN, -4) for stage, number in found.items()}
        LIMITS.write_text(json.dumps({stage: int(limit) for stage, limit in limits.items()}, indent=4) + "\n")
    limits = json.loads(LIMITS.read_text())
    results = ResultFile(options.results)
    for stage, number in found.items():
        state = FAILED if number > limits[stage] else PASSED
        results.add(state, stage, f"{number / 1e6:.1f} million instructions, at most {limits[stage] / 1e6:.1f}")
    if results.counts[FAILED]:
        sys.exit("guard: error: slower than allowed; make it fast again, or, if it has to be, write new limits with --write")


if __name__ == "__main__":
    main()
