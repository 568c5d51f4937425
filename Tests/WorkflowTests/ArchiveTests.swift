import AuditModel
import BundleFormat
import FileSystem
import Foundation
import MerkleTree
import Schedule
import Signing
import StrictJSON
import Synchronization
import Testing
import VerificationAnswers

@testable import ArchiveFormat
@testable import ArchiveVerifier
@testable import BundleVerifier

/// An archive of four months, the second of them corrected, made once; each test changes a copy.
enum Archive {
    static let made = Task { () -> Folder in
        let schedule = try TestSchedule()
        for month in ["2026-01", "2026-02", "2026-03", "2026-04"] { try schedule.feed(month) }
        try schedule.cover("2026-03")
        try await schedule.run("2026-04-01")
        try schedule.feed("2026-02", id: "late")
        try schedule.cover("2026-04")
        try await schedule.run("2026-05-01")
        return schedule.folder
    }

    /// Another archive of the same periods and key, with other records.
    static let other = Task { () -> Folder in
        let schedule = try TestSchedule()
        for month in ["2026-01", "2026-02"] { try schedule.feed(month, id: "other") }
        try schedule.cover("2026-04")
        try await schedule.run("2026-05-01")
        return schedule.folder
    }

    /// What the verification of a folder says, and its status.
    static func verify(
        _ folder: String, seed: UInt8 = 7, time: Int64 = 1_800_000_000,
        _ change: (inout ArchiveVerification) -> Void = { _ in }
    ) async throws -> (status: Int32, text: String) {
        let lines = Lines()
        let trust = try AllowedSigners(trusting: Array(try SealedLedger.key(seed).publicKey.openSSHLine().utf8))
        let verifier = Verifier(trust: trust, time: time, threads: 2)
        let run = Verification(verifier: verifier) { line in lines.texts.withLock { $0.append(line.text) } }
        var verification = ArchiveVerification(run, trust: trust, time: time)
        change(&verification)
        let status = try await verification.verify(folder)
        return (status, lines.texts.withLock { $0.joined(separator: "\n") })
    }

    private final class Lines: Sendable {
        let texts = Mutex<[String]>([])
    }
}

