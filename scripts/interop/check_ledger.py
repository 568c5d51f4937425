"""Ledgers, from outside: recomputed with other code, killed, out of disk, with two writers, and put back from an older copy."""

import base64
import fcntl
import hashlib
import json
import pathlib
import random
import re
import shutil
import sqlite3
import subprocess

import entry_packs
from harness import ENDED_BY_LIBRARY, INPUTS, Session

RECEIVED = "2026-03-01T00:00:00Z"
CALLS = ["write", "pwrite64", "fsync", "fdatasync", "rename", "ftruncate", "unlink", "openat"]
# What a run may end with when a call fails: docs/exit-codes.md; 64 where Swift cannot read its arguments, 127 is the loader's, before the program begins.
REFUSALS = {13, 64, 65, 66, 73, 74, 75, 77, 127}


def run(session: Session):
    recompute(session)
    statuses(session)
    race(session, rounds=6)
    sweep(session, "KILL", points=40)
    sweep(session, "EIO", points=20)
    sweep(session, "ENOSPC", points=20)
    sweep(session, "SHORT", points=12)
    sealed(session)
    for kind, points in {"KILL": 25, "EIO": 12, "ENOSPC": 12, "SHORT": 8}.items():
        sweep_seal(session, kind, points=points)


def ingest(session, ledger, *inputs, more=(), **options):
    command = [session.cartulary, "ingest", *inputs, "--ledger", ledger, "--key", session.key(), "--received", RECEIVED]
    return session.run(*command, "--json", *more, **options)


def sound(session, ledger):
    return session.run(session.cartulary, "ledger", "check", "--ledger", ledger, "--full")


# Root and signature with other code


def tree_root(leaves):
    if len(leaves) < 2:
        return leaves[0] if leaves else hashlib.sha256(b"").digest()
    split = 1 << (len(leaves) - 1).bit_length() - 1
    return hashlib.sha256(b"\1" + tree_root(leaves[:split]) + tree_root(leaves[split:])).digest()


KINDS = {1: "transition", 2: "deployment", 3: "columns"}


