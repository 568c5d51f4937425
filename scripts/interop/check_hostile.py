"""Bundles made to break the verifier: no crash, no hang, no great memory, and never `valid`."""

import hashlib
import json
import os
import random
import re
import signal
import struct
import subprocess
import time
import zipfile
import zlib

from bundle import Bundle
from harness import Session

HUGE = 2**63 - 1
LEAST = -(2**63)
CODES = ["duplicate-record", "source-incomplete", "conflicting-record", "malformed-record"]


def measured(session, *command, limit=30):
    """Status, seconds, largest resident megabytes and output of a program; status None is a hang."""
    environment = dict(os.environ, SWIFT_BACKTRACE="enable=no")
    log = session.work / "hostile-output"
    begun = time.monotonic()
    with open(log, "wb") as output:
        process = subprocess.Popen([str(word) for word in command], stdout=output, stderr=output, env=environment)
        while True:
            pid, status, usage = os.wait4(process.pid, os.WNOHANG)
            if pid:
                process.returncode = os.waitstatus_to_exitcode(status)
                break
            if time.monotonic() - begun > limit:
                process.kill()
                os.wait4(process.pid, 0)
                process.returncode = -signal.SIGKILL
                return None, limit, 0, b""
            time.sleep(0.002)
    return process.returncode, time.monotonic() - begun, usage.ru_maxrss // 1024, log.read_bytes()


def run(session: Session):
    key, folder = session.key(), session.folder("hostile")

    def judge(name, path, megabytes=300, seconds=30, statuses=(10, 11, 12, 14)):
        status, took, memory, output = measured(
            session, session.verifier, path, "--trust", f"{key}.allowed_signers", limit=seconds
        )
        why = f"status {status} after {took:.1f} s with {memory} MB: {output[-300:]!r}"
        session.check(f"hostile bundle: {name}", status in statuses and memory <= megabytes, why)
        return output

    def attack(name, change, base=None, seals=(key,), **limits):
        """Tried with signatures that fit, as a dishonest signer would; or without, as anyone could."""
        for seal in seals:
            bundle = Bundle(base or session.small())
            change(bundle)
            path = bundle.reseal(seal).pack(folder / f"{bundle.name}.zip")
            output = judge(f"{name}, {'signed' if seal else 'not signed'}", path, **limits)
        return output

    numbers(session, attack)
    texts(attack)
    sizes(session, attack, folder, judge, key)
    heaviest(session, folder)
    terminal(session, attack)
    mutations(session, folder, key)
    foreign(session, key)


def worked(command, log):
    """Status, bytes read, seconds of processor time, largest resident megabytes and output of a program.

    These do not depend on what else the machine does, as the time on a clock would.
    """
    with open(log, "wb") as output:
        process = subprocess.Popen([str(word) for word in command], stdout=output, stderr=output)
        os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)
        with open(f"/proc/{process.pid}/io") as counts:
            read = int(re.search(r"rchar: (\d+)", counts.read())[1])
        _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    return process.returncode, read, usage.ru_utime + usage.ru_stime, usage.ru_maxrss // 1024, log.read_bytes()