/// Changes to an archive's folder.
private struct Attack: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let status: Int32
    let message: String
    let change: @Sendable (String) async throws -> Void

    init(
        _ name: String, _ status: Int32, _ message: String, _ change: @escaping @Sendable (String) async throws -> Void
    ) {
        (testDescription, self.status, self.message, self.change) = (name, status, message, change)
    }

    private static func remove(_ path: String) throws { try FileManager.default.removeItem(atPath: path) }
    private static func move(_ path: String, _ target: String) throws {
        try FileManager.default.moveItem(atPath: path, toPath: target)
    }
    private static func copy(_ path: String, _ target: String) throws {
        try? FileManager.default.removeItem(atPath: target)
        try FileManager.default.copyItem(atPath: path, toPath: target)
    }
    private static func edit(_ folder: String, _ change: (inout Catalogue) -> Void) throws {
        let url = URL(fileURLWithPath: folder + "/catalogue.json")
        var catalogue = try #require(Catalogue(try JSONValue(parsing: Array(try Data(contentsOf: url)))))
        change(&catalogue)
        try Data(catalogue.value.file).write(to: url)
    }
    /// Changes what 2026 lists; the catalogue of the whole is made to agree unless told otherwise.
    fileprivate static func editYear(
        _ folder: String, isSummedUp: Bool = true, _ change: (inout CatalogueYear) -> Void
    ) throws {
        let url = URL(fileURLWithPath: folder + "/2026/catalogue.json")
        var year = try #require(CatalogueYear(try JSONValue(parsing: Array(try Data(contentsOf: url)))))
        change(&year)
        try Data(year.value.file).write(to: url)
        guard isSummedUp else { return }
        try edit(folder) { catalogue in
            catalogue.update(year)
            catalogue.last = year.entries.last
            catalogue.tree = Catalogue.tree(year.entries.compactMap { MerkleDigest(hexadecimal: $0.position.digest) })
        }
    }

    static let all = [
        Attack("one missing in the middle", 13, "position 2 is missing: 2026/audit-2026-02.zip") {
            try remove($0 + "/2026/audit-2026-02.zip")
        },
        Attack("one missing at the end", 13, "position 5 is missing") { try remove($0 + "/2026/audit-2026-04.zip") },
        Attack("the last taken out of folder and catalogue", 13, "lists 4 bundles, the checkpoint says 5") {
            try remove($0 + "/2026/audit-2026-04.zip")
            try editYear($0) { $0.entries.removeLast() }
        },
        Attack("a bundle a second time under another name", 13, "position 1 is taken by the same bundle") {
            try FileManager.default.createDirectory(atPath: $0 + "/2027", withIntermediateDirectories: true)
            try copy($0 + "/2026/audit-2026-01.zip", $0 + "/2027/audit-2026-01.zip")
        },
        Attack("an earlier bundle in the place of a later one", 13, "position 3 is missing") {
            try copy($0 + "/2026/audit-2026-02.zip", $0 + "/2026/audit-2026-03.zip")
        },
        Attack("two swapped", 13, "lists another bundle at position 1") {
            try move($0 + "/2026/audit-2026-01.zip", $0 + "/x")
            try move($0 + "/2026/audit-2026-02.zip", $0 + "/2026/audit-2026-01.zip")
            try move($0 + "/x", $0 + "/2026/audit-2026-02.zip")
        },
        Attack("another bundle for the same position", 13, "lists another bundle at position 2") {
            let other = try await Archive.other.value.path
            try copy(other + "/archive/2026/audit-2026-02.zip", $0 + "/2026/audit-2026-02.zip")
        },
        Attack("two different bundles for one position", 13, "position 2 is taken by different bundles") {
            let other = try await Archive.other.value.path
            try FileManager.default.createDirectory(atPath: $0 + "/2027", withIntermediateDirectories: true)
            try copy(other + "/archive/2026/audit-2026-02.zip", $0 + "/2027/audit-2026-02.zip")
        },
        Attack("an older checkpoint", 13, "is newer than the checkpoint") {
            try copy(try await Archive.other.value.path + "/archive/checkpoint", $0 + "/checkpoint")
        },
        Attack("no checkpoint", 13, "there is no checkpoint") { try remove($0 + "/checkpoint") },
        Attack("a checkpoint with another number", 13, "not signed by a trusted key") {
            let path = $0 + "/checkpoint"
            let text = try String(contentsOfFile: path, encoding: .utf8)
            try text.replacing("\n5\n", with: "\n4\n").write(toFile: path, atomically: true, encoding: .utf8)
        },
        Attack("the last bundle sealed before its period ended", 13, "before its period ended") {
            try editYear($0) { $0.entries[$0.entries.count - 1].sealed = $0.entries[0].position.from }
        },
        Attack("no catalogue", 13, "there is no catalogue.json") { try remove($0 + "/catalogue.json") },
        Attack("a catalogue with another figure", 13, "says something else of 2026/audit-2026-03.zip") {
            try editYear($0) { $0.entries[2].errors += 1 }
        },
        Attack("a year with another figure than the whole", 13, "catalogue.json says something else of 2026 than 2026/")
        {
            try editYear($0, isSummedUp: false) { $0.entries[2].errors += 1 }
        },
        Attack("a catalogue that names a year twice", 13, "catalogue.json cannot be read") {
            try edit($0) { $0.years.insert($0.years[0], at: 0) }
        },
        Attack("a year that lists nothing", 13, "2031/catalogue.json lists nothing") {
            try FileManager.default.createDirectory(atPath: $0 + "/2031", withIntermediateDirectories: true)
            let year = CatalogueYear(archive: "audit", year: "2031")
            try Data(year.value.file).write(to: URL(fileURLWithPath: $0 + "/2031/catalogue.json"))
            try edit($0) { $0.update(year) }
        },
        Attack("a year under another name", 13, "1815/catalogue.json is of another archive or year") {
            let from = URL(fileURLWithPath: $0 + "/2026/catalogue.json")
            var year = try #require(CatalogueYear(try JSONValue(parsing: Array(try Data(contentsOf: from)))))
            var moved = CatalogueYear(archive: year.archive, year: "1815")
            for index in year.entries.indices {
                year.entries[index].path = "1815/\(year.entries[index].position.name).zip"
            }
            moved.entries = year.entries
            try move($0 + "/2026", $0 + "/1815")
            try Data(moved.value.file).write(to: URL(fileURLWithPath: $0 + "/1815/catalogue.json"))
            try edit($0) {
                $0.years = [moved.summary]
                $0.last = moved.entries.last
            }
        },
        Attack("a letter that only looks the same", 13, "says something else of 2026/audit-2026-03.zip") {
            try editYear($0) { $0.entries[2].key = $0.entries[2].key.replacing("S", with: "\u{17F}") }
        },
        Attack("figures beyond all measure", 13, "2026/catalogue.json cannot be read") {
            try editYear($0, isSummedUp: false) { $0.entries[2].bytes = 1 << 53 }
        },
        Attack("no catalogue of a year", 13, "there is no 2026/catalogue.json") {
            try remove($0 + "/2026/catalogue.json")
        },
        Attack("a catalogue of a year too many", 13, "catalogue.json does not know 2027/catalogue.json") {
            try FileManager.default.createDirectory(atPath: $0 + "/2027", withIntermediateDirectories: true)
            try copy($0 + "/2026/catalogue.json", $0 + "/2027/catalogue.json")
        },
        Attack("a year of another archive", 13, "2026/catalogue.json is of another archive or year") {
            let year = CatalogueYear(archive: "other", year: "2026")
            try Data(year.value.file).write(to: URL(fileURLWithPath: $0 + "/2026/catalogue.json"))
        },
        Attack("a catalogue with another tree", 13, "catalogue.json does not sum up what its years list") {
            try edit($0) { $0.tree = Catalogue.tree([MerkleHash.emptyRoot]) }
        },
        Attack("a catalogue with another last bundle", 13, "catalogue.json does not sum up what its years list") {
            try edit($0) { $0.last?.errors += 1 }
        },
        Attack("a catalogue with another key", 13, "catalogue.json does not sum up what its years list") {
            try edit($0) { $0.keys.append("z") }
        },
        Attack("a catalogue of a year that cannot be read", 13, "2026/catalogue.json cannot be read") {
            try Data("{}\n".utf8).write(to: URL(fileURLWithPath: $0 + "/2026/catalogue.json"))
        },
        Attack("a catalogue without a bundle", 13, "does not list 2026/audit-2026-04.zip") {
            try editYear($0) { $0.entries.removeLast() }
        },
        Attack("a catalogue that promises another period", 13, "promises another period") {
            try edit($0) { $0.next?.due = Timestamp(unixSeconds: 0) }
        },
        Attack("a catalogue of another archive", 13, "names another archive") {
            try edit($0) { $0.archive = "other" }
        },
        Attack("a catalogue that was promised otherwise", 13, "says something else of 2026/audit-2026-02.zip") {
            try editYear($0) { $0.entries[1].due = Timestamp(unixSeconds: 0) }
        },
        Attack("a catalogue that was sealed at another time", 13, "the signed log of a later bundle says") {
            try editYear($0) { $0.entries[1].sealed = Timestamp(unixSeconds: 1_767_225_600) }
        },
        Attack("a catalogue in another order", 13, "does not list the positions in order") {
            try editYear($0) { $0.entries.swapAt(0, 1) }
        },
        Attack("a catalogue in another spelling", 13, "is not canonical") {
            let url = URL(fileURLWithPath: $0 + "/catalogue.json")
            try (try Data(contentsOf: url) + Data("\n".utf8)).write(to: url)
        },
        Attack("a link that looks like a bundle", 13, "2026/audit-2026-05.zip is a link") {
            try FileManager.default.createSymbolicLink(
                atPath: $0 + "/2026/audit-2026-05.zip", withDestinationPath: "audit-2026-04.zip")
        },
        Attack("a hidden bundle", 13, "looks like a bundle") {
            try copy($0 + "/2026/audit-2026-04.zip", $0 + "/2026/.audit-2026-04.zip")
        },
        Attack("a bundle with a name in capitals", 13, "looks like a bundle") {
            try copy($0 + "/2026/audit-2026-04.zip", $0 + "/2026/AUDIT.ZIP")
        },
        Attack("a checkpoint that is a pipe", 13, "checkpoint is a FIFO, expected a regular file") {
            try remove($0 + "/checkpoint")
            try #require(mkfifo($0 + "/checkpoint", 0o600) == 0)
        },
        Attack("a name that speaks to the terminal", 13, "\\u{1B}[2J") {
            try copy($0 + "/2026/audit-2026-04.zip", $0 + "/2026/\u{1B}[2J.zip")
        },
        Attack("a file that is no bundle", 13, "2026/notes.zip is no sealed bundle") {
            try Data("notes".utf8).write(to: URL(fileURLWithPath: $0 + "/2026/notes.zip"))
        },
        Attack("one byte changed in a bundle", 10, "Archive") { folder in
            let url = URL(fileURLWithPath: folder + "/2026/audit-2026-03.zip")
            var data = try Data(contentsOf: url)
            data[data.count / 2] ^= 1
            try data.write(to: url)
        },
        Attack("nothing in it", 14, "found 0") {
            try remove($0 + "/2026")
        },
    ]
}

