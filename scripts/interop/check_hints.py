"""Every hint of the programs, typed into bash against the state that prints it.

A hint is found in the sources: an argument `hint:` of an error, with the message of that error, or one that the target FileSystem
makes. Each case below makes a state, runs a command that prints a hint, types the hint, and says what comes of it. A hint that no
case typed fails the check, unless UNTYPED says why no case can print it.

What is typed: the hint, if it is a command; what stands behind its last colon, if that is one. A hint of words and options says
what to add to the command: the case types the command with it (`apply`), which has to hold the options of the hint.
"""

import json
import os
import pathlib
import re
import shutil
import subprocess
from typing import NamedTuple

from harness import RECORDS, ROOT, Session
from swift_source import Source

COMMANDS = "cartulary|cartulary-verify|cat|chmod|date|df|head|ls|man|mkdir|mv|rm|sed|unset"
COMMAND = re.compile(rf"(?:^|: )((?:{COMMANDS}) .*)$")
PASSED_ON = re.compile(r"hint:\s*(?:hint\b(?!\s*\?\?)|nil\b|Hint\b(?!\()|[\w.?]+\.hint\b|EnvironmentError\.hint)")
SOURCES = ROOT / "Sources"


class Site(NamedTuple):
    """A place in the sources that gives an error a hint."""

    name: str
    message: re.Pattern
    hint: re.Pattern


# The hints of the file system, which depend on the operation that failed.
FILE_SYSTEM = {
    "ls -la": r"ls -la .*", "ls -ld": r"ls -ld .*", "mkdir -p": r"mkdir -p \S+", "another name": r"take another name with --name, .*",
    "df -h": r"df -h .*",
}
# Commands that the sources give a name, by it.
NAMED_HINTS = {
    "commands.repair": r"cartulary repair --config \S+", "commands.run": r"cartulary run --config \S+",
    "commands.drill": r"cartulary ledger restore-drill --config \S+", "verifyCommand": r"cartulary verify --archive \S+ --trust \S+",
    "withoutCatalogue": r"mv --backup=numbered \S+ \S+",
}
# By the name of a site, why no case prints its hint.
UNTYPED = {
    "ArchiveCatalogue+Composing.swift: bundle  is sealed and not there": "the folder is looked at first, and found to lack it",
    "ArchivePruning.swift: is not there, and no tombstone stands for it, so nothing is": "the catalogue is brought up to date first, and finds it",
    "ArchiveCatalogue+Files.swift: the catalogue in  lists other bundles than the ledger has se": "the folder is looked at first, and found to be another archive's",
    "ArchiveCatalogue+Composing.swift: the catalogue in  lists other bundles than the ledger has se": "checkpoint and bundles are compared first, and found to be another ledger's",
    "FolderRepair.swift: this version would make other bytes than version  sealed; no": "it takes another version of the program",
    "SealNotRemade.swift: this version would make other bytes of  than version  sealed": "it takes another version of the program",
    "SpillFile.swift: cannot write records that exceed --memory to": "it takes records of more than 64 MB, and a full disk",
    "SpillFile.swift: cannot read back records that exceeded --memory": "a disk has to change a byte of an unnamed file (SpillFileTests)",
}


def literals(source, start, end):
    """The string literals of a stretch of code, each as a regular expression: what is interpolated matches anything."""
    found, place, text = [], start, source.text
    while place < end:
        if text[place] != '"' or source.code[place] != '"':
            place += 1
            continue
        place += 1
        expression = ""
        while text[place] != '"':
            if text.startswith("\\(", place):
                depth, place = 1, place + 2
                while depth:
                    depth += {"(": 1, ")": -1}.get(text[place], 0)
                    place += 1
                expression += ".*"
            elif text[place] == "\\":
                expression += re.escape({"n": "\n", "t": "\t"}.get(text[place + 1], text[place + 1]))
                place += 2
            else:
                expression += re.escape(text[place])
                place += 1
        found.append(expression)
        place += 1
    return found


def sites():
    """Every place in the sources that gives an error a hint."""
    found = [Site(f"FileSystem: {name}", re.compile(".*"), re.compile(hint)) for name, hint in FILE_SYSTEM.items()]
    for path in sorted(SOURCES.rglob("*.swift")):
        if path.is_relative_to(SOURCES / "FileSystem"):
            continue
        source = Source(path.read_text(), str(path.relative_to(SOURCES)))
        for match in re.finditer(r"\bhint:", source.code):
            if not PASSED_ON.match(source.text, match.start()):
                found.append(site(source, match.start(), {each.name for each in found}))
    return found


def site(source, place, taken):
    opening = max(start for start, end in source.pairs.items() if source.code[start] == "(" and start < place < end)
    parts = [part for part in literals(source, opening, place) if len(part) > 3]
    if not parts:
        # The message is in a variable that is set before.
        parts = literals(source, *statement(source.text, source.text.rfind("let message =", 0, place)))
    hints = literals(source, place, source.pairs[opening])
    text = "".join(parts)
    name = f"{pathlib.Path(source.path).name}: {re.sub(r'[^A-Za-z0-9 ,;-]+', '', (text or ' '.join(hints)))[:60].strip()}"
    number = next(number for number in range(1, 100) if numbered(name, number) not in taken)
    return Site(numbered(name, number), re.compile(".*".join(parts) or ".*"), hint_pattern(source.text[place + 5 : source.pairs[opening]], hints))


def numbered(name, number):
    """The name of a place; of those that are alike, from the second on with a number."""
    return name if number == 1 else f"{name} ({number})"


def statement(text, start):
    """Where the lines of a text that is put together begin and end."""
    if start < 0:
        return 0, 0
    end = text.index("\n", start)
    while re.match(r'\s*["+]', text[end + 1 :].split("\n", 1)[0]):
        end = text.index("\n", end + 1)
    return start, end


def hint_pattern(expression, hints):
    """A hint that is made of words in the code has these in order, one of NAMED_HINTS its command; any other may be anything."""
    named = next((pattern for name, pattern in NAMED_HINTS.items() if name in expression), None)
    if named and "?" not in expression:
        return re.compile(" ".join([named, *hints]))
    if "?" in expression or not hints:
        return re.compile(".*")
    return re.compile(".*".join(["", *hints, ""]))


class Case(NamedTuple):
    """A state, a command that prints a hint in it, and what comes of the hint."""

    name: str
    base: str
    setup: str
    command: str
    status: int
    # The status of the hint that is typed; of `apply`, if that is typed in its place.
    after: int = 0
    apply: str = None
    # The command again, or another one, once the hint was typed.
    then: str = None
    then_status: int = 0
    # Which of the hints that are printed is typed.
    number: int = 0


