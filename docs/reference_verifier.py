#!/usr/bin/env python3
"""A second verifier of audit bundles, written from bundle-format.md alone: Python 3.9, standard library only.
It checks the file set, both manifests, the content tree, the statement, every deployment's history, the
headline metrics, sums and reconciliation; NOT signatures, merging, findings, tables, report, ZIP headers.
Exit status: 0 all of this holds, 1 something differs (all of it is listed), 2 not a bundle."""
import base64, datetime, decimal, hashlib, itertools, json, re, sys, zipfile
from collections import Counter, defaultdict

RANK = "Queued Submitted Pending Confirmed Indexed Completed Failed Cancelled".split()
NEXT = {"Queued": "Submitted Failed Cancelled", "Submitted": "Pending Failed", "Pending": "Confirmed Failed",
        "Confirmed": "Indexed Completed Failed", "Indexed": "Completed Failed", "Failed": "Queued"}
EARLIEST = "2009-01-01T00:00:00.0000000Z"
CATEGORIES = ("Unknown NetworkError ValidationError ComplianceError UserRejection InsufficientFunds "
              "TransactionFailure ConfigurationError RateLimitExceeded InternalError").split()
JSON = "audit-trail bundle datapackage findings metrics rejected rules sources".split()
CSV = "deployments findings metrics sources transitions".split()
PAYLOAD = {"data/VERIFY.txt", "data/report.html", "data/tables.xlsx"} | {f"data/{name}.csv" for name in CSV}
PAYLOAD |= {f"data/{name}.json" for name in JSON} | {f"data/schema/{name}.schema.json" for name in JSON}
ANCHOR, STATEMENT = "tagmanifest-sha256.txt", "signatures/statement.dsse.json"
TAGS = {"bag-info.txt", "bagit.txt", "manifest-sha256.txt"}
LATER = re.compile(r"signatures/(approval-[0-9]+\.sig|tagmanifest-sha256\.txt\.(sig\.tsr|p7s))")
STATEMENT_TYPE, PREDICATE_TYPE = "https://in-toto.io/Statement/v1", "https://cartulary.dev/audit-bundle/v1"
PREDICATE = "contentTree format key kind name period reconciliation rulesDigest scope series sums".split()
SUMS = {"read": ["accepted", "duplicates", "conflicts", "rejected"],
        "accepted": ["acceptedDeploymentRecords", "acceptedTransitions"],
        "inBundleTransitions": ["inHistory", "repeats", "refused"]}

def members(pairs):
    if len(dict(pairs)) < len(pairs): raise ValueError("a member name is repeated")
    return dict(pairs)

def parse(raw):  # Numbers become doubles: one whose text a double does not give back is not canonical.
    return json.loads(raw.decode(), object_pairs_hook=members, parse_int=float)

def canonical(value):  # RFC 8785
    if isinstance(value, dict):
        names = sorted(value, key=lambda name: name.encode("utf-16-be"))
        return "{" + ",".join(canonical(name) + ":" + canonical(value[name]) for name in names) + "}"
    if isinstance(value, list): return "[" + ",".join(map(canonical, value)) + "]"
    if not isinstance(value, float): return json.dumps(value, ensure_ascii=False)
    if 1e-6 <= abs(value) < 1e21: return format(decimal.Decimal(repr(value)).normalize(), "f")
    return re.sub("e([+-])0", r"e\1", repr(value)) if value else "0"

def sha256(*parts): return hashlib.sha256(b"".join(parts)).digest()
def percent(part, whole): return part / whole * 100 if whole else 0
def truncated(part, whole): return abs(part) // whole * (1 if part >= 0 else -1)  # toward zero
def milliseconds(earlier, later): return truncated(ticks(later) - ticks(earlier), 10_000)
def ticks(record):  # 100 ns since 0001-01-01; a leap second adds nothing
    day, time = record["timestamp"].split("T")
    days = datetime.date.fromisoformat(day).toordinal()
    return (days * 86_400 + int(time[:2]) * 3600 + int(time[3:5]) * 60) * 10**7 + int(time[6:8] + time[9:16])

def walk(order, state, is_only=False):  # What becomes of each transition, and the state after (section 6).
    outcomes = []
    for status in (item["record"]["status"] for item in order):
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
    history = [(item, "refused") for item in ordered if time(item) < EARLIEST]
    believed = ordered[len(history):]
    for group in (list(group) for _, group in itertools.groupby(believed, time)):
        if 2 <= len(group) <= 8:  # Permutations come smallest (rank, id) first, and min takes the first.
            group = min(itertools.permutations(group), key=lambda order: [
                walk(order, state)[0].count(outcome) for outcome in ("refused", "repeat")])
        outcomes, state = walk(group, state, len(believed) == 1)
        history += zip(group, outcomes)
    return history, state

def category(record):  # That of errorDetails, else that of metadata, by name or number.
    places = (record.get("errorDetails"), "category"), (record.get("metadata"), "errorCategory")
    values = [place.get(name) for place, name in places if isinstance(place, dict)]
    value = next((value for value in values if isinstance(value, (str, float))), "Unknown")
    if isinstance(value, float) and value in range(10): value = CATEGORIES[int(value)]
    return value if value in CATEGORIES else "Unknown"

