"""Every console block of README.md and docs/*.md, typed into bash as it is printed, on a terminal.

The blocks of one document run in order, in one shell, in a fresh folder that holds copies of fixtures/ and of the reference
verifier, and what the document says its reader has (RECEIVED). The rules, which docs/reliability.md gives to readers:

- In a block `console`, a line that begins with `$ ` is typed, with the lines that continue it (a backslash or an open quotation
  mark at the end); the lines up to the next one are what is printed. A block `bash` or `sh` is typed as a whole.
- A command ends with 0, unless the line after it is `$ echo $?`, below which the status stands.
- What is printed equals what stands there, except: `…` stands for any text in a line, and for any lines if it stands alone; a
  fingerprint (SHA256:…) and a hexadecimal digest match every other of their kind.
- A block that cannot run says why: the paragraph before it has one of REASONS. It is parsed by `bash -n`, and counted.
- No other block, and no indented text, has a command of the programs.
"""

import os
import pathlib
import pty
import re
import shutil
import subprocess
import termios

from harness import ROOT, Session

DOCUMENTS = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
REASONS = [
    "(needs root)", "(needs systemd)", "(needs cron)", "(needs another machine)", "(needs the network)", "(builds for minutes)",
]
TYPED = {"console", "bash", "sh"}
# Languages of blocks that show files or help.
SHOWN = {"text", "yaml", "cron", "swift", "json"}
MARK = "\x01"
FINGERPRINT, DIGEST = r"SHA256:[A-Za-z0-9+/]{43}", r"\b[0-9a-f]{64}\b"
VARYING = re.compile(f"({FINGERPRINT})|({DIGEST})|(…)")
PROGRAMS = re.compile(r"^(?:\$ )?(?:sudo )?(?:cartulary(?:-verify)? |\(?crontab |ssh-keygen )")
SECONDS = 300


class Block:
    """A fenced block: where it begins, its language and lines, and the paragraph before it."""

    def __init__(self, line, language, lines, before):
        self.line = line
        self.language = language
        self.lines = lines
        self.reason = next((each for each in REASONS if each in before), None)

    @property
    def script(self):
        """What is typed, as a script."""
        if self.language != "console":
            return "\n".join(self.lines)
        return "\n".join(step.command for step in self.steps)

    @property
    def steps(self):
        """What is typed in turn, with what is printed."""
        if self.language != "console":
            return [Step(self.line + 1, "set -e\n" + "\n".join(self.lines) + "\nset +e", None)]
        steps = []
        for number, line in enumerate(self.lines, self.line + 1):
            if line.startswith("$ "):
                steps.append(Step(number, line[2:], []))
            elif steps and not steps[-1].printed and is_open(steps[-1].command):
                steps[-1].command += "\n" + line.removeprefix("> ")
            elif steps:
                steps[-1].printed.append(line)
            else:
                steps.append(Step(number, f"false # no command: {line}", []))
        return steps


class Step:
    def __init__(self, line, command, printed):
        self.line = line
        self.command = command
        self.printed = printed

    @property
    def is_status(self):
        return self.command == "echo $?"


def is_open(command):
    """Whether bash waits for more."""
    if command.endswith("\\"):
        return True
    done = subprocess.run(["bash", "-n", "-c", command], capture_output=True, text=True)
    return done.returncode != 0 and ("unexpected EOF" in done.stderr or "unexpected end of file" in done.stderr)


def read(path):
    """The fenced blocks of a document, and the indented lines that look like commands."""
    blocks, stray, before, lines = [], [], "", path.read_text().splitlines()
    number = 0
    while number < len(lines):
        line = lines[number]
        if line.startswith("```"):
            end = next(place for place in range(number + 1, len(lines)) if lines[place] == "```")
            blocks.append(Block(number + 1, line[3:].strip(), lines[number + 1 : end], before))
            number, before = end, ""
        elif line.startswith("    ") and PROGRAMS.match(line.strip()):
            stray.append(number + 1)
        elif not line.strip() and lines[number - 1].strip():
            # A block right after the paragraph has a blank line between.
            before = before if lines[min(number + 1, len(lines) - 1)].startswith("```") else ""
        elif line.strip():
            before += line + "\n"
        number += 1
    return blocks, stray


