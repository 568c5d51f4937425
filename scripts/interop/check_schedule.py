"""Scheduled runs from outside: as cron starts them, killed, without room, and two at once."""

import http.server
import json
import random
import shutil
import subprocess
import threading
import uuid

from harness import Result, Session

# What a run may end with when a call fails (docs/exit-codes.md).
STATUSES = {0, 13, 15, 65, 66, 73, 74, 77}
BARE = {"CARTULARY_LEDGER_IDENTITY": "0123456789abcdef", "PATH": "/usr/bin:/bin"}
CONFIGURATION = """\
ledger: records.ledger
key: {key}
sources:
  - name: feed
    spool: spool
    covers-until: marker
    marker: covers
archives:
  - name: audit
    directory: archive
    period: {period}
    begin: {begin}
    due-after: {delay}
    due-days: 2
    entity: Example Ltd
"""


def run(session: Session):
    configuration(session)
    cron(session)
    uncovered(session)
    notices(session)
    setup(session)
    killed(session)
    no_room(session)
    at_once(session)
    retention(session)


class Place:
    """A folder with a configuration, and a run of it with nothing in the environment and no terminal."""

    def __init__(self, session, name, months=(1, 2), covers="2026-02"):
        self.session, self.folder = session, session.folder(name)
        for part in ("spool", "archive"):
            (self.folder / part).mkdir(exist_ok=True)
        (self.folder / "cartulary.yaml").write_text(CONFIGURATION.format(key=session.key(), period="month", begin="2026-01", delay="2d"))
        if covers:
            self.cover(covers)
        for month in months:
            self.feed(month)

    def cover(self, period):
        (self.folder / "covers").write_text(period + "\n")

    def feed(self, month, count=40, part="a"):
        lines = [
            json.dumps({"id": f"{part}-{month}-{number}", "deploymentId": f"d-{month}-{number % 7}", "status": "Queued",
                        "timestamp": f"2026-{month:02d}-{number % 28 + 1:02d}T10:00:00Z"})
            for number in range(count)
        ]
        (self.folder / f"spool/{part}-{month}.ndjson").write_text("\n".join(lines) + "\n")

    def command(self, *more, now="2026-03-10T00:00:00Z"):
        return [str(self.session.cartulary), "run", "--config", str(self.folder / "cartulary.yaml"), "--now", now, "--confirm-time", *more]

    def run(self, *more, cwd=None, **options):
        command = self.command(*more, **options)
        return Result(subprocess.run(command, env=BARE, stdin=subprocess.DEVNULL, capture_output=True, cwd=cwd))

    def bundles(self):
        return {path.name: path.read_bytes() for path in sorted((self.folder / "archive").rglob("*.zip"))}

    def leftovers(self):
        """Files that no run leaves for good."""
        return [str(path) for path in self.folder.rglob("*") if path.suffix in (".tmp", ".new", ".sealing")]


def configuration(session):
    """Everything that is wrong is named at once, with the line."""
    place = Place(session, "schedule-configuration")
    wrong = """\
ledgr: records.ledger
key: none
sources:
  - name: feed
    files: x
    spool: y
    covers-until: sometimes
archives:
  - name: audit
    directory: archive
    period: fortnight
    begin: 2026-01
    due-after: soon
    lei: 5493001KJTIIGC8Y1R13
"""
    (place.folder / "wrong.yaml").write_text(wrong)
    result = session.run(session.cartulary, "config", "check", "--config", str(place.folder / "wrong.yaml"))
    session.equal("configuration: a wrong one ends with 64", result.status, 64)
    expected = [
        'wrong.yaml:1: unknown key "ledgr" in the configuration, did you mean ledger?', "the configuration has no ledger",
        "source feed needs either files or spool", 'covers-until of source feed is "sometimes"',
        'period of archive audit is "fortnight"',
    ]
    for text in expected:
        session.check(f"configuration: says {text[:60]}", text in result.all, result.all)
    result = session.run(session.cartulary, "config", "check", "--config", str(place.folder / "cartulary.yaml"))
    session.equal("configuration: a right one ends with 0", result.status, 0)
    shown = session.run(
        session.cartulary, "config", "show", "--origin", "--threads", "1", "--config", str(place.folder / "cartulary.yaml"),
        env={"CARTULARY_WAIT": "7"})
    for text in ["(option)", "(environment, CARTULARY_WAIT)", "cartulary.yaml:1)"]:
        session.check(f"configuration: shows the origin {text}", text in shown.all, shown.all)