BASES = {
    "empty": "true",
    "key": "cartulary keygen --out key -q",
    "ledger": "cartulary keygen --out key -q; mkdir out; "
              "cartulary ingest $YEAR/2025-01.ndjson --ledger l --key key --received 2025-02-01T00:00:00Z",
    "sealed": "cp -a $BASES/ledger/. .; cartulary export --ledger l --key key --out out --period 2025-01 --now 2025-02-02T00:00:00Z -q",
    "new": "cartulary init . --name audit --begin 2025-01 -q",
    "site": "cp -a $BASES/new/. .; cp $YEAR/2025-01.ndjson $YEAR/2025-02.ndjson spool/; echo 2025-02 > records-cover; "
            "cartulary run --now 2025-03-05T00:00:00Z",
    "prunable": "cartulary init . --name audit --period year --begin 2020 --due-after 0d -q; cp $YEAR/2025-01.ndjson spool/; "
              "echo '    retention: {keep-years: 5, prune: by-hand}' >> cartulary.yaml; "
              "echo 2025 > records-cover; cartulary run --now 2026-01-02T00:00:00Z; echo 2035 > records-cover; "
                "faketime '2036-01-02' cartulary run --now 2036-01-02T00:00:00Z --confirm-time; mkdir kept; cp -a archive/. kept",
    "pruned": "cp -a $BASES/prunable/. .; faketime '2036-06-01' cartulary prune",
}
NOW = "--now 2025-03-06T00:00:00Z"
PRUNE = "faketime '2036-06-02' cartulary prune"
BREAK = "cartulary ledger declare-break --checkpoint n.checkpoint --reason lost --by me --key key"
# A ledger n, which continues l, and a bundle of it.
BROKEN = ("cartulary ledger declare-break --checkpoint l.checkpoint --reason lost --by me --key key --ledger n --received 2025-03-01T00:00:00Z; "
          "cartulary ingest $YEAR/2025-01.ndjson --ledger n --key key --received 2025-03-02T00:00:00Z; "
          "cartulary export --ledger n --key key --out out --period 2025-01 --now 2025-03-03T00:00:00Z -q")
SEAL = f"cartulary export --ledger records.ledger --key archive-key --archive audit --period 2025-03 {NOW.replace('03-06', '04-06')}"
REMAKE = "faketime '2036-06-02' cartulary export --ledger records.ledger --key archive-key --archive audit --period 2020 --revision 0"
CHANGED_BYTE = ("echo '    verify-share: 100%' >> cartulary.yaml; "
                "printf '\\377\\376' | dd of=archive/2025/audit-2025-01.zip bs=1 seek=5000 conv=notrunc")
EXPORT = "cartulary export --ledger l --key key --out out --now 2025-03-01T00:00:00Z"



def forged(**members):
    """A command that alters what the catalogue of a year says of its first bundle, and all digests that would show it."""
    return f"""python3 -c '
import hashlib, json, pathlib, sys
def change(name, alter):
    path = pathlib.Path("archive", name)
    value = json.loads(path.read_text())
    alter(value)
    path.write_text(json.dumps(value, sort_keys=True, separators=(",", ":")) + chr(10))
    memory["written"][name].append(hashlib.sha256(path.read_bytes()).hexdigest())
members, kept = json.loads(sys.argv[1]), pathlib.Path("records.ledger.archive-audit.json")
memory = json.loads(kept.read_text())
change("2020/catalogue.json", lambda year: year["bundles"][0].update(members))
if "removed" in members:
    change("catalogue.json", lambda all: all["years"][0].update(removed=1))
kept.write_text(json.dumps(memory))
' '{json.dumps(members)}'"""