def matches(expected, found):
    """Whether lines that were printed are those of the document."""
    pattern = ""
    for line in expected:
        if line.strip() == "…":
            pattern += r"(?:.*\n)*?"
            continue
        place = 0
        for found_part in VARYING.finditer(line):
            pattern += re.escape(line[place : found_part.start()])
            pattern += FINGERPRINT if found_part[1] else DIGEST if found_part[2] else ".*"
            place = found_part.end()
        pattern += re.escape(line[place:]) + r"\n"
    return re.fullmatch(pattern, "".join(line + "\n" for line in found)) is not None


def type_in(session, steps, folder, bin_folder):
    """Types steps into one bash on a terminal; what each printed, and its status. None for what was not reached."""
    script = folder.parent / f"{folder.name}-steps"
    shutil.rmtree(script, ignore_errors=True)
    script.mkdir()
    lines = []
    for number, step in enumerate(steps):
        (script / f"{number}").write_text(step.command + "\n")
        lines.append(f"source {script}/{number}; s=$?; printf '{MARK}{number} %d{MARK}' $s; (exit $s)")
    (script / "all").write_text("\n".join(lines) + "\n")
    environment = {
        "PATH": f"{bin_folder}:{os.environ['PATH']}", "HOME": str(folder), "TERM": "dumb", "NO_COLOR": "1", "LC_ALL": "C.UTF-8", "TZ": "UTC",
        "SWIFT_BACKTRACE": "enable=no",
    }
    master, terminal = pty.openpty()
    attributes = termios.tcgetattr(terminal)
    attributes[1] &= ~termios.OPOST
    # Whoever asks on this terminal gets no answer, as from a keyboard that nobody uses.
    attributes[3] &= ~(termios.ICANON | termios.ECHO)
    attributes[6][termios.VMIN] = attributes[6][termios.VTIME] = 0
    termios.tcsetattr(terminal, termios.TCSANOW, attributes)
    words = ["timeout", str(SECONDS), "bash", script / "all"]
    process = subprocess.Popen(words, cwd=folder, env=environment, stdin=terminal, stdout=terminal, stderr=terminal)
    os.close(terminal)
    text = b""
    while True:
        try:
            part = os.read(master, 65536)
        except OSError:
            break
        if not part:
            break
        text += part
    os.close(master)
    process.wait()
    parts = re.split(rf"{MARK}\d+ (\d+){MARK}", text.decode("utf-8", "replace"))
    results = [(parts[place].splitlines(), int(parts[place + 1])) for place in range(0, len(parts) - 1, 2)]
    return results + [None] * (len(steps) - len(results))


def run(session: Session):
    bin_folder = session.folder("bin")
    for name, program in (("cartulary", session.cartulary), ("cartulary-verify", session.verifier)):
        (bin_folder / name).symlink_to(program)
    rules(session)
    typed = shown = 0
    unrun = []
    for path in DOCUMENTS:
        blocks, stray = read(path)
        name = path.relative_to(ROOT)
        session.equal(f"docs: {name}: commands stand in blocks that run", stray, [])
        unknown = [f"{block.line}: {block.language}" for block in blocks if block.language not in TYPED | SHOWN]
        session.equal(f"docs: {name}: each block has a known language", unknown, [])
        hidden = [block.line for block in blocks if block.language in SHOWN and name.name != "cli.md"
                  and any(PROGRAMS.match(line) for line in block.lines)]
        session.equal(f"docs: {name}: no block that is shown alone has a command", hidden, [])
        runnable = [block for block in blocks if block.language in TYPED and not block.reason]
        for block in blocks:
            if block.language in TYPED and block.reason:
                unrun.append((f"{name}:{block.line}", block.reason))
                done = session.run("bash", "-n", "-c", block.script)
                session.check(f"docs: {name}:{block.line} is valid in bash {block.reason}", done.status == 0, done.brief())
        if runnable:
            typed += document(session, name, runnable, bin_folder)
    configuration(session)
    reasons = {reason: sum(each == reason for _, each in unrun) for reason in REASONS}
    counts = ", ".join(f"{count} {reason}" for reason, count in reasons.items() if count)
    print(f"   docs: {typed} commands typed; {len(unrun)} blocks not run: {counts}: {', '.join(place for place, _ in unrun)}", flush=True)


