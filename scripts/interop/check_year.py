"""A daily timer over many days: outages, late and corrected records, silent feeds, kills, full disks, two runs at once, a clock
set back. In the end every day has one current bundle, the archive verifies, and every record stands in the bundle of its day."""

import csv
import datetime
import io
import json
import random
import shutil
import subprocess
import zipfile

from check_schedule import BARE, CONFIGURATION
from harness import Result, Session

# Long enough ago that a walk of 400 days does not reach the machine's clock.
FIRST = datetime.date(2025, 1, 1)
STATUSES = ["Queued", "Submitted", "Pending", "Confirmed", "Completed"]


def run(session: Session):
    year(session, seed=1, days=45)


class Year:
    def __init__(self, session, seed, days):
        self.session, self.chance, self.days = session, random.Random(seed), days
        self.folder = session.folder(f"year-{seed}")
        for part in ("spool", "archive"):
            (self.folder / part).mkdir()
        self.key = self.make_key()
        (self.folder / "cartulary.yaml").write_text(
            CONFIGURATION.format(key=self.key, period="day", begin=str(FIRST), delay="12h"))
        # Identifier of each transition, with its day; records that wait to be sent; counts of what happened.
        self.records, self.held, self.number, self.happened = {}, [], 0, {}

    def make_key(self):
        return self.session.key()

    def count(self, what):
        self.happened[what] = self.happened.get(what, 0) + 1

    def command(self, now, *more):
        return [str(self.session.cartulary), "run", "--config", str(self.folder / "cartulary.yaml"), "--now", now, *more]

    def make(self, day):
        """The records of a day, as lines; deployments of days before may go on."""
        lines = []
        for _ in range(self.chance.randrange(1, 6)):
            self.number += 1
            deployment = f"d-{self.number}"
            for place in range(self.chance.randrange(1, 6)):
                name = f"t-{self.number}-{place}"
                when = f"{day}T{8 + place:02d}:{self.number % 60:02d}:00Z"
                self.records[name] = str(day)
                lines.append(json.dumps({"id": name, "deploymentId": deployment, "status": STATUSES[place], "timestamp": when}))
        return lines

    def send(self, lines, day):
        """Puts lines into the spool as one file, written under another name first."""
        self.number += 1
        path = self.folder / f"spool/{day}-{self.number}.ndjson"
        path.with_suffix(".tmp").write_text("\n".join(lines) + "\n")
        path.with_suffix(".tmp").rename(path)

    def feed(self, day):
        lines = self.make(day)
        if self.chance.random() < 0.15:
            # Some of it comes days later, when its day is sealed.
            cut = self.chance.randrange(len(lines))
            self.held.append((day + datetime.timedelta(days=self.chance.randrange(2, 6)), lines[cut:]))
            lines = lines[:cut]
            self.count("late records")
        if lines and self.chance.random() < 0.1:
            # The same again, in another order.
            self.send(self.chance.sample(lines, len(lines)), day)
            self.count("files sent twice")
        if lines:
            self.send(lines, day)
        for due, waiting in [entry for entry in self.held if entry[0] <= day]:
            self.held.remove((due, waiting))
            self.send(waiting, day)

    def cover(self, day):
        (self.folder / "covers").write_text(f"{day}\n")

    def start(self, now):
        """A run of the timer, sometimes one that goes wrong."""
        kind, other = self.chance.random(), None
        words = self.command(now)
        if kind < 0.06:
            self.count("killed runs")
            call = self.chance.choice(["pwrite64", "write", "rename", "fsync", "fdatasync", "openat", "linkat"])
            words = strace(f"{call}:signal=KILL:when={self.chance.randrange(1, 60)}") + words
        elif kind < 0.12:
            self.count("full disks")
            call = self.chance.choice(["pwrite64", "write", "fsync", "linkat", "mkdir"])
            words = strace(f"{call}:error=ENOSPC:when={self.chance.randrange(1, 40)}+") + words
        elif kind < 0.16:
            self.count("two runs at once")
            other = subprocess.Popen(words, env=BARE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        result = Result(subprocess.run(words, env=BARE, stdin=subprocess.DEVNULL, capture_output=True))
        if other:
            other.wait()
        return result

    def live(self):
        silent = outage = 0
        for number in range(self.days):
            day = FIRST + datetime.timedelta(days=number)
            self.feed(day)
            silent = silent - 1 if silent else (self.chance.randrange(1, 5) if self.chance.random() < 0.04 else 0)
            if silent == 0:
                self.cover(day)
            outage = outage - 1 if outage else (self.chance.randrange(2, 12) if self.chance.random() < 0.03 else 0)
            if outage:
                self.count("days without a run")
                continue
            now = day + datetime.timedelta(days=1)
            if self.chance.random() < 0.03:
                self.count("clocks set back")
                now -= datetime.timedelta(days=20)
            self.start(f"{now}T13:00:00Z")

    def finish(self):
        """All that is still held is sent, and the timer runs on undisturbed until there is nothing to do."""
        last = FIRST + datetime.timedelta(days=self.days - 1)
        for _, lines in self.held:
            self.send(lines, last)
        self.cover(last)
        now = f"{last + datetime.timedelta(days=1)}T13:00:00Z"
        results = []
        for _ in range(2):
            command = self.command(now, "--wait", "60")
            results.append(Result(subprocess.run(command, env=BARE, stdin=subprocess.DEVNULL, capture_output=True)))
        return results

    def current(self):
        """The latest bundle of each day, by the catalogue."""
        listed = self.session.run(self.session.cartulary, "catalogue", "--archive", self.folder / "archive", "--json")
        catalogue = json.loads(listed.out)
        current = {}
        for entry in catalogue["bundles"]:
            current[entry["label"]] = self.folder / "archive" / entry["path"]
        return catalogue, current


def strace(injection):
    return ["strace", "-f", "-qq", "-o", "/dev/null", "-e", f"inject={injection}"]


def in_period(path):
    """Identifiers of the transitions that a bundle places in its period."""
    with zipfile.ZipFile(path) as archive:
        name = next(name for name in archive.namelist() if name.endswith("/data/transitions.csv"))
        text = io.TextIOWrapper(archive.open(name), "utf-8", newline="")
        return [row["transitionId"] for row in csv.DictReader(text) if row["inPeriod"] == "true"]


def year(session, seed, days):
    """Lives through some days with a seed, and looks at what is there in the end; returns what happened."""
    year = Year(session, seed, days)
    year.live()
    results = year.finish()
    label = f"year {seed}, {days} days"
    session.check(f"{label}: in the end all that was due is done", [result.status for result in results] == [0, 0],
                  " / ".join(result.brief() for result in results))
    catalogue, current = year.current()
    expected = [str(FIRST + datetime.timedelta(days=number)) for number in range(days)]
    session.equal(f"{label}: every day has a current bundle", sorted(current), expected)
    session.equal(f"{label}: nothing is open", catalogue["waiting"], [])
    found = {}
    for day, path in current.items():
        for name in in_period(path):
            found.setdefault(name, []).append(day)
    session.equal(f"{label}: every record stands once, in the bundle of its day", found,
                  {name: [day] for name, day in year.records.items()})
    trust = ["--trust", f"{year.key}.allowed_signers"]
    verified = session.run(session.verifier, "--archive", year.folder / "archive", *trust, timeout=3600)
    session.check(f"{label}: the archive verifies", verified.status == 0, verified.brief())
    checked = session.run(session.cartulary, "ledger", "check", "--full", "--ledger", year.folder / "records.ledger", timeout=3600)
    session.check(f"{label}: the ledger is sound", checked.status == 0, checked.brief())
    left = [path.name for path in (year.folder / "spool").rglob("*") if path.is_file() and path.parent.name != "done"
            and path.name != ".ledger.json"]
    session.equal(f"{label}: nothing waits in the spool", left, [])
    corrections = sum(entry["revision"] > 0 for entry in catalogue["bundles"])
    text = ", ".join(f"{count} {what}" for what, count in sorted(year.happened.items()))
    print(f"   {label}: {len(year.records)} records, {len(catalogue['bundles'])} bundles, {corrections} corrections; {text}", flush=True)
    shutil.rmtree(year.folder)
    return year.happened
