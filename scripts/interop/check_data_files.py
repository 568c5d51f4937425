"""The data files under public implementations of their formats."""

import csv
import datetime
import io
import json
import pathlib
import re

import jsonschema
import openpyxl
import rfc8785
from harness import Session

SHEETS = {
    "metrics": "metrics.csv",
    "deployments": "deployments.csv",
    "transitions": "transitions.csv",
    "findings": "findings.csv",
    "sources": "sources.csv",
}


def run(session: Session):
    inputs = sorted(path for path in session_inputs())
    rich = session.bundle("rich", inputs=inputs, options=["--entity", "Bank \u00e4", "--period", "2026-02"])
    for bundle in [session.bundle("full"), session.small(), rich, *session.ledger_bundles()[1:]]:
        data = session.unpacked(bundle) / "data"
        tables(session, bundle, data)
        schemas(session, bundle, data)
        canonical(session, bundle, data)
        workbook(session, bundle, data)


def session_inputs():
    from harness import RECORDS

    return [path for path in RECORDS.iterdir() if path.suffix in (".json", ".ndjson", ".csv")]


def tables(session, bundle, data):
    from frictionless import Package

    report = Package(str(data / "datapackage.json")).validate()
    errors = [error.message for task in report.tasks for error in task.errors] + [
        error.message for error in report.errors
    ]
    session.check(f"frictionless validates {bundle.name}", report.valid, errors[:5])
    session.equal(
        f"frictionless sees every table of {bundle.name}",
        sorted(pathlib.Path(task.place).name for task in report.tasks),
        sorted(path.name for path in data.glob("*.csv")),
    )


def schemas(session, bundle, data):
    for schema_path in sorted((data / "schema").iterdir()):
        schema = json.loads(schema_path.read_text())
        name = schema_path.name.removesuffix(".schema.json")
        validator = jsonschema.Draft202012Validator
        try:
            validator.check_schema(schema)
        except jsonschema.SchemaError as error:
            session.check(f"schema {name} of {bundle.name} is a schema", False, error.message)
            continue
        if not (data / f"{name}.json").exists() and name in ("corrections", "series"):
            continue
        value = json.loads((data / f"{name}.json").read_text())
        errors = [f"{error.json_path}: {error.message}"[:200] for error in validator(schema).iter_errors(value)]
        session.check(f"jsonschema accepts {name}.json of {bundle.name}", not errors, errors[:3])
    schemata = {path.name.removesuffix(".schema.json") for path in (data / "schema").iterdir()}
    missing = sorted({path.stem for path in data.glob("*.json")} - schemata)
    session.check(f"every JSON file of {bundle.name} has a schema", not missing, missing)


def canonical(session, bundle, data):
    """RFC 8785, by another implementation; a file that is an array of lines is compared line by line."""
    for path in sorted(data.glob("*.json")):
        if path.name == "datapackage.json":
            continue
        text = path.read_bytes()
        if text.startswith(b"["):
            lines = text.split(b"\n")
            framed = lines[0] == b"[" and lines[-2:] == [b"]", b""]
            body = lines[1:-2]
            commas = all(line.endswith(b",") for line in body[:-1]) and not (body and body[-1].endswith(b","))
            same = all(rfc8785.dumps(json.loads(line.removesuffix(b","))) == line.removesuffix(b",") for line in body)
            session.check(f"{path.name} of {bundle.name}: lines are RFC 8785", framed and commas and same)
        else:
            same = rfc8785.dumps(json.loads(text)) + b"\n" == text
            session.check(f"{path.name} of {bundle.name} is RFC 8785", same)


# Columns of the tables that a sheet holds as numbers, times and truth values, where they can be.
NUMBERS = set(
    "row sequence attempts transitions inHistory repeats refused errors warnings confirmedRound source line offset read accepted "
    "duplicates conflicts rejected durationMs totalDurationMs durationFromPreviousStatusMs bytes value".split()
)
TIMES = set("createdAt updatedAt firstTransitionAt lastTransitionAt timestampUtc firstTime lastTime".split())
FLAGS = {"disputed", "inPeriod"}


def workbook(session, bundle, data):
    book = openpyxl.load_workbook(data / "tables.xlsx")
    session.equal(f"sheets of {bundle.name}", book.sheetnames, ["about", *SHEETS])
    for sheet, file in SHEETS.items():
        label = f"sheet {sheet} of {bundle.name}"
        rows = [[cell for cell in row] for row in book[sheet].iter_rows()]
        expected = list(csv.reader(io.StringIO((data / file).read_bytes().decode(), newline="")))
        names = expected[0]
        session.equal(f"{label}: header", [cell.value for cell in rows[0]], [
            f"{name} (UTC)" if name in TIMES else name for name in names])
        wrong = [
            (name, cell.value, text)
            for row, texts in zip(rows[1:], expected[1:])
            for name, cell, text in zip(names, row, texts)
            if not equal(name, cell, text)
        ]
        session.check(f"{label} equals {file}", len(rows) == len(expected) and not wrong, (len(rows), len(expected), wrong[:3]))
        session.equal(f"{label}: filter and frozen header", (book[sheet].auto_filter.ref, book[sheet].freeze_panes), (
            f"A1:{openpyxl.utils.get_column_letter(len(names))}{len(rows)}", "A2"))
        kinds = {cell.data_type for row in rows for cell in row if cell.value is not None}
        session.check(f"{label} holds no formula", kinds <= {"s", "n", "d", "b", "inlineStr"}, kinds)
    deployments = {row[0].value: row[1].value for row in book["deployments"].iter_rows(min_row=2)}
    findings = list(book["findings"].iter_rows(min_row=2))
    links = [(row[0].value, row[4].value, row[4].hyperlink) for row in findings if row[0].value is not None]
    astray = [
        link for number, name, link in links
        if not link or book["deployments"][link.location.split("!")[1]].value != name or deployments[number] != name
    ]
    session.check(f"findings of {bundle.name} lead to their deployments", links and not astray, (len(links), astray[:3]))


def equal(name, cell, text):
    """Whether a cell says what the CSV file says, as the type that its column has."""
    if text == "":
        return cell.value is None
    if name in TIMES and re.fullmatch(r"(19[1-9]|[2-9]\d\d)\d-\d\d-\d\dT.{16}Z", text):
        exact = datetime.datetime.fromisoformat(text[:23])
        return cell.data_type == "d" and abs((cell.value - exact).total_seconds()) < 0.001
    if name in FLAGS:
        return cell.value is (text == "true")
    if name in NUMBERS and re.fullmatch(r"-?(0|[1-9]\d*)(\.\d+)?", text) and sum(map(str.isdigit, text)) <= 15:
        return cell.data_type == "n" and cell.value == float(text)
    return cell.data_type in ("s", "inlineStr") and unescape(cell.value) == text


def unescape(text):
    """Undoes the _xHHHH_ form that the file format gives to characters that XML cannot hold."""
    return re.sub("_x([0-9A-Fa-f]{4})_", lambda match: chr(int(match[1], 16)), str(text))
