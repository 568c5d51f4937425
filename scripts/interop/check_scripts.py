"""The project's own scripts: help, wrong usage, folders that are read-only, totals, the style that they count and the picture
that they draw. None of these checks installs or builds anything; programs that could are replaced."""

import contextlib
import importlib.machinery
import importlib.util
import os
import pathlib
import re
import shutil
import sys
import time

import targets
from harness import ROOT, Session
from swift_source import Source

# Programs that a script must not start here; each leaves its name behind.
REPLACED = ["swift", "apt-get", "dpkg-query", "sudo", "pip"]
# How each script is called so that it would write into the repository.
WRITING = {
    "bench": [], "demo": [], "docs": ["--cli"], "example": [], "golden": [], "package": [], "style": ["--write"], "sweep": [str(ROOT / "sweep-state")],
    "test": [],
}
READ_ONLY = 'mount --bind "$1" "$1" && mount -o remount,bind,ro "$1" && cd "$1" && shift && exec "$@"'


def run(session: Session):
    usage(session)
    read_only(session)
    totals(session)
    whole_run(session)
    documents(session)
    style(session)
    pictures(session)


def scripts():
    return sorted(path for path in (ROOT / "scripts").iterdir() if path.is_file() and os.access(path, os.X_OK))


def environment(session):
    """An environment in which the replaced programs write into a file; the file."""
    folder = session.folder("replaced")
    started = folder / "started"
    for name in REPLACED:
        path = folder / name
        path.write_text(f'#!/bin/sh\necho "{name} $*" >>"{started}"\nexit 99\n')
        path.chmod(0o755)
    return {"PATH": f"{folder}:{os.environ['PATH']}"}, started


def usage(session):
    env, started = environment(session)
    session.check("scripts: all are known to this check", {path.name for path in scripts()} == {*WRITING, "install-packages"},
                  [path.name for path in scripts()])
    for path in scripts():
        result = session.run(path, "--help", env=env)
        session.check(f"scripts/{path.name} --help", result.status == 0 and f"usage: scripts/{path.name}" in result.out and not result.err,
                      result.brief())
        result = session.run(path, "--no-such-option", env=env)
        session.check(f"scripts/{path.name} with an unknown option", result.status == 64 and result.err and not result.out, result.brief())
    session.check("scripts: help and wrong usage start nothing", not started.exists(), started.exists() and started.read_text())


def read_only(session):
    """Each script says at once that it cannot write to the repository."""
    env, started = environment(session)

    def inside(*words):
        return session.run("unshare", "--mount", "sh", "-c", READ_ONLY, "sh", ROOT, *words, env=env)

    probe = inside("touch", "probe")
    if "Read-only" not in probe.err:
        return session.skip("scripts: a read-only repository", "mounting is not permitted here")
    for name, words in WRITING.items():
        begun = time.monotonic()
        result = inside(f"scripts/{name}", *words)
        took = time.monotonic() - begun
        session.check(f"scripts/{name} in a read-only repository", result.status == 73 and "cannot write" in result.err and took < 10,
                      f"{took:.1f} s, {result.brief()}")
    session.check("scripts: a read-only repository starts nothing", not started.exists(), started.exists() and started.read_text())


def totals(session):
    """The last line of scripts/test."""
    tests = '<testsuites><testsuite><testcase classname="A.B" name="c()" />{}</testsuite></testsuites>'
    skipped = '<testcase classname="A.B" name="d()"><skipped>no suite</skipped></testcase>'
    failed = '<testcase classname="A.B" name="e()"><failure message="1 is not 2\x00" /></testcase>'
    cases = {
        "all pass": ({"unit.xml": tests.format(""), "outside.tsv": "ok\ta\t\nok\tb\t\n"}, 0, "3 passed, 0 failed, 0 skipped", []),
        "some are skipped": (
            {"unit.xml": tests.format(skipped), "outside.tsv": "skip\ta\tno tool\n"}, 0, "1 passed, 0 failed, 2 skipped",
            ["skipped: no suite:", "  A.B/d()", "skipped: no tool:", "  a"]),
        "a unit test fails": ({"unit.xml": tests.format(failed)}, 1, "1 passed, 1 failed, 0 skipped", ["failed: A.B/e(): 1 is not 2?"]),
        "a check from outside fails": (
            {"unit.xml": tests.format(""), "outside.tsv": "FAIL\ta\twhy\n"}, 1, "1 passed, 1 failed, 0 skipped", ["failed: a: why"]),
        "nothing ran": ({}, 1, "0 passed, 0 failed, 0 skipped", []),
        "all are skipped": ({"outside.tsv": "skip\ta\tno tool\n"}, 1, "0 passed, 0 failed, 1 skipped", []),
    }
    for name, (files, status, line, others) in cases.items():
        folder = session.folder("totals")
        for file, text in files.items():
            (folder / file).write_text(text)
        result = session.run(sys.executable, ROOT / "scripts/library/results.py", folder)
        lines = result.out.splitlines()
        good = result.status == status and lines[-1:] == [line] and all(other in lines for other in others)
        session.check(f"totals: {name}", good, result.brief())