def entry_bytes(_, leaf, kind, deployment, sha256, as_received, content):
    """What an entry's leaf is the digest of (docs/ledger.md)."""
    if kind == 0:
        return content
    record = json.loads(content)
    entry = {
        "contentSha256": hashlib.sha256(content).hexdigest(),
        "deploymentId": record["deploymentId"],
        "kind": KINDS[kind],
        "received": RECEIVED.replace("Z", ".0000000Z"),
        "sha256": sha256.hex(),
        "type": "record",
    }
    time = {1: "timestamp", 2: "createdAt"}.get(kind)
    if time in record:
        entry["time"] = record[time]
    if as_received is not None:
        entry["timestampAsReceived"] = as_received.decode()
    return json.dumps(entry, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def recompute(session):
    """Root and signature are computed with Python's hashlib and sqlite3, and with openssl."""
    folder = session.folder("ledger-recomputed")
    result = ingest(session, folder / "l", *INPUTS)
    session.equal("ledger: ingest", result.status, 0)
    connection = sqlite3.connect(f"file:{folder / 'l'}?mode=ro", uri=True)
    received = dict(connection.execute("SELECT size - 1, received FROM run"))
    bodies = [entry_bytes(*row) for row in entry_packs.stored(connection)]
    session.equal("ledger: one run", len(received), 1)
    connection.close()
    note = (folder / "l.checkpoint").read_bytes()
    text, signature = note[: note.rindex(b"\n\n") + 1], note[note.rindex(b"\n\n") + 2 :]
    origin, size, root = text.decode().splitlines()
    session.equal("ledger: the checkpoint's size", int(size), len(bodies))
    leaves = [hashlib.sha256(b"\0" + body).digest() for body in bodies]
    session.equal("ledger: the checkpoint's root, by hashlib", base64.b64decode(root), tree_root(leaves))
    raw = base64.b64decode(signature.split()[-1])
    public = session.key().with_suffix(".pub").read_text().split()[1]
    key = base64.b64decode(public)[-32:]
    identifier = hashlib.sha256(origin.encode() + b"\n\1" + key).digest()[:4]
    session.equal("ledger: the key's identifier", raw[:4], identifier)
    (folder / "text").write_bytes(text)
    (folder / "signature").write_bytes(raw[4:])
    checked = session.run(
        *["openssl", "pkeyutl", "-verify", "-rawin", "-pubin", "-inkey", f"{session.key()}.pem"],
        *["-in", folder / "text", "-sigfile", folder / "signature"],
    )
    session.check("ledger: openssl verifies the checkpoint", checked.status == 0, checked.brief())
    records = [json.loads(body) for body in bodies if b'"type":"record"' in body]
    lines = {hashlib.sha256(line.encode()).hexdigest() for path in INPUTS for line in path.read_text().splitlines()}
    missing = [entry for entry in records if entry["sha256"] not in lines]
    session.check("ledger: each record names the digest of its line", records and not missing, missing[:1])


# Statuses


def statuses(session):
    folder = session.folder("ledger-statuses")
    ledger = folder / "l"
    absent = session.run(session.cartulary, "ledger", "status", "--ledger", folder / "none")
    session.equal("ledger: none there", absent.status, 66)
    session.check("ledger: asking for one makes none", not (folder / "none").exists())
    ingest(session, ledger, INPUTS[0])
    shutil.copy(ledger, folder / "old")
    ingest(session, ledger, INPUTS[1])
    with open(f"{ledger}.lock") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        busy = ingest(session, ledger, *INPUTS)
        session.check("ledger: a second writer", busy.status == 75 and "hint" in busy.err, busy.brief())
        reading = session.run(session.cartulary, "ledger", "status", "--ledger", ledger, "--json")
        session.check("ledger: a reader beside a writer", reading.status == 0, reading.brief())
    before = (folder / "l.checkpoint").read_bytes()
    shutil.copy(folder / "old", ledger)
    for name, result in {
        "ingest": ingest(session, ledger, *INPUTS),
        "check": session.run(session.cartulary, "ledger", "check", "--ledger", ledger),
        "status": session.run(session.cartulary, "ledger", "status", "--ledger", ledger),
        "backup": session.run(session.cartulary, "ledger", "backup", "--ledger", ledger, "--to", folder / "copy"),
    }.items():
        session.check(
            f"ledger: an older copy: {name}", result.status == 13 and "older copy" in result.all, result.brief()
        )
    session.equal("ledger: an older copy is signed by nobody", (folder / "l.checkpoint").read_bytes(), before)
    quiet = ingest(session, folder / "quiet", *INPUTS, more=["-q"])
    session.check("ledger: -q says nothing but the result", quiet.status == 0 and not quiet.err, quiet.brief())


# Two writers


def race(session, rounds):
    """Two processes take overlapping, partly contradicting files at once; as often as asked."""
    lines = INPUTS[1].read_text().splitlines()
    contradicting = [re.sub(r'"message":\s*"[^"]*"', '"message":"other"', line) for line in lines[:20]]
    faults, content = [], set()
    for number in range(rounds):
        folder = session.folder("ledger-race")
        (folder / "a").write_text("\n".join(lines[:120]) + "\n")
        (folder / "b").write_text("\n".join(contradicting + lines[60:]) + "\n")
        command = [session.cartulary, "ingest", "--ledger", folder / "l", "--key", session.key(), "--wait", "60", "-q",
                   "--received", RECEIVED]
        running = [
            subprocess.Popen([str(word) for word in [*command, folder / name]], stderr=subprocess.PIPE)
            for name in ("a", "b")
        ]
        ends = [(process.communicate()[1], process.returncode) for process in running]
        if any(status for _, status in ends):
            faults.append(f"{number}: {ends}")
        checked = sound(session, folder / "l")
        if checked.status != 0:
            faults.append(f"{number}: {checked.brief()}")
        again = ingest(session, folder / "l", folder / "b", folder / "a")
        if again.status != 0 or json.loads(again.out)["changed"]:
            faults.append(f"{number}: taken again: {again.brief()}")
        status = session.run(session.cartulary, "ledger", "status", "--ledger", folder / "l", "--json")
        status = json.loads(status.out)
        content.add((status["deployments"], status["quarantined"], status["entries"] - status["runs"]))
    session.check(f"ledger: {rounds} races of two writers leave a sound ledger", not faults, faults)
    session.check("ledger: races give the same number of records", len(content) == 1, content)


# A call that fails, or never returns


def traced(session, ledger, inputs, prefix):
    command = [*prefix, session.cartulary, "ingest", *inputs]
    command += ["--ledger", ledger, "--key", session.key(), "--received", RECEIVED, "--threads", "2"]
    return session.run(*command)


def tracing(log):
    """The words before a command that has its calls listed in a file."""
    return ["strace", "-f", "-qq", "-o", log, "-e", "trace=" + ",".join(CALLS)]


def injecting(session, call, fault):
    """The words before a command of which a call is to fail."""
    if fault.startswith("short"):
        number = fault.partition("=")[2]
        words = ["env", f"LD_PRELOAD={short_writes(session)}", f"SHORT_CALL={call}", f"SHORT_FROM={number.rstrip('+')}"]
        return words + (["SHORT_STICKY=1"] if number.endswith("+") else [])
    return ["strace", "-f", "-qq", "-o", "/dev/null", "-e", f"trace={call}", "-e", f"inject={call}:{fault}"]


def short_writes(session):
    """The library that makes writes short, compiled once with the C compiler that comes with Swift."""
    library = session.work / "short_writes.so"
    if not library.exists():
        source = pathlib.Path(__file__).with_name("short_writes.c")
        subprocess.run(["clang", "-shared", "-fPIC", "-O1", "-o", library, source], check=True)
    return library


def sweep(session, kind, points=None, state=None):
    """Ingests a thousand records; lets the N-th call of each kind fail, and looks at what is left.

    A short write (kind SHORT) is no failure: the run goes on and gives what it always gives.

    `points`: how many places are tried, seeded; all if None. `state`: a file that holds what was tried already, a line
    each, and gets what is tried now.
    """
    folder = session.folder(f"ledger-sweep-{kind}")
    inputs = thousand(folder)
    (folder / "whole").mkdir()
    whole = traced(session, folder / "whole/l", inputs, tracing(folder / "trace"))
    if whole.status != 0:
        return session.skip(f"ledger: {kind} sweep", f"strace does not work here: {whole.brief()}")
    trace = (folder / "trace").read_text()
    expected = state_of(session, folder / "whole/l")
    total, stopped, faults = tried(
        kind, trace, points, state, lambda call, fault: one(session, folder, inputs, call, fault, expected)
    )
    session.check(
        f"ledger: {kind} at {total} calls, {stopped} runs stopped: the next one completes, with the same root",
        total > 0 and (stopped > 0) == (kind != "SHORT") and not faults,
        faults[:5],
    )


def tried(kind, trace, points, state, attempt):
    """Tries the places of a trace; returns how many there are, how many runs were stopped, and what was wrong."""
    places = [
        (call, number, sticky)
        for call in (["write", "pwrite64"] if kind == "SHORT" else CALLS)
        for number in range(1, len(re.findall(rf"^\d+ +{call}\(", trace, re.M)) + 1)
        for sticky in ([False] if kind == "KILL" else [False, True])
    ]
    if points:
        places = random.Random(len(kind)).sample(places, min(points, len(places)))
    done = {}
    if state and state.exists():
        done = dict(line.split("\t", 1) for line in state.read_text().splitlines())
    faults, stopped = [], 0
    for call, number, sticky in places:
        fault = signal_or_error(kind, number, sticky)
        name = f"{call} {fault}"
        if name not in done:
            result, problem = attempt(call, fault)
            done[name] = f"{result.status}\t{problem}"
            if state:
                with open(state, "a") as file:
                    file.write(f"{name}\t{done[name]}\n")
        status, problem = done[name].split("\t", 1)
        stopped += status != "0"
        if problem:
            faults.append(f"{name}: {problem}")
    return len(places), stopped, faults


def state_of(session, ledger):
    """What a ledger says of itself, but for the length of its file."""
    status = session.run(session.cartulary, "ledger", "status", "--ledger", ledger, "--json")
    return {name: value for name, value in json.loads(status.out).items() if name != "bytes"}


def signal_or_error(kind, number, sticky):
    if kind == "SHORT":
        return f"short={number}{'+' if sticky else ''}"
    what = "signal=KILL" if kind == "KILL" else f"error={kind}"
    return f"{what}:when={number}{'+' if sticky else ''}"


def is_documented(result, call):
    return result.status in {0, *REFUSALS} or call == "openat" and result.status == ENDED_BY_LIBRARY


def one(session, folder, inputs, call, fault, expected):
    """One failing call; returns the result of the run, and what is wrong with what it left, if anything is."""
    for path in folder.glob("l*"):
        path.unlink()
    ledger = folder / "l"
    result = traced(session, ledger, inputs, injecting(session, call, fault))
    if "error" in fault and not is_documented(result, call):
        return result, f"{result.brief()}, expected a documented status"
    if result.status == 0 and session.run(session.cartulary, "ledger", "check", "--ledger", ledger).status != 0:
        return result, "called done, and is not sound"
    again = ingest(session, ledger, *inputs)
    if again.status != 0:
        return result, f"the next run: {again.brief()}"
    status = state_of(session, ledger)
    if status != expected:
        return result, f"another ledger: {status}, expected {expected}"
    left = sorted(path.name for path in folder.glob("l.*") if path.suffix not in (".checkpoint", ".lock", ".journal"))
    checked = sound(session, ledger)
    return result, checked.brief() if checked.status != 0 or left else ""


# Sealed periods


def seal(session, folder, period, prefix=(), more=()):
    command = [*prefix, session.cartulary, "export", "--ledger", folder / "l", "--period", period, "-q"]
    command += ["--key", session.key(), "--out", folder / "out", "--now", "2026-06-01T00:00:00Z", *more]
    return session.run(*command)


def sealed(session):
    """A period that late records correct: every bundle holds for every verifier, alone and beside the others."""
    bundles = session.ledger_bundles()
    folder = bundles[0].parent.parent
    names = [path.name for path in bundles]
    answer = names[-1] if names[-1].startswith("response-2026-02-letter-12-") else "response-2026-02-letter-12-….zip"
    expected = ["audit-2026-02.zip", "audit-2026-02-r1.zip", "audit-2026-03.zip", answer]
    session.equal("sealed: late records first correct their period", names, expected)
    trust = ["--trust", f"{session.key()}.pub"]
    for words in ([session.cartulary, "verify"], [session.verifier]):
        result = session.run(*words, *bundles[:3], *trust)
        session.check("sealed: all together are valid", result.status == 0, result.brief())
        gap = session.run(*words, bundles[0], bundles[2], *trust)
        session.check("sealed: a missing bundle breaks the chain", gap.status == 13, gap.brief())
    asked = seal(session, folder, "2026-05")
    session.check("sealed: a gap is refused, with a way on", asked.status == 64 and "hint" in asked.err, asked.brief())
    before = contents(folder / "out")
    again = seal(session, folder, "2026-02")
    session.equal("sealed: again", (again.status, again.out), (0, f"{bundles[1]}\n"))
    session.equal("sealed: again changes nothing", contents(folder / "out"), before)
    checked = sound(session, folder / "l")
    session.check("sealed: the ledger is sound", checked.status == 0, checked.brief())


def sweep_seal(session, kind, points=None, state=None):
    """Seals a period of a thousand records while the N-th call fails; the next run gives the undisturbed bundle."""
    folder = session.folder(f"ledger-seal-{kind}")
    inputs = thousand(folder)
    for name in ("whole", "work"):
        (folder / name / "out").mkdir(parents=True)
    ingest(session, folder / "whole/l", *inputs)
    for path in folder.glob("whole/l*"):
        shutil.copy(path, folder / path.name)
    whole = seal(session, folder / "whole", "2026-02", tracing(folder / "trace"))
    if whole.status != 0:
        return session.skip(f"sealed: {kind} sweep", f"strace does not work here: {whole.brief()}")
    expected = (state_of(session, folder / "whole/l"), contents(folder / "whole/out"))
    total, stopped, faults = tried(
        kind, (folder / "trace").read_text(), points, state,
        lambda call, fault: one_seal(session, folder, call, fault, expected),
    )
    session.check(
        f"sealed: {kind} at {total} calls, {stopped} runs stopped: the next one gives the same bundle",
        total > 0 and (stopped > 0) == (kind != "SHORT") and not faults,
        faults[:5],
    )


def contents(folder):
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in folder.iterdir()}