def foreign(session, key):
    """What is not a bundle, however large, is judged by little of it: at most 16 MiB read, 1 s of processor time and 256 MB.

    16 MiB hold the directory of a ZIP file of many entries. A debug program may take ten times the time.
    """
    folder = session.folder("foreign")
    large = 8 << 30

    def sparse(name, head=b"", tail=b""):
        path = folder / name
        with open(path, "wb") as file:
            file.write(head)
            file.truncate(large)
            file.seek(large - len(tail))
            file.write(tail)
        return path

    def archive(name, entries, count=1):
        """A ZIP file of entries that hold zeros, by name and size."""
        with zipfile.ZipFile(folder / name, "w", zipfile.ZIP_DEFLATED) as file:
            for number in range(count):
                for entry, size in entries:
                    with file.open(entry.replace("#", str(number)), "w", force_zip64=size > 1 << 31) as stream:
                        for _ in range(size >> 20):
                            stream.write(bytes(1 << 20))
        return folder / name

    unpacked = folder / "unpacked"
    unpacked.mkdir()
    sparse("unpacked/large")
    bag = [("bag/bagit.txt", 0), ("bag/data/large", 512 << 20), ("bag/manifest-sha256.txt", 4 << 20)]
    cases = {
        "8 GiB of zeros": sparse("zeros.zip"),
        "8 GiB that begin like a ZIP file": sparse("head.zip", b"PK\x03\x04" + bytes(26)),
        "8 GiB with the end of a ZIP file of nothing": sparse("tail.zip", b"", b"PK\x05\x06" + bytes(18)),
        "8 GiB with an end that claims everything": sparse(
            "claims.zip", b"", b"PK\x05\x06" + bytes(4) + b"\xff" * 4 + struct.pack("<II", 0xFFFFFFFE, 0) + b"\0\0"
        ),
        "a text of 8 GiB": sparse("text.zip", b"a line of text\n" * 1000, b"its last line\n"),
        "a ZIP file of others with 512 MiB": archive("others.zip", [("photo.raw", 512 << 20), ("word/document.xml", 1 << 20)]),
        "a ZIP file of others with 50,000 entries": archive("many.zip", [("folder/file-#.txt", 0)], count=50_000),
        "a bag of others with 512 MiB": archive("bag.zip", bag),
        "a folder with 8 GiB": unpacked,
    }
    for name, path in cases.items():
        for program in [[session.cartulary, "verify"], [session.verifier]]:
            status, read, seconds, memory, output = worked(
                [*program, path, "--trust", f"{key}.allowed_signers"], session.work / "foreign-output"
            )
            why = f"status {status}, {read} bytes read, {seconds:.2f} s, {memory} MB: {output[-200:]!r}"
            limit = 10 if "debug" in str(program[0]) else 1
            is_little = read <= 16 << 20 and seconds < limit and memory <= 256
            label = str(program[0]).rsplit("/", 1)[-1]
            session.check(f"no bundle, {label}: {name}", status in (12, 14) and is_little, why)


def setter(path, *names):
    """A change that sets a member of a JSON file."""
    value = names[-1]

    def change(bundle):
        def inner(root):
            for name in names[:-2]:
                root = root[name]
            root[names[-2]] = value

        bundle.edit(path, inner)

    return change


def numbers(session, attack):
    for label, number in [("greatest", HUGE), ("least", LEAST), ("greater than 64 bits", 2**64), ("negative", -1)]:
        attack(
            f"{label} sums",
            lambda b: b.edit("data/bundle.json", lambda v: v["sums"].update(dict.fromkeys(v["sums"], number))),
            seals=[session.key(), None],
        )
        attack(
            f"{label} reconciliation",
            lambda b: b.edit(
                "data/bundle.json",
                lambda v: v["reconciliation"].update(
                    transitions=dict.fromkeys(v["reconciliation"]["transitions"], number)
                ),
            ),
        )
        attack(
            f"{label} counts of sources",
            lambda b: b.edit(
                "data/sources.json",
                lambda v: [
                    source.update(
                        {name: number for name in ["read", "accepted", "duplicates", "conflicts", "rejected", "bytes"]}
                    )
                    for source in v["sources"]
                ],
            ),
        )
        attack(
            f"{label} counts of findings",
            lambda b: b.edit(
                "data/bundle.json",
                lambda v: v["findings"].update(
                    byCode=dict.fromkeys(CODES, number), errors=number, infos=number, warnings=number
                ),
            ),
        )
        attack(
            f"{label} thresholds",
            lambda b: b.edit(
                "data/rules.json",
                lambda v: v["thresholds"].update(inForce=dict.fromkeys(v["thresholds"]["inForce"], number)),
            ),
            session.bundle("full"),
        )
        attack(f"{label} size of the tree", setter("data/bundle.json", "contentTree", "size", number))
        element = json.dumps(
            {
                "code": "duplicate-record",
                "line": number,
                "message": "x",
                "offset": number,
                "origin": "intake",
                "severity": "info",
                "source": number,
            },
            separators=(",", ":"),
        )
        attack(
            f"{label} position of a finding",
            lambda b: b.replace("data/findings.json", b"\n]\n", b",\n" + element.encode() + b"\n]\n"),
        )
        attack(
            f"{label} row in the report",
            lambda b: b.replace("data/report.html", b'data-row="0"', b'data-row="%d"' % number),
        )
        attack(
            f"{label} row in the trail", lambda b: b.replace("data/audit-trail.json", b'"row":0', b'"row":%d' % number)
        )
        attack(
            f"{label} duration in the trail",
            lambda b: b.replace(
                "data/audit-trail.json", b'"record":{', b'"record":{"durationFromPreviousStatusMs":%d,' % number
            ),
            session.bundle("full"),
        )
    for number in [b"1e400", b"-1e400", b"1e-400", b"-0", b"1.5", b"0.1e1", b"1" * 400]:
        attack(
            f"number {number[:12].decode()} in bundle.json",
            lambda b: b.replace("data/bundle.json", b'"size":1', b'"size":' + number),
        )
        attack(
            f"number {number[:12].decode()} in metrics.json",
            lambda b: b.replace("data/metrics.json", b'"totalDeployments":1', b'"totalDeployments":' + number),
        )


