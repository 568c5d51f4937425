"""The input reference: the JSON Schema of input records, against what the program reads, in both directions."""

import csv
import io
import json
import random

import jsonschema
from harness import RECORDS, ROOT, Session

SEED = 20260210
# The findings of a value that was not read as it is meant (docs/input.md, "The schema").
UNREAD = {
    "malformed-record",
    "unknown-status",
    "invalid-identifier",
    "unread-member",
    "unreadable-member",
    "source-incomplete",
}


def run(session: Session):
    printed = session.run(session.cartulary, "template", "schema")
    session.equal("template schema: status", printed.status, 0)
    schema = json.loads(printed.out)
    jsonschema.Draft202012Validator.check_schema(schema)
    validator = jsonschema.Draft202012Validator(schema)
    samples(session, validator)
    templates(session, validator, schema)
    rows(session, schema)
    rng = random.Random(SEED)
    values = list(written()) + [variant(rng) for _ in range(6000)]
    compare(session, validator, "variants", values)
    lists = [[variant(rng) for _ in range(rng.randrange(4))] for _ in range(300)]
    compare(session, validator, "variants in arrays", lists)


# What the program says


def unread(session, values, codes_of=UNREAD):
    """For each value, the findings that say that it was not read."""
    folder = session.folder("input")
    path = folder / "values.ndjson"
    # Every second line has its characters as they are, the others escaped.
    lines = [json.dumps(value, ensure_ascii=number % 2 == 0) for number, value in enumerate(values)]
    path.write_text("".join(line + "\n" for line in lines), newline="")
    result = session.run(session.cartulary, "validate", path, "--json", timeout=600)
    assert result.status in (0, 1), result.brief()
    codes = [set() for _ in values]
    for finding in json.loads(result.out)["findings"]:
        if finding["code"] in codes_of and finding["source"]:
            codes[finding["source"]["line"] - 1].add(f"{finding['code']}: {finding['message']}")
    return codes