def cron(session):
    """No terminal, no environment: nothing is said when all is well, and the second run changes nothing."""
    place = Place(session, "schedule-cron")
    dry = place.run("--dry-run")
    session.check("cron: a dry run says what would be done", "would take in 2 of 2 files" in dry.all, dry.all)
    session.equal("cron: and leaves nothing", place.bundles(), {})
    first = place.run()
    session.equal("cron: the first run ends with 0 and says nothing", (first.status, first.all), (0, ""))
    made = place.bundles()
    session.equal("cron: it seals what is due", list(made), ["audit-2026-01.zip", "audit-2026-02.zip"])
    again = place.run()
    session.equal("cron: the second does nothing", (again.status, again.all, place.bundles() == made), (0, "", True))
    session.equal("cron: the spool is empty", [path.name for path in (place.folder / "spool").glob("*.ndjson")], [])
    for path in sorted((place.folder / "archive").rglob("*.zip")):
        result = session.verify(path, session.key())
        session.equal(f"cron: {path.name} is valid", result.status, 0)
    archive(session, place)


def archive(session, place):
    """Both programs verify the folder, miss what is taken away, and the page is one that a browser likes."""
    folder, trust = place.folder / "archive", ["--trust", f"{session.key()}.allowed_signers"]
    programs = {"cartulary": [session.cartulary, "verify"], "cartulary-verify": [session.verifier]}
    for name, words in programs.items():
        result = session.run(*words, "--archive", folder, *trust)
        session.check(f"archive: {name} finds it valid", result.status == 0 and "found 2, 2 of 2 valid" in result.all, result.all)
    last = folder / "2026/audit-2026-02.zip"
    content = last.read_bytes()
    last.unlink()
    for name, words in programs.items():
        result = session.run(*words, "--archive", folder, *trust)
        session.check(f"archive: {name} misses the last", result.status == 13 and "position 2 is missing" in result.all, result.all)
    result = place.run()
    session.check("archive: a run tells what is gone", result.status == 66 and "lacks 1 of 2 sealed bundles" in result.all, result.all)
    last.write_bytes(content)
    listed = session.run(session.cartulary, "catalogue", "--archive", folder)
    session.check("archive: catalogue lists it", "2026/audit-2026-02.zip" in listed.out, listed.all)
    page(session, folder / "catalogue.html")
    page(session, folder / "2026/catalogue.html")


def page(session, path):
    from axe_playwright_python.sync_playwright import Axe
    from playwright.sync_api import sync_playwright

    with sync_playwright() as browsers:
        browser = browsers.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        for name, options in {
            "light": {"color_scheme": "light", "viewport": {"width": 1280, "height": 900}},
            "dark": {"color_scheme": "dark", "viewport": {"width": 1280, "height": 900}},
            "phone": {"color_scheme": "light", "viewport": {"width": 360, "height": 740}},
        }.items():
            plain = browser.new_page(**options)
            requests, messages = [], []
            plain.on("request", lambda request: requests.append(request.url))
            plain.on("console", lambda message: messages.append(message.text))
            plain.goto(path.as_uri())
            session.equal(f"catalogue, {name}: requests and messages", (requests, messages), ([path.as_uri()], []))
            width = plain.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
            session.check(f"catalogue, {name}: no sideways scrolling", width <= 0, f"{width} px")
            judged = browser.new_context(bypass_csp=True, **options).new_page()
            judged.goto(path.as_uri())
            results = Axe().run(judged).response
            found = [f"{item['id']}: {item['nodes'][0]['target']} ({len(item['nodes'])})" for item in results["violations"]]
            session.check(f"axe: catalogue, {name}", not found and len(results["passes"]) > 10, found)
        browser.close()


