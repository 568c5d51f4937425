"""The workbook in LibreOffice: its cells, sums that LibreOffice computes, its printed pages; and bundles without it."""

import csv
import datetime
import json
import pathlib
import re
import shutil
import subprocess
import sys
import xml.etree.ElementTree

import openpyxl
from harness import RECORDS, ROOT, Session

from check_data_files import FLAGS, NUMBERS, SHEETS, TIMES

# Filter options of LibreOffice: commas, quotation marks, UTF-8, every text in quotation marks, formatted as shown, each sheet in a file.
AS_CSV = "csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,true,false,false,false,-1"
# Texts that a spreadsheet program would compute or turn into a number or a date, were they not text.
DANGEROUS = ["=1+1", "+1+1", "-2+3", "@SUM(1)", "=HYPERLINK(\"http://x\")", "007", "1e5", "2026-02-03", "12345678901234567890"]
TABLE = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"
STYLE = "{urn:oasis:names:tc:opendocument:xmlns:style:1.0}"
FO = "{urn:oasis:names:tc:opendocument:xmlns:xsl-fo-compatible:1.0}"


def run(session: Session):
    bundle = session.bundle("people", inputs=records(session), options=["--period", "2026-02", "--entity", "Example Ltd"])
    data = session.unpacked(bundle) / "data"
    left_out(session, bundle)
    if shutil.which("soffice") is None or shutil.which("pdftotext") is None:
        return session.skip("workbook in LibreOffice", "soffice or pdftotext is absent (libreoffice-calc-nogui, poppler-utils)")
    tables = {sheet: read_table(data / file) for sheet, file in SHEETS.items()}
    cells(session, data, tables)
    sums(session, data, tables)
    layout(session, data, tables)
    pages(session, data, tables)


def records(session):
    """The sample records, and deployments whose texts a spreadsheet program would not leave as they are."""
    path = session.folder("dangerous") / "deployments.ndjson"
    lines = []
    for number, text in enumerate(DANGEROUS):
        deployment = {"deploymentId": f"x-{number}", "currentStatus": "Queued", "tokenName": text, "tokenSymbol": text,
                      "network": text, "assetIdentifier": text, "createdAt": "2026-02-14T09:30:00.1239999Z"}
        transition = {"id": f"t-{number}", "deploymentId": f"x-{number}", "status": "Queued", "message": text,
                      "timestamp": "2026-02-14T09:30:00.1239999Z"}
        lines += [json.dumps(deployment), json.dumps(transition)]
    path.write_text("\n".join(lines) + "\n")
    return [path, *sorted(path for path in RECORDS.iterdir() if path.suffix in (".json", ".ndjson", ".csv"))]


def read_table(path):
    with open(path, newline="", encoding="utf-8") as file:
        return list(csv.reader(file))


def convert(session, name, source, form):
    """The folder with what LibreOffice makes of a file, with a profile of its own."""
    folder = session.folder(f"office-{name}")
    command = ["soffice", f"-env:UserInstallation=file://{session.work}/profile", "--headless", "--convert-to", form]
    result = session.run(*command, "--outdir", folder, source, timeout=300)
    session.check(f"LibreOffice converts the workbook: {name}", result.status == 0 and any(folder.iterdir()), result.brief())
    return folder


def cells(session, data, tables):
    """Every cell of every sheet beside the CSV file of its name."""
    folder = convert(session, "csv", data / "tables.xlsx", AS_CSV)
    for sheet, rows in tables.items():
        found = read_table(folder / f"tables-{sheet}.csv")
        names = rows[0]
        header = [f"{name} (UTC)" if name in TIMES else name for name in names]
        session.equal(f"LibreOffice, sheet {sheet}: header", found[0], header)
        wrong = [
            (name, cell, text)
            for row, texts in zip(found[1:], rows[1:])
            for name, cell, text in zip(names, row, texts)
            if not shows(name, cell, text)
        ]
        session.check(
            f"LibreOffice, sheet {sheet}: {len(rows) - 1} rows as in {SHEETS[sheet]}",
            len(found) == len(rows) and not wrong, (len(found), len(rows), wrong[:3]))
    names = tables["deployments"][0]
    texts = [row[names.index("tokenName")] for row in read_table(folder / "tables-deployments.csv")[1:]]
    missing = [text for text in DANGEROUS if text not in texts]
    session.check("LibreOffice leaves texts that look like formulas, numbers and dates as they are", not missing, missing)
    about = "\n".join(" ".join(row) for row in read_table(folder / "tables-about.csv"))
    for words in ("Audit tables of people", "The CSV and JSON files of the bundle are the record", "Times are in UTC",
                  "2026-02-01T00:00:00.0000000Z to 2026-03-01T00:00:00.0000000Z", "Example Ltd",
                  *(f"data/{file} {len(tables[sheet]) - 1}" for sheet, file in SHEETS.items())):
        session.check(f'the first sheet says "{words}"', words in about, about[:300])


