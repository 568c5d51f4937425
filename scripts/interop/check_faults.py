"""Exports that are stopped, or have no room: nothing stands under the bundle's name but a whole bundle."""

import os
import random
import re
import signal
import subprocess
import time

from harness import ENDED_BY_LIBRARY, INPUTS, Session


def run(session: Session):
    plain_output(session)
    signals(session)
    no_room(session)
    refusals(session)
    few_descriptors(session)


def plain_output(session):
    """Without a terminal the programs write no control bytes, whatever TERM and the colour variables say."""
    folder = session.folder("plain")
    key, bundle = session.key(), session.bundle("full")
    commands = {
        "export": [session.cartulary, "export", *INPUTS, "--key", key, "--out", folder, "--name", "plain"],
        "export again": [session.cartulary, "export", *INPUTS, "--key", key, "--out", folder, "--name", "plain", "-v"],
        "export fails": [session.cartulary, "export", "none.json", "--key", key, "--out", folder],
        "verify": [session.cartulary, "verify", bundle, "--trust", f"{key}.pub", "-v"],
        "verify fails": [session.cartulary, "verify", bundle, "--trust", f"{session.key('ecdsa-p256')}.pub", "-v"],
        "cartulary-verify": [session.verifier, bundle, "--trust", f"{key}.pub", "-v"],
        "validate": [session.cartulary, "validate", *INPUTS],
        "metrics": [session.cartulary, "metrics", *INPUTS],
        "help": [session.cartulary, "--help"],
        "usage": [session.cartulary, "export", "--no-such-option"],
    }
    for name, command in commands.items():
        result = session.run(*command, env={"TERM": "xterm-256color", "COLUMNS": "80", "CLICOLOR": "1"})
        found = re.search(rb"[\x00-\x09\x0b-\x1f\x7f]", result.raw)
        session.check(f"no control bytes without a terminal: {name}", not found and result.raw, result.raw[:200])
        session.check(f"no crash: {name}", 0 <= result.status < 128, result.brief())


def large_records(session):
    """Records enough that an export takes a while: the fixtures many times, under other identifiers."""
    path = session.folder("large") / "records.ndjson"
    with open(path, "w") as output:
        for number in range(60):
            for source in INPUTS:
                text = source.read_text()
                output.write(re.sub(r'(d": ")[0-9a-f]{4}', lambda match: f"{match[1]}{number:04d}", text))
    return path


def signals(session):
    """Thirty exports are stopped at moments spread over the time that a whole one takes."""
    records, key = large_records(session), session.key()
    folder = session.folder("stopped")

    def command(out):
        return [session.cartulary, "export", str(records), "--key", str(key), "--out", str(out), "--name", "stopped"]

    begun = time.monotonic()
    whole = session.run(*command(session.folder("whole")))
    duration = time.monotonic() - begun
    session.equal("signals: an export that is left alone", whole.status, 0)
    expected = (session.work / "whole/stopped.zip").read_bytes()
    generator, stopped, faults = random.Random(3), 0, []
    for number in range(30):
        sent = [signal.SIGINT, signal.SIGKILL, signal.SIGTERM][number % 3]
        process = subprocess.Popen(
            command(folder),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=dict(os.environ, SWIFT_BACKTRACE="enable=no"),
        )
        time.sleep(generator.uniform(0, duration))
        process.send_signal(sent)
        process.communicate()
        left = sorted(path.name for path in folder.iterdir())
        if process.returncode != 0:
            stopped += 1
            allowed = {signal.SIGINT: (130, -signal.SIGINT), signal.SIGTERM: (143, -signal.SIGTERM)}
            if process.returncode not in allowed.get(sent, (-signal.SIGKILL,)):
                faults.append(f"{number}: {sent.name} gives status {process.returncode}")
        if left not in ([], ["stopped.zip"]):
            faults.append(f"{number}: {sent.name} leaves {left}")
        if left == ["stopped.zip"]:
            if (folder / "stopped.zip").read_bytes() != expected:
                faults.append(f"{number}: {sent.name} leaves other bytes")
            (folder / "stopped.zip").unlink()
    session.check(
        f"signals: {stopped} of 30 exports stopped, nothing but whole bundles left",
        stopped >= 3 and not faults,
        faults,
    )
    again = session.run(*command(folder))
    session.check(
        "signals: the next export gives the same bytes",
        again.status == 0 and (folder / "stopped.zip").read_bytes() == expected,
        again.brief(),
    )