def uncovered(session):
    """A feed that says nothing: 15 and no bundle; damage in the spool: 65; the last line of the log is the result."""
    place = Place(session, "schedule-uncovered", months=[1], covers=None)
    result = place.run()
    session.equal("uncovered: ends with 15", result.status, 15)
    session.check("uncovered: says which period", "2026-01 is due and not sealed: source feed" in result.all, result.all)
    session.equal("uncovered: nothing is sealed", place.bundles(), {})
    (place.folder / "spool/broken.json.gz").write_bytes(b"\x1f\x8b\x08\x00garbage")
    result = place.run("--log-json")
    last = json.loads(result.all.strip().splitlines()[-1])
    session.equal("uncovered: a damaged file ends with 65", (result.status, last["event"], last["status"]), (65, "result", 65))
    session.check("uncovered: it is put aside with the reason",
                  (place.folder / "spool/failed/broken.json.gz.reason.txt").exists())
    result = place.run("--uncovered", "audit/2026-01", "--reason", "feed was off")
    session.equal("uncovered: a reason seals it", list(place.bundles()), ["audit-2026-01.zip"])
    session.equal("uncovered: and only it", result.status, 15)


class Pings(http.server.BaseHTTPRequestHandler):
    """An address that notes what it is asked for, and with `status` answers so."""

    seen, status = [], 200

    def do_GET(self):
        length = int(self.headers.get("Content-Length") or 0)
        self.seen.append((self.path, self.rfile.read(length).decode()))
        self.send_response(self.status)
        self.end_headers()

    do_POST = do_GET

    def log_message(self, *_):
        pass


def notices(session):
    """Metrics, pings and a command tell what came of a run; what goes wrong with them does not change its status."""
    server = http.server.HTTPServer(("127.0.0.1", 0), Pings)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    place = Place(session, "schedule-notices", months=[1], covers="2026-01")
    file = place.folder / "cartulary.yaml"
    file.write_text(file.read_text() + f"""notify:
  metrics: cartulary.prom
  ping: http://127.0.0.1:{server.server_port}/id
  on-failure: printf '%s %s' "$CARTULARY_STATUS" "$CARTULARY_MESSAGE" >> notice; echo noise
""")
    result = place.run(now="2026-02-10T00:00:00Z", cwd=place.folder)
    session.equal("notices: a good run says nothing", (result.status, result.all), (0, ""))
    paths = [path for path, _ in Pings.seen]
    rid = paths[0].partition("rid=")[2]
    session.equal("notices: it pings at its start and end with one id", paths, [f"/id/start?rid={rid}", f"/id?rid={rid}"])
    session.check("notices: the id is a random UUID", uuid.UUID(rid).version == 4, rid)
    good = metrics(place)
    session.equal("notices: metrics of a good run",
                  [good[name] for name in ("last_run_status", 'periods_missing{archive="audit"}', 'bundles{archive="audit"}')],
                  ["0", "0", "1"])
    session.check("notices: it is a success", good["last_success_timestamp_seconds"] == good["last_run_timestamp_seconds"])
    Pings.status = 500
    result = place.run(now="2026-04-10T00:00:00Z", cwd=place.folder)
    session.equal("notices: a failing ping does not change the status", result.status, 15)
    bad = metrics(place)
    session.equal("notices: metrics of a bad one", [bad[name] for name in ("last_run_status", 'periods_missing{archive="audit"}')],
                  ["15", "2"])
    session.equal("notices: the last success stays", bad["last_success_timestamp_seconds"], good["last_success_timestamp_seconds"])
    session.check("notices: the ping has the status and what is open",
                  any(path.startswith("/id/15?") and "2 periods due" in body for path, body in Pings.seen), str(Pings.seen))
    notice = (place.folder / "notice").read_text()
    session.check("notices: the command gets status and message", notice.startswith("15 audit: 2 periods due"), notice)
    session.equal("notices: nothing on standard output", result.out, "")
    left = [path.name for path in place.folder.glob("*.prom*")]
    session.equal("notices: the file of metrics is replaced as a whole", left, ["cartulary.prom"])
    server.shutdown()


def metrics(place):
    lines = (place.folder / "cartulary.prom").read_text().splitlines()
    return dict(line.removeprefix("cartulary_").rsplit(" ", 1) for line in lines if not line.startswith("#"))