@Suite("Archives")
struct ArchiveTests {
    @Test("an archive that nobody touched is valid, and says how much was asked for and found")
    func valid() async throws {
        let folder = try await Archive.made.value.path + "/archive"
        let result = try await Archive.verify(folder)
        #expect(result.status == 0, "\(result.text)")
        #expect(result.text.contains("expected 5 bundles, found 5, 5 of 5 valid"))
    }

    @Test("every attack on the series has its own finding and status", arguments: Attack.all)
    fileprivate func attacks(_ attack: Attack) async throws {
        let folder = try Folder()
        let path = folder.path + "/archive"
        try FileManager.default.copyItem(atPath: try await Archive.made.value.path + "/archive", toPath: path)
        try await attack.change(path)
        let result = try await Archive.verify(path)
        #expect(result.status == attack.status, "\(result.text)")
        #expect(result.text.contains(attack.message), "\(result.text)")
    }

    @Test("the last bundle was not sealed before the last entry of its log was accepted")
    func sealedBefore() async throws {
        let schedule = try TestSchedule()
        try schedule.feed("2026-01")
        try schedule.cover("2026-01")
        try await schedule.run("2026-02-03")
        #expect(try await Archive.verify(schedule.directory).status == 0)
        try Attack.editYear(schedule.directory) { $0.entries[0].sealed = $0.entries[0].position.to }
        let result = try await Archive.verify(schedule.directory)
        #expect(result.status == 13 && result.text.contains("before the last entry of its log"), "\(result.text)")
    }

