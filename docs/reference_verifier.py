#!/usr/bin/env python3
"""A second verifier of audit bundles, written from bundle-format.md and domain.md: Python 3.9, nothing else.
It says which checks it made (CHECKS) and which it did not (UNCHECKED). Exit status: 0 all of its checks hold,
1 something differs (all differences are listed), 2 no bundle, or not one path."""
import base64, csv, datetime, decimal, hashlib, itertools, json, re, sys, unicodedata, zipfile
from collections import Counter

RANK = "Queued Submitted Pending Confirmed Indexed Completed Failed Cancelled".split()
NEXT = {"Queued": "Submitted Failed Cancelled", "Submitted": "Pending Failed", "Pending": "Confirmed Failed",
        "Confirmed": "Indexed Completed Failed", "Indexed": "Completed Failed", "Failed": "Queued"}
JSON = "audit-trail bundle datapackage findings metrics rejected rules sources".split()
CSV, SCHEMAS = "deployments findings metrics sources transitions".split(), JSON + ["corrections", "series"]
PAYLOAD = {"data/VERIFY.txt", "data/report.html", "data/tables.xlsx"} | {f"data/{name}.csv" for name in CSV}
PAYLOAD |= {f"data/{name}.json" for name in JSON} | {f"data/schema/{name}.schema.json" for name in SCHEMAS}
ANCHOR, STATEMENT = "tagmanifest-sha256.txt", "signatures/statement.dsse.json"
TAGS = {"bag-info.txt", "bagit.txt", "manifest-sha256.txt"}
OPTIONAL = re.compile(r"signatures/(approval-[0-9]+\.sig|tagmanifest-sha256\.txt\.(sig\.tsr|p7s))")
STATEMENT_TYPE, PREDICATE_TYPE = "https://in-toto.io/Statement/v1", "https://cartulary.dev/audit-bundle/v1"
PREDICATE = "contentTree format key kind ledger name period reconciliation rulesDigest scope series sums".split()
FILTERS = {"network": "Network", "tokenType": "TokenType", "deployedBy": "Deployer", "status": "Status", "token": "Token",
           "deploymentId": "Deployment", "assetIdentifier": "Asset", "transactionHash": "Transaction"}
CATEGORIES = """Unknown NetworkError ValidationError ComplianceError UserRejection InsufficientFunds TransactionFailure
    ConfigurationError RateLimitExceeded InternalError""".split()
CHECKS = {
    "statement": "name, statement and its members; digest of the rules; anchor and payload type",
    "files": "file set, order of names, both manifests against the bytes; bagit.txt, schemas of this format",
    "trail": "content tree; each line canonical, its members, merging, history and what follows; each record's form",
    "shape": "members of bundle.json and sources.json, canonical",
    "description": "as-of time, basis, command, declarations, tool and sum of deployments, and what kind and scope ask for",
    "elements": "digests of sources; rejected.json: members, order, positions, kept bytes, and that conflicts differ",
    "additions": "signature files of others: form and purpose, not whether they fit",
    "scope": "a filtered bundle shows the intake of its own deployments alone",
    "intake": "shapes and times of sources; where rejected records end; members in which records contradict each other",
    "sums": "sums, reconciliation and sources add up; rejected records are counted",
    "metrics": "outcomes, rates, durations; the source's own metrics"}
UNCHECKED = """signatures (see data/VERIFY.txt), all other findings (also those that records ask for) and metrics, reasons of
    rejected records, tables, report, rules, fixed texts but the schemas, bag-info.txt, ledger and series, whether what
    conflicts keep stands in the trail"""
SCHEMAS_SHA256 = "b6fee344eb20352f15fd27b1ad39051533c013cae0e431889b63705189739a1a"  # Of the manifest's lines of data/schema/.
DEPTH, IDENTIFIER, TRANSITIONS = 128, 256, 50_000
RENDERING = "cartulary-rendering/1"  # Of another one the schemas, and what is in UNCHECKED, are not judged.
HELD = {"data/sources.json": 64 << 20, "manifest-sha256.txt": 16 << 20, "data/findings.json": 1 << 30, "data/rejected.json": 1 << 30}
LINE = {"deployment", "deploymentId", "derived", "row", "rowMembers", "snapshotAfterPeriod", "snapshots", "transitions"}
OPTIONS = {"network": "network", "tokenType": "token-type", "deployedBy": "deployed-by", "status": "status", "deploymentId":
           "deployment", "assetIdentifier": "asset", "transactionHash": "transaction", "token": "token"}
DECLARED = {"entity": "entity", "lei": "lei", "sourceSystem": "source-system", "preparedBy": "prepared-by",
            "requestRef": "request-ref", "uncovered": "uncovered"}
KINDS = {"one-shot": [True, True], "response": [False, True], "sealed": [False, False]}
PLACES = ["accepted", "after", "before", "inBundle", "notAssignable", "superseded"] + [f"leftOutBy{place}" for place in FILTERS.values()]
SHAPE = {  # The members of bundle.json and of its objects, and of sources.json.
    "bundle": """asOf basis command contentTree declared filters findings format key kind ledger name period reconciliation rendering
        rulesDigest scope series sums tool""", "filters": " ".join(FILTERS), "asOf": "source time", "contentTree": "root size",
    "tool": "name version", "key": "algorithm fingerprint", "findings": "byCode errors infos warnings",
    "sums": """accepted acceptedDeploymentRecords acceptedTransitions conflicts deployments duplicates inBundleTransitions inHistory read
        refused rejected repeats""", "reconciliation": "deploymentRecords transitions", "sources": "reconciliation sources sums"}
