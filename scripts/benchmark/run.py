"""Measures Cartulary, its peers and the machine's floor in turn; see scripts/bench."""

import datetime
import hashlib
import json
import os
import pathlib
import platform
import shutil
import statistics
import subprocess
import sys
import time
import zipfile

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
sys.dont_write_bytecode = True
sys.path.insert(0, str(ROOT / "scripts/library"))

from command import USAGE, Parser, fail  # noqa: E402

PROGRAM = ROOT / ".build/release/cartulary"
PEERS = [sys.executable, str(ROOT / "scripts/benchmark/peers.py")]
DOCUMENT = ROOT / "docs/performance.md"
MARKS = ("<!-- measured: begin -->", "<!-- measured: end -->")
PARTS = ["export", "verify", "ingest", "run", "reader", "growth"]
STANDARD_PARTS = ["export", "verify", "ingest", "run", "reader"]
SIZES = [40, 1_000, 10_000, 50_000, 200_000]
# Below so many deployments a command is over in a tenth of a second, and more runs of it are measured.
SMALL = 5_000
SMALL_FACTOR = 3
# The records are of the first quarter of 2026 (workload.py).
PERIOD, NOW = "2026-Q1", "2026-05-01T00:00:00Z"


class Run:
    """Runs of one command: seconds of wall time and CPU, and MB of memory, of each."""

    def __init__(self, name):
        self.name, self.wall, self.cpu, self.memory = name, [], [], []
        self.written = 0

    def measure(self, command, counts=True):
        """Runs the command once, children included; it has to end with 0."""
        subprocess.run(["sync"], check=True)
        begun = time.monotonic()
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
        message = process.stderr.read()
        _, status, usage = os.wait4(process.pid, 0)
        wall = time.monotonic() - begun
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode != 0:
            sys.exit(f"bench: error: {self.name} ended with {process.returncode}: {message.decode()[-500:]}")
        print(f"  {self.name:28} {wall:7.2f} s", file=sys.stderr)
        self.written = usage.ru_oublock * 512
        if counts:
            self.wall.append(wall)
            self.cpu.append(usage.ru_utime + usage.ru_stime)
            self.memory.append(usage.ru_maxrss * 1024 / 1e6)

    def times(self, other):
        """How long this takes beside another one: the median of the ratios of each round."""
        return statistics.median(a / b for a, b in zip(self.wall, other.wall))

    def row(self, other=None, label=""):
        median = statistics.median
        ratio = "" if other is None else f"{label} {other.times(self):.2f}"
        return (f"| {self.name} | {seconds(median(self.wall))} ({seconds(min(self.wall))} to {seconds(max(self.wall))}) "
                f"| {seconds(median(self.cpu))} | {median(self.memory):.0f} MB | {ratio} |")


def seconds(value):
    return f"{value * 1000:.0f} ms" if value < 1 else f"{value:.2f} s"