CASES = [
    # Files and folders
    Case("a file that is not there", "key", "mkdir d", "cartulary validate d/missing", 66),
    Case("a file in a folder that is not there", "key", "", "cartulary validate no/such/folder/file", 66),
    Case("a link that leads to nothing", "key", "ln -s nowhere link", "cartulary validate link", 66),
    Case("a FIFO", "key", "mkfifo fifo", "cartulary validate fifo", 74),
    Case("a folder for bundles that is not there", "key", "", "cartulary export $YEAR/2025-01.ndjson --key key --out new", 73,
         then="cartulary export $YEAR/2025-01.ndjson --key key --out new"),
    Case("a file of another content has the name", "key", "mkdir out; echo other > out/audit-all.zip",
         "cartulary export $YEAR/2025-01.ndjson --key key --out out", 73, then="cartulary export $YEAR/2025-01.ndjson --key key --out out"),
    Case("a full disk", "key", "mkdir out", "unshare -m bash -c 'mount -t tmpfs -o size=16k none out && exec cartulary export $RECORDS --key key --out out'", 74),
    # Keys and trust files
    Case("a key that is none", "key", "echo no > bad; chmod 600 bad", "cartulary export $YEAR/2025-01.ndjson --key bad --out .", 77,
         then="cartulary export $YEAR/2025-01.ndjson --key bad.new --out ."),
    Case("a key that others may read", "key", "chmod 644 key", "cartulary export $YEAR/2025-01.ndjson --key key --out .", 77,
         then="cartulary export $YEAR/2025-01.ndjson --key key --out ."),
    Case("a key that is there", "key", "", "cartulary keygen --out key", 73, apply="cartulary keygen --out key-2"),
    Case("a trust file that cannot be understood", "sealed", "echo x > trust", "cartulary verify out/*.zip --trust trust", 64),
    Case("a trust file that may not be read", "sealed", "chmod 0 key.pub; chmod 711 .",
         "$NOBODY cartulary verify out/audit-2025-01.zip --trust key.pub", 77),
    Case("a ledger and a key of another type", "key", "cartulary keygen --out p256 --algorithm ecdsa-p256 -q",
         "cartulary ingest $YEAR/2025-01.ndjson --ledger l --key p256", 77, then="cartulary ingest $YEAR/2025-01.ndjson --ledger l --key ed25519-key"),
    Case("an export of a ledger and a key of another type", "ledger", "cartulary keygen --out p256 --algorithm ecdsa-p256 -q",
         "cartulary export --ledger l --key p256 --out out", 77),
    Case("a configuration and a key of another type", "new",
         "rm archive-key*; cartulary keygen --out archive-key --algorithm ecdsa-p256 -q", "cartulary config check", 77),
    Case("a key whose trust file forbids it", "new", "sed -i 's/ ssh-ed/,valid-before=\"20200101Z\" ssh-ed/' archive-key.allowed_signers",
         "cartulary config check", 77),
    Case("a trust file without the key of before", "site", "cartulary keygen --out key-2 -q; sed -i 's/^key: .*/key: key-2/' cartulary.yaml",
         f"cartulary run {NOW}", 0, then="cp $YEAR/2025-03.ndjson spool/; echo 2025-03 > records-cover; cartulary run --now 2025-04-05T00:00:00Z && "
         "cartulary verify --archive archive --trust key-2.allowed_signers"),
    Case("a rotation to the same key", "key", "cp key key.next", "cartulary key rotate --key key", 64, then="cartulary key rotate --key key"),
    Case("a rotation of a key that was kept", "key", "cartulary key rotate --key key -q", "cartulary key rotate --key key.1", 64),
    # Arguments
    Case("no command", "empty", "", "cartulary", 64),
    Case("an option twice", "empty", "", "cartulary run --config a --config b", 64),
    Case("a mistyped command", "empty", "", "cartulary exprot", 64, after=64),
    Case("an unknown command", "empty", "", "cartulary frobnicate", 64),
    Case("an unknown option", "empty", "", "cartulary run --bogus", 64),
    Case("a mistyped option", "site", "", "cartulary run --dryrun --now 2025-03-06T00:00:00Z", 64),
    Case("no time", "key", "", "SOURCE_DATE_EPOCH=abc cartulary validate $YEAR/2025-01.ndjson", 64),
    # Records
    Case("nothing that is a record", "key", "echo '{\"a\":1}' > r", "cartulary metrics r", 65, after=1),
    Case("a cut gzip file", "key", "gzip -c $YEAR/2025-01.ndjson | head -c 300 > r.gz", "cartulary metrics r.gz", 65),
    Case("no deployment", "key", "echo '[]' > r", "cartulary export r --key key --out .", 64,
         apply="cartulary export r --key key --out . --allow-empty"),
    Case("a mistyped filter", "key", "", "cartulary export $YEAR/2025-01.ndjson --network mainnet-v1 --key key --out .", 64,
         apply="cartulary export $YEAR/2025-01.ndjson --network mainnet-v1.0 --key key --out ."),
    Case("a filter that nothing is near", "key", "", "cartulary export $YEAR/2025-01.ndjson --network xyz --key key --out .", 64,
         apply="cartulary export $YEAR/2025-01.ndjson --network xyz --key key --out . --allow-empty"),
    Case("a name that no bundle can have", "key", "", "cartulary export $YEAR/2025-01.ndjson --name 'a/b' --key key --out .", 64,
         apply="cartulary export $YEAR/2025-01.ndjson --name audit-2026 --key key --out ."),
    # Ledgers
    Case("no ledger", "key", "", "cartulary ledger status --ledger l", 66),
    Case("a ledger without a run", "ledger", ": > r; cartulary ingest r --ledger n --key key",
         "cartulary export --ledger n --key key --out out --period 2025-01", 66),
    Case("a filter of a sealed period that no record has", "ledger", "", "cartulary export --ledger l --key key --now 2025-02-02T00:00:00Z --out out --period 2025-01 "
         "--network mainnet-v1.O", 64, apply="cartulary export --ledger l --key key --now 2025-02-02T00:00:00Z --out out --period 2025-01 --network mainnet-v1.0"),
    Case("a filter of a sealed period that is like no record", "ledger", "", "cartulary export --ledger l --key key --now 2025-02-02T00:00:00Z --out out --period 2025-01 "
         "--network elsewhere", 64, apply="cartulary export --ledger l --key key --now 2025-02-02T00:00:00Z --out out --period 2025-01 --network elsewhere --allow-empty"),
    Case("another basis than that of the series", "site", "", "cartulary export --ledger records.ledger --archive audit --period 2025-02 --key archive-key "
         "--out archive/2025 --now 2025-03-02T00:00:00Z --basis created", 64, apply="cartulary export --ledger records.ledger --archive audit --period 2025-02 "
         "--key archive-key --out archive/2025 --now 2025-03-06T00:00:00Z --basis activity"),
    Case("an older ledger with its checkpoint", "ledger", "cp l old; cp l.checkpoint old.checkpoint; "
         "cartulary ingest $YEAR/2025-02.ndjson --ledger l --key key --received 2025-03-01T00:00:00Z; cp old l; cp old.checkpoint l.checkpoint",
         "cartulary ledger status --ledger l", 13),
    Case("a ledger that went on from an older copy", "ledger", "cp l old; cp l.checkpoint old.checkpoint; "
         "cartulary ingest $YEAR/2025-02.ndjson --ledger l --key key --received 2025-03-01T00:00:00Z; cp old l; cp old.checkpoint l.checkpoint; "
         "mv l.journal j; cartulary ingest $YEAR/2025-03.ndjson --ledger l --key key --received 2025-03-01T00:00:00Z; cp j l.journal",
         "cartulary ledger status --ledger l", 13),
    Case("a ledger that another run writes to", "ledger", "", "flock l.lock cartulary ingest $YEAR/2025-02.ndjson --ledger l --key key "
         "--received 2025-03-01T00:00:00Z", 75, apply="cartulary ingest $YEAR/2025-02.ndjson --ledger l --key key --received 2025-03-01T00:00:00Z --wait 60"),
    Case("a ledger older than its checkpoint", "ledger", "cp l old; cp l.checkpoint old.checkpoint; "
         "cartulary ingest $YEAR/2025-02.ndjson --ledger l --key key --received 2025-03-01T00:00:00Z; cp old l; rm l.journal", "cartulary ledger status --ledger l", 13),
    Case("a ledger without its checkpoint", "ledger", "rm l.checkpoint", "cartulary ledger status --ledger l", 13),
    Case("a ledger without checkpoint and journal", "ledger", "rm l.checkpoint l.journal", "cartulary ledger status --ledger l", 13),
    Case("a ledger whose checkpoint is none", "ledger", "echo x > l.checkpoint", "cartulary ledger status --ledger l", 13),
    Case("a ledger without its checkpoint, checked", "ledger", "rm l.checkpoint", "cartulary ledger check --ledger l --full", 13),
    Case("a ledger with a damaged page, checked", "ledger", "dd if=/dev/zero of=l bs=8192 seek=1 count=1 conv=notrunc", "cartulary ledger check --ledger l", 13),
    Case("a ledger that is gone, and its journal is there", "ledger", "rm l", "cartulary ledger status --ledger l", 66),
    Case("a site whose ledger has no checkpoint", "site", "rm records.ledger.checkpoint", f"cartulary run {NOW}", 13, after=13,
         then=f"eval \"$(cartulary ledger restore-drill | grep -m 1 -o 'cartulary ledger recover.*')\" && cartulary run {NOW}"),
    Case("a site whose ledger is gone", "site", "rm records.ledger", f"cartulary run {NOW}", 13, after=13,
         then=f"eval \"$(cartulary ledger restore-drill | grep -m 1 -o 'cartulary ledger recover.*')\" && cartulary run {NOW}"),
    Case("a site whose ledger is gone, and a file that was mended", "site", "{ cat $YEAR/2025-03.ndjson; echo x; } > spool/m.ndjson; "
         f"cartulary run {NOW}; sed -i '$ d' spool/failed/m.ndjson; rm records.ledger", f"cartulary run {NOW}", 13, after=13,
         then="eval \"$(cartulary ledger restore-drill | grep -m 1 -o 'cartulary ledger recover.*')\" && cartulary ledger restore-drill"),
    Case("a file that could not be taken in", "site", "cp $YEAR/2025-05-failed.json spool/", f"cartulary run {NOW}", 65, after=1),
    Case("a memory of an archive that is too long", "site", "truncate -s 70M records.ledger.archive-audit.json", f"cartulary run {NOW}", 65, then=f"cartulary run {NOW}"),
    Case("a catalogue that is too long", "site", "truncate -s 300M archive/catalogue.json", f"cartulary run {NOW}", 13, then=f"cartulary run {NOW}"),
    Case("a ledger with a damaged page", "ledger", "dd if=/dev/zero of=l bs=8192 seek=1 count=1 conv=notrunc", "cartulary ledger status --ledger l", 13,
         after=13),
    Case("an altered ledger", "ledger", "python3 -c \"import sqlite3; c = sqlite3.connect('l'); "
         "[c.execute('drop trigger ' + n) for (n,) in c.execute('select name from sqlite_master where type=\\'trigger\\'').fetchall()]; "
         "c.execute('update pack set leaves = zeroblob(length(leaves))'); c.commit()\"", "cartulary ledger status --ledger l", 13, after=13),
    Case("a clock that went back", "ledger", "", "cartulary ingest $YEAR/2025-02.ndjson --ledger l --key key --received 2025-01-01T00:00:00Z", 64,
         then="cartulary ingest $YEAR/2025-02.ndjson --ledger l --key key --received 2025-01-01T00:00:00Z --confirm-time"),
    Case("a clock that leapt", "ledger", "", "cartulary ingest $YEAR/2025-02.ndjson --ledger l --key key --received 2026-06-01T00:00:00Z", 64,
         then="cartulary ingest $YEAR/2025-02.ndjson --ledger l --key key --received 2026-06-01T00:00:00Z --confirm-time"),
    Case("a time that the clock has not reached", "site", "", "cartulary run --now 2999-01-01T00:00:00Z", 64,
         then="cartulary run --now 2999-01-01T00:00:00Z --confirm-time", then_status=15),
    Case("a quarantine number that is none", "ledger", "", "cartulary ledger resolve 7 --accept 0 --reason r --by me --ledger l --key key "
         "--received 2025-02-02T00:00:00Z", 64),
    Case("a journal with a broken line", "ledger", "echo x > l.journal", "cartulary ledger recover --journal l.journal --sources $YEAR --ledger n --key key", 13,
         apply="mv l.journal l.journal.old"),
    Case("a ledger that is gone", "ledger", "rm l", "cartulary ingest $YEAR/2025-02.ndjson --ledger l --key key", 13),
    Case("an empty journal", "ledger", ": > j", "cartulary ledger recover --journal j --sources $YEAR --ledger n --key key", 66),
    Case("sources that are missing", "ledger", "", "cartulary ledger recover --journal l.journal --sources $YEAR/2025-02.ndjson --ledger n --key key", 66,
         apply="cartulary ledger recover --journal l.journal --sources $YEAR --ledger n --key key"),
    Case("a break that continues another", "ledger", f"{BROKEN}; rm n.journal", f"{BREAK} --ledger m", 66, apply=f"{BREAK} --ledger m --bundle out/audit-2025-01.zip"),
    Case("a bundle of the lost ledger that is not there", "ledger", f"{BROKEN}; rm n.journal", f"{BREAK} --ledger m --bundle out/none.zip", 66),
    Case("a bundle that no ledger made", "ledger", f"{BROKEN}; rm n.journal; cartulary export $YEAR/2025-01.ndjson --key key --out . -q",
         f"{BREAK} --ledger m --bundle audit-all.zip", 65),
    # Bundles of a ledger
    Case("an archive's name that is none", "ledger", "", f"{EXPORT} --period 2025-01 --archive a/b", 64, apply=f"{EXPORT} --period 2025-01 --archive audit"),
    Case("the name of a sealed bundle", "sealed", "", f"{EXPORT} --response --name audit-2025-01", 64,
         apply=f"{EXPORT} --period 2025-01 --revision 0"),
    Case("an answer's name that is none", "sealed", "", f"{EXPORT} --response --name a/b", 64, apply=f"{EXPORT} --response --name answer-1"),
    Case("options of a sealed period", "sealed", "", f"{EXPORT} --period 2025-01 --entity Other", 64,
         apply=f"{EXPORT} --period 2025-01 --entity Other --response"),
    Case("a period too late", "sealed", "", f"{EXPORT} --period 2025-03", 64, apply=f"{EXPORT} --period 2025-03 --response --allow-empty"),
    Case("a period too early", "sealed", "", f"{EXPORT} --period 2024-03", 64,
         apply=f"{EXPORT} --period 2024-03 --archive other"),
    Case("a period of another length", "sealed", "", f"{EXPORT} --period 2025-02-01", 64,
         apply=f"{EXPORT} --period 2025-01-03 --archive other"),
    Case("a name that another series has", "sealed", f"{EXPORT} --period 2025-01 --token-type ASA_FT", f"{EXPORT} --period 2025-01 --network mainnet-v1.0", 64,
         apply=f"{EXPORT} --period 2025-01 --network mainnet-v1.0 --archive audit-2"),
    Case("a file in the place of a bundle to seal", "ledger", "echo x > out/audit-2025-01.zip", f"{EXPORT} --period 2025-01", 73,
         then=f"{EXPORT} --period 2025-01"),
    Case("another key for a sealed bundle", "sealed", "cartulary keygen --out other -q; rm out/*.zip",
         "cartulary export --ledger l --key other --out out --period 2025-01 --now 2025-03-01T00:00:00Z", 13, apply=f"{EXPORT} --period 2025-01"),
    Case("another key for an answer", "ledger", f"{EXPORT} --period 2025-01 --idempotency-key a -q; cartulary keygen --out other -q; rm out/*.zip",
         "cartulary export --ledger l --key other --out out --period 2025-01 --idempotency-key a --now 2025-03-01T00:00:00Z", 13,
         apply=f"{EXPORT} --period 2025-01 --idempotency-key a"),
    Case("an idempotency key of another request", "ledger", f"{EXPORT} --period 2025-01 --idempotency-key a -q", f"{EXPORT} --period 2025-02 --idempotency-key a", 64,
         apply=f"{EXPORT} --period 2025-01 --idempotency-key a"),
    # Set-up and runs
    Case("a folder that init has filled", "new", "", "cartulary init . --begin 2025-01", 73, then="ls -d \"$PWD-2\" && rm -r \"$PWD-2\""),
    Case("a ledger's folder that may not be written", "site", "chown -R 65534 .; chown 0 .", f"$NOBODY cartulary run {NOW}", 73),
    Case("a spool that may not be written", "site", "chown -R 65534 .; chown 0 spool/done", f"$NOBODY cartulary run {NOW}", 73),
    Case("a file that a sticky spool does not let go", "site", "cp $YEAR/2025-03.ndjson spool/; chown -R 65534 .; chown 0 spool spool/*.ndjson; "
         "chmod 1777 spool; chmod 644 spool/*.ndjson", f"$NOBODY cartulary run {NOW}", 74),
    Case("a link in the place of a spool's own folder", "site", "mkdir other; rm -r spool/done; ln -s ../other spool/done",
         f"cartulary run {NOW}", 64),
    Case("a folder of a spool on another file system", "site", "cp $YEAR/2025-03.ndjson spool/",
         f"unshare -m bash -c 'mount -t tmpfs none spool/done && exec cartulary run {NOW}'", 74),
    Case("a file of a spool on another file system", "site", "mkdir other; touch spool/2025-03.ndjson", "unshare -m bash -c 'mount -t tmpfs none other && "
         f"cp $YEAR/2025-03.ndjson other/ && mount --bind other/2025-03.ndjson spool/2025-03.ndjson && exec cartulary run {NOW}'", 74),
    Case("a source that is gone with a failed file", "site", "cp $YEAR/2025-05-failed.json spool/; cartulary run --now 2025-03-06T00:00:00Z; mkdir other; "
         "sed -i 's/name: records/name: api/; s/spool: spool/spool: other/' cartulary.yaml; cp $YEAR/2025-03.ndjson other/; echo 2025-03 > records-cover",
         "cartulary run --now 2025-04-05T00:00:00Z", 64, apply="cartulary run --now 2025-04-05T00:00:00Z --uncovered audit/2025-03 --reason 'feed was replaced'",
         then="cartulary run --now 2025-04-06T00:00:00Z"),
    Case("a year that may not be written", "site", "chown -R 65534 .; chown 0 archive/2025", f"$NOBODY cartulary run {NOW}", 73),
    Case("a folder that no unit can name", "empty", "", "cartulary init $'a\\nb' --begin 2025-01", 64, then="rm -r $'a\\nb-2'", after=64, then_status=1),
    Case("another run at work", "site", "", f"flock records.ledger.run.lock cartulary run {NOW}", 75, apply=f"cartulary run {NOW} --wait 600"),
    Case("another run in the spool", "site", "", f"flock spool cartulary run {NOW}", 75, apply=f"cartulary run {NOW} --wait 600"),
    Case("an archive that was copied", "site", f"cartulary run {NOW}; sed -i 's#\"inode\":\"[0-9]*\"#\"inode\":\"1\"#; s#\"path\":\"[^\"]*\"#\"path\":\"/old\"#' "
         "records.ledger.archive-audit.place", f"cartulary run {NOW}", 64, apply=f"cartulary run --config cartulary.yaml --confirm-copy {NOW}", then=f"cartulary run {NOW}"),
    Case("an archive that was kept with a newer copy of the ledger", "site", "sed -i 's/\"entries\":[0-9]*/\"entries\":999999/' archive/.ledger.json",
         f"cartulary run {NOW}", 13, after=13),
    Case("a coverage file that forgot what was open", "site", "sed -i 's/,\"origin\"/,\"open\":[\"0123456789abcdef\"],\"origin\"/' archive/.ledger.json",
         "cartulary run --now 2025-04-05T00:00:00Z", 66, apply="cartulary run --now 2025-04-05T00:00:00Z --uncovered audit/2025-03 --reason 'feed was replaced'",
         then="cartulary run --now 2025-04-06T00:00:00Z"),
    Case("a period to seal that is not due", "site", "", f"cartulary run {NOW} --uncovered audit/2025-09 --reason r", 64, after=64),
    Case("records that contradict", "site", "cp $YEAR/2025-03.ndjson $YEAR/2025-03-corrected.ndjson spool/", f"cartulary run {NOW}", 1),
    Case("a period that is not covered", "site", "", "cartulary run --now 2025-04-05T00:00:00Z", 15,
         apply="cartulary run --now 2025-04-05T00:00:00Z --uncovered audit/2025-03 --reason 'feed was off'"),
    Case("a coverage file of something else", "site", "echo x > records.ledger.coverage.json", f"cartulary run {NOW}", 65, then=f"cartulary run {NOW}"),
    Case("a name that does not belong to an archive", "site", "cp archive/2025/audit-2025-01.zip archive/2025/x.ZIP", f"cartulary run {NOW}", 13,
         then=f"rm archive/2025/x.ZIP && cartulary run {NOW}"),
    Case("a bundle of another ledger", "site", "mkdir other; cd other; cp -a $BASES/new/. .; cp ../archive-key* .; cp $YEAR/2025-02.ndjson spool/; "
         "echo 2025-01 > records-cover; cartulary run --now 2025-03-05T00:00:00Z; cd ..; cp other/archive/2025/audit-2025-01.zip archive/2025/",
         "cartulary repair --full", 13, then="cartulary repair"),
    Case("a folder in the place of a page", "site", "rm archive/catalogue.html; mkdir archive/catalogue.html", f"cartulary run {NOW}", 13,
         then=f"cartulary run {NOW}"),
    Case("an older ledger beside a spool without its mark", "site", "cartulary ledger backup --ledger records.ledger --to old; "
         "cp $YEAR/2025-03.ndjson spool/; cartulary run --now 2025-03-20T00:00:00Z; rm spool/.ledger.json archive/.ledger.json; "
         "for s in '' .checkpoint .coverage.json; do cp old$s records.ledger$s; done; rm records.ledger.journal; echo 2025-03 > records-cover",
         "cartulary run --now 2025-04-05T00:00:00Z", 13, after=1),
    Case("a spool that is another folder", "site", "sed -i \"s#$BASES/site#$PWD#g\" records.ledger.coverage.json; mv spool real; mkdir spool", f"cartulary run {NOW}", 66,
         apply=f"cartulary run {NOW} --confirm-spool records", then=f"cartulary run {NOW}"),
    Case("a spool that is another folder, and no coverage file", "site", "rm records.ledger.coverage.json; mv spool real; mkdir spool", f"cartulary run {NOW}", 66,
         apply=f"cartulary run {NOW} --confirm-spool records", then=f"cartulary run {NOW}"),
    Case("a spool of before without hidden files", "site", "cp $YEAR/2025-03.ndjson spool/; cartulary run --now 2025-03-06T00:00:00Z; "
         "rm -r spool/.ledger.json spool/done/2025-03.ndjson", "cartulary run --now 2025-03-07T00:00:00Z", 66,
         apply="cartulary run --now 2025-03-07T00:00:00Z --confirm-spool records", then="cartulary run --now 2025-03-07T00:00:00Z"),
    Case("a break, and files that were taken before it", "site", "cartulary ledger declare-break --checkpoint records.ledger.checkpoint --reason lost --by me "
         "--key archive-key --ledger n.ledger --received 2025-03-06T00:00:00Z; sed -i 's/^ledger: .*/ledger: n.ledger/; s/name: audit/name: b/; "
         "s/directory: archive/directory: b/' cartulary.yaml; mkdir b", "cartulary run --now 2025-03-07T00:00:00Z", 13, after=1),
    Case("a copy of a bundle beside it", "site", "cp archive/2025/audit-2025-01.zip archive/2025/audit-2025-01-copy.zip", f"cartulary run {NOW}", 13,
         then=f"cartulary run {NOW}"),
    Case("a bundle under another name", "site", "mv archive/2025/audit-2025-01.zip archive/2025/audit-2025-01-b.zip", f"cartulary run {NOW}", 13,
         then=f"cartulary run {NOW}"),
    Case("an answer into a kept archive", "site", "", f"cartulary export --ledger records.ledger --key archive-key --request-ref r --out archive/2025 {NOW}", 64,
         apply=f"cartulary export --ledger records.ledger --key archive-key --request-ref r --out . {NOW}"),
    Case("a ledger that may not be written", "site", "chown -R 65534 .; chown 0 records.ledger", f"$NOBODY cartulary run {NOW}", 73),
    Case("a ledger whose lock is a folder", "site", "rm records.ledger.lock; mkdir records.ledger.lock", f"cartulary run {NOW}", 74),
    Case("a marker that is none", "site", "echo soon > records-cover", f"cartulary run {NOW}", 65),
    Case("a marker that lies after now", "site", "echo 2030-01 > records-cover", f"cartulary run {NOW}", 65),
    Case("no retention", "site", "", "cartulary prune", 64, apply="echo '    retention: { keep-years: 7 }' >> cartulary.yaml; cartulary prune"),
    Case("an older ledger beside a newer journal", "site", "cartulary ledger backup --ledger records.ledger --to old; "
         "cp $YEAR/2025-03.ndjson spool/; echo 2025-03 > records-cover; cartulary run --now 2025-04-05T00:00:00Z; "
         "cp old records.ledger; cp old.checkpoint records.ledger.checkpoint", "cartulary run --now 2025-04-06T00:00:00Z", 13, after=13),
    Case("an older ledger beside a newer coverage file", "site", "cartulary ledger backup --ledger records.ledger --to old; "
         "cp $YEAR/2025-03.ndjson spool/; echo 2025-03 > records-cover; cartulary run --now 2025-04-05T00:00:00Z; "
         "cp old records.ledger; cp old.checkpoint records.ledger.checkpoint; rm records.ledger.journal", "cartulary run --now 2025-04-06T00:00:00Z", 13, after=13),
    Case("an older ledger beside a spool that a newer one took from", "site", "cartulary ledger backup --ledger records.ledger --to old; "
         "cp $YEAR/2025-03.ndjson spool/; cartulary run --now 2025-03-20T00:00:00Z; "
         "for s in '' .checkpoint .coverage.json; do cp old$s records.ledger$s; done; rm records.ledger.journal; echo 2025-03 > records-cover",
         "cartulary run --now 2025-04-05T00:00:00Z", 13, after=13,
         then="eval \"$(cartulary ledger restore-drill | grep -m 1 -o 'find .* && rm .*')\" && cartulary run --now 2025-04-05T00:00:00Z && "
         "unzip -p archive/2025/audit-2025-03.zip audit-2025-03/data/bundle.json | grep '\"deployments\"'"),
    Case("an older ledger beside a newer archive", "site", "cartulary ledger backup --ledger records.ledger --to old; "
         "cp $YEAR/2025-03.ndjson spool/; echo 2025-03 > records-cover; cartulary run --now 2025-04-05T00:00:00Z; "
         "for s in '' .checkpoint .coverage.json; do cp old$s records.ledger$s; done; rm records.ledger.journal",
         "cartulary run --now 2025-04-06T00:00:00Z", 13, after=13),
    Case("an older ledger beside bundles that it does not know", "site", "cartulary ledger backup --ledger records.ledger --to old; "
         "cp $YEAR/2025-03.ndjson spool/; echo 2025-03 > records-cover; cartulary run --now 2025-04-05T00:00:00Z; "
         "for s in '' .checkpoint .coverage.json; do cp old$s records.ledger$s; done; rm records.ledger.journal archive/checkpoint",
         "cartulary run --now 2025-04-06T00:00:00Z", 13, after=13),
    Case("another ledger", "site", "mkdir other; cd other; cp -a $BASES/new/. .; cp ../archive-key* .; cp $YEAR/2025-01.ndjson spool/; echo 2025-02 > records-cover; "
         "cartulary run --now 2025-03-05T00:00:00Z; cp records.ledger* ..; cd ..", f"cartulary run {NOW}", 13, after=13),
    # Archives
    Case("an export into an archive", "site", "", f"{SEAL} --out archive", 64, apply=f"{SEAL} --out archive/2025 --uncovered 'closed early'"),
    Case("a period that a run keeps, sealed by hand", "site", "", f"{SEAL} --out archive/2025", 64, apply=f"{SEAL} --out archive/2025 --uncovered 'closed early'",
         then="cp $YEAR/2025-04.ndjson spool/; echo 2025-04 > records-cover; cartulary run --now 2025-05-05T00:00:00Z && "
         "cartulary verify --archive archive --trust archive-key.allowed_signers && cartulary catalogue --archive archive | grep uncovered"),
    Case("a correction that is left to the run", "site", "cartulary ingest $YEAR/2025-02-late.ndjson --ledger records.ledger --key archive-key "
         "--received 2025-03-05T01:00:00Z", f"{SEAL} --out archive/2025 --uncovered 'closed early'", 64,
         apply="cartulary run --config cartulary.yaml --now 2025-03-06T00:00:00Z", then=f"{SEAL} --out archive/2025 --uncovered 'closed early'"),
    Case("a ledger that is written to, and a dry run", "site", "", f"flock records.ledger.lock cartulary run --dry-run {NOW}", 75,
         apply=f"cartulary run --dry-run {NOW} --wait 60"),
    Case("a link in the place of a year", "site", "mv archive/2025 kept; ln -s ../kept archive/2025", f"cartulary run {NOW}", 13),
    Case("a link in the place of a year, and a repair", "site", "mv archive/2025 kept; ln -s ../kept archive/2025", "cartulary repair", 13,
         then="ls kept/*.damaged", then_status=2),
    Case("a folder in the place of the catalogue", "site", "rm archive/catalogue.json; mkdir archive/catalogue.json", f"cartulary run {NOW}", 13,
         then=f"cartulary run {NOW}"),
    Case("another bundle in the place of one, and no catalogue", "site", "cp archive/2025/audit-2025-02.zip archive/2025/audit-2025-01.zip; "
         "rm archive/catalogue.json archive/2025/catalogue.json", f"cartulary run {NOW}", 13, then=f"cartulary run {NOW}"),
    Case("a ZIP file in the place of a bundle, and no catalogue", "site", "rm archive/catalogue.json archive/2025/catalogue.json; "
         "python3 -c \"import zipfile; zipfile.ZipFile('archive/2025/audit-2025-01.zip', 'w').writestr('audit-2025-01/x', 'x')\"",
         f"cartulary run {NOW}", 65, then=f"cartulary run {NOW}"),
    Case("a changed byte of a bundle, and no catalogue", "site", f"{CHANGED_BYTE}; rm archive/catalogue.json archive/2025/catalogue.json; "
         "sed -i /verify-share/d cartulary.yaml", f"cartulary run {NOW}", 65, then=f"cartulary run {NOW}"),
    Case("a changed byte of a bundle", "site", CHANGED_BYTE, f"cartulary run {NOW}", 13, then=f"cartulary run {NOW}"),
    Case("a changed byte of a bundle, found before", "site", f"{CHANGED_BYTE}; cartulary run {NOW}", f"cartulary run {NOW}", 13, then=f"cartulary run {NOW}"),
    Case("a bundle whose key is lost", "site", "cp -a archive kept; cartulary key rotate --key archive-key -q; "
         "rm archive-key.1 archive/2025/audit-2025-01.zip", "cartulary repair --dry-run", 13, apply="cartulary repair --from kept", then="cartulary repair"),
    Case("another ledger, and no checkpoint", "site", "mkdir other; cd other; cp -a $BASES/new/. .; cp ../archive-key* .; "
         "cp $YEAR/2025-01.ndjson spool/; echo 2025-02 > records-cover; cartulary run --now 2025-03-05T00:00:00Z; "
         "for s in '' .checkpoint .journal .coverage.json; do cp records.ledger$s ..; done; rm ../archive/checkpoint", f"cartulary run {NOW}", 13, after=13),
    Case("a checkpoint that is none", "site", "echo x > archive/checkpoint", f"cartulary run {NOW}", 13, then=f"cartulary run {NOW}"),
    Case("the checkpoint of another archive", "site", "mkdir other; cd other; cp -a $BASES/new/. .; sed -i 's/name: audit/name: other/' cartulary.yaml; "
         "cp $YEAR/2025-01.ndjson spool/; echo 2025-01 > records-cover; cartulary run --now 2025-03-05T00:00:00Z; cd ..; cp other/archive/checkpoint archive/",
         f"cartulary run {NOW}", 13, after=13),
    Case("the catalogue of another archive", "site", "sed -i 's/\"archive\":\"audit\"/\"archive\":\"other\"/' archive/catalogue.json; rm archive/checkpoint",
         f"cartulary run {NOW}", 13, after=13),
    Case("a bundle too many", "site", "cp archive/2025/audit-2025-01.zip archive/2025/copy.zip", f"cartulary run {NOW}", 13, then=f"cartulary run {NOW}"),
    Case("a bundle that is gone", "site", "rm archive/2025/audit-2025-01.zip", f"cartulary run {NOW}", 66, then=f"cartulary run {NOW}"),
    Case("a year that is gone", "site", "rm -r archive/2025", f"cartulary run {NOW}", 65, then=f"cartulary run {NOW}"),
    Case("a bundle that is cut", "site", "truncate -s 100 archive/2025/audit-2025-02.zip", f"cartulary run {NOW}", 13, then=f"cartulary run {NOW}"),
    Case("a catalogue that is none", "site", "echo x > archive/catalogue.json", f"cartulary run {NOW}", 65, then=f"cartulary run {NOW}"),
    Case("a catalogue of a year that lists too little", "site", "sed -i 's/\"bundles\":\\[.*\\]/\"bundles\":[]/' archive/2025/catalogue.json",
         f"cartulary run {NOW}", 65, then=f"cartulary run {NOW}"),
    Case("a catalogue to show that is none", "site", "echo x > archive/catalogue.json", "cartulary catalogue --archive archive", 65),
    Case("an export of an older ledger into an archive", "site", "cartulary ledger backup --ledger records.ledger --to old; "
         "cp $YEAR/2025-03.ndjson spool/; echo 2025-03 > records-cover; cartulary run --now 2025-04-05T00:00:00Z; "
         "cp old records.ledger; cp old.checkpoint records.ledger.checkpoint", f"{SEAL} --out archive/2025", 13, after=13),
    # Retention
    Case("a tombstone of another key", "pruned", "sed -i '$ s/ [^ ]*$/ AAAA/' archive/tombstones", PRUNE, 13, then=PRUNE),
    Case("tombstones that are gone", "pruned", "rm archive/tombstones", PRUNE, 66, then=PRUNE),
    Case("tombstones and their copy that are gone", "pruned", "rm archive/tombstones records.ledger.archive-audit.tombstones",
         "cartulary repair", 66, then=PRUNE),
    Case("a bundle that expired, and no catalogue", "prunable", "rm archive/2020/audit-2020.zip; echo x > archive/catalogue.json",
         "faketime '2036-06-02' cartulary repair", 66, then=PRUNE),
    Case("a removed bundle that is made again", "pruned", "", f"{REMAKE} --out archive/2020", 73,
         apply=f"mkdir another-directory; {REMAKE} --out another-directory"),
    Case("a removed bundle that is there again", "pruned", "cp kept/2020/*.zip archive/2020/", "faketime '2036-06-02' cartulary run --confirm-time", 13,
         then="faketime '2036-06-03' cartulary verify --archive archive --trust archive-key.allowed_signers"),
    Case("a catalogue of other bundles", "site", "echo '    retention: { keep-years: 7 }' >> cartulary.yaml; "
         "sed -i 's/\"archive\":\"audit\"/\"archive\":\"other\"/' archive/catalogue.json", "cartulary prune", 13, after=13),
    Case("a bundle that is gone, and retention", "site", "echo '    retention: { keep-years: 7 }' >> cartulary.yaml; rm archive/2025/audit-2025-01.zip",
         "cartulary prune", 66, then="cartulary prune"),
    Case("a catalogue that somebody changed", "prunable", "sed -i 's/\"sealed\":\"2026/\"sealed\":\"2025/g' archive/20*/catalogue.json", PRUNE, 13,
         apply="faketime '2036-01-05' cartulary run --config cartulary.yaml", then=PRUNE),
    Case("a catalogue that contradicts the ledger", "prunable", forged(sealed="2025-01-01T00:00:00.0000000Z"), PRUNE, 13, then=PRUNE),
    Case("a catalogue that contradicts the bundle to remove", "prunable", forged(deployments=1000), PRUNE, 13, then=PRUNE),
    Case("a catalogue that lists a bundle as removed", "prunable", forged(path="2020/other.zip", removed="2025-01-01T00:00:00.0000000Z"), PRUNE, 66, then=PRUNE),
    Case("another bundle in the place of one to remove", "prunable", "cp archive/2021/audit-2021.zip archive/2020/audit-2020.zip", PRUNE, 13, then=PRUNE),
    Case("a ZIP file in the place of a bundle to remove", "prunable",
         "python3 -c \"import zipfile; zipfile.ZipFile('archive/2020/audit-2020.zip', 'w').writestr('audit-2020/x', 'x')\"", PRUNE, 13, then=PRUNE),
    Case("another file in the place of a removed bundle", "pruned", "echo x > archive/2020/audit-2020.zip", "faketime '2036-06-02' cartulary prune", 13, after=13),
]