def document(session, name, blocks, bin_folder):
    """Types the blocks of a document; how many commands."""
    folder = session.folder(name.stem)
    shutil.copytree(ROOT / "fixtures", folder / "fixtures")
    shutil.copy(ROOT / "docs/reference_verifier.py", folder)
    RECEIVED.get(name.stem, lambda *_: None)(session, folder)
    steps = [step for block in blocks for step in block.steps]
    results = type_in(session, steps, folder, bin_folder)
    for place, (step, result) in enumerate(zip(steps, results)):
        title = f"docs: {name}:{step.line}: {' '.join(step.command.removeprefix('set -e').split())[:90]}"
        if result is None:
            session.check(title, False, "was not reached")
            break
        printed, status = result
        following = steps[place + 1] if place + 1 < len(steps) else None
        if following is None or not following.is_status:
            session.check(f"{title}: status", status == 0, f"status {status}: {' | '.join(printed)[:600]}")
        if step.printed is not None:
            wanted = step.printed
            session.check(f"{title}: output", matches(wanted, printed), f"{' | '.join(printed)[:1500]}")
    return len(steps)


def configuration(session):
    """The example of a configuration is one."""
    folder = session.folder("configuration")
    blocks, _ = read(ROOT / "docs/schedule.md")
    example = next(block for block in blocks if block.language == "yaml" and any(line.startswith("ledger:") for line in block.lines))
    (folder / "cartulary.yaml").write_text("\n".join(example.lines) + "\n")
    for name in ("archive", "archive-testnet", "spool", "incoming"):
        (folder / name).mkdir()
    session.run(session.cartulary, "keygen", "--out", "archive-key", cwd=folder)
    done = session.run(session.cartulary, "config", "check", cwd=folder)
    session.check("docs: the configuration in docs/schedule.md is valid", done.status == 0, done.brief())


def receive_bundle(session, folder):
    """What an auditor has: a bundle, a trust file and an archive, all signed by one key."""
    site = session.folder("auditor-site")
    words = ["--config", "site/cartulary.yaml", "--now", "2026-03-05T00:00:00Z"]
    made = session.run(session.cartulary, "init", "site", "--begin", "2026-02", cwd=site)
    assert made.status == 0, made.brief()
    for path in (ROOT / "fixtures/records").glob("*.ndjson"):
        shutil.copy(path, site / "site/spool")
    (site / "site/records-cover").write_text("2026-02\n")
    sealed = session.run(session.cartulary, "run", *words, cwd=site)
    assert sealed.status == 0, sealed.brief()
    shutil.copytree(site / "site/archive", folder / "archive")
    shutil.copy(site / "site/archive/2026/audit-2026-02.zip", folder)
    shutil.copy(site / "site/archive-key.allowed_signers", folder / "allowed_signers")


# What the reader of a document has before the first block.
RECEIVED = {"auditor": receive_bundle}


def rules(session):
    """The rules of this check itself."""
    cases = [
        (["a"], ["a"], True), (["a"], ["b"], False), (["a"], [], False), ([], ["a"], False), ([], [], True),
        (["a", "…"], ["a"], True), (["a", "…", "z"], ["a", "b", "c", "z"], True), (["a…z"], ["a.b.z"], True), (["a…"], ["b"], False),
        (["SHA256:" + "A" * 43], ["SHA256:" + "B" * 43], True), (["SHA256:" + "A" * 43], ["SHA256:B"], False),
        (["0" * 64], ["f" * 64], True), (["2026-01"], ["2026-02"], False),
    ]
    wrong = [(expected, found) for expected, found, same in cases if matches(expected, found) != same]
    session.equal("docs: what is printed is compared", wrong, [])
    block = Block(1, "console", ["$ a \\", "  b", "out", "$ echo 'c", "d'", "$ echo $?", "1"], "")
    session.equal("docs: a block is split into commands", [(step.line, step.command, step.printed) for step in block.steps],
                  [(2, "a \\\n  b", ["out"]), (5, "echo 'c\nd'", []), (7, "echo $?", ["1"])])
