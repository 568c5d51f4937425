"""What all checks use: running programs, counting results, and the bundles they look at."""

import json
import os
import pathlib
import shutil
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(ROOT / "scripts/library"))

from results import FAILED, PASSED, SKIPPED, ResultFile  # noqa: E402

RECORDS = ROOT / "fixtures/records"
# The folder of the public test suites (docs/reliability.md).
VECTORS = pathlib.Path(os.environ.get("CARTULARY_VECTORS") or ROOT.parent / "shared/vectors")
# Swift's library of threads ends the program with SIGILL when it cannot open /proc/TID/stat (docs/exit-codes.md).
ENDED_BY_LIBRARY = -4
INPUTS = [RECORDS / "deployments.ndjson", RECORDS / "transitions.ndjson"]


class Result:
    def __init__(self, completed):
        self.status = completed.returncode
        self.out = completed.stdout.decode("utf-8", "replace")
        self.err = completed.stderr.decode("utf-8", "replace")
        self.raw = completed.stdout + completed.stderr

    @property
    def all(self):
        return self.out + self.err

    def brief(self):
        return f"status {self.status}: " + self.all.strip().replace("\n", " | ")[:400]


def absence(suite):
    """Why a check that needs a public suite is skipped."""
    return f"the public suite {suite} is absent; CARTULARY_VECTORS names the folder of the suites (docs/reliability.md)"


class Session:
    """The programs under test, a place to work in, and the results so far."""

    def __init__(self, cartulary, verifier, work, results=None):
        self.cartulary = str(pathlib.Path(cartulary).resolve())
        self.verifier = str(pathlib.Path(verifier).resolve())
        self.work = pathlib.Path(work).resolve()
        self.work.mkdir(parents=True, exist_ok=True)
        self.results = ResultFile(results)
        self._made = {}

    # Results

    def check(self, name, ok, why=""):
        if ok:
            self.results.add(PASSED, name)
        else:
            self.results.add(FAILED, name, why)
        return bool(ok)

    @property
    def failed(self):
        return self.results.counts[FAILED]

    def equal(self, name, found, expected):
        return self.check(name, found == expected, f"{str(found)[:300]}, expected {str(expected)[:300]}")

    def skip(self, name, why):
        self.results.add(SKIPPED, name, why)

    # Programs

    def run(self, *command, cwd=None, env=None, stdin=None, timeout=120):
        """Runs a program; `env` adds to the environment, `stdin` is bytes."""
        environment = dict(os.environ, SWIFT_BACKTRACE="enable=no", CARTULARY_LEDGER_IDENTITY="0123456789abcdef", **(env or {}))
        completed = subprocess.run(
            [str(word) for word in command],
            cwd=cwd or self.work,
            env=environment,
            input=stdin or b"",
            capture_output=True,
            timeout=timeout,
        )
        return Result(completed)

    def export(self, *arguments, **options):
        return self.run(self.cartulary, "export", *arguments, **options)

    def verify(self, bundle, key, *more, **options):
        return self.run(self.cartulary, "verify", bundle, "--trust", f"{key}.allowed_signers", *more, **options)

    def folder(self, name):
        """An empty folder below the place to work in."""
        path = self.work / name
        shutil.rmtree(path, ignore_errors=True)
        path.mkdir(parents=True)
        return path

    # What many checks share, made once

    def key(self, algorithm="ed25519"):
        def make():
            path = self.folder(f"keys-{algorithm}") / "key"
            result = self.run(self.cartulary, "keygen", "--out", path, "--algorithm", algorithm, "-q")
            assert result.status == 0, result.brief()
            return path

        return self._once(f"key {algorithm}", make)

    def bundle(self, name="full", algorithm="ed25519", inputs=INPUTS, options=()):
        """The path of a bundle of the records of the repository."""

        def make():
            folder = self.folder(f"bundle-{name}")
            result = self.export(*inputs, "--key", self.key(algorithm), "--out", folder, "--name", name, *options)
            assert result.status == 0, result.brief()
            return folder / f"{name}.zip"

        return self._once(f"bundle {name}", make)

    def small(self):
        """A bundle of one deployment and one transition."""

        def make():
            folder = self.folder("small-records")
            wanted = "ce33dd70-9294-4d94-9fac-971a80185844"
            inputs = []
            for source in INPUTS:
                line = next(line for line in source.read_text().splitlines() if wanted in line)
                inputs.append(folder / source.name)
                inputs[-1].write_text(line + "\n")
            return self.bundle("small", inputs=inputs)

        return self._once("small", make)

    def ledger_bundles(self):
        """Of a ledger: a sealed period, its correction, the next period, and an answer; all signed by the key."""

        def make():
            folder = self.folder("ledger-bundles")
            (folder / "out").mkdir()
            lines = INPUTS[1].read_text().splitlines()
            (folder / "early").write_text("\n".join(lines[:-3]) + "\n")
            common = ["--ledger", folder / "l", "--key", self.key()]

            def step(*words):
                result = self.run(self.cartulary, *words, *common)
                assert result.status == 0, result.brief()
                return [pathlib.Path(line) for line in result.out.splitlines()]

            def export(*words):
                return step("export", "--out", folder / "out", "--now", "2026-06-01T00:00:00Z", "-q", *words)

            step("ingest", folder / "early", "--received", "2026-03-01T00:00:00Z")
            bundles = export("--period", "2026-02")
            step("ingest", *INPUTS, "--received", "2026-06-01T00:00:00Z")
            bundles += export("--period", "2026-03")
            return bundles + export("--period", "2026-02", "--request-ref", "Letter 12")

        return self._once("ledger bundles", make)

    def unpacked(self, bundle):
        """The directory of a bundle, unpacked by unzip."""

        def make():
            folder = self.folder(f"unpacked-{bundle.stem}")
            result = self.run("unzip", "-q", bundle, "-d", folder)
            assert result.status == 0, result.brief()
            return folder / bundle.stem

        return self._once(f"unpacked {bundle}", make)

    def _once(self, name, make):
        if name not in self._made:
            self._made[name] = make()
        return self._made[name]


def trail(directory):
    """The lines of the trail as objects."""
    return json.loads((directory / "data/audit-trail.json").read_text())
