"""Bundles under the tools that an archive or a regulator has anyway, and the commands of VERIFY.txt as printed."""

import base64
import json
import re
import shutil
import sys

from bundle import ANCHOR, SIGNATURE, STATEMENT, pae
from harness import ROOT, Session


def run(session: Session):
    for algorithm, name in [("ed25519", "full"), ("ecdsa-p256", "full-p256")]:
        bundle = session.bundle(name, algorithm)
        key = session.key(algorithm)
        containers(session, bundle)
        bag(session, bundle)
        bag_profile(session, bundle)
        ssh_signature(session, bundle, key)
        statement(session, bundle, key, algorithm)
        verify_text(session, bundle, key)
    corrected = session.ledger_bundles()[1]
    containers(session, corrected)
    bag(session, corrected)
    ssh_signature(session, corrected, session.key())
    statement(session, corrected, session.key(), "ed25519")
    verify_text(session, corrected, session.key())
    result = session.verify(session.bundle("full-p256", "ecdsa-p256"), session.key("ecdsa-p256"))
    session.equal("verify: a P-256 bundle is valid", result.status, 0)


def containers(session, bundle):
    result = session.run("unzip", "-t", bundle)
    session.check(f"unzip -t {bundle.name}", result.status == 0 and "No errors" in result.out, result.brief())
    result = session.run(sys.executable, "-m", "zipfile", "-t", bundle)
    session.check(f"python -m zipfile -t {bundle.name}", result.status == 0, result.brief())


def bag(session, bundle):
    directory = session.unpacked(bundle)
    for manifest in ["manifest-sha256.txt", "tagmanifest-sha256.txt"]:
        result = session.run("sha256sum", "-c", "--strict", manifest, cwd=directory)
        session.check(f"sha256sum -c {manifest} of {bundle.name}", result.status == 0, result.brief())
    result = session.run(sys.executable, "-m", "bagit", "--validate", directory)
    session.check(f"bagit.py --validate {bundle.name}", result.status == 0, result.brief())


def bag_profile(session, bundle):
    """The profile in docs/bagit-profile.json, by the validator of the bagit-profiles project.

    A bundle does not name the profile in its bag-info.txt, so the name is added to what was read of it.
    """
    name = f"bagit_profile: {bundle.name} fits docs/bagit-profile.json"
    try:
        import bagit
        import bagit_profile
    except ImportError as missing:
        return session.skip(name, str(missing))
    profile = json.loads((ROOT / "docs/bagit-profile.json").read_text())
    identifier = profile["BagIt-Profile-Info"]["BagIt-Profile-Identifier"]
    read = bagit.Bag(str(session.unpacked(bundle)))
    read.info["BagIt-Profile-Identifier"] = identifier
    judge = bagit_profile.Profile(identifier, profile=profile)
    session.check(name, judge.validate(read), str(judge.report))
    read.info.pop("External-Identifier")
    session.check(f"{name}, and not without its name", not judge.validate(read), "valid all the same")


def ssh_signature(session, bundle, key):
    directory, signers = session.unpacked(bundle), f"{key}.allowed_signers"
    anchor = (directory / ANCHOR).read_bytes()

    def verify(data, namespace="cartulary-audit-bundle", signers=signers):
        return session.run(
            "ssh-keygen",
            "-Y",
            "verify",
            "-f",
            signers,
            "-I",
            "cartulary",
            "-n",
            namespace,
            "-s",
            directory / SIGNATURE,
            stdin=data,
        )

    label = f"of {bundle.name}"
    result = session.run("ssh-keygen", "-Y", "find-principals", "-f", signers, "-s", directory / SIGNATURE)
    session.equal(f"ssh-keygen -Y find-principals {label}", result.out.strip(), "cartulary")
    result = verify(anchor)
    session.check(f"ssh-keygen -Y verify {label}", result.status == 0 and "Good" in result.all, result.brief())
    session.check(f"ssh-keygen refuses another namespace {label}", verify(anchor, "cartulary-approval").status != 0)
    session.check(f"ssh-keygen refuses changed bytes {label}", verify(anchor + b"\n").status != 0)
    other = "ecdsa-p256" if "ed25519" in str(key) else "ed25519"
    result = verify(anchor, signers=f"{session.key(other)}.allowed_signers")
    session.check(f"ssh-keygen refuses another key {label}", result.status != 0, result.brief())