# The commands that name the next step in a line `next:`, by the file of the command: a state, what is run before, the command.
NEXT = {
    "KeygenCommand.swift": ("empty", "", "cartulary keygen --out key"),
    "ExportCommand.swift": ("key", "", "cartulary export $YEAR/2025-01.ndjson --key key --out ."),
    "ArchiveSetup.swift": ("empty", "", "cartulary init . --begin 2025-01"),
    "KeyRotateCommand.swift": ("new", "", "cartulary key rotate --key archive-key"),
    "TemplateCommand.swift": ("empty", "", "cartulary template csv --out records.csv"),
    "LedgerDeclareBreakCommand.swift": (
        "site", "rm -r spool/done; mkdir b; sed -i 's/^ledger: .*/ledger: n.ledger/; s/name: audit/name: b/; s/directory: archive/directory: b/' cartulary.yaml",
        "cartulary ledger declare-break --checkpoint records.ledger.checkpoint --reason lost --by me --ledger n.ledger --key archive-key "
        "--received 2025-03-06T00:00:00Z"),
}
# A line of the list of bundles, which is no step.
NO_STEP = {"CatalogueCommand.swift"}


def run(session: Session):
    bin_folder = session.folder("bin")
    for name, program in (("cartulary", session.cartulary), ("cartulary-verify", session.verifier)):
        (bin_folder / name).symlink_to(program)
    bases = session.folder("bases")
    environment = {
        "PATH": f"{bin_folder}:{os.environ['PATH']}", "BASES": str(bases), "YEAR": str(ROOT / "fixtures/year"), "RECORDS": str(RECORDS),
        "NOBODY": "setpriv --reuid=65534 --regid=65534 --clear-groups",
    }

    def type_in(folder, line):
        return session.run("bash", "-c", line, cwd=folder, env=environment)

    for name, setup in BASES.items():
        (bases / name).mkdir()
        made = type_in(bases / name, f"set -e; {setup}")
        session.check(f"hints: the state {name} is made", made.status == 0, made.brief())
    known = sites()
    typed = set()
    for case in CASES:
        typed |= check(session, case, known, type_in, bases)
    steps(session, type_in, bases)
    untyped = [each.name for each in known if each.name not in typed and each.name not in UNTYPED]
    session.check("hints: every hint of the sources is typed", not untyped, "\n" + "\n".join(untyped))
    session.equal("hints: what is said to be untyped is there, and is not typed", sorted(
        name for name in UNTYPED if name in typed or all(each.name != name for each in known)), [])
    print(f"   hints: {len(known)} places, {len(typed)} typed, {len(UNTYPED)} cannot be printed here", flush=True)


