"""A daily timer whose feed, ledger, settings, archive and clock go wrong at random, beside a model of its own.

The model knows nothing of the programs: it says, before each run, which days may be sealed, from what was sent, what was not
looked after, and what stands in the folder. A dry run has to say the same as the run behind it, `verify --archive` is never 0
while something is missing, and in the end every record stands once, in the bundle of its day."""

import datetime
import json
import re
import shutil
import subprocess

from check_schedule import BARE
from check_year import FIRST, Year, in_period
from harness import Result, Session

DAY = datetime.timedelta(days=1)


def run(session: Session):
    walk(session, seed=1, days=50)


class Walk(Year):
    def __init__(self, session, seed, days):
        super().__init__(session, seed, days)
        self.faults = []
        # The day that the marker names; whether it says so in a form that decides nothing.
        self.covered, self.is_unclear = FIRST - DAY, False
        # Bad files in the spool, with what they become when somebody looks after them; the first day that is not sealed.
        self.bad, self.next = {}, FIRST
        # What is undone before the next day: settings, bundles, ledger.
        self.begun = False

    def make_key(self):
        """A key of its own, which is replaced now and then."""
        key = self.folder / "key"
        made = self.call(self.session.cartulary, "keygen", "--out", key, "-q")
        assert made.status == 0, made.brief()
        return key

    # The outside

    def chance_of(self, share, what):
        if self.chance.random() >= share:
            return False
        self.count(what)
        return True

    def feed(self, day):
        lines = self.make(day)
        if len(lines) > 1 and self.chance_of(0.04, "files cut in half"):
            text = "\n".join(lines)
            self.spoil(day, text[: len(text) - self.chance.randrange(3, 40)], lines)
        elif self.chance_of(0.03, "failed answers"):
            self.spoil(day, json.dumps({"success": False, "errorMessage": "timeout"}), lines)
        elif self.chance_of(0.03, "failed answers around records"):
            records = [json.loads(line) for line in lines]
            self.spoil(day, json.dumps({"success": False, "transitions": records, "recordCount": 99}), lines)
        else:
            if self.chance_of(0.06, "late records"):
                cut = self.chance.randrange(len(lines))
                self.held.append((day + DAY * self.chance.randrange(2, 6), lines[cut:]))
                lines = lines[:cut]
            if lines:
                self.send(lines, day)
                self.begun = True
        for due, waiting in [entry for entry in self.held if entry[0] <= day]:
            self.held.remove((due, waiting))
            self.send(waiting, day)
        self.repeat()

    def repeat(self):
        """Sends once more what was taken in: a whole file, by its name or another one, or some of its lines among others."""
        taken = sorted((self.folder / "spool/done").glob("*.ndjson"))
        if not taken or not self.chance_of(0.06, "repeated files"):
            return
        first, second = self.chance.choice(taken), self.chance.choice(taken)
        self.number += 1
        match self.chance.randrange(3):
            case 0:
                shutil.copy(first, self.folder / "spool" / first.name)
            case 1:
                shutil.copy(first, self.folder / "spool" / f"again-{self.number}.ndjson")
            case _:
                lines = first.read_text().splitlines()[1:] + second.read_text().splitlines()
                (self.folder / "spool" / f"again-{self.number}.ndjson").write_text("\n".join(lines) + "\n")

    def spoil(self, day, text, lines):
        """A file that came less than whole; somebody sends all of it some days later."""
        self.number += 1
        name = f"bad-{self.number}.ndjson"
        (self.folder / "spool" / name).write_text(text)
        self.bad[name] = (day + DAY * self.chance.randrange(0, 4), lines)

    def look_after(self, day):
        """Takes failed files away, and sends what they should have been."""
        for name, (due, lines) in list(self.bad.items()):
            failed = self.folder / "spool/failed" / name
            if due <= day and failed.exists():
                failed.unlink()
                failed.with_name(name + ".reason.txt").unlink()
                self.send(lines, day)
                self.begun = True
                del self.bad[name]

    def mark(self, day):
        self.is_unclear = self.chance_of(0.04, "markers without a zone")
        self.covered = day
        (self.folder / "covers").write_text(f"{day + DAY}T00:00:00\n" if self.is_unclear else f"{day}\n")

    # The model

    def may_seal(self, now):
        """The days that a run at a time may seal, in order."""
        if self.bad or self.is_unclear or not self.begun:
            return []
        days, day = [], self.next
        while day <= self.covered and datetime.datetime.combine(day + DAY, datetime.time(12)) <= now:
            days.append(day)
            day += DAY
        return days

    def statuses(self, now, sealed):
        """What a run may end with that seals so many days."""
        is_due = datetime.datetime.combine(self.next + DAY * (sealed + 1), datetime.time(12)) <= now
        if self.is_unclear:
            return {65}
        # A bad file is refused once, and keeps its periods open as long as it is there.
        return ({65, 15} if is_due else {65, 0}) if self.bad else {15 if is_due else 0}

    # The programs

    def call(self, *words):
        return Result(subprocess.run([str(word) for word in words], env=BARE, stdin=subprocess.DEVNULL, capture_output=True))

    def bundles(self):
        return {str(path.relative_to(self.folder)): path.read_bytes() for path in (self.folder / "archive").rglob("*.zip")}

    def settle(self, now, *more):
        """A run that nothing disturbs, and a dry run before it: both have to do what the model says."""
        words = self.command(now.strftime("%Y-%m-%dT%H:%M:%SZ"), "--wait", "60", *more)
        expected = self.may_seal(now)
        planned = self.call(*words, "--dry-run")
        result = self.call(*words, "-v")
        days = [line for line in planned.out.splitlines() if line.startswith("would seal ")]
        sealed = [line for line in result.err.splitlines() if line.startswith("sealed: ")]
        said, done = self.steps(planned.out, "would "), self.steps(result.err, "")
        if said != done:
            self.faults.append(f"{now}: planned {said}, done {done}: {result.brief()}")
        if len(sealed) != len(expected) or len(days) != len(expected) or planned.status != result.status:
            self.faults.append(
                f"{now}: expected {[str(day) for day in expected]}, planned {days} ({planned.status}), sealed {sealed}: {result.brief()}")
        elif result.status not in self.statuses(now, len(expected)):
            self.faults.append(f"{now}: status {result.status} with {list(self.bad)}: {result.brief()}")
        self.next += DAY * len(sealed)

    @staticmethod
    def steps(text, begin):
        """What a dry run says would be sealed, corrected and removed, or what a run says it did."""
        words = {"would seal ": "seal", "would correct ": "correct", "would remove ": "remove"} if begin else {
            "sealed: ": "seal", "corrected: ": "correct"}
        steps = []
        for line in text.splitlines():
            for word, step in words.items():
                if line.startswith(word):
                    label = re.search(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", line.split("/")[-1])
                    steps.append((step, label and label[0]))
        return steps

    def refuse(self, now, what, statuses, *more):
        """A run and a dry run that must not seal anything, and end with one of some statuses."""
        before = self.bundles()
        for words in (["--dry-run"], ["-v"]):
            result = self.call(*self.command(now.strftime("%Y-%m-%dT%H:%M:%SZ"), *words, *more))
            if result.status not in statuses or "sealed: " in result.err or "would seal" in result.out:
                self.faults.append(f"{now}: {what}: {words}: {result.brief()}")
        if self.bundles() != before:
            self.faults.append(f"{now}: {what}: bundles changed")

    # What goes wrong beside the feed

    def disturb(self, now):
        sealed = sorted((self.folder / "archive").rglob("audit-*.zip"))
        if self.chance_of(0.04, "clocks set back"):
            if self.begun and (self.folder / "records.ledger").exists():
                self.refuse(now - DAY * 20, "a clock set back", [64])
        if self.chance_of(0.03, "clocks far ahead"):
            if (self.folder / "records.ledger").exists():
                self.refuse(now + DAY * 500, "a clock far ahead", [64])
        if sealed and self.chance_of(0.04, "changed settings"):
            path = self.folder / "cartulary.yaml"
            text = path.read_text()
            changed = self.chance.choice(
                [text.replace("period: day", "period: month").replace(f"begin: {FIRST}", f"begin: {str(FIRST)[:7]}"),
                 text + "    network: [mainnet-v1.0]\n", text.replace(f"begin: {FIRST}", f"begin: {FIRST - DAY}")])
            path.write_text(changed)
            self.refuse(now, "changed settings", [64, 65])
            path.write_text(text)
        if sealed and self.chance_of(0.04, "lost bundles"):
            self.lose(now, self.chance.choice(sealed))
        if self.chance_of(0.03, "rotations"):
            self.rotate(now)
        if len(sealed) > 3 and self.chance_of(0.05, "restored older ledgers"):
            self.restore_older(now)

    def rotate(self, now):
        """A new key signs from now on; the archive verifies before it has, and what the old one sealed can still be made again."""
        rotated = self.call(self.session.cartulary, "key", "rotate", "--key", self.key)
        verified = self.verify() if (self.folder / "archive/checkpoint").exists() else rotated
        if rotated.status != 0 or verified.status != 0:
            self.faults.append(f"{now}: rotation: {rotated.brief()} {verified.brief()}")

    def lose(self, now, path):
        content = path.read_bytes()
        if self.chance.random() < 0.5:
            path.unlink()
        else:
            path.write_bytes(content[: self.chance.randrange(len(content))])
        self.refuse(now, "a lost bundle", [13, 65, 66])
        verified = self.verify()
        if verified.status == 0:
            self.faults.append(f"{now}: verify --archive is 0 without {path.name}")
        repaired = self.call(self.session.cartulary, "repair", "--config", self.folder / "cartulary.yaml", "-q")
        if repaired.status != 0 or path.read_bytes() != content:
            self.faults.append(f"{now}: repair of {path.name}: {repaired.brief()}")
        for aside in path.parent.glob("*.damaged*"):
            aside.unlink()

    def restore_older(self, now):
        """The ledger is put back from a backup of some days ago, and afterwards what it really was."""
        old, kept = self.folder / "old", self.folder / "kept"
        if not old.exists():
            backup = self.call(self.session.cartulary, "ledger", "backup", "--ledger", self.folder / "records.ledger", "--to", old)
            if backup.status != 0:
                self.faults.append(f"{now}: backup: {backup.brief()}")
            self.sealed_then = self.next
            return
        if self.next == self.sealed_then:
            return
        kept.mkdir()
        for path in self.folder.glob("records.ledger*"):
            shutil.move(path, kept / path.name)
        shutil.copy(old, self.folder / "records.ledger")
        shutil.copy(f"{old}.checkpoint", self.folder / "records.ledger.checkpoint")
        self.refuse(now, "an older ledger", [13])
        drill = self.call(self.session.cartulary, "ledger", "restore-drill", "--config", self.folder / "cartulary.yaml")
        if drill.status != 13:
            self.faults.append(f"{now}: restore-drill of an older ledger: {drill.brief()}")
        for path in self.folder.glob("records.ledger*"):
            path.unlink()
        self.refuse(now, "no ledger", [13])
        for path in self.folder.glob("records.ledger*"):
            path.unlink()
        for path in kept.iterdir():
            shutil.move(path, self.folder / path.name)
        kept.rmdir()
        for path in self.folder.glob("old*"):
            path.unlink()

    def verify(self):
        trust = ["--trust", f"{self.key}.allowed_signers"]
        return self.call(self.session.verifier, "--archive", self.folder / "archive", *trust)

    def live(self):
        for number in range(self.days):
            day = FIRST + DAY * number
            self.look_after(day)
            self.feed(day)
            if self.chance.random() > 0.08:
                self.mark(day)
            if self.chance_of(0.06, "days without a run"):
                continue
            now = datetime.datetime.combine(day + DAY, datetime.time(13))
            self.disturb(now)
            self.settle(now)

    def finish(self):
        last = FIRST + DAY * (self.days - 1)
        for _, lines in self.held:
            self.send(lines, last)
        self.held = []
        now = datetime.datetime.combine(last + DAY, datetime.time(13))
        # Files that no run has met yet fail first.
        self.settle(now)
        self.look_after(last + DAY * 10)
        self.covered, self.is_unclear = last, False
        (self.folder / "covers").write_text(f"{last}\n")
        self.settle(now)
        self.settle(now)


def walk(session, seed, days):
    """Walks through some days with a seed; returns what happened."""
    walk = Walk(session, seed, days)
    walk.live()
    walk.finish()
    label = f"walk {seed}, {days} days"
    session.check(f"{label}: each run seals what the model allows, and a dry run says so", not walk.faults, " / ".join(walk.faults[:5]))
    catalogue, current = walk.current()
    expected = [str(FIRST + DAY * number) for number in range(days)]
    session.equal(f"{label}: every day has a current bundle", sorted(current), expected)
    found = {}
    for day, path in current.items():
        for name in in_period(path):
            found.setdefault(name, []).append(day)
    session.equal(f"{label}: every record stands once, in the bundle of its day", found,
                  {name: [day] for name, day in walk.records.items()})
    verified = walk.verify()
    session.check(f"{label}: the archive verifies", verified.status == 0, verified.brief())
    text = ", ".join(f"{count} {what}" for what, count in sorted(walk.happened.items()))
    print(f"   {label}: {len(walk.records)} records, {len(catalogue['bundles'])} bundles; {text}", flush=True)
    if not session.failed:
        shutil.rmtree(walk.folder)
    return walk.happened