def one_seal(session, folder, call, fault, expected):
    work = folder / "work"
    for path in [*work.glob("l*"), *work.glob("out/*")]:
        path.unlink()
    for path in folder.glob("l*"):
        shutil.copy(path, work / path.name)
    result = seal(session, work, "2026-02", injecting(session, call, fault))
    if "error" in fault and not is_documented(result, call):
        return result, f"{result.brief()}, expected a documented status"
    left = contents(work / "out")
    if left not in ({}, expected[1]):
        return result, f"left behind: {sorted(left)}"
    again = seal(session, work, "2026-02")
    if again.status != 0:
        return result, f"the next run: {again.brief()}"
    if (state_of(session, work / "l"), contents(work / "out")) != expected:
        return result, f"another ledger or bundle: {sorted(contents(work / 'out'))}"
    checked = sound(session, work / "l")
    return result, checked.brief() if checked.status != 0 else ""


def thousand(folder):
    """Records: the fixtures as they are, and under other identifiers until there are a thousand."""
    lines = [line for path in INPUTS for line in path.read_text().splitlines()]
    copies = [re.sub(r'(d": ?")[0-9a-f]{4}', rf"\g<1>{number:04d}", line) for number in range(3) for line in lines]
    (folder / "records.ndjson").write_text("\n".join(lines + copies) + "\n")
    return [folder / "records.ndjson"]