def copy(base, folder):
    """Copies a state that no run goes on with where it was made."""
    shutil.copytree(base, folder, symlinks=True, dirs_exist_ok=True)
    for place in folder.glob("*.archive-*.place"):
        place.unlink()


def check(session, case, known, type_in, bases):
    """Runs a case; the names of the sites that may have made the hint that was typed."""
    folder = session.folder("case")
    copy(bases / case.base, folder)
    folder.chmod(0o755)
    prepared = type_in(folder, case.setup or "true")
    first = type_in(folder, case.command)
    title = f"hints: {case.name}"
    session.check(f"{title}: status", first.status == case.status, f"{case.command}: {first.brief()} (state: {prepared.brief()})")
    found = printed(first.err, known)
    hints = [hint for _, hint in found]
    if not session.check(f"{title}: a hint of the sources", len(found) > case.number, first.brief()):
        return set()
    hint = hints[case.number]
    if case.apply:
        missing = [word for word in re.findall(r"--[a-z-]+", hint) if word not in case.apply + case.command]
        # Of two ways a hint names, a case takes one.
        missing = [] if " or " in hint and len(missing) == 1 else missing
        session.equal(f"{title}: the options of the hint are typed", missing, [])
    command = COMMAND.search(hint)
    line = case.apply or (command and command[1])
    if session.check(f"{title}: the hint is a command, or the case adds its words", line, hint):
        second = type_in(folder, line)
        session.check(f"{title}: the hint works", second.status == case.after, f"{line}: {second.brief()}")
    if case.then:
        last = type_in(folder, case.then)
        session.check(f"{title}: and leads on", last.status == case.then_status, f"{case.then}: {last.brief()}")
    return set(found[case.number][0])