class Verifier:
    def __init__(self, archive):
        names = {name for name in archive.namelist() if re.fullmatch("[^/]+/data/bundle.json", name)}
        if len(names) != 1: raise zipfile.BadZipFile("it has no NAME/data/bundle.json")
        self.archive, self.name, self.differences = archive, names.pop().split("/")[0], []
        self.files = {info.filename.removeprefix(self.name + "/"): info for info in archive.infolist()}
        self.nodes, self.previous, self.counts, self.groups = [], b"", Counter(), defaultdict(Counter)
        self.durations, self.steps = [], defaultdict(list)
        for name in "files", "statement", "trail", "sums", "metrics":
            self.guard(f"the check of {name}", getattr(self, f"check_{name}"))
    def guard(self, what, check, *arguments):
        try: check(*arguments)
        except Exception as error: self.differences.append(f"{what} stopped: {type(error).__name__}: {error}")
    def same(self, what, stated, computed):
        if canonical(stated) != canonical(computed):
            self.differences.append(f"{what}: stated {stated!r:.300}, computed {computed!r:.300}")
    def open(self, path): return self.archive.open(self.files[path])
    def read(self, path): return self.open(path).read(1 << 30)
    def digest(self, path):
        digest, stream = hashlib.sha256(), self.open(path)
        for block in iter(lambda: stream.read(1 << 20), b""): digest.update(block)
        return digest.hexdigest()

    def check_files(self):
        names = [entry.orig_filename for entry in self.archive.infolist()]
        self.same("entries in order, each once", names, sorted(f"{self.name}/{path}" for path in self.files))
        pages = sum(path.startswith("data/report/") for path in self.files)
        payload = PAYLOAD | {f"data/report/page-{number:04}.html" for number in range(2, pages + 2)}
        wanted = payload | TAGS | {ANCHOR, STATEMENT, f"signatures/{ANCHOR}.sig"}
        present = {path for path in self.files if not LATER.fullmatch(path)}
        self.differences += [f"missing, or not of the file set: {path}" for path in sorted(present ^ wanted)]
        for manifest, paths in ("manifest-sha256.txt", payload), (ANCHOR, TAGS):
            stated = self.read(manifest).decode().split("\n")
            computed = [f"{self.digest(path)}  {path}" for path in sorted(paths & present)] + [""]
            self.same(f"{manifest} as computed", stated == computed, True)
            self.differences += [f"{manifest}: {line}" for line in sorted(set(stated) ^ set(computed))]

    def check_statement(self):
        self.bundle, envelope = parse(self.read("data/bundle.json")), parse(self.read(STATEMENT))
        self.same("payload type", envelope["payloadType"], "application/vnd.in-toto+json")
        statement = parse(base64.b64decode(envelope["payload"], validate=True))
        predicate = statement.pop("predicate")
        self.same("statement", statement, {"_type": STATEMENT_TYPE, "predicateType": PREDICATE_TYPE,
            "subject": [{"digest": {"sha256": self.digest(ANCHOR)}, "name": ANCHOR}]})
        self.same("members of the statement", sorted(predicate), PREDICATE)
        for member in PREDICATE: self.same(f"statement, {member}", predicate[member], self.bundle[member])
        for member, value in ("name", self.name), ("rulesDigest", self.digest("data/rules.json")):
            self.same(member, self.bundle[member], value)

    def check_trail(self):
        row, more, stream = 0, True, self.open("data/audit-trail.json")
        if stream.readline(9) != b"[\n": raise ValueError("it does not begin as an array of lines")
        for line in iter(lambda: stream.readline(64 << 20), b"]\n"):
            if not more or not line.endswith(b"\n"): raise ValueError(f"no comma or line end at row {row}")
            more = line.endswith(b",\n")
            self.guard(f"row {row}", self.check_deployment, row, line[:-2] if more else line[:-1])
            row += 1
        if (row and more) or stream.read(1): raise ValueError("it does not end as an array of lines")
        root = self.nodes.pop()[1] if self.nodes else sha256()
        while self.nodes: root = sha256(b"\1", self.nodes.pop()[1], root)
        self.same("contentTree", self.bundle["contentTree"], {"root": root.hex(), "size": row})

    def check_deployment(self, row, line):
        size, node = 1, sha256(b"\0", line)
        while self.nodes and self.nodes[-1][0] == size:
            size, node = size * 2, sha256(b"\1", self.nodes.pop()[1], node)
        self.nodes.append((size, node))
        entry, period, previous = parse(line), self.bundle["period"], self.previous
        self.previous, derived = entry["deploymentId"].encode(), entry["derived"]
        self.same(f"row {row}, position and order", [entry["row"], previous < self.previous], [row, True])
        self.same(f"row {row}, canonical", line == canonical(entry).encode(), True)
        history, state = replay(entry["transitions"])
        for index, (stated, (item, outcome)) in enumerate(zip(entry["transitions"], history)):
            record = item["record"]
            within = not period or period["from"] <= record["timestamp"] < period["to"]
            computed = dict(item, disposition=outcome, inPeriod=within)
            if "id" not in record: computed["assignedId"] = sha256(canonical(record).encode()).hex()
            self.same(f"row {row}, transition {index}", stated, computed)
        moves = [item["record"] for item, outcome in history if outcome == "in-history"]
        for one, other in zip(moves, moves[1:]):
            self.steps[f"{one['status']}->{other['status']}"].append(milliseconds(one, other))
        first, last = (moves[0], moves[-1]) if moves else ({}, {})
        attempts = sum(move is first or move["status"] == "Queued" for move in moves)
        is_timed = state == "Completed" and first["status"] == "Queued"
        if is_timed: self.durations.append(milliseconds(first, last))
        computed = {
            "attempts": attempts, "durationMs": self.durations[-1] if is_timed else None, "state": state,
            "firstTransitionAt": first.get("timestamp"), "lastTransitionAt": last.get("timestamp")}
        self.same(f"row {row}, derived", {name: derived.get(name) for name in computed}, computed)
        failures = [item["record"] for item, _ in history if item["record"]["status"] == "Failed"]
        if state == "Failed": self.groups["failuresByCategory"][category(failures[-1])] += 1
        for member, metric in ("network", "deploymentsByNetwork"), ("tokenType", "deploymentsByTokenType"):
            value = entry.get("deployment", {}).get(member)
            self.groups[metric][value if value and isinstance(value, str) else "(none)"] += 1
        self.counts.update(outcome for _, outcome in history)
        self.counts.update({
            "totalDeployments": 1, state: 1, "retriedDeployments": attempts > 1,
            "contestedDeployments": derived.get("disputed", 0), "deploymentsWithoutTransitions": not history,
            "transitions": len(history), "deploymentRecords": derived.get("recordCount", 0)})

    def check_sums(self):
        sums, sources = self.bundle["sums"], parse(self.read("data/sources.json"))
        for member in "reconciliation", "sums": self.same(member, sources[member], self.bundle[member])
        for total, parts in SUMS.items(): self.same(total, sums[total], sum(sums[part] for part in parts))
        for name, outcome in ("inHistory", "in-history"), ("repeats", "repeat"), ("refused", "refused"):
            self.same(name, sums[name], self.counts[outcome])
        for kind, name in zip(("deploymentRecords", "transitions"), SUMS["accepted"]):
            places = self.bundle["reconciliation"][kind]
            self.same(f"{kind} in the bundle", places["inBundle"], self.counts[kind])
            self.same(f"{kind} accepted", places.pop("accepted"), sums[name])
            self.same(f"{kind} by place", sum(places.values()), sums[name])

    def check_metrics(self):
        stated, counts = parse(self.read("data/metrics.json")), self.counts
        for name in "deploymentsByNetwork", "deploymentsByTokenType", "failuresByCategory":
            self.same(name, stated[name], self.groups[name])
        for name in "retriedDeployments", "contestedDeployments", "deploymentsWithoutTransitions":
            self.same(name, stated[name], counts[name])
        total, done, failed = counts["totalDeployments"], counts["Completed"], counts["Failed"]
        durations, cancelled, steps = sorted(self.durations) or [0], counts["Cancelled"], self.steps.items()
        half = len(durations) // 2
        computed = {
            "totalDeployments": total, "successfulDeployments": done, "failedDeployments": failed,
            "cancelledDeployments": cancelled, "unfinishedDeployments": total - done - failed - cancelled,
            "pendingDeployments": sum(counts[state] for state in RANK[:5]),
            "successRate": percent(done, total), "failureRate": percent(failed, total),
            "settledSuccessRate": percent(done, done + failed), "durationSampleSize": len(self.durations),
            "averageDurationMs": truncated(sum(durations), len(durations)),
            "medianDurationMs": truncated(durations[half] + durations[-1 - half], 2),
            "p95DurationMs": durations[(95 * len(durations) + 99) // 100 - 1],
            "fastestDurationMs": durations[0], "slowestDurationMs": durations[-1],
            "averageDurationByTransition": {name: truncated(sum(each), len(each)) for name, each in steps}}
        for name, value in computed.items(): self.same(name, stated[name], value)

if __name__ == "__main__":
    try: verifier = Verifier(zipfile.ZipFile(*(word for word in sys.argv[1:] if word != "--json")))
    except Exception as error:
        print(f"not a bundle, or none given: {error}", file=sys.stderr)
        sys.exit(2)
    found, name = verifier.differences, verifier.name
    result = "something differs" if found else "content verified; signature NOT checked"
    if "--json" in sys.argv: print(canonical({"differences": found, "name": name, "result": result}))
    else: print(*(f"differs: {text}" for text in found), f"{name}: {result}", sep="\n")
    print(f"to check the signature, in {name}/: ssh-keygen -Y verify -f ../allowed_signers -I SIGNER -n "
          f"cartulary-audit-bundle -s signatures/{ANCHOR}.sig < {ANCHOR}", file=sys.stderr)
    sys.exit(1 if found else 0)