    @Test("with another key than the signer's nothing is trusted")
    func untrusted() async throws {
        let folder = try await Archive.made.value.path + "/archive"
        #expect(try await Archive.verify(folder, seed: 8).status == 12)
    }

    @Test("the parts of a subset are the whole, and what was valid is not read again")
    func subset() async throws {
        let folder = try await Archive.made.value.path + "/archive"
        var verified = 0
        for number in 1...3 {
            let result = try await Archive.verify(folder) { $0.subset = ArchiveVerification.Subset("\(number)/3") }
            #expect(result.status == 0)
            let count = try #require(result.text.firstMatch(of: /([0-9]+) of ([0-9]+) valid/)?.2)
            verified += Int(count) ?? 0
        }
        #expect(verified == 5)
        #expect(ArchiveVerification.Subset("0/3") == nil && ArchiveVerification.Subset("4/3") == nil)
        let marks = Marks()
        func resume(
            _ folder: String, _ earlier: Set<ArchiveMemory.Mark>
        ) async throws -> (status: Int32, text: String) {
            try await Archive.verify(folder) {
                $0.memory = ArchiveMemory(Array(earlier))
                $0.remember = { mark in marks.all.withLock { _ = $0.insert(mark) } }
            }
        }
        _ = try await resume(folder, [])
        let again = try await resume(folder, marks.all.withLock { $0 })
        #expect(again.status == 0 && again.text.contains("0 of 0 valid, 5 valid in an earlier run"), "\(again.text)")
        let copy = try Folder()
        try FileManager.default.copyItem(atPath: folder, toPath: copy.path + "/archive")
        let url = URL(fileURLWithPath: copy.path + "/archive/2026/audit-2026-03.zip")
        var data = try Data(contentsOf: url)
        data[data.count / 2] ^= 1
        try data.write(to: url)
        #expect(try await resume(copy.path + "/archive", marks.all.withLock { $0 }).status == 10)
    }