def steps(session, type_in, bases):
    """Types each next step that a command prints."""
    files = {path.name for path in (SOURCES / "cartulary").rglob("*.swift") if re.search(r"next: \\\(", path.read_text())}
    session.equal("hints: every next step is typed", sorted(files - NO_STEP), sorted(NEXT))
    for name, (base, setup, command) in NEXT.items():
        folder = session.folder("case")
        copy(bases / base, folder)
        type_in(folder, setup or "true")
        first = type_in(folder, command)
        line = re.search(r"^next: (.*)$", first.err, re.M)
        second = line and type_in(folder, line[1])
        session.check(f"hints: the next step of {name}", first.status == 0 and second and second.status == 0,
                      f"{first.brief()}; {line and line[1]}: {second and second.brief()}")


def printed(messages, known):
    """The hints of an output, each with the names of the sites that may have made it."""
    found, before = [], []
    for line in messages.splitlines():
        mark = re.match(r"cartulary(?:-verify)?: (error|warning|hint): (.*)", line)
        if mark and mark[1] != "hint":
            before.append(mark[2])
        elif mark:
            names = [each.name for each in known if each.hint.fullmatch(mark[2]) and
                     (each.name.startswith("FileSystem") or any(each.message.search(text) for text in before))]
            found.append((names, mark[2]))
            before = []
    return found