def compare(session, validator, name, values):
    """schema-valid if and only if no finding says that the value was not read."""
    lenient, strict, kinds = [], [], {True: 0, False: 0}
    for value, codes in zip(values, unread(session, values)):
        valid = validator.is_valid(value)
        kinds[valid] += 1
        if valid and codes:
            lenient.append(f"{json.dumps(value)}: {sorted(codes)}")
        if not valid and not codes:
            strict.append(json.dumps(value))
    session.check(f"{name}: what the schema finds valid is read ({kinds[True]})", not lenient, lenient[:3])
    session.check(f"{name}: what is read is valid by the schema ({kinds[False]} invalid)", not strict, strict[:3])
    session.check(f"{name}: both kinds occur", len(values) < 100 or min(kinds.values()) > len(values) // 10, kinds)


# Real records


def samples(session, validator):
    for path in sorted(RECORDS.iterdir()) + [ROOT / "fixtures/example/records.ndjson"]:
        if path.suffix == ".csv":
            continue
        values = [json.loads(line) for line in path.read_text().splitlines()] if path.suffix == ".ndjson" else [
            json.loads(path.read_text())
        ]
        for value in list(values):
            if isinstance(value, dict) and isinstance(value.get("data"), str) and value["data"].startswith("["):
                values.append(json.loads(value["data"]))
        wrong = [error.message[:200] for value in values for error in validator.iter_errors(value)]
        session.check(f"{path.name}: valid by the schema", not wrong, wrong[:3])
        # Counts are of what is in all pages: list-response.json is one of them.
        found = [codes for codes in unread(session, values, UNREAD - {"source-incomplete"}) if codes]
        session.check(f"{path.name}: every record is read", not found, found[:3])


def templates(session, validator, schema):
    folder = session.folder("templates")
    for form in ("json", "ndjson", "csv"):
        path = folder / f"example.{form}"
        made = session.run(session.cartulary, "template", form, "--out", path)
        session.equal(f"template {form}: status", made.status, 0)
        printed = session.run(session.cartulary, "template", form)
        session.check(f"template {form}: the file is what is printed", printed.out == path.read_text())
        result = session.run(session.cartulary, "validate", path, "--json", "--fail-on", "warning")
        session.equal(f"template {form}: no finding", (result.status, json.loads(result.out)["findings"]), (0, []))
        again = session.run(session.cartulary, "template", form, "--out", path)
        session.equal(f"template {form}: an existing file stays", again.status, 73)
        out = session.folder(f"templates-{form}")
        made = session.export(path, "--key", session.key(), "--out", out, "--name", "t")
        session.equal(f"template {form}: export", made.status, 0)
        session.equal(f"template {form}: the bundle is valid", session.verify(out / "t.zip", session.key()).status, 0)
    values = json.loads((folder / "example.json").read_text())
    session.check("template json: valid by the schema", validator.is_valid(values))
    lines = [json.loads(line) for line in (folder / "example.ndjson").read_text().splitlines()]
    session.check("template ndjson: valid by the schema", all(map(validator.is_valid, lines)))
    members = set()
    collect(values, members)
    definitions = schema["$defs"]
    expected = {
        name
        for definition in ("deployment", "historyEntry", "errorDetails", "complianceCheck", "metadata")
        for name in definitions[definition]["properties"]
    }
    session.equal("template json: every member is in it", sorted(expected - members), [])
    header = (folder / "example.csv").read_text().splitlines()[0].split(",")
    session.equal("template csv: every column is in it", sorted(header), sorted(definitions["csvRow"]["properties"]))
    cells = list(csv.DictReader(io.StringIO((folder / "example.csv").read_text())))
    session.check("template csv: every column is filled somewhere", all(any(row[name] for row in cells) for name in header))


def collect(value, names):
    if isinstance(value, dict):
        names.update(value)
        for each in value.values():
            collect(each, names)
    elif isinstance(value, list):
        for each in value:
            collect(each, names)


def rows(session, schema):
    """Rows of CSV: the fixtures' and varied ones."""
    validator = jsonschema.Draft202012Validator({"$defs": schema["$defs"], "$ref": "#/$defs/csvRow"})
    text = (RECORDS / "audit-trail-bulk.csv").read_text()
    found = list(csv.DictReader(io.StringIO(text, newline="")))
    wrong = [error.message[:200] for row in found for error in validator.iter_errors(row)]
    session.check("rows of audit-trail-bulk.csv: valid by the schema", not wrong, wrong[:3])
    rng = random.Random(SEED)
    table = [dict(rng.choice(found), Note=words(rng)) for _ in range(600)]
    for row in table:
        for _ in range(rng.randrange(3)):
            row[rng.choice(list(row))] = rng.choice(
                ["", "x", "queued", "Queued", "4", "8", "12", "-3", "5.5", "2026-02-10T00:00:00Z", "2026-02-30T00:00:00Z",
                 "2026-02-10 00:00", "1739145600", "\u0007", "\u00e4" * 60, "a" * 257]
            )
    output = io.StringIO()
    writer = csv.DictWriter(output, list(found[0]) + ["Note"], lineterminator="\n", quoting=csv.QUOTE_ALL)
    writer.writeheader()
    # No cell has a line end: the number of a row is that of its line.
    for row in table:
        for name in row:
            row[name] = row[name].replace("\n", " ").replace("\r", " ")
        writer.writerow(row)
    path = session.folder("rows") / "rows.csv"
    path.write_text(output.getvalue(), newline="")
    result = session.run(session.cartulary, "validate", path, "--json")
    unread_lines = {
        finding["source"]["line"] for finding in json.loads(result.out)["findings"] if finding["code"] in UNREAD
    }
    differing = [
        f"{row}: valid {validator.is_valid(row)}" for number, row in enumerate(table, 2)
        if validator.is_valid(row) == (number in unread_lines)
    ]
    session.check(f"varied rows: valid by the schema if and only if read ({len(unread_lines)} are not)",
                  unread_lines and not differing, differing[:3])


# Variants: what is on the edge, and a seeded mixture

TIMES = [
    "2026-02-10T00:00:00Z", "2026-02-10t00:00:00z", "2026-02-10T00:00:00", "2026-02-10T00:00:00.1234567Z",
    "2026-02-10T00:00:00.12345670000Z", "2024-02-29T23:59:59+23:59", "2000-02-29T00:00:00-00:00", "2016-12-31T23:59:60Z",
    "2015-06-30T23:59:60.5Z", "0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z", "1969-01-01T00:00:00Z",
]
NO_TIMES = [
    "", "2026-02-10", "2026-02-10 00:00:00Z", "2026-02-30T00:00:00Z", "2023-02-29T00:00:00Z", "1900-02-29T00:00:00Z",
    "2026-13-01T00:00:00Z", "2026-00-01T00:00:00Z", "2026-01-00T00:00:00Z", "2026-02-10T24:00:00Z", "2026-02-10T00:60:00Z",
    "2026-02-10T00:00:61Z", "2026-02-10T00:00:60Z", "2026-02-10T00:00:00.Z", "2026-02-10T00:00:00.12345678Z",
    "2026-02-10T00:00:00+24:00", "2026-02-10T00:00:00+0000", "2026-02-10T00:00:00Z\n", " 2026-02-10T00:00:00Z", "10.02.2026",
    "0000-01-01T00:00:00Z", "1739145600", "2026-02-10T00:00:00+01", "２026-02-10T00:00:00Z", 1739145600, 1739145600000, 1.5,
    True, {}, [],
]
IDENTIFIERS = ["d", "a" * 256, "\u00e4" * 64, "\U0001F600" * 64, " ", "\u2028", "e\u0301", '"', "\\"]
NO_IDENTIFIERS = ["", "a" * 257, "a\u0000", "\n", "a\u007f", "\u0085", "\U0001F600" * 65, 7, True, ["d"], {"d": 1}]
STATUSES = ["Queued", "Submitted", "Pending", "Confirmed", "Completed", "Failed", "Indexed", "Cancelled", 0, 3, 7, 4.0, 0.0]
NO_STATUSES = ["queued", "QUEUED", "", "Queued ", "Done", 8, -1, 1.5, 1e300, "4", True, False, {}, []]
CATEGORIES = ["Unknown", "NetworkError", "InternalError", 0, 9, 3.0, "3", None]
NO_CATEGORIES = ["networkerror", "Network Error", 10, -1, 2.5, "10", "x", True, {}, []]
INTEGERS = [0, 1, -0.0, 6e5, 2**63 - 1, 1.0, "5", "0", None]
NO_INTEGERS = [1.5, 2**64, 1e300, "5.5", "x", "", True, {}, []]
TEXTS = ["", "x", "a\nb", "\u00e4\U0001F600", '{"a":1}', None]
NO_TEXTS = [5, True, {}, [], {"a": 1}]
FLAGS = [True, False, None]
NO_FLAGS = ["true", "false", 0, 1, "", {}, []]
OBJECTS = [{}, {"a": 1}, {"b": [1, {"c": None}]}, None]
NO_OBJECTS = [5, "x", [], True, ""]


# Names that make a record, in forms that count as such and in forms that do not
NAMES = [
    "deploymentId", "DeploymentId", "deployment_id", "jobId", "JOB-ID", "status", "Status", "currentStatus", "statusHistory",
    "timestamp", "time_stamp", "deploymentIds", "state", "x", "context", "st\u00e4tus", "status\n",
]
# Pieces of texts that name what makes a record, or nearly do
PIECES = [
    "deploymentId", "DEPLOYMENT_ID", "deployment", "Id", "jobId", "status", "St\u00e4tus", "timestamp", "time stamp", ",", ";",
    "\n", "\r", "\t", "\\n", "\\ r", "\":", "\" :", "\"", "%22", "% 22", "&quot;", "t ;", " ", "x", "{", "[", "}", "\\", "\ufeff",
    "\\ufeff", "\\u0022", "1", "-", "\u00e4", "\U0001F600", "/", "\u007f", "u",
]


def words(rng):
    """A text that may begin like JSON, or name what makes a record."""
    return "".join(rng.choice(PIECES) for _ in range(rng.randrange(9)))


def nested(rng, depth=3):
    """A value in which a record may stand, or what is nearly one."""
    kind = rng.random()
    if depth == 0 or kind < 0.25:
        return rng.choice([None, 1, True, "x", [], {}, "Queued", 3, 8, "2026-02-10T00:00:00Z", words(rng)])
    if kind < 0.45:
        return [nested(rng, depth - 1) for _ in range(rng.randrange(3))]
    names = rng.sample(NAMES, rng.randrange(5))
    values = lambda: rng.choice(["d", "Queued", "queued", 0, 7, 8, 4.0, None, "2026-02-10T00:00:00Z", nested(rng, depth - 1)])
    return {name: values() for name in names}


def pick(rng, good, bad):
    return rng.choice(bad) if rng.random() < 0.02 else rng.choice(good)


def text(rng):
    return pick(rng, TEXTS, NO_TEXTS)


def error_details(rng):
    return pick(rng, [some(rng, {
        "category": lambda: pick(rng, CATEGORIES, NO_CATEGORIES),
        "context": lambda: pick(rng, OBJECTS, NO_OBJECTS),
        "errorCode": lambda: text(rng),
        "isRetryable": lambda: pick(rng, FLAGS, NO_FLAGS),
        "suggestedRetryDelaySeconds": lambda: pick(rng, INTEGERS + [2**64 - 1], NO_INTEGERS + [-1, "-1"]),
        "technicalMessage": lambda: text(rng),
        "timestamp": lambda: pick(rng, TIMES + [None], NO_TIMES),
        "userMessage": lambda: text(rng),
        **free(rng),
    }), None, {}], NO_OBJECTS)


def check(rng):
    return pick(rng, [some(rng, {
        "checkName": lambda: text(rng),
        "passed": lambda: pick(rng, FLAGS, NO_FLAGS),
        "message": lambda: text(rng),
        "checkedAt": lambda: pick(rng, TIMES + [None], NO_TIMES),
        "context": lambda: pick(rng, OBJECTS, NO_OBJECTS),
        **free(rng),
    }), None, {}], NO_OBJECTS)


def unheard(rng):
    """The value of a member that is not known."""
    return rng.choice([1, "x", [1], [{"a": 1}], {"b": {}}, words(rng), nested(rng)])


def free(rng):
    """Members of other names, and a context, that may hold records; mostly none."""
    if rng.random() < 0.8:
        return {}
    return {name: lambda: nested(rng) for name in rng.sample(NAMES, 3) if name != "timestamp"} | {
        "context": lambda: {name: nested(rng) for name in rng.sample(NAMES, 3)}
    }


def metadata(rng):
    return pick(rng, [some(rng, {
        "errorCategory": lambda: pick(rng, CATEGORIES, NO_CATEGORIES),
        "isRetryable": lambda: pick(rng, FLAGS, NO_FLAGS),
        "suggestedRetryDelaySeconds": lambda: pick(rng, INTEGERS, NO_INTEGERS + [-1]),
        "other": lambda: rng.choice([1, [{"a": 1}], None, words(rng)]),
        **free(rng),
    }), None, {}], NO_OBJECTS)


def some(rng, makers, often=0.5):
    return {name: make() for name, make in makers.items() if rng.random() < often}


def transition(rng, required=("deploymentId", "status", "timestamp")):
    value = some(rng, {
        "id": lambda: pick(rng, IDENTIFIERS + [None], NO_IDENTIFIERS),
        "message": lambda: text(rng),
        "transactionHash": lambda: text(rng),
        "confirmedRound": lambda: pick(rng, INTEGERS + [2**64 - 1], NO_INTEGERS + [-1]),
        "errorMessage": lambda: text(rng),
        "errorDetails": lambda: error_details(rng),
        "reasonCode": lambda: text(rng),
        "actorAddress": lambda: text(rng),
        "complianceChecks": lambda: pick(rng, [[check(rng) for _ in range(rng.randrange(3))], None], [5, "x", {}, True]),
        "durationFromPreviousStatusMs": lambda: pick(rng, INTEGERS + [-5, -(2**63), "-7"], NO_INTEGERS + [2**63]),
        "metadata": lambda: metadata(rng),
        "network": lambda: text(rng),
        "unheardOf": lambda: unheard(rng),
    }, often=0.35)
    makers = {
        "deploymentId": lambda: pick(rng, IDENTIFIERS, NO_IDENTIFIERS + [None]),
        "status": lambda: pick(rng, STATUSES, NO_STATUSES + [None]),
        "timestamp": lambda: pick(rng, TIMES, NO_TIMES + [None]),
    }
    for name in required:
        if rng.random() > 0.02:
            value[name] = makers[name]()
    return shuffled(rng, value)


def history(rng):
    entries = [transition(rng, ("status", "timestamp")) for _ in range(rng.randrange(3))]
    if rng.random() < 0.05:
        entries.append(rng.choice([5, "x", None, [], True]))
    return entries


def deployment(rng, identifier="deploymentId", status="currentStatus"):
    value = some(rng, {
        "tokenType": lambda: text(rng),
        "tokenName": lambda: text(rng),
        "tokenSymbol": lambda: text(rng),
        "network": lambda: text(rng),
        "deployedBy": lambda: text(rng),
        "assetIdentifier": lambda: pick(rng, TEXTS + [7, 1.5, 10**30], [True, {}, [1]]),
        "transactionHash": lambda: text(rng),
        "createdAt": lambda: pick(rng, TIMES + [None], NO_TIMES),
        "updatedAt": lambda: pick(rng, TIMES + [None], NO_TIMES),
        "correlationId": lambda: text(rng) if identifier == "deploymentId" else rng.choice(["x", 5, None, {}, [1], words(rng)]),
        "errorMessage": lambda: text(rng),
        "errorSummary": lambda: text(rng),
        "complianceSummary": lambda: text(rng),
        "totalDurationMs": lambda: pick(rng, INTEGERS, NO_INTEGERS),
        "statusHistory": lambda: pick(rng, [history(rng), None], [5, "x", {}, {"0": {}}, True]),
        "unheardOf": lambda: unheard(rng),
    }, often=0.35)
    if rng.random() > 0.03:
        value[identifier] = pick(rng, IDENTIFIERS, NO_IDENTIFIERS + [None])
    if rng.random() > 0.1:
        value[status] = pick(rng, STATUSES, NO_STATUSES + [None])
    if identifier == "jobId" and rng.random() < 0.3:
        value["success"] = rng.choice([True, True, True, False])
    return shuffled(rng, value)


def envelope(rng):
    holders = {
        "deployment": lambda: rng.choice([deployment(rng), {"deploymentId": "d", "currentStatus": "Failed"}, None]),
        "deployments": lambda: [deployment(rng) for _ in range(rng.randrange(3))],
        "data": lambda: pick(rng, [[transition(rng) for _ in range(rng.randrange(3))], None, ""], [5, True, [5], ["x"]]),
        "items": lambda: pick(rng, [[], {}, None, "x", 5], [[1], {"a": 1}, '[{"deploymentId":"d"}]', "{ deployments }"]),
        "metrics": lambda: rng.choice([{"totalDeployments": 1}, metrics(rng), {}, None, {"a": 1}]),
        "note": lambda: rng.choice(["x", words(rng), words(rng)]),
        "format": lambda: "json",
        "is_partial": lambda: rng.choice([False, None, 3, "", True, "true"]),
        "complete": lambda: rng.choice([True, None, 0, "no", False, "False"]),
        "statusCode": lambda: rng.choice([200, 200, 399, "x", None, 600, 400, 503, 206, "206", "204", "-1", 199, 10**30]),
        "status": lambda: rng.choice(["Success", "OK", "Completed", None, 200, 399, 206, 500, "500", "failed", "Partial_Content"]),
        "errorMessage": lambda: rng.choice([None, "", "x", False, 0, "null", {}, [], 1]),
        "ERROR": lambda: rng.choice([None, "", "false", True, 5]),
        "errors": lambda: rng.choice([None, [], {}, 0, ["x"], 3]),
        "generatedAt": lambda: "2026-02-10T00:00:00Z",
    }
    value = some(rng, holders)
    value["success"] = rng.choice([True] * 9 + [False, "yes", 1])
    return shuffled(rng, value)


def metrics(rng):
    return {"totalDeployments": rng.choice([1, None, "x"])} | some(rng, {
        "failuresByCategory": lambda: rng.choice([{}, {"a": 1}, [], [1], {"a": {"b": 1}}, {"a": words(rng)}, words(rng), 5]),
        "successfulDeployments": lambda: 1,
        "more": lambda: rng.choice([1, None, {}, [], [1], {"a": 1}, words(rng)]),
    })


def shuffled(rng, value):
    names = list(value)
    rng.shuffle(names)
    return {name: value[name] for name in names}


def variant(rng):
    kind = rng.random()
    if kind < 0.35:
        return transition(rng)
    if kind < 0.7:
        return deployment(rng)
    if kind < 0.8:
        return deployment(rng, "jobId", rng.choice(["status", "currentStatus"]))
    if kind < 0.93:
        return envelope(rng)
    if kind < 0.95:
        return metrics(rng) | {"successfulDeployments": 1}
    return rng.choice([
        5, "x", None, True, {}, {"a": 1}, {"deploymentId": "d"}, {"status": 404, "title": "Not found"},
        {"status": 500, "error": "x", "deploymentId": "d", "timestamp": "2026-02-10T00:00:00Z"},
        {"jobId": "j"}, {"jobId": "j", "statusHistory": []}, {"statusHistory": []}, {"totalDeployments": 1},
        {"totalDeployments": 1, "successfulDeployments": 1}, {"success": None}, {"success": True},
        {"success": True, "data": None}, {"success": True, "data": " \n"}, {"success": True, "data": []},
        {"success": True, "totalCount": 0}, {"success": True, "total": 0}, {"success": True, "total": 0, "limit": 5},
        {"success": True, "page": 1}, {"success": True, "data": {"success": True}}, {"success": True, "metrics": {}},
        {"success": True, "totalCount": "x"}, {"deploymentId": "d", "currentStatus": "Queued", "success": False},
        {"deploymentId": "d", "currentStatus": "Queued", "success": True, "page": -1},
    ])


def carried(base, entry):
    """Records, and what is nearly one, wherever a member may hold them."""
    for value in [
        base, entry, dict(entry, status="odd"), {"jobId": "j", "status": 1}, {"deploymentId": "d", "currentStatus": "x"},
        {"deploymentId": "d", "status": "x"}, {"DeploymentId": "d", "Status": "x", "Timestamp": 1}, {"deploymentId": "d"},
        "DeploymentId,Status,Timestamp\nd,Queued,x", json.dumps(base), "a text\nof lines", json.dumps([base])[5:],
    ]:
        for holder in (value, [value], {"a": value}, {"context": value}, {"a": [[value]]}):
            yield dict(base, more=holder)
            yield dict(base, metadata=holder)
            yield dict(base, errorDetails=holder)
            yield dict(base, complianceChecks=[holder])
            yield dict(base, statusHistory=None, network=holder)
            yield {"deploymentId": "d", "statusHistory": [dict(entry, timestamp=base["timestamp"], statusHistory=holder)]}
            yield {"deploymentId": "d", "currentStatus": 0, "jobId": holder}
            yield {"jobId": "d", "status": 0, "more": holder, "timestamp": holder}
            yield {"success": True, "more": holder}
            yield {"totalDeployments": 1, "successfulDeployments": 1, "failuresByCategory": holder}


def written():
    """One defect at a time in a record that is good: each member, each value on the edge."""
    base = {"deploymentId": "d", "status": "Queued", "timestamp": "2026-02-10T00:00:00Z"}
    entry = {"status": "Queued", "timestamp": "x"}
    yield from carried(base, entry)
    own = {"deploymentId": "d", "currentStatus": "Queued"}
    yield base
    yield own
    for name, values in {
        "deploymentId": IDENTIFIERS + NO_IDENTIFIERS, "id": IDENTIFIERS + NO_IDENTIFIERS + [None],
        "status": STATUSES + NO_STATUSES, "timestamp": TIMES + NO_TIMES, "message": TEXTS + NO_TEXTS,
        "transactionHash": TEXTS + NO_TEXTS, "reasonCode": TEXTS + NO_TEXTS, "actorAddress": TEXTS + NO_TEXTS,
        "errorMessage": TEXTS + NO_TEXTS, "confirmedRound": INTEGERS + NO_INTEGERS + [-1, 2**64 - 1],
        "durationFromPreviousStatusMs": INTEGERS + NO_INTEGERS + [-1, 2**63, -(2**63)], "errorDetails": OBJECTS + NO_OBJECTS,
        "metadata": OBJECTS + NO_OBJECTS, "complianceChecks": [[], [{}], [None], [5], [[]], None, 5, {}, "x"],
        "statusHistory": [5, "x", {}, None],
    }.items():
        yield from (dict(base, **{name: value}) for value in values)
    for outer, members in {
        "errorDetails": {
            "category": CATEGORIES + NO_CATEGORIES, "context": OBJECTS + NO_OBJECTS, "errorCode": TEXTS + NO_TEXTS,
            "isRetryable": FLAGS + NO_FLAGS, "suggestedRetryDelaySeconds": INTEGERS + NO_INTEGERS + [-1],
            "technicalMessage": TEXTS + NO_TEXTS, "timestamp": TIMES + NO_TIMES, "userMessage": TEXTS + NO_TEXTS,
        },
        "metadata": {
            "errorCategory": CATEGORIES + NO_CATEGORIES, "isRetryable": FLAGS + NO_FLAGS,
            "suggestedRetryDelaySeconds": INTEGERS + NO_INTEGERS + [-1],
        },
        "complianceChecks": {
            "checkName": TEXTS + NO_TEXTS, "checkedAt": TIMES + NO_TIMES, "context": OBJECTS + NO_OBJECTS,
            "message": TEXTS + NO_TEXTS, "passed": FLAGS + NO_FLAGS,
        },
    }.items():
        for name, values in members.items():
            for value in values:
                inner = {name: value}
                yield dict(base, **{outer: [inner] if outer == "complianceChecks" else inner})
    for name, values in {
        "currentStatus": STATUSES + NO_STATUSES + [None], "createdAt": TIMES + NO_TIMES + [None],
        "updatedAt": TIMES + NO_TIMES + [None], "network": TEXTS + NO_TEXTS, "tokenType": TEXTS + NO_TEXTS,
        "tokenName": TEXTS + NO_TEXTS, "tokenSymbol": TEXTS + NO_TEXTS, "deployedBy": TEXTS + NO_TEXTS,
        "assetIdentifier": TEXTS + [7, 1.5, True, {}, []], "correlationId": TEXTS + NO_TEXTS,
        "errorSummary": TEXTS + NO_TEXTS, "complianceSummary": TEXTS + NO_TEXTS,
        "totalDurationMs": INTEGERS + NO_INTEGERS, "statusHistory": [[], None, 5, "x", {}, [base], [{}], [5], [None]],
        "transactionHash": TEXTS + NO_TEXTS, "errorMessage": TEXTS + NO_TEXTS,
    }.items():
        yield from (dict(own, **{name: value}) for value in values)