def no_room(session):
    """A file system that is full at ten different points."""
    records, key = INPUTS, session.key()
    size = session.bundle("full").stat().st_size // 1024
    mounted = session.folder("full-disk")
    for kilobytes in [16, 64, 128, size // 2, size, size + 40, size + 120, size * 2 - 60, size * 2]:
        mount = session.run("mount", "-t", "tmpfs", "-o", f"size={kilobytes}k", "tmpfs", mounted)
        if mount.status != 0:
            return session.skip("a full file system", "mounting is not permitted here")
        try:
            result = session.export(*records, "--key", key, "--out", mounted, "--name", "full")
            left = [path.name for path in mounted.iterdir()]
            if result.status != 0:
                session.check(
                    f"{kilobytes} KiB: no room",
                    result.status in (73, 74) and not left and result.err,
                    f"{result.brief()}, left {left}",
                )
                session.check(f"{kilobytes} KiB: no result is printed", not result.out, result.out)
            else:
                session.check(f"{kilobytes} KiB: room enough", left == ["full.zip"], left)
            session.run("mount", "-o", "remount,size=64m", mounted)
            again = session.export(*records, "--key", key, "--out", mounted, "--name", "full")
            session.check(
                f"{kilobytes} KiB: with more room the export completes",
                again.status == 0 and (mounted / "full.zip").read_bytes() == session.bundle("full").read_bytes(),
                again.brief(),
            )
        finally:
            session.run("umount", mounted)


def refusals(session):
    """Places that cannot be written to, and names that are taken."""
    key, folder = session.key(), session.folder("refusals")
    missing = session.export(*INPUTS, "--key", key, "--out", folder / "none", "--name", "a")
    session.equal("export into a folder that is not there", missing.status, 73)
    (folder / "a.zip").write_text("something else")
    taken = session.export(*INPUTS, "--key", key, "--out", folder, "--name", "a")
    session.equal("export over another file", taken.status, 73)
    session.equal("the other file stays", (folder / "a.zip").read_text(), "something else")
    (folder / "b.zip").symlink_to(folder / "elsewhere")
    link = session.export(*INPUTS, "--key", key, "--out", folder, "--name", "b")
    session.check(
        "export over a dangling link", link.status == 73 and not (folder / "elsewhere").exists(), link.brief()
    )
    for name in ["../a", "a/b", "A", "con", "a b", "-a", "a.", "\u00e9", "", "a" * 101, "a\nb"]:
        result = session.export(*INPUTS, "--key", key, "--out", folder, "--name", name)
        session.check(f"name {name[:20]!r} is refused", result.status == 64, result.brief())
    session.equal(
        "what stands in the folder at the end", sorted(path.name for path in folder.iterdir()), ["a.zip", "b.zip"]
    )
    full = session.run(
        "sh", "-c", f'exec "{session.cartulary}" verify "{session.bundle("full")}" --trust "{key}.pub" > /dev/full'
    )
    session.check("results that cannot be written are no success", full.status not in (0, 1), full.brief())


def few_descriptors(session):
    """With too few open files for the workbook's parts, or for anything, an export ends with a status that is documented."""
    key, folder = session.key(), session.folder("few")
    ends = {}
    for number in range(6, 26):
        words = ["prlimit", f"--nofile={number}", session.cartulary, "export", *INPUTS, "--key", key, "--out", folder, "--name"]
        result = session.run(*words, f"few-{number}")
        ends[number] = (result.status, sorted(path.name for path in folder.glob(f"few-{number}*")))
    allowed = [(status, []) for status in (66, 73, 74, ENDED_BY_LIBRARY)]
    wrong = {n: end for n, end in ends.items() if end not in [(0, [f"few-{n}.zip"]), *allowed]}
    session.check("few descriptors: every export ends, whole or with an error", not wrong, wrong)
    session.check("few descriptors: some exports fail, some do not", {end[0] for end in ends.values()} > {0}, ends)
