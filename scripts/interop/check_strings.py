"""Naughty strings in every text of the records: kept as they are, and inert in the report."""

import collections
import csv
import io
import json
import re

import openpyxl
from check_data_files import unescape
from harness import VECTORS, Session, absence, trail

TEXTS = [
    "tokenName",
    "tokenSymbol",
    "network",
    "deployedBy",
    "assetIdentifier",
    "errorMessage",
    "correlationId",
    "tokenType",
]
MOVE_TEXTS = ["message", "transactionHash", "errorMessage", "reasonCode", "actorAddress"]
OWN = [
    "=1+1",
    "+1",
    "-1",
    "@SUM(A1)",
    "\tx",
    "\rx",
    "\uff1d1+1",
    "'quoted",
    '"',
    "a\nb",
    "a\r\nb",
    "_x0041_",
    " x ",
    "</script><script>alert(1)</script>",
    '" onmouseover="alert(1)',
    '<data id="metric-totalDeployments" value="9">',
    "]]>",
    "<!--",
    "{{name}}",
    "{{{name}}}",
    "</data>",
    "&lt;b&gt;",
    "\u0000",
    "a\u0000b",
    "\u001b[31m",
    "e\u0301",
    "\u00e9",
    "\ufeffx",
    "\u202e",
    "\ufffe",
    "\U0001f602",
    "x" * 3000,
    "a" * 33000,
]


def run(session: Session):
    source = VECTORS / "strings/blns.json"
    strings = list(OWN)
    if source.exists():
        strings += json.loads(source.read_text())
    else:
        session.skip("515 naughty strings", absence("strings"))
    strings = [text for text in dict.fromkeys(strings)]
    bundles = [make(session, "naughty", strings), make(session, "plain-twin", [plain(text) for text in strings])]
    if not all(bundles):
        return
    read_back(session, bundles[0], strings)
    browser(session, *bundles, strings)


def plain(text):
    """Stands for a string where the markup must be the same: empty stays empty, and long stays long."""
    size = len(text.encode())
    return "p" * size if size > 100 else "plain" if text else ""


def is_identifier(text):
    """The rule of identifiers: 1 to 256 bytes without control characters."""
    return 1 <= len(text.encode()) <= 256 and not re.search("[\x00-\x1f\x7f-\x9f]", text)


def records(name, strings):
    """A deployment with two transitions for each string, which stands in every text; in identifiers where allowed."""
    lines = []
    for number, text in enumerate(strings):
        suffix = f"{number:04d}"
        identifier = suffix + (text if is_identifier(suffix + text) else "")
        stamp = f"2026-02-{number % 27 + 1:02d}T10:{number % 60:02d}:00Z"
        deployment = {"deploymentId": identifier, "currentStatus": "Failed", "createdAt": stamp, "updatedAt": stamp}
        deployment.update({member: text for member in TEXTS})
        deployment["unknown-" + ("x" if name != "naughty" else text)] = {"a": [text]}
        lines.append(deployment)
        for step, status in enumerate(["Queued", "Failed"]):
            move_id = f"{suffix}-{step}-" + (text if is_identifier(f"{suffix}-0-{text}") else "")
            move = {"id": move_id, "deploymentId": identifier, "status": status, "timestamp": stamp[:-3] + f"{step}0Z"}
            move.update({member: text for member in MOVE_TEXTS})
            move["metadata"] = {"note": text}
            move["errorDetails"] = {"category": "NetworkError", "technicalMessage": text}
            move["complianceChecks"] = [{"checkName": f"{number}{text}", "passed": True, "message": text}]
            lines.append(move)
    return lines


def make(session, name, strings):
    lines = records(name, strings)
    folder = session.folder(f"strings-{name}")
    path = folder / "records.ndjson"
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))
    result = session.export(path, "--key", session.key(), "--out", folder, "--name", name, "--json")
    if not session.check(f"strings: export of {name}", result.status == 0, result.brief()):
        return None
    rejected = json.loads(result.out)["sums"]["rejected"]
    if name == "naughty":
        kept = json.loads(session.unpacked(folder / f"{name}.zip").joinpath("data/rejected.json").read_text())
        reasons = collections.Counter(item.get("reason") for item in kept)
        session.equal("strings: no record is rejected", (rejected, dict(reasons)), (0, {}))
    result = session.verify(folder / f"{name}.zip", session.key())
    session.check(f"strings: {name} is valid", result.status == 0, result.brief())
    return folder / f"{name}.zip"


def read_back(session, bundle, strings):
    data = session.unpacked(bundle) / "data"
    lines = {line["deploymentId"][:4]: line for line in trail(session.unpacked(bundle))}
    expected = {f"{number:04d}": text for number, text in enumerate(strings)}
    wrong = [
        number
        for number, text in expected.items()
        if any(lines[number]["deployment"].get(member) != text for member in TEXTS)
    ]
    session.check("strings: deployments' texts in JSON", not wrong, [strings[int(number)][:40] for number in wrong[:5]])
    wrong = [
        number
        for number, text in expected.items()
        for move in lines[number]["transitions"]
        if any(move["record"].get(member) != text for member in MOVE_TEXTS)
        or move["record"]["metadata"] != {"note": text}
    ]
    session.check("strings: transitions' texts in JSON", not wrong, [strings[int(number)][:40] for number in wrong[:5]])
    for file, members, count in [
        ("deployments.csv", ["tokenName", "network"], 1),
        ("transitions.csv", ["message", "reasonCode"], 2),
    ]:
        rows = list(csv.DictReader(io.StringIO((data / file).read_bytes().decode(), newline="")))
        wrong = [row["row"] for row in rows for member in members if row[member] != expected[row["deploymentId"][:4]]]
        session.check(
            f"strings: texts in {file}", len(rows) == count * len(strings) and not wrong, (len(rows), wrong[:5])
        )
    workbook(session, data, expected)