class Bench:
    """Measures one size; a summary of each part goes into a list that all sizes share."""

    def __init__(self, options, deployments, summary):
        self.options = options
        self.deployments = deployments
        self.summary = summary
        self.runs = options.runs * (SMALL_FACTOR if deployments < SMALL else 1)
        self.work = pathlib.Path(options.work).resolve()
        self.records = self.work / f"records-{deployments}"
        self.key = self.work / "key"
        self.lines = []

    def prepare(self):
        # In a process of its own: the memory of this one counts as that of the programs it starts.
        maker = ROOT / "scripts/benchmark/workload.py"
        subprocess.run([sys.executable, maker, self.records, str(self.deployments)], check=True)
        if not self.key.exists():
            subprocess.run([PROGRAM, "keygen", "--out", self.key, "-q"], check=True, stdout=subprocess.DEVNULL)

    def empty(self, name):
        folder = self.work / name
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
        return folder

    def rounds(self, steps):
        """Runs the steps in turn; the first round warms the caches and does not count."""
        for number in range(self.runs + 1):
            for step in steps:
                step(number > 0)

    def table(self, title, rows):
        self.lines += [f"#### {title}", "", "| what | wall | CPU | peak memory | beside |", "| --- | --- | --- | --- | --- |"]
        self.lines += rows + [""]

    def summarize(self, part, own, peer, floor):
        """Adds a line to the table of all sizes; a part has a peer, or a floor, or both."""
        def cells(run, ratio):
            return f"{run.name}: {seconds(statistics.median(run.wall))} | {ratio}" if run else " | "

        self.summary.append(
            f"| {part} | {self.deployments:,} | {seconds(statistics.median(own.wall))} "
            f"| {cells(peer, f'{peer.times(own):.2f}' if peer else '')} | {cells(floor, f'{own.times(floor):.2f}' if floor else '')} |")

    def export_command(self, out, *more):
        return [PROGRAM, "export", self.records, "--key", self.key, "--out", out, "--name", "bench", "-q", *more]

    def part_export(self):
        own, floor = Run("`cartulary export`"), Run("read, hash, deflate once")
        without = Run("`cartulary export --workbook never`")
        peers = self.peers()
        bundle = self.work / "bundle/bench.zip"
        payload = self.work / "payload"

        def measure_floor(counts):
            if not payload.exists():
                with zipfile.ZipFile(bundle) as archive:
                    archive.extractall(payload)
            floor.measure(["sh", "-c", self.floor(payload)], counts)

        shutil.rmtree(payload, ignore_errors=True)
        self.rounds([
            lambda counts: without.measure(self.export_command(self.empty("without"), "--workbook", "never"), counts),
            lambda counts: own.measure(self.export_command(self.empty("bundle")), counts),
            *(self.export_with(form, peer) for form, peer in peers.items()),
            measure_floor,
        ])
        self.agree_on_export(bundle, self.work / "peer/metrics.json")
        self.table("Export", [own.row(), *(run.row(own, "export takes of it") for run in [*peers.values(), floor]), without.row()])
        share = 1 - statistics.median(b / a for a, b in zip(own.cpu, without.cpu))
        self.lines += [f"The workbook takes {share:.0%} of an export's processor time.", ""]
        fastest = min(peers.values(), key=lambda run: statistics.median(run.wall))
        self.summarize("export", own, fastest, floor)

    def export_with(self, form, peer):
        return lambda counts: peer.measure([*PEERS, form, self.records, self.empty("peer")], counts)

    def peers(self):
        """DuckDB, and of the other forms that do the same the one that is faster here, each tried once with warm caches."""
        subprocess.run(f"cat '{self.records}'/*.ndjson >/dev/null", shell=True, check=True)
        forms = {"duckdb": Run("DuckDB and pigz"), "polars": Run("Polars and pigz"), "sqlite": Run("SQLite and pigz")}
        for form, run in forms.items():
            run.measure([*PEERS, form, self.records, self.empty("peer")])
        best = min(forms, key=lambda form: forms[form].wall[0])
        tried = ", ".join(f"{run.name} {seconds(run.wall[0])}" for run in forms.values())
        self.lines += [f"Peers, tried once: {tried}; DuckDB is measured, and the fastest one.", ""]
        return {form: Run(forms[form].name) for form in forms if form in ("duckdb", best)}

    def floor(self, payload):
        """Reads the records once, then hashes and deflates each file of the payload once.

        Large files come first, one on each core; the small ones go through one process together.
        """
        cores = os.cpu_count()
        large = f"find '{payload}' -type f -size +1024k -printf '%s %p\\n' | sort -rn | cut -d' ' -f2-"
        small = f"find '{payload}' -type f -size -1025k -size +0 -print0 | xargs -0"
        return (f"cat '{self.records}'/*.ndjson >/dev/null;"
                f"{large} | xargs -r -P {cores} -n 1 openssl dgst -sha256 >/dev/null; {small} openssl dgst -sha256 >/dev/null;"
                f"{large} | xargs -r -P {cores} -n 1 sh -c 'igzip -1 -c \"$0\" >/dev/null'; {small} cat | igzip -1 -c >/dev/null")

    def agree_on_export(self, bundle, theirs):
        """Compares what both counted and measured; a benchmark of different work would say nothing."""
        peer = json.loads(theirs.read_text())
        with zipfile.ZipFile(bundle) as archive:
            metrics = json.loads(archive.read("bench/data/metrics.json"))
            description = json.loads(archive.read("bench/data/bundle.json"))
        codes = description["findings"]["byCode"]
        own = {
            "transitions": description["reconciliation"]["transitions"]["accepted"],
            "illegal": codes.get("illegal-transition", 0) + codes.get("transition-after-terminal", 0),
            "networks": metrics["deploymentsByNetwork"],
            "tokenTypes": metrics["deploymentsByTokenType"],
            "durations": {step: times["averageMs"] for step, times in metrics["durationByTransition"].items()},
            "retried": metrics["retriedDeployments"],
        }
        for name, value in own.items():
            if value != peer[name]:
                sys.exit(f"bench: error: {name} differ: {value} here, {peer[name]} with the peer")
        self.lines += [f"Both counted {own['transitions']:,} transitions, {own['illegal']:,} of them illegal, and agree on "
                       f"deployments by network and token type, retries, and the mean time of each transition.", ""]

    def part_verify(self):
        own, floor = Run("`cartulary verify`"), Run("`unzip -p` to `sha256sum`")
        bundle = self.work / "bundle/bench.zip"
        subprocess.run(self.export_command(self.empty("bundle")), check=True, stdout=subprocess.DEVNULL)
        trust = f"{self.key}.allowed_signers"
        self.rounds([
            lambda counts: own.measure([PROGRAM, "verify", bundle, "--trust", trust, "-q"], counts),
            lambda counts: floor.measure(["sh", "-c", f"unzip -p '{bundle}' | sha256sum"], counts),
        ])
        self.table("Verify", [own.row(), floor.row(own, "verify takes of it")])
        self.summarize("verify", own, None, floor)

    def part_ingest(self):
        own, peer = Run("`cartulary ingest`"), Run("DuckDB into a file with primary keys")
        again, reading = Run("`cartulary ingest`, the same again"), Run("reading the records (`cat`)")
        disk = Run("writing and syncing the ledger's bytes (`dd`)")
        folder = self.work / "ledger"

        def ingest(run, counts):
            if run is own:
                self.empty("ledger")
            run.measure([PROGRAM, "ingest", self.records, "--ledger", folder / "ledger", "--key", self.key, "-q"], counts)

        self.rounds([
            lambda counts: ingest(own, counts),
            lambda counts: ingest(again, counts),
            lambda counts: peer.measure([*PEERS, "ingest", self.records, self.empty("database") / "records.duckdb"], counts),
            lambda counts: reading.measure(["sh", "-c", f"cat '{self.records}'/*.ndjson | tail -c 1"], counts),
            lambda counts: disk.measure(
                ["dd", f"if={folder / 'ledger'}", f"of={self.empty('disk') / 'copy'}", "bs=1M", "conv=fsync", "status=none"], counts),
        ])
        self.agree_on_ingest(folder / "ledger", self.work / "database/records.duckdb", own, peer)
        self.table("Ingest", [
            own.row(), peer.row(own, "ingest takes of it"), disk.row(own, "ingest takes of it"), again.row(), reading.row(again, "the same again takes of it")])
        self.summarize("ingest", own, peer, disk)
        self.summarize("ingest, the same again", again, None, reading)

    def agree_on_records(self, ledger, database):
        """The number of records that a ledger and a file of DuckDB both hold."""
        status = subprocess.run(
            [PROGRAM, "ledger", "status", "--ledger", ledger, "--json"], check=True, capture_output=True).stdout
        count = json.loads(status)["records"]
        # In a process of its own, as above.
        theirs = int(subprocess.run([*PEERS, "count", database], check=True, capture_output=True).stdout)
        if count != theirs:
            sys.exit(f"bench: error: {count} records in the ledger, {theirs} in DuckDB's file")
        return count

    def part_run(self):
        """A whole run: records into a ledger, their period sealed and verified, the archive's pages written."""
        own = Run("`cartulary run`")
        peer, floor = Run("both peers: ingest, then export"), Run("writing the ledger's bytes, then read, hash, deflate once")
        site, payload = self.work / "site", self.work / "payload-run"

        def run(counts):
            self.empty("site")
            (site / "archive").mkdir()
            shutil.copy(self.key, site / "archive-key")
            shutil.copy(f"{self.key}.allowed_signers", site / "archive-key.allowed_signers")
            (site / "cartulary.yaml").write_text(self.configuration())
            own.measure([PROGRAM, "run", "--config", site / "cartulary.yaml", "--now", NOW, "--confirm-time", "-q"], counts)

        def run_peers(counts):
            files = [self.records, self.empty("database") / "records.duckdb", self.empty("peer")]
            words = [*PEERS, "both", *map(str, files)]
            peer.measure(words, counts)

        def run_floor(counts):
            if not payload.exists():
                with zipfile.ZipFile(next(site.glob("archive/2026/*.zip"))) as archive:
                    archive.extractall(payload)
            copy = self.empty("disk") / "copy"
            disk = f"dd if='{site / 'records.ledger'}' of='{copy}' bs=1M conv=fsync status=none"
            floor.measure(["sh", "-c", f"{disk}; {self.floor(payload)}"], counts)

        shutil.rmtree(payload, ignore_errors=True)
        self.rounds([run, run_peers, run_floor])
        self.agree_on_records(site / "records.ledger", self.work / "database/records.duckdb")
        self.table("Run", [own.row(), peer.row(own, "a run takes of it"), floor.row(own, "a run takes of it")])
        self.summarize("run", own, peer, floor)

    def configuration(self):
        return f"""ledger: records.ledger
key: archive-key
sources:
  - name: bench
    files: {self.records}/*.ndjson
    covers-until: unchecked
archives:
  - name: audit
    directory: archive
    period: quarter
    begin: {PERIOD}
"""

    def agree_on_ingest(self, ledger, database, own, peer):
        count = self.agree_on_records(ledger, database)
        size = sum(path.stat().st_size for path in ledger.parent.iterdir())
        self.lines += [f"Both hold {count:,} records: {count / statistics.median(own.wall):,.0f} records a second into the "
                       f"ledger, {own.written / count:,.0f} bytes written and {size / count:,.0f} kept of each; with DuckDB "
                       f"{peer.written / count:,.0f} and {database.stat().st_size / count:,.0f}.", ""]

    def part_reader(self):
        """The strict reader beside simdjson's DOM, line by line on one core."""
        folder = self.empty("reader")
        source, other = ROOT / "scripts/benchmark/reader/simdjson.cpp", folder / "simdjson"
        subprocess.run(["clang++", "-O3", "-march=native", "-o", other, source, "-lsimdjson"], check=True)
        programs = {"the strict reader": [PROGRAM.parent / "reader-benchmark"], "simdjson's DOM": [other]}
        speeds = {name: [] for name in programs}
        for _ in range(self.runs):
            answers = {}
            for name, command in programs.items():
                words = subprocess.run(
                    [*command, self.records / "transitions.ndjson"], check=True, capture_output=True, text=True).stdout.split()
                speeds[name].append(int(words[0]))
                answers[name] = words[1]
            if len(set(answers.values())) > 1:
                sys.exit(f"bench: error: other numbers of values: {answers}")
        text = ", ".join(f"{name} {statistics.median(list)} MB/s" for name, list in speeds.items())
        self.lines += ["#### Reading JSON", "", f"One core, line by line: {text}. The strict reader refuses repeated names as well.", ""]

    def part_growth(self):
        """Ten times as many deployments under the same budget: time, memory, and the size of the report."""
        count, many = self.deployments, 10 * self.deployments
        maker = ROOT / "scripts/benchmark/workload.py"
        large = self.work / f"records-{many}"
        subprocess.run([sys.executable, maker, large, str(many)], check=True)
        small, whole, grown = Run(f"{count:,}, `--memory 512M`"), Run(f"{count:,}"), Run(f"{many:,}, `--memory 512M`")
        bundle = self.work / "bundle/bench.zip"
        digests = {}

        def export(run, records, *more):
            def step(counts):
                command = self.export_command(self.empty("bundle"))
                run.measure([*(records if word == self.records else word for word in command), *more], counts)
                with open(bundle, "rb") as file:
                    digests[run.name] = hashlib.file_digest(file, "sha256").hexdigest()
                with zipfile.ZipFile(bundle) as archive:
                    run.report = archive.getinfo("bench/data/report.html").file_size
            return step

        self.rounds([
            export(whole, self.records), export(small, self.records, "--memory", "512M"),
            export(grown, large, "--memory", "512M")])
        if digests[whole.name] != digests[small.name]:
            sys.exit("bench: error: the bundle depends on --memory")
        self.table("Growth", [
            whole.row(small, "with a limit it takes"), small.row(grown, "ten times as many take"), grown.row()])
        self.lines += [f"`report.html` has {small.report / 1e6:.2f} MB of {count:,} deployments, {grown.report / 1e6:.2f} MB of "
                       f"{many:,}. The bundle is the same, byte by byte, with and without a limit.", ""]

    def head(self):
        size = sum(path.stat().st_size for path in self.records.glob("*.ndjson")) / 1e6
        return [f"### {self.deployments:,} deployments", "",
                f"{size:.1f} MB of NDJSON; medians of {self.runs} runs in turn, the first round not counted.", ""]