def setup(session):
    """What init writes is a configuration that works, units that systemd takes and a line that cron can run."""
    folder = session.folder("schedule-setup")
    made = session.run(session.cartulary, "init", folder / "etc", "--data", folder / "data", "--begin", "2026-01",
                       "--entity", 'Example "Ltd"')
    session.check("init: makes it without a terminal", made.status == 0 and "next:" in made.err, made.all)
    etc = folder / "etc"
    before = {path: path.read_bytes() for path in etc.iterdir() if path.is_file()}
    again = session.run(session.cartulary, "init", etc)
    session.equal("init: overwrites nothing", (again.status, {path: path.read_bytes() for path in before}), (73, before))
    checked = session.run(session.cartulary, "config", "check", "--config", etc / "cartulary.yaml")
    session.equal("init: its configuration is right", checked.status, 0)
    session.equal("init: the key is for its owner only", (etc / "archive-key").stat().st_mode & 0o777, 0o600)
    units = subprocess.run(["systemd-analyze", "verify", etc / "cartulary@audit.service", etc / "cartulary@audit.timer"], capture_output=True, text=True)
    session.equal("init: systemd takes the units", (units.returncode, units.stderr), (0, ""))
    (folder / "data/spool/a.ndjson").write_text(
        '{"id":"a","deploymentId":"d","status":"Queued","timestamp":"2026-01-10T10:00:00Z"}\n')
    (folder / "data/records-cover").write_text("2026-01\n")
    line = (etc / "cartulary.crontab").read_text()
    session.check("init: the line for cron has five fields before the command", line.startswith("15 * * * * /"), line)
    command = line.split(maxsplit=5)[5].strip() + " --now 2026-02-05T00:00:00Z"
    ran = subprocess.run(["/bin/sh", "-c", command], env={}, stdin=subprocess.DEVNULL, capture_output=True, text=True, cwd="/")
    session.equal("init: the line runs with nothing around it", (ran.returncode, ran.stdout + ran.stderr), (0, ""))
    session.check("init: and seals", (folder / "data/archive/2026/audit-2026-01.zip").exists())


def undisturbed(session):
    place = Place(session, "schedule-undisturbed")
    place.run()
    return place.bundles()