def whole_run(session):
    """scripts/test itself, with programs in the place of those that it starts: it ends with the totals, whatever happens."""
    test = '<testsuite><testcase classname="A.B" name="c()">{}</testcase></testsuite>'
    passes, fails = test.format(""), test.format('<failure message="why" />')
    outside = "#!/bin/sh\nwhile [ $# -gt 1 ]; do shift; done\nprintf '{}' >>\"$1\"\n"
    good, bad = outside.format("ok\\ta\\t\\n"), outside.format("FAIL\\ta\\twhy\\n") + "exit 1\n"
    cases = {
        "all pass": (passes, 0, good, 0, "7 passed, 0 failed, 0 skipped"),
        "no unit test": ("<testsuite></testsuite>", 0, good, 1, "3 passed, 1 failed, 0 skipped"),
        "no result of unit tests": ("", 0, good, 1, "3 passed, 1 failed, 0 skipped"),
        "a unit test that fails": (fails, 1, good, 1, "3 passed, 1 failed, 0 skipped"),
        "unit tests that crash": (passes, 132, good, 132, "4 passed, 1 failed, 0 skipped"),
        "a check from outside that fails": (passes, 0, bad, 1, "5 passed, 1 failed, 0 skipped"),
        "checks from outside that crash": (passes, 0, "#!/bin/sh\nexit 3\n", 3, "5 passed, 1 failed, 0 skipped"),
    }
    for name, (tests, status, checks, expected, last) in cases.items():
        folder = repository(session, tests, status, checks)
        result = session.run(folder / "scripts/test", env={"PATH": f"{folder / 'bin'}:{os.environ['PATH']}", "CARTULARY_BIN": ""})
        good_end = result.status == expected and result.out.splitlines()[-1:] == [last]
        session.check(f"scripts/test: {name}", good_end, f"{result.status}, {result.all[-600:]!r}, expected {expected}, {last}")


def repository(session, tests, status, checks):
    """A folder with scripts/test, in which every other program does nothing, or what is asked of it."""
    folder = session.folder("repository")
    nothing = "#!/bin/sh\nexit 0\n"
    run_tests = f"#!/bin/sh\nwhile [ $# -gt 1 ]; do shift; done\n[ -z '{tests}' ] || printf '%s' '{tests}' >\"$1\"\nexit {status}\n"
    # It runs beside the checks from outside, and here it ends after them; if they fail, it has to be ended.
    guard = "\n".join([
        "import pathlib, sys, time", "own = pathlib.Path(sys.argv[-1])", "checks = own.with_name('outside.tsv')",
        "while not checks.exists() or not checks.read_text().startswith('ok'): time.sleep(0.05)",
        "own.write_text('ok\\tstart\\t\\n')", "",
    ])
    programs = {
        "bin/swift": nothing, "scripts/install-packages": nothing, "scripts/style": nothing, "scripts/docs": nothing,
        ".build/debug/cartularyPackageTests.xctest": run_tests, ".venv/bin/python": checks, "scripts/benchmark/guard.py": guard,
    }
    for name in ("scripts/library", ".ci"):
        shutil.copytree(ROOT / name, folder / name)
    for name in ("scripts/test", "scripts/requirements.txt"):
        shutil.copy(ROOT / name, folder / name)
    for name, text in programs.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
        (folder / name).chmod(0o755)
    shutil.copy(ROOT / "scripts/requirements.txt", folder / ".venv/requirements.txt")
    return folder


def load(name):
    """A script as a module."""
    loader = importlib.machinery.SourceFileLoader(name, str(ROOT / "scripts" / name))
    module = importlib.util.module_from_spec(importlib.util.spec_from_loader(name, loader))
    loader.exec_module(module)
    return module


def documents(session):
    """docs/reliability.md names what the sweep runs and the suites that the tests need."""
    text = (ROOT / "docs/reliability.md").read_text()
    sections = dict(section.split("\n", 1) for section in text.split("\n## ")[1:])
    rows = {title: re.findall(r"^\| (`.*?) \|", section, re.M) for title, section in sections.items()}
    documented = [part for row in rows["What only the sweep runs"] for part in re.findall(r"`([^`]+)`", row)]
    session.equal("documents: the parts of the sweep", sorted(documented), sorted(load("sweep").PARTS))
    swift = (ROOT / "Tests/TestSupport/PublicSuite.swift").read_text()
    needed = [*re.findall(r'PublicSuite\(path: "([^"]+)"\)', swift), "strings/blns.json"]
    suites = [row.strip("`").rstrip("/") for row in rows["Public suites"]]
    session.equal("documents: the public suites", sorted(suites), sorted(needed))