def machine():
    processor = next((line.split(":")[1].strip() for line in open("/proc/cpuinfo") if line.startswith("model name")), "?")
    memory = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") / 1e9
    release = platform.freedesktop_os_release()["PRETTY_NAME"]
    load = os.getloadavg()[0]
    return [f"{os.cpu_count()} cores ({processor}), {memory:.0f} GB, {release}, {datetime.date.today()}; load of the machine before "
            f"the first run {load:.1f}. Times are medians, a ratio is the median of the rounds' ratios.", ""]


def summary_table(rows):
    return ["### Every size", "",
            "| part | deployments | Cartulary | peer | times as fast | floor | takes of it |",
            "| --- | --- | --- | --- | --- | --- | --- |", *rows, ""]


def read_sizes(text):
    words = text.replace("_", "").split(",")
    if not all(word.isdigit() and int(word) > 0 for word in words):
        fail(USAGE, f'--sizes is "{text}", expected positive numbers with commas between them')
    return [int(word) for word in words]


def measure(options, sizes):
    """The lines of every size; parts that need one size alone take the largest."""
    lines, summary = [], []
    for size in sizes:
        bench = Bench(options, size, summary)
        bench.prepare()
        bench.lines += bench.head()
        for part in options.parts or STANDARD_PARTS:
            if part in ("reader", "growth") and size != max(sizes):
                continue
            getattr(bench, f"part_{part}")()
        lines += bench.lines
    return machine() + summary_table(summary) + lines


def main():
    parser = Parser(__doc__)
    parser.add_argument("parts", nargs="*", default=[])
    parser.add_argument("--sizes", default=",".join(map(str, SIZES)))
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--work", default=str(ROOT / "bench-output"))
    parser.add_argument("--write", action="store_true")
    options = parser.parse_args()
    if unknown := [part for part in options.parts if part not in PARTS]:
        fail(USAGE, f"unknown part {unknown[0]}, expected one of: {', '.join(PARTS)}")
    text = "\n".join(measure(options, read_sizes(options.sizes)))
    print(text)
    if options.write:
        before, rest = DOCUMENT.read_text().split(MARKS[0])
        DOCUMENT.write_text(f"{before}{MARKS[0]}\n\n{text}\n{MARKS[1]}{rest.split(MARKS[1])[1]}")


if __name__ == "__main__":
    main()