def shows(name, cell, text):
    """Whether LibreOffice shows in a cell what stands in the CSV file; times are cut to milliseconds."""
    if name in TIMES and text:
        return cell == text[:23].replace("T", " ")
    if name in FLAGS:
        return cell.lower() == text
    if name in NUMBERS and re.fullmatch(r"-?\d{1,15}(\.\d+)?", text):
        return float(cell) == float(text)
    return cell.replace("\r\n", "\n") == text.replace("\r\n", "\n")


def sums(session, data, tables):
    """Formulas over the sheets, in a copy, computed by LibreOffice and beside it from the CSV files."""
    deployments, transitions = Columns(tables, "deployments"), Columns(tables, "transitions")
    durations = [int(text) for text in deployments.texts("durationMs") if text]
    times = [text for text in deployments.texts("createdAt") if text]
    wanted = {
        f"=SUM({deployments.range('durationMs')})": sum(durations),
        f"=COUNT({deployments.range('durationMs')})": len(durations),
        f"=MAX({transitions.range('confirmedRound')})":
            max(int(text) for text in transitions.texts("confirmedRound") if re.fullmatch(r"\d{1,15}", text)),
        f'=COUNTIF({deployments.range("errors")},">0")': sum(int(text) > 0 for text in deployments.texts("errors")),
        f'=COUNTIF({deployments.range("state")},"Completed")': deployments.texts("state").count("Completed"),
        f"=COUNTIF({transitions.range('inPeriod')},TRUE())": transitions.texts("inPeriod").count("true"),
        f"=COUNT({deployments.range('createdAt')})": len(times),
        f"=COUNTIF({deployments.range('createdAt')},\">=\"&DATE(2026,2,15))": sum(text >= "2026-02-15" for text in times),
        f"=ROUND(SUM({deployments.range('createdAt')})*86400000,0)": sum(milliseconds(text) for text in times),
        f"=COUNT({deployments.range('assetIdentifier')})": 0,
    }
    book = openpyxl.load_workbook(data / "tables.xlsx")
    sheet = book.create_sheet("computed")
    for formula in wanted:
        sheet.append([formula])
    source = session.folder("formulas") / "formulas.xlsx"
    book.save(source)
    folder = convert(session, "formulas", source, AS_CSV)
    found = [row[0] for row in read_table(folder / "formulas-computed.csv")]
    for (formula, value), text in zip(wanted.items(), found):
        # A sum of many times has more digits than a number of the program keeps.
        near = 1 if "ROUND" in formula else 0
        session.check(f"LibreOffice computes {formula}", re.fullmatch(r"-?[\d.E+]+", text) and abs(float(text) - value) <= near * len(times),
                      f"{text}, expected {value}")
    session.check("some deployments have errors, and some have none", 0 < wanted[f'=COUNTIF({deployments.range("errors")},">0")'] < len(deployments.rows))


def milliseconds(text):
    time = datetime.datetime.fromisoformat(text[:23])
    return (time - datetime.datetime(1899, 12, 30)) // datetime.timedelta(milliseconds=1)


class Columns:
    """The columns of a table by their names: what stands in them, and where they are in the sheet."""

    def __init__(self, tables, sheet):
        self.sheet, self.names, self.rows = sheet, tables[sheet][0], tables[sheet][1:]

    def texts(self, name):
        return [row[self.names.index(name)] for row in self.rows]

    def range(self, name):
        letter = openpyxl.utils.get_column_letter(self.names.index(name) + 1)
        return f"{self.sheet}!{letter}2:{letter}{len(self.rows) + 1}"


