#!/usr/bin/env python3
"""A second verifier of audit bundles, written from bundle-format.md and domain.md: Python 3.9, nothing else.
It checks the file set, both manifests, the statement, the content tree, every history, the filters, the headline
metrics (outcomes, rates, durations) and the source's, sums, reconciliation, whose records stand in a history, and
what is known of after the period alone; NOT signatures (see data/VERIFY.txt),
merging, all other metrics, findings and rejected records but for whose they are, tables, report. Exit status: 0 all holds, 1 something differs (all listed), 2 no bundle."""
import base64, datetime, decimal, hashlib, itertools, json, re, sys, zipfile
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
FIXED = {"deploymentId", "tokenType", "network", "deployedBy", "createdAt"}
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
        for name in "statement", "files", "trail", "scope", "sums", "metrics":
            self.guard(f"the check of {name}", getattr(self, f"check_{name}"))
    def guard(self, what, check, *arguments):
        try: check(*arguments)
        except Exception as error: self.differences.append(f"{what} stopped: {error!a:.300}")
    def same(self, what, stated, computed):
        if canonical(stated) != canonical(computed):
            self.differences.append(f"{what}: found {stated!a:.300}, expected {computed!a:.300}")
    def open(self, path): return self.archive.open(self.files[path])
    def read(self, path): return self.open(path).read(1 << 30)
    def digest(self, path):
        digest = hashlib.sha256()
        try:
            with self.open(path) as stream:
                for block in iter(lambda: stream.read(1 << 20), b""): digest.update(block)
        except Exception as error: return ascii(error)
        return digest.hexdigest()

    def check_files(self):
        names = [entry.orig_filename for entry in self.archive.infolist()]
        self.same("names in order", names == sorted(names), True)
        pages = sum(path.startswith("data/report/") for path in self.files)
        payload = PAYLOAD | {f"data/report/page-{number:04}.html" for number in range(2, pages + 2)}
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

    def check_statement(self):
        self.bundle = parse(self.read("data/bundle.json"))
        self.same("name", self.bundle.get("name"), self.name)
        envelope = parse(self.read(STATEMENT))
        statement = parse(base64.b64decode(envelope["payload"], validate=True))
        predicate = statement.pop("predicate")
        self.same("members of the statement", sorted(predicate), PREDICATE)
        for name in PREDICATE: self.same(f"statement, {name}", predicate.get(name), self.bundle.get(name))
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
        self.same(f"row {row}, position and order", [entry["row"], previous < self.previous], [row, True])
        self.same(f"row {row}, canonical", line == canonical(entry).encode(), True)
        parts = [entry[name] for name in ("deployment", "rowMembers") if name in entry] + entry.get("snapshots", [])
        owners = {part.get("deploymentId") for part in parts + [item["record"] for item in entry["transitions"]]}
        self.same(f"row {row}, deployments of its records", sorted(map(str, owners | {entry["deploymentId"]})), [entry["deploymentId"]])
        self.check_period(row, entry, parts, period)
        history, state = replay(entry["transitions"])
        for index, (stated, (item, outcome)) in enumerate(zip(entry["transitions"], history)):
            within = not period or period["from"] <= item["record"]["timestamp"] < period["to"]
            computed = dict(item, disposition=outcome, inPeriod=within)
            self.same(f"row {row}, transition {index}", stated, computed)
        moves = [item["record"] for item, outcome in history if outcome == "in-history"]
        attempts = sum(index == 0 or move["status"] == "Queued" for index, move in enumerate(moves))
        computed = {"attempts": attempts, "durationMs": None, "state": state}
        if state == "Completed" and moves[0]["status"] == "Queued":
            computed["durationMs"] = milliseconds(moves[0], moves[-1])
            self.durations.append(computed["durationMs"])
        if state == "Completed": self.add_times(self.times, moves)
        self.same(f"row {row}, derived", {name: derived.get(name) for name in computed}, computed)
        self.counts.update([state] + [outcome for _, outcome in history], total=1, retried=attempts > 1,
                           transitions=len(history), deploymentRecords=derived.get("recordCount", 0))

        self.check_filters(row, entry, state)
        self.count_as_source(entry, [item["record"] for item, _ in history], period)

    def check_period(self, row, entry, parts, period):  # Records of after the period give what cannot change, and no count.
        later = [part["updatedAt"] for part in parts if period and part.get("updatedAt", "") >= period["to"]]
        self.same(f"row {row}, records of after the period", later, [])
        if "snapshotAfterPeriod" not in entry: return
        told = {name for part in entry.get("snapshots", parts[:1]) for name in part}
        stated = [bool(period), entry["derived"].get("recordCount"), sorted(told - FIXED)]
        self.same(f"row {row}, known of after the period alone", stated, [True, 0.0, []])
        self.counts["afterPeriod"] += 1

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
            if isinstance(category, float) and category in range(10): category = CATEGORIES[int(category)]
            if category is not None:
                self.source[("category", category if category in CATEGORIES else "Unknown")] += 1

    def check_scope(self):  # A filtered bundle shows the intake of its own deployments alone.
        if self.bundle["scope"] != "filtered": return
        for name, bare in ("findings", {"expected", "transitionId"}), ("rejected", {"raw"}):
            for entry in parse(self.read(f"data/{name}.json")):
                if entry.get("origin") == "derived" or entry.get("deploymentId") in self.deployments: continue
                self.same(f"{name}, shown in spite of the filter", sorted(entry.keys() & (bare | {"deploymentId"})), [])
        for source in parse(self.read("data/sources.json"))["sources"]:
            stated = [source["name"], source["claims"], source.get("firstTime"), source.get("lastTime")]
            self.same("source, withheld", stated, ["withheld", {}, None, None])

    def check_sums(self):
        sums, earlier = self.bundle["sums"], (self.bundle["ledger"] or {}).get("earlier", {})
        for total, parts in SUMS.items(): self.same(total, sums[total], sum(sums[part] for part in parts))
        for name, outcome in ("inHistory", "in-history"), ("repeats", "repeat"), ("refused", "refused"):
            self.same(name, sums[name], self.counts[outcome])
        for kind, name in zip(("deploymentRecords", "transitions"), SUMS["accepted"]):
            places = dict(self.bundle["reconciliation"][kind])
            for filter, place in FILTERS.items():
                if not self.bundle["filters"][filter]: self.same(f"{kind} {place}, no filter", places[f"leftOutBy{place}"], 0)
            self.same(f"{kind} in the bundle", places["inBundle"], self.counts[kind])
            if kind == "deploymentRecords": self.same("after the period", places["after"] >= self.counts["afterPeriod"], True)
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
    try: verifier = Verifier(*sys.argv[1:])
    except Exception as error:
        print(f"not a bundle, or none given: {error!a}", file=sys.stderr)
        sys.exit(2)
    result = "something differs" if verifier.differences else "content verified; signature NOT checked"
    print(*(f"differs: {text}" for text in verifier.differences), f"{verifier.name}: {result}", sep="\n")
    sys.exit(1 if verifier.differences else 0)