    @Test("what an earlier run, or a checkpoint that was kept, saw has to be there still")
    func memory() async throws {
        let folder = try await Archive.made.value.path + "/archive"
        let bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: folder + "/checkpoint")))
        let note = try SignedNote(parsing: bytes)
        let now = try Checkpoint(text: note.text)
        func check(_ marks: [ArchiveMemory.Mark], since: SignedNote? = nil) async throws -> (
            status: Int32, text: String
        ) {
            try await Archive.verify(folder) {
                $0.memory = ArchiveMemory(marks)
                $0.since = since
            }
        }
        func signed(_ checkpoint: Checkpoint, seed: UInt8 = 7) throws -> SignedNote {
            try SignedNote(signing: checkpoint.text, name: checkpoint.origin, with: SealedLedger.key(seed))
        }
        #expect(try await check([.checkpoint(now)], since: note).status == 0)
        var longer = now
        longer.size += 1
        var forked = now
        forked.size -= 1
        var foreign = now
        foreign.origin += "-2"
        for (checkpoint, words) in [(longer, "went back"), (forked, "was forked"), (foreign, "this archive is")] {
            let remembered = try await check([.checkpoint(checkpoint)])
            #expect(remembered.status == 13 && remembered.text.contains(words), "\(remembered.text)")
            let kept = try await check([], since: try signed(checkpoint))
            #expect(kept.status == 13 && kept.text.contains(words), "\(kept.text)")
        }
        let stranger = try await check([], since: try signed(now, seed: 8))
        #expect(stranger.status == 13 && stranger.text.contains("not signed by a key of the trust file"))
        let digest = String(repeating: "0", count: 64)
        #expect(try await check([.bundle(sequence: 1, digest: digest)]).text.contains("an earlier run saw, is another"))
        #expect(try await check([.bundle(sequence: 9, digest: digest)]).text.contains("an earlier run saw, is gone"))
    }

    @Test("the answer says of what it is, and names a promise that is overdue")
    func facts() async throws {
        let folder = try await Archive.made.value.path + "/archive"
        let result = try await Archive.verify(folder)
        for words in ["  archive: audit, ledger ", "  key: SHA256:", "  periods: ", "  next: ", "  corrections: "] {
            #expect(result.text.contains(words), "\(words) in \(result.text)")
        }
        let later = try await Archive.verify(folder, time: 2_051_222_400)
        #expect(later.status == 0 && later.text.contains("warning: overdue: the bundle of "), "\(later.text)")
    }

    @Test("a correction does not move a promise silently: the first one counts, and a later one is said")
    func movedPromise() async throws {
        let schedule = try TestSchedule()
        try schedule.feed("2026-01")
        try schedule.cover("2026-01")
        try await schedule.run("2026-02-01")
        let folder = schedule.folder.path + "/archive"
        let before = try await Archive.verify(folder)
        let promised = try #require(before.text.firstMatch(of: /promised by ([^ \n]+)\n/)?.1)
        #expect(before.text.contains("warning: overdue: the bundle of "), "\(before.text)")
        schedule.plan.archives[0].dueDays = 3600
        try schedule.feed("2026-01", id: "late")
        try await schedule.run("2026-02-02")
        #expect(schedule.reports.contains("audit: corrected audit-2026-01-r1"), "\(schedule.reports)")
        let after = try await Archive.verify(folder)
        #expect(after.status == 0)
        #expect(
            after.text.contains("promised by \(promised); the last bundle, audit-2026-01-r1, says by 2036-"),
            "\(after.text)")
        #expect(after.text.contains("was promised by \(promised), and is not here"), "\(after.text)")
    }

    @Test("a key that has ended counts for bundles that a later one, with a key that counts, lists; for no others")
    func keysThatEnded() async throws {
        let schedule = try TestSchedule()
        try schedule.feed("2026-01")
        try schedule.cover("2026-01")
        try await schedule.run("2026-02-01")
        let alone = schedule.folder.path + "/alone"
        try FileManager.default.copyItem(atPath: schedule.folder.path + "/archive", toPath: alone)
        try schedule.cover("2026-02")
        try await schedule.run("2026-03-01") { options in
            if let key = try? SealedLedger.key(8) { options.key = key }
        }
        let lines = try [(UInt8(7), "valid-before=\"20260215Z\""), (8, "valid-after=\"20260215Z\"")].map {
            seed, limit in
            "a namespaces=\"cartulary-audit-bundle\",\(limit) \(try SealedLedger.key(seed).publicKey.openSSHLine())\n"
        }
        let trust = try AllowedSigners(trusting: Array(lines.joined().utf8))
        func status(_ folder: String) async throws -> Int32 {
            let run = Verification(verifier: Verifier(trust: trust, time: 1_800_000_000, threads: 2)) { _ in }
            return try await ArchiveVerification(run, trust: trust, time: 1_800_000_000).verify(folder)
        }
        #expect(try await status(schedule.folder.path + "/archive") == 0)
        #expect(try await status(alone) == 12)
    }

    private final class Marks: Sendable {
        let all = Mutex<Set<ArchiveMemory.Mark>>([])
    }

    @Test("gaps, overlaps and wrong revisions are named")
    func periods() throws {
        func member(_ sequence: Int, _ period: String, revision: Int = 0, supersedes: Int? = nil) throws
            -> ArchiveChecks.Member
        {
            let period = try #require(Period(label: period))
            var entry = CatalogueEntry(
                SeriesPosition(
                    sequence: sequence, revision: revision, name: "b\(sequence)",
                    digest: String(repeating: "0", count: 64),
                    from: period.from, to: period.to))
            (entry.path, entry.supersedes) = ("b\(sequence).zip", supersedes)
            return ArchiveChecks.Member(
                entry: entry, archive: "audit", basis: "", filters: .null, next: nil, series: "s")
        }
        func problems(_ members: [ArchiveChecks.Member]) throws -> String {
            let folder = try Folder()
            var checks = ArchiveChecks(
                members: members, foreign: [], folder: try ArchiveFolder(folder.path), keys: [])
            checks.run()
            return checks.problems.joined(separator: "\n")
        }
        #expect(try problems([member(1, "2026-01"), member(2, "2026-03")]).contains("a gap between b1.zip"))
        #expect(try problems([member(1, "2026-Q1"), member(2, "2026-03")]).contains("an overlap between b1.zip"))
        let wrong = try problems([member(1, "2026-01"), member(2, "2026-01", revision: 2, supersedes: 1)])
        #expect(wrong.contains("b2.zip is revision 2 of its period, expected 1 that corrects b1.zip"))
        let right = try problems([member(1, "2026-01"), member(2, "2026-01", revision: 1, supersedes: 1)])
        #expect(!right.contains("revision") && !right.contains("gap"))
    }
}