REJECTED = {"bytes", "code", "kind", "line", "offset", "reason", "sha256", "source"}
CODES = {"malformed-record", "unknown-status", "invalid-identifier", "unread-member"}
CONFLICT, OTHER = {"deploymentId", "kept", "kind", "of", "others"}, {"content", "line", "offset", "source"}
KEPT_BYTES, WITHOUT_RAW = 64 << 10, re.compile("over |withheld: ")  # What of a rejected record is kept, and of which nothing.
ARMOR = re.compile(rb"-----BEGIN SSH SIGNATURE-----\n([A-Za-z0-9+/=\n]+)\n-----END SSH SIGNATURE-----\n?")
FIXED = {"createdAt", "deployedBy", "deploymentId", "network", "tokenType"}
DATE_TIME = re.compile(r"(\d{4})-(\d\d)-(\d\d)[Tt](\d\d):(\d\d):(\d\d)(?:\.(\d+))?(?:[Zz]|([+-])(\d\d):(\d\d))?", re.ASCII)
SHAPES = ["audit-trail", "csv", "envelope", "ndjson", "records"]
WITHHELD = "withheld: not certain to be of a deployment in this filtered bundle"
SUMS = {"read": ["accepted", "duplicates", "conflicts", "rejected"],
        "accepted": ["acceptedDeploymentRecords", "acceptedTransitions"],
        "inBundleTransitions": ["inHistory", "repeats", "refused"]}

def members(pairs):
    if len(dict(pairs)) < len(pairs): raise ValueError("a member name is repeated")
    return dict(pairs)
def parse(raw):  # Numbers become doubles: one whose text a double does not give back is not canonical.
    value = json.loads(raw.decode(), object_pairs_hook=members, parse_int=float)
    if depth(value) > DEPTH: raise ValueError(f"nesting over {DEPTH}")
    return value
def depth(value):
    if not isinstance(value, (dict, list)): return 0
    return 1 + max(map(depth, value.values() if isinstance(value, dict) else value), default=0)

def canonical(value):  # RFC 8785
    if isinstance(value, dict):
        names = sorted(value, key=lambda name: name.encode("utf-16-be"))
        return "{" + ",".join(canonical(name) + ":" + canonical(value[name]) for name in names) + "}"
    if isinstance(value, list): return "[" + ",".join(map(canonical, value)) + "]"
    if not isinstance(value, float): return json.dumps(value, ensure_ascii=False)
    if 1e-6 <= abs(value) < 1e21: return format(decimal.Decimal(repr(value)).normalize(), "f")
    return re.sub("e([+-])0", r"e\1", repr(value)) if value else "0"

def folded(text): return re.sub(rb"[^a-z0-9]", b"", re.sub(rb"[A-Z]", lambda letter: letter[0].lower(), text))
def holds_naming(text): return any(part in folded(text) for part in (b"deploymentid", b"jobid"))
def is_naming(name):
    whole = folded(name.encode()) in (b"deployment", b"deployments", b"job", b"jobs")
    return bool(re.fullmatch("[A-Za-z0-9_ -]{1,64}", name)) and (whole or holds_naming(name.encode()))
def constant(name): raise ValueError(name)
def names_own(value, own, layer=0, naming=False):  # bundle-format.md, 7.1: what cannot be judged does not.
    if naming and not isinstance(value, (dict, list)): return value is None or value == own
    if isinstance(value, list): return all(names_own(one, own, layer, naming) for one in value)
    if isinstance(value, str): return text_names_own(value.encode(), own, layer)
    if not isinstance(value, dict): return True
    if len({unicodedata.normalize("NFC", name) for name in value}) < len(value): return False
    if naming and not all(names_own(value[name], own, layer, True) for name in value if folded(name.encode()) == b"id"): return False
    return all(names_own(one, own, layer, True) if is_naming(name) else
               text_names_own(name.encode(), own, layer) and names_own(one, own, layer) for name, one in value.items())
