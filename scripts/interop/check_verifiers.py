"""All verifiers agree on good and on bad bundles, whatever their names for what is wrong."""

import hashlib
import json
import sys

from bundle import ANCHOR, SIGNATURE, STATEMENT, Bundle, canonical
from harness import ROOT, Session

STATUS = {"valid": 0, "tampered": 10, "incomplete": 11, "untrusted": 12, "broken-chain": 13, "nothing-verified": 14}


def both(session, path, key):
    """The verdict of both programs, which must agree in every byte of their JSON and in exit status."""
    first = session.verify(path, key, "--json")
    second = session.run(session.verifier, path, "--trust", f"{key}.allowed_signers", "--json")
    if (first.status, first.out) != (second.status, second.out):
        return None, f"cartulary {first.brief()}; cartulary-verify {second.brief()}"
    try:
        verdict = json.loads(first.out)
    except ValueError:
        return None, first.brief()
    if STATUS[verdict["verdict"]] != first.status:
        return None, f"verdict {verdict['verdict']} with status {first.status}"
    return verdict, first.brief()


def run(session: Session):
    key = session.key()
    p256 = session.bundle("full-p256", "ecdsa-p256")
    for path, signer in [(session.bundle("full"), key), (session.small(), key), (p256, session.key("ecdsa-p256"))]:
        verdict, why = both(session, path, signer)
        session.check(f"both programs: {path.name} is valid", verdict and verdict["verdict"] == "valid", why)
        reference(session, f"{path.name} is good", path, True)
    for path in session.ledger_bundles():
        verdict, why = both(session, path, key)
        session.check(f"both programs: {path.name} is valid", verdict and verdict["verdict"] == "valid", why)
        reference(session, f"{path.name} is good", path, True)
    for name, (path, change) in {
        "a witness in the checkpoint": ("data/bundle.json", witness),
        "a break of no form": ("data/bundle.json", broken),
    }.items():
        bundle = Bundle(session.ledger_bundles()[0])
        bundle.edit(path, change)
        path = bundle.reseal(key).pack(session.folder("ledger-attacks") / f"{bundle.name}.zip")
        verdict, why = both(session, path, key)
        session.check(f"both programs: {name}, signed, is tampered", verdict and verdict["verdict"] == "tampered", why)
        reference(session, f"{name}, signed", path, False)
    folder = session.folder("attacks")
    for name, (expected, is_seen_by_reference, change, seal) in attacks(session).items():
        bundle = Bundle(session.bundle("full"))
        change(bundle)
        if seal != "none":
            bundle.reseal(key if seal == "signed" else None)
        path = bundle.pack(folder / f"{bundle.name}.zip")
        verdict, why = both(session, path, key)
        session.check(f"both programs: {name} is {expected}", verdict and verdict["verdict"] == expected, why)
        reference(session, name, path, not is_seen_by_reference)
    no_bundles(session, folder, key)
    options(session, key)


def witness(description):
    """Adds a line of a signature that nobody judges to the checkpoint."""
    description["ledger"]["checkpoint"] += "\u2014 witness.example/confirmed-by-the-auditor AAAAAAAA\n"


def broken(description):
    """Declares a break whose root, time and author are texts of any form."""
    names = {"by": "x\nSeal: intact: valid", "origin": "x", "reason": "x", "received": "never", "root": "0 (nothing was lost)"}
    description["ledger"]["breaks"] = [{**names, "size": 1}]


def deep(levels):
    value = 1
    for _ in range(levels):
        value = [value]
    return value


def record(**members):
    """Changes members of the record of a deployment's second transition."""
    return lambda entry: entry["transitions"][1]["record"].update(members)


# What the form of a record does not allow; each by the key that signs, with the content tree made again.
RECORD_ATTACKS = {
    "record without deploymentId": lambda entry: entry["transitions"][1]["record"].pop("deploymentId"),
    "record of another deployment": record(deploymentId="other"),
    "null member": record(message=None),
    "null member of errorDetails": record(errorDetails={"category": None}),
    "time of another form": lambda entry: entry["transitions"][1]["record"].update(
        timestamp=entry["transitions"][1]["record"]["timestamp"].replace("Z", "+00:00")
    ),
    "time of another form in a check": record(complianceChecks=[{"checkedAt": "2026-02-14T09:30:00Z"}]),
    "category as a number": record(errorDetails={"category": 3}),
    "status as a number": record(status=1),
    "identifier of 300 bytes": record(id="x" * 300),
    "identifier with a control character": record(id="a\u0085b"),
    "assignedId beside an id": lambda entry: entry["transitions"][1].update(assignedId="0" * 64),
    "timestampAsReceived of another time": lambda entry: entry["transitions"][1].update(
        timestampAsReceived="2026-01-01T00:00:00+01:00"
    ),
    "timestampAsReceived that says nothing": lambda entry: entry["transitions"][1].update(
        timestampAsReceived=entry["transitions"][1]["record"]["timestamp"]
    ),
    "member of a line": lambda entry: entry.update(extra=1),
    "member of a transition": lambda entry: entry["transitions"][1].update(extra=1),
    "member of derived": lambda entry: entry["derived"].update(extra=1),
    "nesting of 200": record(message=deep(200)),
    "deployment of another": lambda entry: entry["deployment"].update(deploymentId="other"),
    "null member of the deployment": lambda entry: entry["deployment"].update(network=None),
    "createdAt of another form": lambda entry: entry["deployment"].update(createdAt="2026-02-14T09:30:00Z"),
    "createdAt that is unset": lambda entry: entry["deployment"].update(createdAt="0001-01-01T00:00:00.0000000Z"),
    "currentStatus as a number": lambda entry: entry["deployment"].update(currentStatus=4),
    "snapshots that give other members": lambda entry: entry.update(snapshots=[entry["deployment"], {"deploymentId": "x"}]),
    "recordCount of 0": lambda entry: entry["derived"].update(recordCount=-1),
}