def opens(data):
    """The workbook, or why it cannot be opened."""
    try:
        return openpyxl.load_workbook(data / "tables.xlsx"), None
    except Exception as error:
        return None, repr(error)


def workbook(session, data, expected):
    book, why = opens(data)
    session.check("strings: tables.xlsx opens with every string", book, why)
    # What XML cannot hold at all is left out here, so that the other strings are looked at in any case.
    strings = [text for text in expected.values() if not re.search("[\ufffe\uffff]", text)]
    bundle = make(session, "cells", strings)
    book, why = opens(session.unpacked(bundle) / "data")
    if not session.check("strings: tables.xlsx opens", book, why):
        return
    sheet = next(book[name] for name in book.sheetnames if name.lower() == "deployments")
    rows = list(sheet.iter_rows())
    columns = [cell.value for cell in rows[0]]
    wrong, formulas = [], 0
    for row in rows[1:]:
        cells = dict(zip(columns, row))
        text = strings[int(str(cells["deploymentId"].value)[:4])]
        cell = cells["tokenName"]
        formulas += cell.data_type == "f"
        found = "" if cell.value is None else unescape(cell.value)
        # A cell of Excel takes 32,767 UTF-16 units; a longer text is cut with a note.
        is_cut = len(text.encode("utf-16-le")) // 2 > 32_767 and "cut" in found
        if found != text and not is_cut:
            wrong.append((text[:30], found[:30]))
    session.check("strings: texts in tables.xlsx", not wrong, wrong[:5])
    session.equal("strings: formulas in tables.xlsx", formulas, 0)


STRUCTURE = """() => {
  const found = {};
  const frames = [];
  for (const element of document.querySelectorAll('*')) {
    const names = element.getAttributeNames().sort().join(' ');
    const key = element.tagName.toLowerCase() + ' [' + names + ']';
    found[key] = (found[key] || 0) + 1;
  }
  const bad = [...document.querySelectorAll(
    'script,img,iframe,object,embed,form,input,link,base,video,audio,foreignObject')]
    .map(element => element.outerHTML.slice(0, 200));
  for (const element of document.querySelectorAll('*'))
    for (const name of element.getAttributeNames()) {
      const value = element.getAttribute(name);
      if (/^on/i.test(name) || /^\\s*(javascript|data|vbscript|https?):/i.test(value) &&
          /^(href|src|action|xlink:href)$/i.test(name))
        bad.push(element.tagName + ' ' + name + '=' + value.slice(0, 100));
    }
  return {found, bad, title: document.title};
}"""


def browser(session, naughty, twin, strings):
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        program = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        try:
            structures = [structure(session, program, bundle) for bundle in [naughty, twin]]
            compare(session, *structures)
            looks(session, program)
        finally:
            program.close()


def pages(session, bundle):
    data = session.unpacked(bundle) / "data"
    return [data / "report.html", *sorted((data / "report").glob("*.html"))]


def structure(session, program, bundle):
    found, bad = collections.Counter(), []
    for file in pages(session, bundle):
        page = program.new_page()
        requests, messages = [], []
        page.on("request", lambda request: requests.append(request.url))
        page.on("console", lambda message: messages.append(message.text))
        page.on("pageerror", lambda error: messages.append(str(error)))
        page.on("dialog", lambda dialog: (messages.append("dialog"), dialog.dismiss()))
        page.goto(file.as_uri())
        result = page.evaluate(STRUCTURE)
        found.update(result["found"])
        bad += result["bad"]
        label = f"report {bundle.stem} {file.name}"
        session.equal(f"{label}: requests", requests, [file.as_uri()])
        session.equal(f"{label}: messages of the browser", messages, [])
        page.close()
    session.equal(f"report {bundle.stem}: elements and addresses that do not belong", bad, [])
    return found


def compare(session, naughty, twin):
    """Kinds of elements with their attributes must be the same; how many may differ only where strings make groups."""
    new = {key: count for key, count in naughty.items() if key not in twin}
    session.check("report: naughty strings add no kind of element or attribute", not new, dict(list(new.items())[:10]))
    missing = {key: count for key, count in twin.items() if key not in naughty}
    session.check("report: naughty strings take no kind of element away", not missing, dict(list(missing.items())[:10]))
    for key in twin:
        if key.startswith(
            ("data [data-as data-field data-row", "tbody [", "article [", "html", "body", "meta", "style", "title")
        ):
            session.equal(f"report: as many {key}", naughty[key], twin[key])


def looks(session, program):
    """axe, and a picture of each look."""
    from axe_playwright_python.sync_playwright import Axe

    bundle = session.bundle("full")
    file = pages(session, bundle)[0]
    for name, options in {
        "light": {"color_scheme": "light", "viewport": {"width": 1280, "height": 900}},
        "dark": {"color_scheme": "dark", "viewport": {"width": 1280, "height": 900}},
        "phone": {"color_scheme": "light", "viewport": {"width": 360, "height": 740}, "is_mobile": True},
    }.items():
        # axe is injected into the page, which the page's own policy does not allow.
        context = program.new_context(bypass_csp=True, **options)
        page = context.new_page()
        page.goto(file.as_uri())
        page.screenshot(path=session.work / f"report-{name}.png", full_page=True)
        results = Axe().run(page).response
        found = [f"{item['id']}: {item['nodes'][0]['target']} ({len(item['nodes'])})" for item in results["violations"]]
        session.check(f"axe: report, {name}", not found and len(results["passes"]) > 10, found)
        width = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        session.check(f"report, {name}: no sideways scrolling", width <= 0, f"{width} px")
        context.close()