def texts(attack):
    deep = b"[" * 200_000 + b"]" * 200_000
    for path in ["bundle", "sources", "rules", "metrics", "findings", "rejected", "audit-trail"]:
        path = f"data/{path}.json"
        attack(f"{path} nested deeply", lambda b: b.files.update({path: deep + b"\n"}))
        attack(f"{path} nested deeply in a line", lambda b: b.files.update({path: b"[\n" + deep + b"\n]\n"}))
        for name, data in [
            ("empty", b""),
            ("null", b"null\n"),
            ("an array", b"[]\n"),
            ("an object", b"{}\n"),
            ("not UTF-8", b"\xff\xfe"),
            ("zeros", bytes(1000)),
            ("an open text", b'{"a":"'),
            ("lone surrogates", b'{"\\ud800":"\\udc00"}\n'),
            ("a name twice", b'{"a":1,"a":1}\n'),
        ]:
            attack(f"{path} is {name}", lambda b: b.files.update({path: data}))
    for time_text in [
        "0001-01-01T00:00:00.0000000Z",
        "9999-12-31T23:59:60.9999999Z",
        "0000-00-00T00:00:00Z",
        "",
        "x" * 10_000,
    ]:
        attack(f"as-of time {time_text[:30]}", setter("data/bundle.json", "asOf", "time", time_text))
        attack(
            f"period from {time_text[:30]}",
            setter(
                "data/bundle.json", "period", {"from": time_text, "label": None, "to": "0001-01-01T00:00:00.0000000Z"}
            ),
        )
    attack(
        "transition at the end of time",
        lambda b: b.files.update(
            {
                "data/audit-trail.json": re.sub(
                    rb'"timestamp":"[^"]*"',
                    b'"timestamp":"9999-12-31T23:59:60.9999999Z"',
                    b.files["data/audit-trail.json"],
                )
            }
        ),
    )
    for name, data in [
        ("empty", b""),
        ("garbage", b"\x00\xff" * 5000),
        ("text", b"-----BEGIN SSH SIGNATURE-----\n"),
        ("2 MB", b"A" * 2_000_000),
    ]:
        for path in [
            "signatures/tagmanifest-sha256.txt.sig",
            "signatures/statement.dsse.json",
            "manifest-sha256.txt",
            "tagmanifest-sha256.txt",
            "bag-info.txt",
            "data/report.html",
            "data/deployments.csv",
        ]:

            def change(bundle):
                bundle.reseal()
                bundle.files[path] = data
                bundle.reseal = lambda seal: bundle

            attack(f"{path} is {name}", change)
    for name, data in [
        ("many open elements", b"<data " * 100_000),
        ("many unended attributes", b'<data value="' * 50_000),
        ("many figures", b'<data id="metric-x" value="1" data-as="count">1</data>' * 50_000),
        ("not UTF-8", b'<data id="metric-\xff" value="\xff" data-as="text">\xff</data>'),
        (
            "a key of slashes",
            b'<data data-metric="byNetwork" data-key="' + b"/" * 20_000 + b'" value="1" data-as="count">1</data>',
        ),
    ]:
        attack(f"report of {name}", lambda b: b.files.update({"data/report.html": b.files["data/report.html"] + data}))