def root(leaves):
    """The root of a content tree (bundle-format.md, 5.1)."""
    if len(leaves) < 2:
        return leaves[0] if leaves else hashlib.sha256().digest()
    half = 1 << (len(leaves) - 1).bit_length() - 1
    return hashlib.sha256(b"\1" + root(leaves[:half]) + root(leaves[half:])).digest()


def attacks(session):
    def rename(bundle, old, new):
        bundle.files[new] = bundle.files.pop(old)

    def swap(bundle, one, two):
        bundle.files[one], bundle.files[two] = bundle.files[two], bundle.files[one]

    def trail(bundle, change):
        lines = bundle.files["data/audit-trail.json"].split(b"\n")
        change(lines)
        bundle.files["data/audit-trail.json"] = b"\n".join(lines)

    def take(bundle, path):
        bundle.files[path] = Bundle(session.small()).files[path]

    def line(bundle, change):
        """Changes the records of the first deployment with three transitions, and makes the content tree again."""
        lines = [json.loads(text.rstrip(b",")) for text in bundle.files["data/audit-trail.json"].split(b"\n")[1:-2]]
        change(next(entry for entry in lines if len(entry["transitions"]) > 2 and "deployment" in entry))
        texts = [canonical(entry) for entry in lines]
        bundle.files["data/audit-trail.json"] = b"[\n" + b",\n".join(texts) + b"\n]\n"
        tree = {"root": root([hashlib.sha256(b"\0" + text).digest() for text in texts]).hex(), "size": len(texts)}
        bundle.edit("data/bundle.json", lambda value: value.update(contentTree=tree))

    add = lambda path, data=b"x": lambda bundle: bundle.files.update({path: data})  # noqa: E731
    remove = lambda path: lambda bundle: bundle.files.pop(path)  # noqa: E731
    sums = lambda bundle: [
        bundle.edit(
            f"data/{file}.json", lambda value: value["sums"].update(read=value["sums"]["read"] + 1)  # noqa: E731
        )
        for file in ["bundle", "sources"]
    ]
    return {
        "file added": ("tampered", True, add("data/extra.txt"), "none"),
        "file added and signed": ("tampered", True, add("data/extra.txt"), "signed"),
        "unknown signature file": ("tampered", True, add("signatures/extra.sig"), "none"),
        "approval added": ("tampered", True, add("signatures/approval-1.sig"), "none"),
        "file removed": ("tampered", True, remove("data/metrics.csv"), "none"),
        "file removed and signed": ("incomplete", True, remove("data/metrics.csv"), "signed"),
        "tag file removed": ("incomplete", True, remove("bagit.txt"), "none"),
        "signature removed": ("untrusted", True, remove(SIGNATURE), "none"),
        "statement removed": ("incomplete", True, remove(STATEMENT), "none"),
        "anchor removed": ("untrusted", True, remove(ANCHOR), "none"),
        "file renamed": ("tampered", True, lambda b: rename(b, "data/metrics.csv", "data/metric.csv"), "none"),
        "files swapped": ("tampered", True, lambda b: swap(b, "data/metrics.csv", "data/sources.csv"), "none"),
        "manifests made again, not signed": (
            "tampered",
            True,
            lambda b: b.replace("data/transitions.csv", b"Queued", b"Failed"),
            "manifests",
        ),
        "signature of another bundle": ("tampered", False, lambda b: take(b, SIGNATURE), "none"),
        "statement of another bundle": ("tampered", True, lambda b: take(b, STATEMENT), "none"),
        "metric changed and signed": (
            "tampered",
            True,
            lambda b: b.replace("data/metrics.json", b'"successfulDeployments":27', b'"successfulDeployments":28'),
            "signed",
        ),
        "report changed and signed": (
            "tampered",
            False,
            lambda b: b.replace("data/report.html", b'value="27"', b'value="28"'),
            "signed",
        ),
        "disposition changed and signed": (
            "tampered",
            True,
            lambda b: b.replace("data/audit-trail.json", b'"refused"', b'"in-history"'),
            "signed",
        ),
        "trail lines swapped and signed": (
            "tampered",
            True,
            lambda b: trail(b, lambda lines: lines.insert(1, lines.pop(2))),
            "signed",
        ),
        "row dropped from transitions.csv and signed": (
            "tampered",
            False,
            lambda b: b.files.update(
                {"data/transitions.csv": b"".join(b.files["data/transitions.csv"].splitlines(True)[:-1])}
            ),
            "signed",
        ),
        "sums that do not add up, signed": ("tampered", True, sums, "signed"),
        "root changed and signed": (
            "tampered",
            True,
            lambda b: b.edit("data/bundle.json", lambda v: v["contentTree"].update(root="0" * 64)),
            "signed",
        ),
        **{
            f"{name}, signed": ("tampered", True, lambda bundle, change=change: line(bundle, change), "signed")
            for name, change in RECORD_ATTACKS.items()
        },
        "a schema changed and signed": (
            "tampered",
            True,
            lambda b: b.edit("data/schema/rules.schema.json", lambda v: v.update(title="other")),
            "signed",
        ),
        "directory renamed": ("tampered", True, lambda b: setattr(b, "name", "other"), "signed"),
    }


