"""Bundles as files in memory: read, changed, made to fit again, signed and packed as the format has it."""

import base64
import hashlib
import json
import pathlib
import struct
import zipfile
import zlib

from cryptography.hazmat.primitives.serialization import load_ssh_private_key

TAGGED = ["bag-info.txt", "bagit.txt", "manifest-sha256.txt"]
ANCHOR = "tagmanifest-sha256.txt"
SIGNATURE = "signatures/tagmanifest-sha256.txt.sig"
STATEMENT = "signatures/statement.dsse.json"
PREDICATE = "contentTree format key kind ledger name period reconciliation rulesDigest scope series sums".split()


def canonical(value):
    """RFC 8785 for what bundle.json holds: no floating point, and names in the Basic Multilingual Plane."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), sort_keys=True).encode()


def sha256(data):
    return hashlib.sha256(data).hexdigest()


def text(data):
    return struct.pack(">I", len(data)) + data


class Bundle:
    def __init__(self, path):
        with zipfile.ZipFile(path) as archive:
            names = archive.namelist()
            self.name = names[0].split("/")[0]
            self.files = {name.split("/", 1)[1]: archive.read(name) for name in names}

    def json(self, path):
        return json.loads(self.files[path])

    def set_json(self, path, value):
        self.files[path] = canonical(value) + b"\n"

    def edit(self, path, change):
        """Changes a JSON file of one object by a function that changes the object."""
        value = self.json(path)
        change(value)
        self.set_json(path, value)

    def replace(self, path, old, new):
        assert old in self.files[path], f"{old!r} is not in {path}"
        self.files[path] = self.files[path].replace(old, new, 1)

    def renew_manifests(self):
        payload = {path: data for path, data in self.files.items() if path.startswith("data/")}
        oxum = f"Payload-Oxum: {sum(map(len, payload.values()))}.{len(payload)}"
        lines = self.files["bag-info.txt"].decode().splitlines()
        self.files["bag-info.txt"] = "".join(
            (oxum if line.startswith("Payload-Oxum:") else line) + "\n" for line in lines
        ).encode()
        self.files["manifest-sha256.txt"] = self._manifest(payload)
        self.files[ANCHOR] = self._manifest({path: self.files[path] for path in TAGGED})

    @staticmethod
    def _manifest(files):
        lines = [f"{sha256(files[path])}  {path}\n" for path in sorted(files, key=str.encode)]
        return "".join(lines).encode()

    def sign(self, key_path):
        """Signs both signatures with an Ed25519 key file."""
        key = load_ssh_private_key(pathlib.Path(key_path).read_bytes(), password=None)
        public = base64.b64decode(pathlib.Path(f"{key_path}.pub").read_text().split()[1])
        namespace, anchor = b"cartulary-audit-bundle", self.files[ANCHOR]
        signed = b"SSHSIG" + text(namespace) + text(b"") + text(b"sha512") + text(hashlib.sha512(anchor).digest())
        signature = text(b"ssh-ed25519") + text(key.sign(signed))
        blob = b"SSHSIG" + struct.pack(">I", 1) + text(public) + text(namespace) + text(b"") + text(b"sha512")
        armor = base64.b64encode(blob + text(signature)).decode()
        lines = [armor[start : start + 70] for start in range(0, len(armor), 70)]
        self.files[SIGNATURE] = "\n".join(
            ["-----BEGIN SSH SIGNATURE-----", *lines, "-----END SSH SIGNATURE-----", ""]
        ).encode()
        try:
            description = dict(self.json("data/bundle.json"))
        except (ValueError, TypeError, KeyError, RecursionError):
            return  # Nothing to state about a bundle that does not say what it is.
        statement = canonical(
            {
                "_type": "https://in-toto.io/Statement/v1",
                "predicate": {name: description.get(name) for name in PREDICATE},
                "predicateType": "https://cartulary.dev/audit-bundle/v1",
                "subject": [{"digest": {"sha256": sha256(anchor)}, "name": ANCHOR}],
            }
        )
        kind = "application/vnd.in-toto+json"
        envelope = self.json(STATEMENT)
        encode = lambda data: base64.b64encode(data).decode()  # noqa: E731
        self.set_json(
            STATEMENT,
            {
                "payload": encode(statement),
                "payloadType": kind,
                "signatures": [
                    {"keyid": envelope["signatures"][0]["keyid"], "sig": encode(key.sign(pae(kind, statement)))}
                ],
            },
        )

    def reseal(self, key_path=None):
        self.renew_manifests()
        if key_path:
            self.sign(key_path)
        return self

    def pack(self, path):
        """Writes the archive in the one form that the format allows."""
        local, central = bytearray(), bytearray()
        for name in sorted(self.files, key=str.encode):
            data, full = self.files[name], f"{self.name}/{name}".encode()
            packer = zlib.compressobj(6, zlib.DEFLATED, -15)
            packed = packer.compress(data) + packer.flush() if data else b""
            fields = struct.pack(
                "<HHHHHIIIHH", 20, 0, 8 if data else 0, 0, 0x21, zlib.crc32(data), len(packed), len(data), len(full), 0
            )
            central += b"PK\x01\x02" + struct.pack("<H", 0x0314) + fields
            central += struct.pack("<HHHII", 0, 0, 0, 0x81A40000, len(local)) + full
            local += b"PK\x03\x04" + fields + full + packed
        count = len(self.files)
        end = b"PK\x05\x06" + struct.pack("<HHHHIIH", 0, 0, count, count, len(central), len(local), 0)
        pathlib.Path(path).write_bytes(local + central + end)
        return pathlib.Path(path)


def pae(kind, body):
    """The bytes that a DSSE signature is over."""
    return b"DSSEv1 %d %s %d %s" % (len(kind), kind.encode(), len(body), body)