def layout(session, data, tables):
    """Filters, repeated headers and the direction of pages, as LibreOffice understands them.

    What it does with a frozen header cannot be seen without a window; `data_files` reads that with openpyxl.
    """
    folder = convert(session, "fods", data / "tables.xlsx", "fods")
    root = xml.etree.ElementTree.parse(folder / "tables.fods").getroot()
    filters = {
        entry.get(f"{TABLE}target-range-address"): entry.get(f"{TABLE}display-filter-buttons")
        for entry in root.iter(f"{TABLE}database-range")}
    sheets = {table.get(f"{TABLE}name"): table for table in root.iter(f"{TABLE}table")}
    session.equal("LibreOffice: sheets", list(sheets), ["about", *SHEETS])
    for name, rows in tables.items():
        last = openpyxl.utils.get_column_letter(len(rows[0]))
        session.equal(f"LibreOffice, sheet {name}: filter", filters.get(f"{name}.A1:{name}.{last}{len(rows)}"), "true")
        header = list(sheets[name].iter(f"{TABLE}table-header-rows"))
        session.equal(f"LibreOffice, sheet {name}: rows that each printed page begins with", len(header) and len(list(header[0])), 1)
    turned = {entry.get(f"{STYLE}print-orientation") for entry in root.iter(f"{STYLE}page-layout-properties") if entry.get(f"{FO}page-width")}
    session.equal("LibreOffice: direction of every page", turned, {"landscape"})
    numbers = [look(sheets[sheet], name) for sheet, name in (("about", "Rows"), ("deployments", "attempts"), ("metrics", "value"))]
    styles = {style.get(f"{STYLE}name"): style for style in root.iter(f"{STYLE}style")}
    sides = {entry.get(f"{FO}text-align") for name in numbers for entry in styles[name].iter(f"{STYLE}paragraph-properties")}
    session.equal("LibreOffice: headers of numbers stand over them, on the right", sides, {"end"})


def look(table, text):
    """The style of the cell that holds a text."""
    return next(cell.get(f"{TABLE}style-name") for cell in table.iter(f"{TABLE}table-cell") if "".join(cell.itertext()).strip() == text)


def pages(session, data, tables):
    """The printed pages, read as text."""
    folder = convert(session, "pdf", data / "tables.xlsx", "pdf")
    path = folder / "tables.pdf"
    facts = session.run("pdfinfo", path).out
    session.check("PDF: title", "Audit tables of people" in facts, facts[:200])
    width, height = map(float, re.search(r"Page size:\s+([\d.]+) x ([\d.]+)", facts).groups())
    session.equal("PDF: A4, landscape", (round(width), round(height)), (842, 595))
    texts = session.run("pdftotext", "-layout", path, "-").out.split("\f")[:-1]
    session.check("PDF: no cell is too narrow for its number", "###" not in "".join(texts))
    session.check("PDF: the first page says what the workbook is", "Audit tables of people" in texts[0], texts[0][:200])
    for sheet, rows in tables.items():
        own = [text for text in texts if text.strip().split("\n")[0].strip() == sheet]
        lines = [[line for line in text.split("\n") if line.strip()] for text in own]
        first = rows[0][0]
        session.check(
            f"PDF, sheet {sheet}: each of {len(own)} pages begins with the header",
            own and all(len(line) > 1 and line[1].split()[0] == first for line in lines), [line[:2] for line in lines][:2])
        session.check(f"PDF, sheet {sheet}: at most one page for each ten rows, and eight",
                      len(own) <= len(rows) // 10 + 8, f"{len(own)} pages of {len(rows)} rows")
    shown = "".join(texts)
    words = set(shown.split())
    session.check("PDF: truth values are words", {"TRUE", "FALSE"} <= words, sorted(words)[:5])
    absent = [row[1] for row in tables["deployments"][1:] if row[1] not in shown]
    session.check("PDF: identifiers stand whole", not absent, absent[:3])


def left_out(session, bundle):
    """A bundle without the workbook is declared as one, and a workbook that is missing undeclared is an error."""
    without = session.bundle("without", options=["--workbook", "never"])
    listed = session.run("unzip", "-Z1", without).out
    session.check("--workbook never leaves tables.xlsx out", "bundle.json" in listed and "tables.xlsx" not in listed, listed)
    for program in ([session.cartulary, "verify"], [session.verifier]):
        result = session.run(*program, without, "--trust", f"{session.key()}.allowed_signers", "--json")
        session.equal(f"{pathlib.Path(program[0]).name}: a bundle without a workbook is valid",
                      (result.status, json.loads(result.out)["verdict"]), (0, "valid"))
    verifier = ROOT / "docs/reference_verifier.py"
    result = session.run(sys.executable, verifier, without)
    session.check("the reference verifier accepts a bundle without a workbook", result.status == 0, result.brief())
    folder = session.folder("taken-away")
    shutil.copy(bundle, folder)
    path = folder / bundle.name
    subprocess.run(["zip", "-q", "-d", path, f"{bundle.stem}/data/tables.xlsx"], check=True)
    result = session.run(sys.executable, verifier, path)
    session.check("the reference verifier misses a workbook that was taken away",
                  result.status != 0 and "tables.xlsx" in result.all, result.brief())