def reference(session, name, path, is_good):
    program = ROOT / "docs/reference_verifier.py"
    if not program.exists():
        return session.skip(f"reference verifier: {name}", "docs/reference_verifier.py is not there")
    result = session.run(sys.executable, program, path)
    session.check(f"reference verifier: {name}", (result.status == 0) == is_good, result.brief())


def no_bundles(session, folder, key):
    good = session.small().read_bytes()
    cases = {
        "empty file": (b"", "nothing-verified"),
        "text": (b"hello\n", "nothing-verified"),
        "empty ZIP file": (b"PK\x05\x06" + bytes(18), "nothing-verified"),
        "bytes after the end": (good + b"x", None),
        "bytes before the start": (b"x" + good, None),
        "half a bundle": (good[: len(good) // 2], None),
        "one byte less": (good[:-1], None),
        "twice": (good + good, None),
    }
    for name, (data, expected) in cases.items():
        path = folder / "small.zip"
        path.write_bytes(data)
        verdict, why = both(session, path, key)
        found = verdict and verdict["verdict"]
        session.check(
            f"both programs: {name} is not valid", found and found != "valid" and expected in (None, found), why
        )
    for program in [[session.cartulary, "verify"], [session.verifier]]:
        label = program[0].rsplit("/", 1)[-1]
        signers = f"{key}.allowed_signers"
        status = session.run(*program, folder / "none.zip", "--trust", signers).status
        session.equal(f"{label}: no such file", status, 66)
        session.check(
            f"{label}: a directory is no bundle", session.run(*program, folder, "--trust", signers).status != 0
        )
        session.equal(
            f"{label}: no such trust file", session.run(*program, session.small(), "--trust", "/none").status, 66
        )
        (folder / "trust").write_text("not a key\n")
        status = session.run(*program, session.small(), "--trust", folder / "trust").status
        session.equal(f"{label}: trust file without a key", status, 64)
        (folder / "trust").write_text("# nobody\n")
        status = session.run(*program, session.small(), "--trust", folder / "trust").status
        session.check(f"{label}: a trust file that trusts nobody is never valid", status not in (0, 1), status)
        session.equal(f"{label}: without --trust", session.run(*program, session.small()).status, 64)
        session.equal(f"{label}: without a bundle", session.run(*program, "--trust", signers).status, 64)


def options(session, key):
    """Key times, several bundles at once, and a bare public key as trust."""
    with open(f"{key}.allowed_signers") as file:
        line = file.read()
    folder = session.folder("trust")
    (folder / "expired").write_text(line.replace("namespaces=", 'valid-before="20260701Z",namespaces=', 1))
    for program in [[session.cartulary, "verify"], [session.verifier]]:
        label = program[0].rsplit("/", 1)[-1]

        def status(*arguments):
            return session.run(*program, *arguments).status

        bundle = session.bundle("full")
        session.equal(f"{label}: expired key", status(bundle, "--trust", folder / "expired"), 12)
        earlier = ["--verify-time", "2026-03-01T00:00:00Z"]
        session.equal(
            f"{label}: expired key at an earlier time", status(bundle, "--trust", folder / "expired", *earlier), 0
        )
        session.equal(f"{label}: bare public key", status(bundle, "--trust", f"{key}.pub"), 0)
        other = session.bundle("full-p256", "ecdsa-p256")
        session.equal(f"{label}: two bundles, one untrusted", status(bundle, other, "--trust", f"{key}.pub"), 12)
        session.equal(f"{label}: two bundles", status(bundle, session.small(), "--trust", f"{key}.pub"), 0)
        session.equal(
            f"{label}: a time that is none", status(bundle, "--trust", f"{key}.pub", "--verify-time", "x"), 64
        )