def sizes(session, attack, folder, judge, key):
    attack(
        "300,000 lines of nothing",
        lambda b: b.files.update({"data/audit-trail.json": b"[\n" + b"{},\n" * 300_000 + b"]\n"}),
    )
    attack(
        "300,000 empty lines", lambda b: b.files.update({"data/audit-trail.json": b"[\n" + b"\n" * 300_000 + b"]\n"})
    )
    attack("300,000 findings", lambda b: b.files.update({"data/findings.json": b"[\n" + b"{},\n" * 300_000 + b"]\n"}))
    for size in [31 << 20, 33 << 20]:
        for path in ["data/audit-trail.json", "data/findings.json", "data/rejected.json"]:
            changed = Bundle(session.small())
            changed.files[path] = b'[\n{"deploymentId":"' + b"a" * size + b'"}\n]\n'
            judge(f"a line of {size >> 20} MiB in {path}", changed.reseal().pack(folder / "small.zip"), megabytes=256)
    long_members(session, folder, judge)
    content = blank_lines((1 << 30) + 1)
    for path in ["data/VERIFY.txt", "data/metrics.csv"]:
        large(Bundle(session.small()), path, folder / "small.zip", key, *content)
        judge(f"1 GiB and a byte more in {path}, signed", folder / "small.zip")
    content = blank_lines(900 << 20)
    for path in ["data/VERIFY.txt", "data/metrics.csv", "data/sources.csv", "data/metrics.json", "data/sources.json"]:
        large(Bundle(session.small()), path, folder / "small.zip", key, *content)
        judge(f"900 MiB of line ends in {path}, signed", folder / "small.zip", megabytes=256)
    for path in ["data/sources.json", "data/bundle.json", "data/rules.json", "data/metrics.json"]:
        # What this process holds counts for the program that it starts, so the larger is no larger than has to be.
        for size in [1 << 20, 3 << 20]:
            numbers = b'{"sources":[' + b"1," * size + b"1]}\n"
            attack(f"{size} numbers in {path}", lambda b: b.files.update({path: numbers}), megabytes=256)


def long_members(session, folder, judge):
    """A line of the trail just below its limit, all of it in one place."""
    text, path = "m" * (31 << 20), "data/audit-trail.json"
    places = {
        "the message of a transition": lambda line: line["transitions"][0]["record"].update(message=text),
        "the identifier of a transition": lambda line: line["transitions"][0]["record"].update(id=text),
        "a time as it came": lambda line: line["transitions"][0].update(timestampAsReceived=text),
        "a name of a deployment": lambda line: line["deployment"].update(tokenName=text),
        "what looks like a record": lambda line: line["deployment"].update(x='{"deploymentId":"' + text),
        "1,900,000 values": lambda line: line["deployment"].update(x=[0] * 1_900_000),
        "60,000 transitions": lambda line: line.update(transitions=line["transitions"] * 60_000),
    }
    for name, change in places.items():
        changed = Bundle(session.small())
        line = json.loads(changed.files[path].split(b"\n")[1])
        change(line)
        changed.files[path] = b"[\n" + json.dumps(line, separators=(",", ":"), sort_keys=True).encode() + b"\n]\n"
        judge(f"a line of the trail full of {name}", changed.reseal().pack(folder / "small.zip"), megabytes=256)


def heaviest(session, folder):
    """Deployments close to their limits: what is accepted is verified in the memory that the format allows."""
    records = folder / "heaviest.ndjson"
    with open(records, "w") as lines:
        for deployment in range(4):
            own = {"deploymentId": f"d{deployment}", "currentStatus": "Failed", "x": [0] * 99_000, "m": "m" * 2_700_000}
            lines.write(json.dumps(own, separators=(",", ":")) + "\n")
            for number in range(49_500):
                lines.write(
                    f'{{"deploymentId":"d{deployment}","id":"{deployment}-{number}","m":"{"m" * 170}",'
                    f'"status":{5 if number % 2 else 0},"x":[0,0,0,0,0,0,0,0,0,0,0,0,0,0],'
                    f'"timestamp":"2026-02-19T{number // 3600:02}:{number // 60 % 60:02}:{number % 60:02}Z"}}\n'
                )
    key = session.key()
    session.export(records, "--key", key, "--out", folder, "--name", "heaviest")
    arguments = [folder / "heaviest.zip", "--trust", f"{key}.allowed_signers"]
    result = measured(session, session.verifier, *arguments, limit=300)
    why = f"status {result[0]} with {result[2]} MB: {result[3][-300:]!r}"
    session.check("four deployments close to their limits verify in 256 MB", result[0] == 0 and result[2] <= 256, why)


def blank_lines(size):
    """So many line ends: their size, SHA-256, CRC-32 and DEFLATE stream, without holding them."""
    packer, digest, checksum, packed = zlib.compressobj(1, zlib.DEFLATED, -15), hashlib.sha256(), 0, []
    for start in range(0, size, 1 << 20):
        data = b"\n" * min(1 << 20, size - start)
        digest.update(data)
        checksum = zlib.crc32(data, checksum)
        packed.append(packer.compress(data))
    return size, digest, checksum, b"".join(packed) + packer.flush()