SAMPLE = '''\
struct Sample {
    // func comment(_ a: Int, _ b: Int, _ c: Int) {}
    let text = "func text(_ a: Int, _ b: Int, _ c: Int) { \\(name(of: "}")) }"
    let pattern = /"(\\\\.|[^"{])*"/
    func two(_ a: Int, _ b: (Int, Int) -> Int, c: Int) {}
    func three(
        _ a: [Int: Int], _ b: Set<Pair<Int, Int>>,
        _ c: @escaping (Int, Int) -> Int = { (a, b) in a }
    ) -> Int {
        let (a, b) = (x, y)
        (a, b) = (b, a)
        let (c, d): (Int, Int) = (1, 2)
        let (e, f) = pair()
        let range: (Int, Int) = (1, 2)
        let same = (a, b) == (c, d)
        return value! + dictionary["a"]! + (a != b ? 1 : 0)
    }
    init?(_ a: Int, _ b: Int, _ c: Int) { withExtendedLifetime(a) {} }
    subscript(_ a: Int, _ b: Int, _ c: Int) -> Int { 0 }
    func files() throws { _ = open(path, O_RDONLY); file.open(path); setenv("A", "b", 1); var info = stat(); _ = stat(path, &info) }
}
'''


def style(session):
    """What scripts/style counts, on a sample that has each rule's catch."""
    module = load("style")
    source = Source(SAMPLE, "Sources/A/Sample.swift")
    expected = {
        "unlabelled-parameters": [6, 18], "tuple-assignments": [10, 11, 12], "long-functions": [], "long-files": [],
        "extended-lifetimes": [18], "environment-changes": [20], "file-calls": [20, 20], "forced-values": [16, 16], "forced-tries": [],
        "unchecked-promises": [], "other-test-library": [],
    }
    for name, (rule, *_) in module.RULES.items():
        session.equal(f"style: {name}", sorted(rule(source)), expected.get(name))
    unmatched = [source.line(place) for place, character in enumerate(source.code) if character in "()[]{}" and place not in source.pairs]
    session.equal("style: every bracket of the code has its other", unmatched, [])
    home = Source(SAMPLE, "Sources/FileSystem/Sample.swift")
    session.equal("style: the home of file calls may call", list(module.file_calls(home)), [])
    long = Source("func long() {\n" + "    work()\n" * 80 + "}\n" + "\n" * 600, "Sources/A/Long.swift")
    session.equal("style: a long function and a long file", [list(module.long_functions(long)), list(module.long_files(long))], [[1], [601]])
    counted = {"long-files": {"sources": [(long, 601)]}}
    with contextlib.redirect_stdout(None), contextlib.redirect_stderr(None):
        verdicts = [module.compare(counted, {"long-files": {"sources": limit}}) for limit in (0, 1, 2)]
    session.equal("style: a count that grew fails", verdicts, [False, True, True])


def package(session, **imports):
    """The targets of a package made for this check: by name, what each declares."""
    folder = session.folder("package")
    described = []
    for name, others in imports.items():
        (folder / f"{name}.swift").write_text("".join(f"import {other}\n" for other in others) + "func work() {\n}\n")
        described.append({"name": name, "type": "library", "path": ".", "sources": [f"{name}.swift"], "target_dependencies": others})
    return targets.read_description({"targets": described}, pathlib.Path(folder))


def pictures(session):
    """The picture of the targets in docs/architecture.md."""
    found = package(session, Top=["Middle", "Base"], Middle=["Base"], Base=[], Aside=[])
    session.equal("targets: layers", targets.find_layers(found), {"Aside": 0, "Base": 0, "Middle": 1, "Top": 2})
    session.equal("targets: imports without detours", targets.reduce_imports(found)["Top"], {"Middle"})
    picture = targets.draw(found)
    session.check("targets: the picture", "  2 │ Top ────▶ Middle\n    │\n  1 │ Middle ─▶ Base\n" in picture, picture)
    session.equal("targets: nothing is wrong with them", targets.faults(found), [])
    session.check("targets: the same picture", targets.same_picture(picture, picture))
    session.check("targets: a few lines more are the same picture", targets.same_picture(picture, picture.replace("| 4 |", "| 30 |")))
    session.check("targets: many lines more are another", not targets.same_picture(picture, picture.replace("| 4 |", "| 300 |")))
    session.check("targets: another import is another", not targets.same_picture(picture, picture.replace("▶ Base", "▶ Aside")))
    try:
        targets.draw(package(session, Top=["Middle"], Middle=["Base"], Base=["Middle"]))
        session.check("targets: a cycle is refused", False, "drawn")
    except targets.Cycle as cycle:
        session.equal("targets: a cycle is refused", str(cycle), "Base → Middle → Base")
    found = package(session, Top=["Base"], Base=[])
    (session.work / "package/Top.swift").write_text("func work() {\n" + "\n" * 4_000 + "}\n")
    wrong = targets.faults(targets.read_description({"targets": [
        {"name": "Top", "type": "library", "path": ".", "sources": ["Top.swift"], "target_dependencies": ["Base"]}]}, session.work / "package"))
    session.equal("targets: what is too long or not imported is named", [line.split(" has ")[0].split(" that ")[0] for line in wrong],
                  ["target Top", "Top/Top.swift", "work of Top", "target Top declares dependencies"])
    found = package(session, Top=["Base"], Base=[])
    found["Top"].imports.clear()
    session.equal("targets: what is imported and not declared is named", targets.faults(found),
                  ["target Top imports what it does not declare: Base"])