def text_names_own(text, own, layer):
    if text == own.encode(): return True
    if layer >= 8: return False
    try: value = strict(text)
    except (ValueError, RecursionError): pass
    else: return names_own(value, own, layer + 1)
    if b"{" in text or b"\\" in text or holds_naming(text): return False
    digits = re.sub(rb"[\t\n\r =]", b"", text).translate(bytes.maketrans(b"-_", b"+/"))
    if len(digits) < 16 or not re.fullmatch(rb"[A-Za-z0-9+/]+", digits): return True
    inner = base64.b64decode(digits[:len(digits) // 4 * 4])
    if inner[:2] == b"\x1f\x8b": return False
    is_text = not re.search(rb"[\0-\x08\x0b\x0c\x0e-\x1f]", inner) and any(is_utf8(inner[:max(0, len(inner) - cut)]) for cut in range(4))
    return text_names_own(inner, own, layer + 1) if is_text else not holds_naming(inner)
def is_utf8(raw):
    try: return raw.decode() is not None
    except ValueError: return False
def strict(raw):
    value = json.loads(raw.decode(), object_pairs_hook=members, parse_int=float, parse_constant=constant)
    if depth(value) > DEPTH: raise ValueError(f"nesting over {DEPTH}")
    return value
def is_shown(entry):  # Whether a rejected record is certain to be of its deployment alone.
    raw, own = base64.b64decode(entry.get("raw", "")), entry["deploymentId"]
    if len(raw) != entry["bytes"]: return False
    try:
        try: value = strict(raw)
        except (ValueError, RecursionError): pass
        else: return names_own(value, own)
        row = raw.decode().rstrip("\r\n")
        cells = next(csv.reader([row], strict=True), [])
        return not re.search("[\r\n]", row) and own in cells and all(text_names_own(cell.encode(), own, 0) for cell in cells)
    except (ValueError, csv.Error): return False

def is_plain(text):  # One line that shows what it says.
    turns = re.search("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]", text)
    return not turns and not any(unicodedata.category(letter) in ("Cc", "Zl", "Zp") for letter in text)
def is_lei(text):  # ISO 7064 MOD 97-10
    return bool(re.fullmatch("[0-9A-Z]{18}[0-9]{2}", text)) and int("".join(str(int(one, 36)) for one in text)) % 97 == 1
def is_digest(text): return isinstance(text, str) and bool(re.fullmatch("[0-9a-f]{64}", text))
def is_base64(text): return base64.b64encode(base64.b64decode(text, validate=True)).decode() == text
def strings(raw):  # The parts of a blob of SSH, each behind its length.
    found = []
    while raw:
        size = int.from_bytes(raw[:4], "big")
        if len(raw) < 4 + size: raise ValueError("it ends inside a part")
        found, raw = found + [raw[4:4 + size]], raw[4 + size:]
    return found
def is_approval(raw):  # PROTOCOL.sshsig of OpenSSH: public key, namespace, nothing, hash, signature.
    armor = ARMOR.fullmatch(raw)
    blob = base64.b64decode(armor[1].replace(b"\n", b""), validate=True) if armor else b""
    if blob[:10] != b"SSHSIG\0\0\0\1": return False
    parts = strings(blob[10:])
    return len(parts) == 5 and parts[1:3] == [b"cartulary-approval", b""] and parts[3] in (b"sha256", b"sha512")
def is_der(raw):  # One sequence, and nothing behind it.
    digits = raw[1] & 127 if len(raw) > 1 and raw[1] > 127 else 0
    size = int.from_bytes(raw[2:2 + digits], "big") if digits else raw[1] if len(raw) > 1 else -1
    return raw[:1] == b"0" and len(raw) == 2 + digits + size

def sha256(*parts): return hashlib.sha256(b"".join(parts)).digest()
def percent(part, whole): return part / whole * 100 if whole else 0
def truncated(part, whole): return abs(part) // whole * (1 if part >= 0 else -1)  # toward zero
def milliseconds(earlier, later): return truncated(ticks(later) - ticks(earlier), 10_000)
def summary(durations):
    values, sample = sorted(durations) or [0], len(durations)
    return {"averageDurationMs": truncated(sum(values), len(values)),
            "medianDurationMs": truncated(values[sample // 2] + values[-1 - sample // 2], 2),
            "p95DurationMs": values[(95 * len(values) + 99) // 100 - 1],
            "fastestDurationMs": values[0], "slowestDurationMs": values[-1]}
def fold(name, value):  # Names, and what begins with 0x, match in upper and lower case.
    lower = re.sub("[A-Z]", lambda letter: letter[0].lower(), value)
    return lower if name in ("network", "tokenType", "token") or lower.startswith("0x") else value
def means(times): return {step: truncated(sum(values), len(values)) for step, values in times.items()}
def ticks(record):  # 100 ns since the year 1; a leap second adds nothing.
    day, time = record["timestamp"].split("T")
    minutes = datetime.date.fromisoformat(day).toordinal() * 1440 + int(time[:2]) * 60 + int(time[3:5])
    return minutes * 60 * 10**7 + int(time[6:8] + time[9:16])

def canonical_time(text):  # The canonical text of an RFC 3339 time; None if it cannot be read.
    match = DATE_TIME.fullmatch(text) if isinstance(text, str) else None
    if not match: return None
    year, month, day, hour, minute, second = map(int, match.groups()[:6])
    fraction, shift = (match[7] or "").ljust(7, "0"), int(match[9] or 0) * 60 + int(match[10] or 0)
    if fraction[7:].strip("0") or int(match[9] or 0) > 23 or int(match[10] or 0) > 59 or second > 60: return None
    try:
        time = datetime.datetime(year, month, day, hour, minute, min(second, 59))
        time -= datetime.timedelta(minutes=-shift if match[8] == "-" else shift)
        ends_month = (time.date() + datetime.timedelta(days=1)).day == 1 if second == 60 else True
    except (ValueError, OverflowError): return None
    if second == 60 and not (ends_month and (time.hour, time.minute) == (23, 59)): return None
    return f"{time.isoformat()[:17]}{second:02}.{fraction[:7]}Z"
def says_other(received, time):  # Whether a text says other than the canonical one with more or fewer zeros at its end.
    body = received[:-1]
    return not (len(body) > 18 and received[-1] == "Z" and time[:27].startswith(body[:27]) and not time[len(body):27].strip(".0"))
def is_identifier(text):
    return isinstance(text, str) and 1 <= len(text.encode()) <= IDENTIFIER and not re.search("[\0-\x1f\x7f-\x9f]", text)
def nulls(value): return [name for name, member in value.items() if member is None] if isinstance(value, dict) else []
def whole(value):  # A number, also one that is a text in any form of JSON's; else None.
    text = canonical(value) if isinstance(value, float) else value
    if not isinstance(text, str) or not re.fullmatch(r"-?[0-9]+(\.[0-9]+)?([eE][+-]?[0-9]{1,9})?", text): return None
    return decimal.Decimal(text)
def merged(parts):
    result = {}
    for part in parts: result.update(part)
    return result

def walk(transitions, state, is_only=False):  # What becomes of each one, and the state after.
    outcomes = []
    for status in (item["record"]["status"] for item in transitions):
        if state is None: allowed = is_only or status not in ("Completed", "Cancelled")
        else: allowed = status in NEXT.get(state, "").split()
        outcomes.append("repeat" if status == state else "in-history" if allowed else "refused")
        state = status if allowed else state
    return outcomes, state

def replay(transitions):  # The transitions in the order of the history, with their dispositions; the state.
    def time(item): return item["record"]["timestamp"]
    def rank_and_id(item):
        return RANK.index(item["record"]["status"]), item["record"].get("id", item.get("assignedId")).encode()
    ordered, state = sorted(sorted(transitions, key=rank_and_id), key=time), None
    history = [(item, "refused") for item in ordered if time(item) < "2009"]
    believed = ordered[len(history):]
    for group in (list(group) for _, group in itertools.groupby(believed, time)):
        if 2 <= len(group) <= 8:  # Permutations come smallest (rank, id) first, and min takes the first.
            group = min(itertools.permutations(group), key=lambda order: [
                walk(order, state)[0].count(outcome) for outcome in ("refused", "repeat")])
        outcomes, state = walk(group, state, len(believed) == 1)
        history += zip(group, outcomes)
    return history, state

class Verifier:
    def __init__(self, path):
        self.archive, self.differences, self.bundle = zipfile.ZipFile(path), [], {}
        bundles = set(filter(re.compile("[a-z0-9._-]+/data/bundle.json").fullmatch, self.archive.namelist()))
        if len(bundles) != 1: raise ValueError("it has no NAME/data/bundle.json, or several")
        self.name = bundles.pop().split("/")[0]
        self.files = {info.filename.removeprefix(self.name + "/"): info for info in self.archive.infolist()}
        self.nodes, self.previous, self.counts, self.durations, self.times = [], b"", Counter(), [], {}
        self.source, self.source_durations, self.source_times, self.deployments = Counter(), [], {}, set()
        self.disputed = {}
        self.digests, self.listed = {}, {}
        self.latest, self.contested = "", set()
        for manifest in (ANCHOR, "manifest-sha256.txt"): self.guard(manifest, self.list_files, manifest)
        for name in CHECKS: self.guard(f"the check of {name}", getattr(self, f"check_{name}"))
    def guard(self, what, check, *arguments):
        try: check(*arguments)
        except Exception as error: self.differences.append(f"{what} stopped: {error!a:.300}")
    def same(self, what, stated, computed):
        if canonical(stated) != canonical(computed):
            self.differences.append(f"{what}: found {stated!a:.300}, expected {computed!a:.300}")
    def list_files(self, manifest):  # Each line is a digest, two spaces and a path.
        lines = self.read(manifest).decode().split("\n") if manifest in self.files else []
        self.listed.update((line[66:], line[:64]) for line in lines if line[66:].startswith("data/") == (manifest != ANCHOR))
    def open(self, path):  # What is not what the manifests list is not parsed.
        if path in TAGS or path.startswith("data/"):
            if self.listed.get(path) != self.digest(path): raise ValueError(f"{path}: its SHA-256 is not the one that is listed")
        return self.archive.open(self.files[path])
    def read(self, path):
        if self.files[path].file_size > HELD.get(path, 4 << 20): raise ValueError(f"{path}: longer than such files are")
        return self.open(path).read()
    def digest(self, path):
        if path in self.digests: return self.digests[path]
        digest = hashlib.sha256()
        try:
            with self.archive.open(self.files[path]) as stream:
                for block in iter(lambda: stream.read(1 << 20), b""): digest.update(block)
            self.digests[path] = digest.hexdigest()
        except Exception as error: self.digests[path] = ascii(error)
        return self.digests[path]

    def check_files(self):
        names = [entry.orig_filename for entry in self.archive.infolist()]
        self.same("names in order", names == sorted(names), True)
        pages = sum(path.startswith("data/report/") for path in self.files)
        payload = PAYLOAD | {f"data/report/page-{number:04}.html" for number in range(2, pages + 2)}
        if self.bundle.get("command", [])[-2:] == ["--workbook", "never"]: payload.remove("data/tables.xlsx")
        if self.bundle.get("kind") == "sealed": payload |= {"data/log.csv", "data/series.json"}
        if (self.bundle.get("series") or {}).get("revision"): payload.add("data/corrections.json")
        wanted = payload | TAGS | {ANCHOR, STATEMENT, f"signatures/{ANCHOR}.sig"}
        wanted |= {path for path in self.files if OPTIONAL.fullmatch(path)}
        found, expected = Counter(names), Counter(f"{self.name}/{path}" for path in wanted)
        for name in sorted(found | expected): self.same(f"number of {name!a}", found[name], expected[name])
        for manifest, paths in ("manifest-sha256.txt", payload), (ANCHOR, TAGS):
            stated = self.read(manifest).decode().split("\n") if manifest in self.files else []
            computed = [f"{self.digest(path)}  {path}" for path in sorted(paths & set(self.files))] + [""]
            self.same(f"{manifest}, all lines in order", stated == computed, True)
            self.differences += [f"{manifest}: {line!a}" for line in sorted(set(stated) ^ set(computed))]
        self.same("bagit.txt", self.read("bagit.txt").decode(), "BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n")
        lines = [f"{self.digest(path)}  {path}\n" for path in sorted(payload) if path.startswith("data/schema/") and path in self.files]
        if self.bundle.get("rendering") == RENDERING: self.same("schemas", sha256("".join(lines).encode()).hex(), SCHEMAS_SHA256)

    def check_statement(self):
        self.bundle = parse(self.read("data/bundle.json"))
        self.same("name", self.bundle.get("name"), self.name)
        envelope = parse(self.read(STATEMENT))
        statement = parse(base64.b64decode(envelope["payload"], validate=True))
        predicate = statement.pop("predicate")
        self.same("members of the statement", sorted(predicate), PREDICATE)
        for name in PREDICATE: self.same(f"statement, {name}", predicate.get(name), self.bundle.get(name))
        self.same("rulesDigest", self.bundle["rulesDigest"], self.digest("data/rules.json"))
        self.same("payload type", envelope["payloadType"], "application/vnd.in-toto+json")
        self.same("statement", statement, {"_type": STATEMENT_TYPE, "predicateType": PREDICATE_TYPE,
            "subject": [{"digest": {"sha256": self.digest(ANCHOR)}, "name": ANCHOR}]})

    def check_trail(self):
        row, more, stream, period = 0, True, self.open("data/audit-trail.json"), self.bundle["period"]
        if stream.readline(9) != b"[\n": raise ValueError("it does not begin as an array of lines")
        for line in iter(lambda: stream.readline(64 << 20), b"]\n"):
            if not more or not line.endswith(b"\n"): raise ValueError(f"no comma or line end at row {row}")
            more = line.endswith(b",\n")
            self.guard(f"row {row}", self.check_deployment, row, line[:-2] if more else line[:-1], period)
            row += 1
        if (row and more) or stream.read(1): raise ValueError("it does not end as an array of lines")
        root = self.nodes.pop()[1] if self.nodes else sha256()
        while self.nodes: root = sha256(b"\1", self.nodes.pop()[1], root)
        self.same("contentTree", self.bundle["contentTree"], {"root": root.hex(), "size": row})

    def check_deployment(self, row, line, period):
        size, node = 1, sha256(b"\0", line)
        while self.nodes and self.nodes[-1][0] == size:
            size, node = size * 2, sha256(b"\1", self.nodes.pop()[1], node)
        self.nodes.append((size, node))
        entry, previous = parse(line), self.previous
        self.previous, derived = entry["deploymentId"].encode(), entry["derived"]
        self.deployments.add(entry["deploymentId"])
        if derived["disputed"]: self.disputed[entry["deploymentId"]] = entry.get("deployment", {})
        self.same(f"row {row}, position and order", [entry["row"], previous < self.previous], [row, True])
        self.same(f"row {row}, identifier is one", is_identifier(entry["deploymentId"]), True)
        self.same(f"row {row}, members that the format does not have", sorted(entry.keys() - LINE), [])
        self.same(f"row {row}, canonical", line == canonical(entry).encode(), True)
        history, state = replay(entry["transitions"])
        self.same(f"row {row}, transitions at most {TRANSITIONS}", len(history) <= TRANSITIONS, True)
        for index, (stated, (item, outcome)) in enumerate(zip(entry["transitions"], history)):
            record, what = item["record"], f"row {row}, transition {index}"
            self.check_transition(what, record, entry["deploymentId"])
            within = not period or period["from"] <= record["timestamp"] < period["to"]
            computed = {"disposition": outcome, "inPeriod": within, "record": record}
            if "id" not in record: computed["assignedId"] = sha256(canonical(record).encode()).hex()
            if "timestampAsReceived" in item: computed["timestampAsReceived"] = item["timestampAsReceived"]
            self.same(what, stated, computed)
            received = item.get("timestampAsReceived")
            is_true = received is None or (canonical_time(received) == record["timestamp"] and says_other(received, record["timestamp"]))
            self.same(f"{what}, timestampAsReceived is its time in other words", is_true, True)
            self.same(f"{what}, before the end of the period", not period or record["timestamp"] < period["to"], True)
        identifiers = [item["record"].get("id", item.get("assignedId")) for item, _ in history]
        self.same(f"row {row}, identifiers that stand twice", [one for one, count in Counter(identifiers).items() if count > 1], [])
        self.check_members(row, entry, period)
        moves = [item["record"] for item, outcome in history if outcome == "in-history"]
        attempts = sum(index == 0 or move["status"] == "Queued" for index, move in enumerate(moves))
        computed = {"attempts": attempts, "disputed": derived["disputed"], "recordCount": derived["recordCount"], "state": state}
        if moves: self.latest = max(self.latest, moves[-1]["timestamp"])
        if derived["disputed"]: self.contested.add(entry["deploymentId"])
        if moves: computed.update(firstTransitionAt=moves[0]["timestamp"], lastTransitionAt=moves[-1]["timestamp"])
        if state == "Completed" and moves[0]["status"] == "Queued":
            computed["durationMs"] = milliseconds(moves[0], moves[-1])
            self.durations.append(computed["durationMs"])
        if state == "Completed": self.add_times(self.times, moves)
        self.same(f"row {row}, derived", derived, {name: value for name, value in computed.items() if value is not None})
        self.counts.update([state] + [outcome for _, outcome in history], total=1, retried=attempts > 1,
                           transitions=len(history), deploymentRecords=derived.get("recordCount", 0))

        self.check_filters(row, entry, state)
        self.count_as_source(entry, [item["record"] for item, _ in history], period)

    def check_transition(self, what, record, deployment):  # The form of canonical content: domain.md, section 2.
        self.same(f"{what}, deploymentId", record.get("deploymentId"), deployment)
        self.same(f"{what}, id is an identifier", "id" not in record or is_identifier(record["id"]), True)
        self.same(f"{what}, status is a name", record["status"] in RANK, True)
        self.same(f"{what}, timestamp", record["timestamp"], canonical_time(record["timestamp"]))
        details, checks = record.get("errorDetails"), record.get("complianceChecks")
        checks = [check for check in checks if isinstance(check, dict)] if isinstance(checks, list) else []
        self.same(f"{what}, members that are null", [nulls(part) for part in [record, details] + checks if nulls(part)], [])
        claims = [check.get("checkedAt") for check in checks]
        if isinstance(details, dict):
            claims.append(details.get("timestamp"))
            category = details.get("category")
            self.same(f"{what}, category is a name", isinstance(category, float) and category in range(10), False)
        self.same(f"{what}, times", claims, [canonical_time(claim) or claim for claim in claims])

    def check_members(self, row, entry, period):  # A deployment's own members: bundle-format.md, section 5.2.
        own, stated, rows = entry.get("deployment"), entry.get("snapshots"), entry.get("rowMembers")
        after, count = entry.get("snapshotAfterPeriod", False), entry["derived"]["recordCount"]
        self.same(f"row {row}, disputed, after the period", [isinstance(entry["derived"]["disputed"], bool), bool(after and not period)], [True, False])
        for part in [one for one in [own, rows] + (stated or []) if one is not None]:
            what = f"row {row}, deployment"
            self.same(f"{what}, deploymentId", part.get("deploymentId"), entry["deploymentId"])
            self.same(f"{what}, members that are null", nulls(part), [])
            self.same(f"{what}, a list of records", isinstance(part.get("statusHistory"), list), False)
            number = part.get("currentStatus")
            self.same(f"{what}, currentStatus is a name", isinstance(number, float) and number in range(8), False)
            is_after = bool(period) and part.get("updatedAt", "") >= period["to"]
            self.same(f"{what}, of before the end of the period", is_after, False)
            for name in ("createdAt", "updatedAt"):
                time = part.get(name)
                self.same(f"{what}, {name}", time, None if time == "0001-01-01T00:00:00.0000000Z" else canonical_time(time))
        if stated is None: stated = [] if own is None or (rows is None and not count and not after) else [own]
        elif rows is None: self.same(f"row {row}, two snapshots or more", len(stated) > 1, True)
        parts = sorted(stated, key=lambda part: sha256(canonical(part).encode()), reverse=True)
        parts.sort(key=lambda part: part.get("updatedAt", ""))
        self.same(f"row {row}, snapshots in order", stated, parts)
        if rows is not None: self.same(f"row {row}, rowMembers add one", rows.keys() <= merged(parts).keys(), False)
        if parts: self.same(f"row {row}, merged members", own, merged(([rows] if rows is not None else []) + parts))
        if after: self.same(f"row {row}, after the period", [sorted(merged(parts).keys() - FIXED), after, count], [[], True, 0])
        self.same(f"row {row}, snapshots that stand twice", len(parts), len(set(map(canonical, parts))))
        self.same(f"row {row}, recordCount", count, 0 if after else len(parts))

    def add_times(self, times, records):
        for earlier, later in zip(records, records[1:]):
            times.setdefault(f"{earlier['status']}->{later['status']}", []).append(milliseconds(earlier, later))

    def check_filters(self, row, entry, state):
        own = entry.get("deployment", {})
        hashes = [part.get("transactionHash") for part in [own] + [item["record"] for item in entry["transitions"]]]
        found = {"status": [state], "deploymentId": [entry["deploymentId"]], "transactionHash": hashes,
                 "token": [own.get("tokenName"), own.get("tokenSymbol")]}
        for name, wanted in self.bundle["filters"].items():
            values = found.get(name, [own.get(name)])
            if name == "assetIdentifier": values = [canonical(value) if isinstance(value, float) else value for value in values]
            texts = {fold(name, value) for value in values if isinstance(value, str)}
            matches = not wanted or bool(texts & {fold(name, value) for value in wanted})
            self.same(f"row {row}, matches the filter {name}", matches, True)

    def count_as_source(self, entry, records, period):  # domain.md, section 7: what the source's own metrics count.
        own = entry.get("deployment", {})
        created = own.get("createdAt", next((one["timestamp"] for one in records if one["timestamp"] >= "2009"), None))
        if period and not period["from"] <= (created or "") < period["to"]: return
        stated = [own["currentStatus"]] if own.get("currentStatus") in RANK else [one["status"] for one in records]
        status, failures = (stated or ["Queued"])[-1], [one for one in records if one["status"] == "Failed"]
        retried = any(one["status"] == "Queued" and one["timestamp"] > failures[0]["timestamp"] for one in records if failures)
        groups = [(name, own[name] if isinstance(own.get(name), str) and own[name] else "(none)") for name in ("network", "tokenType")]
        self.source.update([status] + groups, total=1, retried=retried)
        if status == "Completed" and len(records) > 1:
            self.source_durations.append(milliseconds(records[0], records[-1]))
            self.add_times(self.source_times, records)
        if status == "Failed" and failures:
            metadata = failures[0].get("metadata")
            category = metadata.get("errorCategory") if isinstance(metadata, dict) else None
            if whole(category) in range(10): category = CATEGORIES[int(whole(category))]
            if category is not None:
                self.source[("category", category if category in CATEGORIES else "Unknown")] += 1

    def check_shape(self):
        raw, sources = self.read("data/bundle.json"), self.read("data/sources.json")
        for what, text, value in ("bundle", raw, self.bundle), ("sources", sources, parse(sources)):
            self.same(f"{what}.json, canonical", text == (canonical(value) + "\n").encode(), True)
            self.same(f"{what}.json, members", sorted(value), sorted(SHAPE[what].split()))
        for name in SHAPE.keys() - {"bundle", "sources"}:
            self.same(f"{name}, members", sorted(self.bundle[name]), sorted(SHAPE[name].split()))
        for kind, places in self.bundle["reconciliation"].items(): self.same(f"{kind}, places", sorted(places), sorted(PLACES))

    def check_ledger(self, origin, size, root, checkpoint, breaks, earlier):  # Forms: bundle-format.md, 7; no signature is verified.
        note, lines = [origin, f"{size:.0f}", base64.b64encode(bytes.fromhex(root)).decode(), ""], checkpoint.split("\n")
        self.same("checkpoint, of this log and with one signature", [lines[:4], lines[4].startswith(f"\u2014 {origin} "), lines[5:]],
                  [note, True, [""]])
        for one in breaks:
            texts = [one["by"], one["origin"], one["reason"]]
            self.same("breaks, members", sorted(one), ["by", "origin", "reason", "received", "root", "size"])
            self.same("breaks, one line", [1 <= len(text.encode()) <= 1000 and is_plain(text) and not text.isspace() for text in texts], [True] * 3)
            self.same("breaks, forms", [is_digest(one["root"]), canonical_time(one["received"])], [True, one["received"]])

    def check_description(self):  # What bundle.json says of itself: bundle-format.md, 7 and 13.
        bundle, kind, period, rest = self.bundle, self.bundle["kind"], self.bundle["period"], list(self.bundle["command"])
        filters, declared, tool = bundle["filters"], bundle["declared"], bundle["tool"]
        time, source = bundle["asOf"]["time"], bundle["asOf"]["source"]
        fits = {"option": True, "period-end": bool(period) and time == period["to"], "SOURCE_DATE_EPOCH": not period,
                "latest-record": not period and time == self.latest, "clock": not period and time < self.latest,
                "epoch": not period and not self.latest and time == "1970-01-01T00:00:00.0000000Z"}
        self.same("asOf", [fits.get(source), canonical_time(time), kind != "sealed" or source == "period-end"], [True, time, True])
        self.same("basis", bundle["basis"] in ("activity", "created"), True)
        self.same("kind, without ledger, without series", KINDS.get(kind), [bundle["ledger"] is None, bundle["series"] is None])
        self.same("format", bundle["format"], "cartulary-audit-bundle/1")
        if bundle["ledger"]: self.check_ledger(**bundle["ledger"])
        is_filtered = any(filters.values())
        self.same("scope, filters and name", [bundle["scope"], self.name.endswith("-partial")],
                  ["filtered" if is_filtered else "full", is_filtered])
        for name, text in list(declared.items()) + [("tool.version", tool["version"])]:
            length = len(text.encode()) if name in DECLARED else 1 if text else 0
            self.same(f"{name}, one line", [1 <= length <= 200, is_plain(text), not text.isspace()], [True] * 3)
        self.same("declarations and tool", [sorted(declared.keys() - DECLARED.keys()), tool["name"]], [[], "cartulary"])
        self.same("lei, check digits", "lei" not in declared or is_lei(declared["lei"]), True)

        def take(option):
            if rest[:1] != [option] or len(rest) < 2: return None
            return (rest.pop(0), rest.pop(0))[1]
        def require(words):
            self.same("command", rest[:len(words)], words)
            del rest[:len(words)]
        words = [] if not period else ["--period", period["label"]] if period["label"] else ["--from", period["from"], "--to", period["to"]]
        if bundle["basis"] != "activity": words += ["--basis", bundle["basis"]]
        require(["export"] + words + [word for name, option in OPTIONS.items() for value in filters[name] for word in ("--" + option, value)])
        name, own = take("--name"), {"one-shot": [self.name, self.name.removesuffix("-partial"), None], "sealed": [None]}
        self.same("command, --name", name, name if name in own.get(kind, [name]) else own[kind])
        self.same("command, --as-of", take("--as-of"), time if source == "option" else None)
        limits = parse(self.read("data/rules.json"))["thresholds"]["inForce"]
        for name, _, value in iter(lambda: (take("--threshold") or "").partition("="), ("", "", "")):
            self.same(f"command, threshold {name}", value, canonical(limits.get(name)))
        require([word for name, option in DECLARED.items() if name in declared for word in ("--" + option, declared[name])])
        self.same("command, --rejected", take("--rejected") in (None, "digest-only"), True)
        if rest[:1] == ["--allow-empty"]: rest.pop(0)
        archive, series = take("--archive"), bundle["series"] or {}
        self.same("command, --archive", archive, None if kind == "one-shot" or not archive else series.get("archive", archive))
        self.same("command, words too many", rest, ["--workbook", "never"] if "data/tables.xlsx" not in self.files else [])
        stated, total = bundle["sums"]["deployments"], self.counts["total"]
        self.same("sum of deployments", stated >= total if period or is_filtered else stated == total, True)

    def check_elements(self):  # sources.json and rejected.json: bundle-format.md, 7 and 13.
        sources, raw = parse(self.read("data/sources.json"))["sources"], self.read("data/rejected.json")
        entries, is_one_shot, places, conflicts = parse(raw), self.bundle["kind"] == "one-shot", [], []
        for number, one in enumerate(sources): self.same(f"source {number}, sha256 is a digest", is_digest(one["sha256"]), True)
        text = "".join(",\n" * (index > 0) + canonical(entry) for index, entry in enumerate(entries))
        self.same("rejected.json, canonical lines", raw == (f"[\n{text}\n]\n" if text else "[\n]\n").encode(), True)
        for index, entry in enumerate(entries):
            is_conflict, what = entry.get("kind") == "conflict", f"rejected.json, element {index}"
            own = set(CONFLICT) | ({"transitionId"} if entry.get("of") == "transition" else set()) if is_conflict else REJECTED
            optional = set() if is_conflict else {"deploymentId", "raw"}
            if entry.get("kind") not in ("conflict", "rejected") or entry.keys() - optional != own:
                self.differences.append(f"{what}: found members {sorted(entry)!a}, expected {sorted(own)!a}")
                continue
            for at in entry["others"] if is_conflict else [entry]:
                source = sources[int(at["source"])] if 0 <= at["source"] < len(sources) else {"bytes": -1, "compression": ""}
                within = source["compression"] == "gzip" or at["offset"] <= source["bytes"]
                self.same(f"{what}, position", within and 0 <= at["line"] - 1 <= at["offset"], True)
            if is_conflict:
                conflicts.append(entry)
                self.check_conflict(what, entry, is_one_shot)
            else:
                self.same(f"{what}, before conflicts", len(conflicts), 0)
                places.append([entry["source"], entry["offset"], entry["line"], entry["sha256"]])
                self.check_kept_bytes(what, entry, is_one_shot)
        self.same("rejected.json, elements that stand twice", len(entries), len({canonical(entry) for entry in entries}))
        self.same("rejected.json, records in order", places, sorted(places))
        for one, two in zip(conflicts, conflicts[1:]):
            keys = [[part["deploymentId"].encode(), part.get("transitionId", "").encode()] for part in (one, two)]
            is_sorted = keys[0] <= keys[1] or (keys[0][0] == keys[1][0] and b"" in (keys[0][1], keys[1][1]))
            self.same(f"conflicts of {two['deploymentId']}, in order", is_sorted, True)
        named = {entry["deploymentId"] for entry in conflicts} & self.deployments
        if is_one_shot: self.same("disputed deployments", sorted(self.contested), sorted(named))
        if self.bundle["scope"] != "filtered":
            count = sum(len(entry["others"]) for entry in conflicts)
            self.same("conflicting records, at least", count >= self.bundle["sums"]["conflicts"], True)

    def check_kept_bytes(self, what, entry, is_one_shot):
        self.same(f"{what}, code and digest", [entry["code"] in CODES, is_digest(entry["sha256"])], [True, True])
        if is_one_shot:
            keeps = "--rejected" not in self.bundle["command"] and not WITHOUT_RAW.match(entry["reason"])
            self.same(f"{what}, raw is kept", "raw" in entry, keeps)
        if "raw" not in entry: return
        raw = base64.b64decode(entry["raw"], validate=True)
        self.same(f"{what}, raw", [is_base64(entry["raw"]), len(raw)], [True, min(entry["bytes"], KEPT_BYTES)])
        if len(raw) == entry["bytes"]: self.same(f"{what}, SHA-256 of raw", entry["sha256"], hashlib.sha256(raw).hexdigest())

    def check_conflict(self, what, entry, is_one_shot):
        self.same(f"{what}, others", [sorted(other) for other in entry["others"]] or None, [sorted(OTHER)] * len(entry["others"]))
        contents = [entry["kept"]] + [other["content"] for other in entry["others"]]
        own = [entry["deploymentId"], entry.get("transitionId")]
        for content in contents:
            found = [content.get("deploymentId"), own[1] and content.get("id", sha256(canonical(content).encode()).hex())]
            self.same(f"{what}, is of its deployment and transition", found, own)
        digests = [sha256(canonical(content).encode()) for content in contents]
        self.same(f"{what}, contradicts what is kept", digests[0] in digests[1:], False)
        if is_one_shot and own[1]: self.same(f"{what}, lowest SHA-256 is kept", digests == sorted(digests), True)

    def check_additions(self):  # What others add to a bundle: bundle-format.md, 4.
        for path in filter(OPTIONAL.fullmatch, self.files):
            is_short = self.files[path].file_size <= 1 << 20
            raw = self.archive.read(self.files[path]) if is_short else b""
            signature = self.archive.read(self.files[f"signatures/{ANCHOR}.sig"])
            is_stamp = any(hashlib.new(name, signature).digest() in raw for name in ("sha256", "sha512"))
            is_one = is_approval(raw) if path.endswith(".sig") else is_der(raw) and (is_stamp or path.endswith(".p7s"))
            self.same(f"{path}, is what its name says", is_one, True)

    def check_scope(self):  # A filtered bundle shows the intake of its own deployments alone.
        if self.bundle["scope"] != "filtered": return
        for name, bare in ("findings", {"expected", "transitionId"}), ("rejected", {"raw"}):
            for entry in parse(self.read(f"data/{name}.json")):
                if entry.get("origin") == "derived": continue
                if entry.get("deploymentId") in self.deployments:
                    if entry.get("kind") == "rejected": self.same("rejected, of its deployment alone", is_shown(entry), True)
                    continue
                self.same(f"{name}, shown in spite of the filter", sorted(entry.keys() & (bare | {"deploymentId"})), [])
        for source in parse(self.read("data/sources.json"))["sources"]:
            stated = [source["name"], source["claims"], source.get("firstTime"), source.get("lastTime")]
            self.same("source, withheld", stated, ["withheld", {}, None, None])

    def check_intake(self):
        sources, rejected = parse(self.read("data/sources.json"))["sources"], parse(self.read("data/rejected.json"))
        for number, one in enumerate(sources):
            shapes, times = one["shape"].split("+"), [one.get("firstTime"), one.get("lastTime")]
            known = one["shape"] == "empty" or shapes == [shape for shape in SHAPES if shape in shapes]
            self.same(f"source {number}, shape and times", [known, None in times or times[0] <= times[1]], [True, True])
        differing, plain = {}, self.bundle["kind"] == "one-shot" and not self.bundle["period"]
        for entry in rejected:
            if entry["kind"] == "rejected":
                source, place = sources[int(entry["source"])], f"rejected at {entry['offset']:.0f} of source {entry['source']:.0f}"
                within = source["compression"] == "gzip" or entry["offset"] + entry["bytes"] <= source["bytes"]
                self.same(f"{place}, within its source", within or entry["reason"].startswith("over "), True)
                self.same(f"{place}, withheld", entry["reason"] == WITHHELD and self.bundle["scope"] != "filtered", False)
            for other in entry["others"] if entry["kind"] == "conflict" and entry["of"] == "deployment" else []:
                standing = [entry["kept"], self.disputed.get(entry["deploymentId"], {})]
                members = {name for name in FIXED if name in other["content"] and (not plain or any(
                    one.get(name, other["content"][name]) != other["content"][name] for one in standing))}
                differing.setdefault((entry["deploymentId"], other["source"], other["offset"]), set()).update(members)
        for finding in parse(self.read("data/findings.json")):
            allowed = differing.get((finding.get("deploymentId"), finding.get("source"), finding.get("offset")))
            if finding["code"] != "conflicting-deployment" or "expected" not in finding or allowed is None: continue
            named = finding["expected"] in {f"the same {name} in every record" for name in allowed}
            self.same(f"{finding['expected']}, in which records contradict each other", named, True)

    def check_sums(self):
        sums, earlier = self.bundle["sums"], (self.bundle["ledger"] or {}).get("earlier", {})
        for total, parts in SUMS.items(): self.same(total, sums[total], sum(sums[part] for part in parts))
        sources, rejected = parse(self.read("data/sources.json")), parse(self.read("data/rejected.json"))
        self.same("sums of the sources", sources["sums"], sums)
        self.same("reconciliation of the sources", sources["reconciliation"], self.bundle["reconciliation"])
        for name in SUMS["read"] + ["read"]: self.same(f"sources, {name}", sum(one[name] for one in sources["sources"]), sums[name])
        count = sum(one["kind"] == "rejected" for one in rejected)
        self.same("rejected records", count <= sums["rejected"] if self.bundle["scope"] == "filtered" else count, sums["rejected"]
                  if self.bundle["scope"] != "filtered" else True)
        for name, outcome in ("inHistory", "in-history"), ("repeats", "repeat"), ("refused", "refused"):
            self.same(name, sums[name], self.counts[outcome])
        for kind, name in zip(("deploymentRecords", "transitions"), SUMS["accepted"]):
            places = dict(self.bundle["reconciliation"][kind])
            for filter, place in FILTERS.items():
                if not self.bundle["filters"][filter]: self.same(f"{kind} {place}, no filter", places[f"leftOutBy{place}"], 0)
            self.same(f"{kind} in the bundle", places["inBundle"], self.counts[kind])
            self.same(f"{kind} accepted", places.pop("accepted"), sums[name] + earlier.get(kind, 0))
            self.same(f"{kind} by place", sum(places.values()), sums[name] + earlier.get(kind, 0))

    def check_metrics(self):
        stated = parse(self.read("data/metrics.json"))
        counts, sample = self.counts, len(self.durations)
        total, done, failed = counts["total"], counts["Completed"], counts["Failed"]
        computed = dict(
            dict(self.outcome(counts), **summary(self.durations)), durationSampleSize=sample,
            pendingDeployments=sum(counts[state] for state in RANK[:5]),
            unfinishedDeployments=total - done - failed - counts["Cancelled"],
            settledSuccessRate=percent(done, done + failed), averageDurationByTransition=means(self.times))
        for name, value in computed.items(): self.same(name, stated.get(name), value)
        def group(kind):
            names = (name for name in self.source if isinstance(name, tuple) and name[0] == kind)
            return {name[1]: self.source[name] for name in names}
        own = dict(
            self.outcome(self.source), **summary(self.source_durations), failuresByCategory=group("category"),
            deploymentsByNetwork=group("network"), deploymentsByTokenType=group("tokenType"),
            averageDurationByTransition=means(self.source_times),
            **{name: stated.get(name) for name in ("periodStart", "periodEnd", "calculatedAt")})
        self.same("asSource", stated.get("asSource"), own)

    def outcome(self, counts):
        total, done, failed, cancelled = (counts[name] for name in ("total", "Completed", "Failed", "Cancelled"))
        return {"totalDeployments": total, "successfulDeployments": done, "failedDeployments": failed,
                "cancelledDeployments": cancelled, "pendingDeployments": total - done - failed - cancelled,
                "retriedDeployments": counts["retried"], "successRate": percent(done, total),
                "failureRate": percent(failed, total)}

if __name__ == "__main__":
    if len(sys.argv) != 2:
        print("usage: reference_verifier.py BUNDLE.zip", file=sys.stderr)
        sys.exit(2)
    try: verifier = Verifier(sys.argv[1])
    except Exception as error:
        print(f"not a bundle: {error!a}", file=sys.stderr)
        sys.exit(2)
    print(*(f"differs: {text}" for text in verifier.differences), sep="\n", end="\n" if verifier.differences else "")
    for name, what in CHECKS.items(): print(f"checked: {name}: {what}")
    if verifier.bundle.get("rendering") != RENDERING:
        print(f"NOT judged: schemas, pages and texts, which {verifier.bundle.get('rendering')!a:.100} makes")
    print("NOT checked:", " ".join(UNCHECKED.split()))
    print(f"{verifier.name}: {'something differs' if verifier.differences else 'content verified; signature NOT checked'}")
    sys.exit(1 if verifier.differences else 0)