def faulty(session, kind, injections):
    """Runs with one fault each; after it the next run completes, with the bundles of an undisturbed one."""
    expected, faults, stopped = undisturbed(session), [], 0
    for number, injection in enumerate(injections):
        place = Place(session, f"schedule-{kind}-{number}")
        command = ["strace", "-f", "-qq", "-o", "/dev/null", "-e", f"inject={injection}", *place.command()]
        struck = subprocess.run(command, env=BARE, capture_output=True)
        stopped += struck.returncode != 0
        # A success has to be one.
        if "error" in injection and struck.returncode not in STATUSES:
            faults.append(f"{injection}: status {struck.returncode}, {struck.stderr.decode()}")
        # A file of the spool that could not be moved is taken in behind the others, so the log has another order.
        view = list if injection.startswith("mkdir:error") else dict
        if struck.returncode == 0 and view(place.bundles()) != view(expected):
            faults.append(f"{injection}: ended with 0 and made {list(place.bundles())}")
        result = place.run("--wait", "10")
        if result.status != 0 or view(place.bundles()) != view(expected) or place.leftovers():
            faults.append(f"{injection}: then {result.status}, {list(place.bundles())}, {place.leftovers()}, {result.brief()}")
        shutil.rmtree(place.folder)
    session.check(
        f"{kind}: {stopped} of {len(injections)} runs were stopped; the next completes, with the same bundles",
        stopped >= len(injections) // 2 and not faults, "; ".join(faults))


def killed(session):
    generator = random.Random(11)
    calls = {"openat": 400, "link": 2, "linkat": 2, "unlink": 30, "rename": 8, "fsync": 20, "fdatasync": 8, "pwrite64": 200,
             "write": 300, "mkdir": 3}
    injections = [f"{call}:signal=KILL:when={generator.randint(1, most)}" for call, most in calls.items() for _ in range(2)]
    faulty(session, "killed", injections)


def no_room(session):
    generator = random.Random(12)
    calls = {"link": 2, "linkat": 2, "fsync": 20, "pwrite64": 200, "write": 300, "mkdir": 3, "rename": 8}
    injections = [f"{call}:error=ENOSPC:when={generator.randint(1, most)}" for call, most in calls.items()]
    faulty(session, "no room", injections)


def at_once(session):
    """Two runs at once: one of them works, the other leaves with 75, or comes after it."""
    place = Place(session, "schedule-at-once")
    expected = undisturbed(session)
    both = [subprocess.Popen(place.command(), env=BARE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            for _ in range(2)]
    statuses = sorted(process.wait() for process in both)
    session.check("at once: one works, the other leaves", statuses in ([0, 75], [0, 0]), str(statuses))
    session.equal("at once: the bundles are those of one run", place.bundles() == expected, True)
    waiting = [subprocess.Popen(place.command("--wait", "60"), env=BARE) for _ in range(2)]
    session.equal("at once: with --wait both end with 0", [process.wait() for process in waiting], [0, 0])


def retention(session):
    """Nothing goes before its time, whatever an option says; what goes leaves a tombstone, and the archive still verifies."""
    place = Place(session, "schedule-retention", months=(), covers="2027")
    path, folder = place.folder / "cartulary.yaml", place.folder / "archive"
    base = CONFIGURATION.format(key=session.key(), period="year", begin="2020", delay="0d")
    path.write_text(base)
    place.feed(1)
    session.equal("retention: years are sealed", place.run(now="2028-01-02T00:00:00Z").status, 0)
    place.cover("2035")
    session.equal("retention: and more years", place.run(now="2036-01-02T00:00:00Z").status, 0)
    before = place.bundles()

    def prune(*more, day=None):
        command = (["faketime", day] if day else []) + [str(session.cartulary), "prune", "--config", str(path), *more]
        return Result(subprocess.run(command, env=BARE, stdin=subprocess.DEVNULL, capture_output=True))

    result = prune()
    session.check("retention: without a policy nothing goes", result.status == 64 and "everything is kept" in result.all, result.all)
    for name, text, message in [
        ("an empty policy", "    retention: {}\n", "has no keep-years"),
        ("less than the minimum", "    retention: {keep-years: 4}\n", 'is "4", expected 5 to 100'),
        ("a hold of nothing", "    retention: {keep-years: 7, holds: [{name: C, reason: r, from: 2026, to: 2025}]}\n", "the hold covers nothing"),
        ("a hold without a reason", "    retention: {keep-years: 7, holds: [{name: C}]}\n", "has no reason"),
        ("a hold twice", "    retention: {keep-years: 7, holds: [{name: C, reason: r}, {name: C, reason: s}]}\n", "names C twice"),
    ]:
        path.write_text(base + text)
        result = prune(day="2036-06-01")
        session.check(f"retention: {name} is refused", result.status == 64 and message in result.all, result.all)
    path.write_text(base + "    retention: {keep-years: 5, prune: each-run, holds: [{name: CASE-1, reason: court, from: 2021, to: 2021}]}\n")
    result = prune()
    session.check("retention: by the clock of now nothing goes", result.status == 0 and "may go" not in result.out, result.all)
    result = place.run(now="2036-06-01T00:00:00Z")
    session.equal("retention: nor by --now", (result.status, place.bundles() == before), (0, True))
    dry = prune("--dry-run", day="2036-06-01")
    for text in ["hold CASE-1: court", "may go   ", "kept 5 years, until 2033-01-02", "the last position vouches for all before it"]:
        session.check(f"retention: a dry run says {text}", text in dry.out, dry.all)
    session.equal("retention: and removes nothing", place.bundles(), before)
    result = prune(day="2036-06-01")
    gone = [name for name in before if name not in place.bundles()]
    expected = [f"audit-{year}.zip" for year in (2020, 2022, 2023, 2024, 2025, 2026, 2027)]
    session.equal("retention: what is over goes, but for the hold", (result.status, gone), (0, expected))
    result = session.run(session.verifier, "--archive", folder, "--trust", f"{session.key()}.allowed_signers")
    session.check(
        "retention: a removal that is still to come is reported",
        result.status == 13 and "which is after the time of this check" in result.all, result.all)
    trust = ["--verify-time", "2036-07-01T00:00:00Z", "--trust", f"{session.key()}.allowed_signers"]
    for program in ([session.cartulary, "verify"], [session.verifier]):
        result = session.run(*program, "--archive", folder, *trust)
        session.check(
            "retention: the archive verifies with tombstones",
            result.status == 0 and "expected 16 bundles, found 9 and 7 tombstones, 9 of 9 valid" in result.all, result.all)
    session.equal("retention: a run goes on", place.run(now="2036-06-01T00:00:00Z").status, 0)
    page(session, folder / "catalogue.html")
    (folder / "tombstones").unlink()
    result = session.run(session.verifier, "--archive", folder, *trust)
    session.check("retention: without them bundles are missing", result.status == 13 and "position 1 is missing" in result.all, result.all)