def large(bundle, path, archive, key, size, digest, checksum, packed):
    """Signs and packs a bundle in which a file holds other, large content."""
    old = bundle.files[path]
    bundle.renew_manifests()
    manifest = bundle.files["manifest-sha256.txt"]
    line = next(line for line in manifest.splitlines() if line.endswith(b"  " + path.encode()))
    bundle.files["manifest-sha256.txt"] = manifest.replace(line, digest.hexdigest().encode() + line[64:])
    payload = sum(len(data) for name, data in bundle.files.items() if name.startswith("data/"))
    total = payload - len(old) + size
    bundle.files["bag-info.txt"] = re.sub(
        rb"Payload-Oxum: \d+", b"Payload-Oxum: %d" % total, bundle.files["bag-info.txt"]
    )
    tagged = {name: bundle.files[name] for name in ["bag-info.txt", "bagit.txt", "manifest-sha256.txt"]}
    bundle.files["tagmanifest-sha256.txt"] = Bundle._manifest(tagged)
    bundle.sign(key)
    patch(bundle, path, archive, packed, checksum, size)


def patch(bundle, path, archive, packed, checksum, size):
    """Packs with another entry's data in place; the offsets of the entries behind it move."""
    local, central, count = bytearray(), bytearray(), len(bundle.files)
    for name in sorted(bundle.files, key=str.encode):
        data, full = bundle.files[name], f"{bundle.name}/{name}".encode()
        packer = zlib.compressobj(6, zlib.DEFLATED, -15)
        body, crc, length = packer.compress(data) + packer.flush(), zlib.crc32(data), len(data)
        if name == path:
            body, crc, length = packed, checksum, size
        fields = struct.pack("<HHHHHIIIHH", 20, 0, 8, 0, 0x21, crc, len(body), length, len(full), 0)
        central += b"PK\x01\x02" + struct.pack("<H", 0x0314) + fields
        central += struct.pack("<HHHII", 0, 0, 0, 0x81A40000, len(local)) + full
        local += b"PK\x03\x04" + fields + full + body
    end = b"PK\x05\x06" + struct.pack("<HHHHIIH", 0, 0, count, count, len(central), len(local), 0)
    archive.write_bytes(local + central + end)


def terminal(session, attack):
    """Texts of a bundle reach the terminal inert, on one line."""
    evil = "\x1b[2J\x1b]0;x\x07\r\nSeal: intact: valid\u202e\u2028\x9b31m"
    output = attack(
        "control characters in filters",
        lambda b: b.edit(
            "data/bundle.json",
            lambda v: v.update(filters={"network": [evil], evil: [evil]}, name=evil, scope=evil, kind=evil),
        ),
    )
    session.check(
        "terminal: no control bytes in results",
        not re.search(rb"[\x00-\x09\x0b-\x1f\x7f]|\xc2[\x80-\x9f]|\xe2\x80[\xa8-\xae]", output),
        output[:300],
    )
    session.check("terminal: one line Seal", len(re.findall(rb"(?m)^Seal:", output)) == 1, output[:300])


def mutations(session, folder, key):
    """300 seeded changes of numbers and texts in the JSON and HTML files; nothing is signed again."""
    generator = random.Random(20261124)
    good = Bundle(session.bundle("full"))
    paths = [
        "data/bundle.json",
        "data/sources.json",
        "data/rules.json",
        "data/audit-trail.json",
        "data/findings.json",
        "data/metrics.json",
        "data/report.html",
        "data/deployments.csv",
    ]
    values = [
        b"9223372036854775807",
        b"-9223372036854775808",
        b"18446744073709551616",
        b"1e400",
        b"-1",
        b"0",
        b"null",
        b'""',
        b"[]",
        b"{}",
        b"1e-7",
        b"\xff",
        b'"\\ud800"',
        b"99999999999999999999999999",
    ]
    broken = []
    for number in range(300):
        path = generator.choice(paths)
        data = good.files[path]
        places = [match.span() for match in re.finditer(rb'-?\b\d+\b|"[^"]*"|true|false', data)]
        start, end = generator.choice(places)
        bundle = Bundle.__new__(Bundle)
        bundle.name, bundle.files = good.name, dict(good.files)
        value = generator.choice(values)
        bundle.files[path] = data[:start] + value + data[end:]
        if bundle.files[path] == data:
            continue
        bundle.renew_manifests()
        archive = bundle.pack(folder / "full.zip")
        status, took, _, output = measured(session, session.verifier, archive, "--trust", f"{key}.allowed_signers")
        if status not in (10, 11, 12, 14):
            broken.append(
                f"{number}: {path} {data[max(0, start - 30):start]!r} {value!r}: status {status} {output[-150:]!r}"
            )
    session.check("hostile bundle: 300 changed numbers and texts", not broken, f"{len(broken)}: {broken[:4]}")
