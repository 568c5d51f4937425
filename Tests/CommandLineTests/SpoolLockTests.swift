import Foundation
import StrictJSON
import Testing

/// Programs that work on one spool at the same instant.
@Suite("Two programs on one spool")
struct SpoolLockTests {
    private static let count = 40
    private static let program = CommandFolder.programs.appending(path: "cartulary").path

    /// Two sites whose source is the spool of the first; `other` has a ledger of its own.
    private static func sites() throws -> SealedSite {
        let site = try SealedSite()
        let made = try site.folder.shell(
            "rm site/spool/.ledger.json && \(program) init other --begin 2026-01 --covers-until unchecked --due-after 0d >/dev/null"
                + " && sed -i 's|spool: spool$|spool: ../site/spool|' other/cartulary.yaml")
        #expect(made.status == 0, "\(made.messages)")
        for number in 0..<count {
            let line =
                #"{"id":"n\(number)","deploymentId":"n\(number)","status":"Queued","timestamp":"2026-02-10T10:00:00Z"}"#
            _ = try site.folder.write(
                line.replacingOccurrences(of: #"\(number)"#, with: "\(number)") + "\n",
                to: "site/spool/n\(number).ndjson")
        }
        return site
    }

    /// Runs two commands at the same time; their statuses, and what each says.
    private static func both(_ site: SealedSite, _ first: String, and second: String) throws -> [(
        status: String, messages: String
    )] {
        let ran = try site.folder.shell(
            "(\(program) \(first) >a.out 2>&1; echo $? >a.status) & (\(program) \(second) >b.out 2>&1; echo $? >b.status) & wait"
        )
        #expect(ran.status == 0)
        return try ["a", "b"].map { name in
            (
                try site.folder.read("\(name).status").trimmingCharacters(in: .whitespacesAndNewlines),
                try site.folder.read("\(name).out")
            )
        }
    }

    private static func run(_ name: String, wait: Int = 0) -> String {
        "run --config \(name)/cartulary.yaml --now 2026-02-20T00:00:00Z --wait \(wait)"
    }

    @Test("of runs with two ledgers one takes all files, and the other says who has them", arguments: [0, 30])
    func twoLedgers(wait: Int) throws {
        let site = try Self.sites()
        let both = try Self.both(site, Self.run("site", wait: wait), and: Self.run("other", wait: wait))
        #expect(both.map(\.status).contains("0"), "\(both)")
        let loser = try #require(both.first { $0.status != "0" })
        #expect(loser.status == "13" || wait == 0 && loser.status == "75", "\(both)")
        #expect(loser.messages.contains("spool"), "\(both)")
        let done = try site.folder.shell("ls site/spool/done | wc -l; ls site/spool/.taking | wc -l")
        #expect(
            done.output.split(separator: "\n").map { $0.trimmingCharacters(in: .whitespaces) } == [
                "\(Self.count + 1)", "0",
            ])
        let winner = both[0].status == "0" ? "site" : "other"
        let drill = try site.folder.run("ledger", "restore-drill", "--config", "\(winner)/cartulary.yaml")
        // The file of January is the first site's alone.
        #expect(drill.status == (winner == "site" ? 0 : 1), "\(drill.output)\(drill.messages)")
    }

    @Test("whoever has the spool makes another ledger's run and an ingest wait, or end with 75 and its name")
    func waits() throws {
        let site = try Self.sites()
        let keygen = try site.folder.run("keygen", "--out", "key", "-q")
        #expect(keygen.status == 0)
        for (kind, command, status) in [
            ("-x", Self.run("other"), 75), ("-s", Self.run("other"), 75), ("-x", Self.run("other") + " --dry-run", 75),
            ("-x", "ingest site/spool --ledger own --key key --received 2026-02-20T00:00:00Z", 75),
            ("-x", "ingest site/spool/n1.ndjson --ledger own --key key --received 2026-02-20T00:00:00Z", 75),
            ("-s", "ingest site/spool --ledger own --key key --received 2026-02-20T00:00:00Z", 0),
        ] {
            let ran = try site.folder.shell("flock \(kind) site/spool \(Self.program) \(command)")
            #expect(ran.status == Int32(status), "\(command): \(ran.messages)")
            guard status == 75 else { continue }
            #expect(
                ran.messages.contains("site/spool\" is in use by another run or ingest, waited 0 s")
                    && ran.messages.contains("hint: add --wait 600"), "\(ran.messages)")
        }
        let waited = try site.folder.shell(
            "flock -x site/spool sleep 1 & \(Self.program) \(Self.run("other", wait: 60)); status=$?; wait; exit $status"
        )
        #expect(waited.status == 0, "\(waited.messages)")
    }

    @Test("of two runs with one ledger, or a run and an ingest, nothing is lost", arguments: [false, true])
    func oneLedger(isIngest: Bool) throws {
        let site = try Self.sites()
        let second =
            isIngest
            ? "ingest site/spool --ledger site/records.ledger --key site/archive-key --received 2026-02-20T00:00:00Z"
            : Self.run("site")
        let both = try Self.both(site, Self.run("site"), and: second)
        #expect(both.allSatisfy { ["0", "75"].contains($0.status) } && both.contains { $0.status == "0" }, "\(both)")
        for ran in both where ran.status == "75" { #expect(ran.messages.contains("another run"), "\(both)") }
        let last = try site.run("2026-03-02")
        #expect(last.status == 0, "\(last.messages)")
        let listed = try site.folder.run("catalogue", "--archive", "site/archive")
        #expect(listed.output.contains("\(Self.count) deployments"), "\(listed.output)")
    }
}