@Suite("Catalogues")
struct CatalogueTests {
    @Test("a run that seals nothing leaves the catalogue as it is; what is open stands in it")
    func isQuiet() async throws {
        let schedule = try TestSchedule()
        try schedule.feed("2026-01")
        try await schedule.run("2026-02-02")
        let page = schedule.folder.path + "/archive/catalogue.html"
        #expect(
            try String(contentsOfFile: page, encoding: .utf8).contains("2026-01 was due and is not sealed: source feed")
        )
        try schedule.cover("2026-01")
        try await schedule.run("2026-02-02")
        let before = try schedule.files("archive").map {
            try Data(contentsOf: URL(fileURLWithPath: schedule.folder.path + "/archive/" + $0))
        }
        try await schedule.run("2026-02-03")
        let after = try schedule.files("archive").map {
            try Data(contentsOf: URL(fileURLWithPath: schedule.folder.path + "/archive/" + $0))
        }
        #expect(before == after)
    }

    @Test("late, corrected and uncovered periods say so")
    func tells() async throws {
        let schedule = try TestSchedule()
        schedule.plan.archives[0].dueDays = 5
        for month in ["2026-01", "2026-02", "2026-03"] { try schedule.feed(month) }
        try schedule.cover("2026-01")
        try await schedule.run("2026-02-01")
        try schedule.cover("2026-02")
        try schedule.feed("2026-01", id: "late")
        try await schedule.run("2026-03-20")
        try await schedule.run("2026-04-01") { $0.uncovered = [.init("audit", "2026-03", reason: "feed <was> off")] }
        let bytes = try Data(contentsOf: URL(fileURLWithPath: schedule.folder.path + "/archive/2026/catalogue.json"))
        let catalogue = try #require(CatalogueYear(try JSONValue(parsing: Array(bytes))))
        #expect(
            catalogue.entries.map(\.position.name) == [
                "audit-2026-01", "audit-2026-01-r1", "audit-2026-02", "audit-2026-03",
            ])
        #expect(catalogue.entries.map(\.isLate) == [false, false, true, false])
        #expect(catalogue.entries[1].supersedes == 1 && catalogue.entries[3].uncovered == "feed <was> off")
        let page = try String(contentsOfFile: schedule.folder.path + "/archive/catalogue.html", encoding: .utf8)
        #expect(page.contains("feed &lt;was&gt; off") && !page.contains("<was>"))
        #expect(page.contains("corrected by position 2") && page.contains("late, promised by 2026-03-06"))
    }

    @Test("a bundle that was taken away is told with every run")
    func missesBundles() async throws {
        let schedule = try TestSchedule()
        try schedule.feed("2026-01")
        try schedule.cover("2026-01")
        try await schedule.run("2026-02-01")
        try FileManager.default.removeItem(atPath: schedule.folder.path + "/archive/2026/audit-2026-01.zip")
        for _ in 0..<2 {
            let result = try await schedule.run("2026-02-02")
            #expect(result.failures.map(\.kind) == [.noInput])
        }
    }

    @Test("two archives in one folder are refused, not mixed")
    func refusesMixing() async throws {
        let schedule = try TestSchedule()
        var other = schedule.plan.archives[0]
        other.name = "other"
        schedule.plan.archives.append(other)
        try schedule.feed("2026-01")
        try schedule.cover("2026-01")
        for path in ["archive", "./archive/", "link"] {
            try? FileManager.default.createSymbolicLink(
                atPath: schedule.folder.path + "/link", withDestinationPath: "archive")
            schedule.plan.archives[1].directory = schedule.folder.path + "/" + path
            for isDryRun in [true, false] {
                let error = await #expect(throws: EnvironmentError.self) {
                    try await schedule.run("2026-02-01") { $0.isDryRun = isDryRun }
                }
                #expect(error?.message.contains("archives audit and other have the same folder") == true)
            }
        }
        #expect(try schedule.bundles() == [] && !FileManager.default.fileExists(atPath: schedule.plan.ledger))
    }
}
