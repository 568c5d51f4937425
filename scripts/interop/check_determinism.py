"""The same inputs give the same bytes, whatever the surroundings; the same records the same content."""

import gzip
import json
import os
import random
import shutil
import zipfile

from harness import INPUTS, RECORDS, Session

CONTENT = ["audit-trail.json", "deployments.csv", "transitions.csv", "metrics.json", "metrics.csv"]


def run(session: Session):
    surroundings(session)
    arrangements(session)


def surroundings(session):
    key = session.key()
    inputs = sorted(RECORDS.iterdir())
    expected = None

    def compare(name, files=inputs, options=(), **how):
        nonlocal expected
        folder = session.folder("determinism/" + "".join(c if c.isalnum() else "-" for c in name))
        prefix = how.pop("prefix", [])
        command = [
            *prefix,
            session.cartulary,
            "export",
            *files,
            "--key",
            key,
            "--out",
            folder,
            "--name",
            "same",
            *options,
        ]
        result = session.run(*command, **how)
        archive = folder / "same.zip"
        if not archive.exists():
            return session.check(f"same bytes: {name}", False, result.brief())
        found = archive.read_bytes()
        expected = expected or found
        session.check(f"same bytes: {name}", found == expected, f"{len(found)} bytes, expected {len(expected)}")

    compare("first run")
    compare("second run")
    compare("inputs in reverse order", reversed(inputs))
    shuffled = inputs[:]
    random.Random(5).shuffle(shuffled)
    compare("inputs shuffled", shuffled)
    compare("a directory as input", [RECORDS])
    compare("TZ=Asia/Kathmandu", env={"TZ": "Asia/Kathmandu"})
    for locale in ["tr_TR.UTF-8", "C", "de_DE.UTF-8"]:
        compare(f"LC_ALL={locale}", env={"LC_ALL": locale, "LANG": locale})
    for threads in [1, 2, 7, 64]:
        compare(f"--threads {threads}", options=["--threads", threads])
    compare("another working directory", [os.path.relpath(path, RECORDS.parent) for path in inputs], cwd=RECORDS.parent)
    compare("without environment", prefix=["env", "-i"])
    compare("umask 077", prefix=["sh", "-c", 'umask 077; exec "$@"', "sh"])
    if shutil.which("faketime"):
        for day in ["2038-01-20 00:00:00", "1999-12-31 23:59:59"]:
            compare(f"on {day[:10]}", prefix=["faketime", day])
    else:
        session.skip("same bytes on another day", "faketime is not installed")
    copies = session.folder("determinism/copies")
    for path in inputs:
        shutil.copy(path, copies)
        os.utime(copies / path.name, (0, 0))
    compare("copies with other times", sorted(copies.iterdir()))


def content(path):
    with zipfile.ZipFile(path) as archive:
        name = archive.namelist()[0].split("/")[0]
        files = {file: archive.read(f"{name}/data/{file}") for file in CONTENT}
        findings = json.loads(archive.read(f"{name}/data/findings.json"))
        files["derived findings"] = [finding for finding in findings if finding["origin"] == "derived"]
        description = json.loads(archive.read(f"{name}/data/bundle.json"))
        files["content tree"] = description["contentTree"]
        return files


def arrangements(session):
    """The records in other orders, other files and other forms; repeated too."""
    deployments, transitions = [path.read_text().splitlines() for path in INPUTS]
    expected = content(session.bundle("full"))
    generator = random.Random(11)

    def compare(name, files):
        folder = session.folder("arrangement")
        paths = []
        for number, (suffix, data) in enumerate(files):
            paths.append(folder / f"part-{number}{suffix}")
            paths[-1].write_bytes(data)
        result = session.export(*paths, "--key", session.key(), "--out", folder, "--name", "full")
        if result.status != 0:
            return session.check(f"same content: {name}", False, result.brief())
        found = content(folder / "full.zip")
        different = [file for file in expected if found[file] != expected[file]]
        session.check(f"same content: {name}", not different, different)

    def lines(records):
        return ("\n".join(records) + "\n").encode()

    for round_number in range(3):
        records = deployments + transitions
        generator.shuffle(records)
        cuts = sorted(generator.sample(range(1, len(records)), round_number * 4 + 1))
        parts = [records[start:end] for start, end in zip([0, *cuts], [*cuts, len(records)])]
        compare(f"shuffled into {len(parts)} files", [(".ndjson", lines(part)) for part in parts])
    compare("one JSON array", [(".json", ("[" + ",".join(transitions + deployments) + "]").encode())])
    compare(
        "gzip", [(".ndjson.gz", gzip.compress(lines(deployments))), (".ndjson.gz", gzip.compress(lines(transitions)))]
    )
    compare("every record three times", [(".ndjson", lines(deployments + transitions))] * 3)
    members = [json.dumps(dict(reversed(json.loads(record).items())), indent=1) for record in deployments + transitions]
    compare("members in another order, indented", [(".json", ("[" + ",\n".join(members) + "]").encode())])