def statement(session, bundle, key, algorithm):
    directory, label = session.unpacked(bundle), f"of {bundle.name}"
    envelope = json.loads((directory / STATEMENT).read_text())
    body = base64.b64decode(envelope["payload"])
    folder = session.folder(f"dsse-{algorithm}")
    (folder / "pae").write_bytes(pae(envelope["payloadType"], body))
    (folder / "sig").write_bytes(base64.b64decode(envelope["signatures"][0]["sig"]))
    command = [
        "openssl",
        "pkeyutl",
        "-verify",
        "-pubin",
        "-inkey",
        f"{key}.pem",
        "-rawin",
        "-in",
        "pae",
        "-sigfile",
        "sig",
    ]
    result = session.run(*command, cwd=folder)
    session.check(f"openssl pkeyutl -verify of the statement {label}", result.status == 0, result.brief())
    (folder / "pae").write_bytes(pae(envelope["payloadType"], body + b" "))
    session.check(f"openssl refuses a changed statement {label}", session.run(*command, cwd=folder).status != 0)
    secure_systems(session, envelope, key, label)
    description = json.loads((directory / "data/bundle.json").read_text())
    predicate = json.loads(body)["predicate"]
    session.equal(f"predicate equals bundle.json {label}", predicate, {name: description[name] for name in predicate})


def secure_systems(session, envelope, key, label):
    from cryptography.hazmat.primitives.serialization import load_pem_public_key
    from securesystemslib.dsse import Envelope
    from securesystemslib.signer import SSlibKey

    with open(f"{key}.pem", "rb") as file:
        public = load_pem_public_key(file.read())
    trusted = SSlibKey.from_crypto(public, keyid=envelope["signatures"][0]["keyid"])
    try:
        accepted = Envelope.from_dict(json.loads(json.dumps(envelope))).verify([trusted], 1)
        session.check(f"securesystemslib verifies the statement {label}", len(accepted) == 1)
    except Exception as error:
        session.check(f"securesystemslib verifies the statement {label}", False, repr(error))


def steps(text):
    """The commands for Linux in VERIFY.txt, by the line before them: every block behind a line `Linux…:`."""
    blocks, current, heading = [], None, ""
    for line in text.splitlines():
        if re.match(r"\d\. ", line):
            heading = line.split(".")[0]
        if line and not line.startswith(" "):
            current = None
        if re.fullmatch(r"Linux.*:", line):
            current = (heading + (" expired" if "expired" in line else ""), [])
            blocks.append(current)
        elif current is not None:
            current[1].append(line.removeprefix("    "))
    return [(name, "\n".join(lines).strip("\n")) for name, lines in blocks]


def verify_text(session, bundle, key):
    """Runs what VERIFY.txt prints, in one go, in a folder that holds what it asks for."""
    text = (session.unpacked(bundle) / "data/VERIFY.txt").read_text()
    blocks = steps(text)
    session.equal(
        f"VERIFY.txt of {bundle.name}: steps found",
        [name for name, _ in blocks],
        ["1", "2", "3", "4", "4 expired", "5"],
    )
    for shell in ["bash", "sh"]:
        for label, line in signer_lines(key):
            folder = session.folder(f"verify-text-{bundle.stem}-{shell}-{label}")
            shutil.copy(bundle, folder)
            shutil.copy(f"{key}.pem", folder / "KEY.pem")
            (folder / "allowed_signers").write_text(line)
            script = "".join(f"echo '## {name}'\n{body}\necho \"## status $?\"\n" for name, body in blocks)
            result = session.run(shell, "-c", script + "true", cwd=folder)
            output = (result.out + "\n").split("## ")
            parts = {
                name: "".join(part.partition("\n")[2] for part in output if part.startswith(name + "\n"))
                for name, _ in blocks
            }
            judge(session, f"VERIFY.txt of {bundle.name} in {shell}, key {label}", bundle, parts, label, result)


def signer_lines(key):
    with open(f"{key}.allowed_signers") as file:
        line = file.read()
    return [("valid", line), ("expired", line.replace("namespaces=", 'valid-before="20260701Z",namespaces=', 1))]


def judge(session, label, bundle, parts, key_state, result):
    good = 'Good "cartulary-audit-bundle" signature for cartulary with '
    names = [line for line in parts["1"].splitlines() if line and not line.startswith("No errors")]
    session.equal(f"{label}: step 1 prints the name", names, [bundle.stem])
    lines = parts["2"].split()
    session.check(
        f"{label}: step 2 says OK for every file", len(lines) > 40 and set(lines[1::2]) == {"OK"}, parts["2"][-300:]
    )
    session.check(
        f"{label}: step 3 finds the lists identical",
        "are identical" in parts["3"],
        parts["3"][-300:] + result.err[-300:],
    )
    session.equal(f"{label}: step 4", good in parts["4"], key_state == "valid")
    session.check(
        f"{label}: step 4 as of the stated time", good in parts["4 expired"], parts["4 expired"] + result.err[-300:]
    )
    session.check(
        f"{label}: step 5",
        "Signature Verified Successfully" in parts["5"] and "tagmanifest-sha256.txt: OK" in parts["5"],
        parts["5"] + result.err[-300:],
    )
