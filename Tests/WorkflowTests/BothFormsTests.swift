import AuditModel
import BundleExport
import BundleFormat
import Foundation
import Ledger
import LedgerUpkeep
import RecordAnalysis
import StrictJSON
import Testing

@testable import BundleVerifier

/// The same histories as JSON, as the service's own CSV, or as both: one content, whatever the order, with or without a ledger.
@Suite("One history in two forms")
struct BothFormsTests {
    /// How many seeds are tried: a few, or as many as asked for.
    static let count = ProcessInfo.processInfo.environment["CARTULARY_BOTH_FORMS"].flatMap(Int.init) ?? 9

    private static let files = [
        "audit-trail.json", "deployments.csv", "transitions.csv", "metrics.json", "metrics.csv",
    ]

    /// What a bundle says but for how its records arrived: its content files, derived findings, and what lies in the future.
    private struct Said: Equatable {
        var files: [String: String]
        var findings: [String]

        init(_ text: (String) throws -> String) rethrows {
            files = [:]
            for name in BothFormsTests.files { files[name] = try text(name) }
            let all = try text("findings.json").split(separator: "\n").compactMap { line in
                try? JSONValue(parsing: Array((line.hasSuffix(",") ? line.dropLast() : line).utf8)).object
            }
            findings = all.compactMap { finding in
                if finding["origin"]?.string == "derived" {
                    return String(decoding: JSONValue.object(finding).bytes, as: UTF8.self)
                }
                guard finding["code"]?.string == "timestamp-in-future" else { return nil }
                return "\(finding["deploymentId"]?.string ?? "") \(finding["transitionId"]?.string ?? "")"
            }.sorted()
        }

        /// The names of what differs.
        func differences(from other: Said) -> [String] {
            files.keys.filter { files[$0] != other.files[$0] }.sorted()
                + (findings == other.findings ? [] : ["findings"])
        }
    }

    private static let clock = Timestamp(unixSeconds: 1_772_323_200)

    private func exported(_ texts: [String]) async throws -> Said {
        let made = try await MadeBundle.make(texts: texts) {
            $0.analysis.asOf = nil
            $0.analysis.clock = Self.clock
        }
        return Said { made.text($0) }
    }

    /// Takes texts into a ledger, those of one element in one run, and says what an answer has.
    private func kept(_ runs: [[String]], _ seed: Int) async throws -> Said {
        let sealed = try SealedLedger()
        var number = 0
        for run in runs {
            let files = try run.map { text in
                number += 1
                return try sealed.ledger.folder.write(text, to: "in-\(number)")
            }
            try await sealed.ledger.ingest(files: files)
        }
        let results = try await sealed.export(nil)
        try await LedgerSealTests.isValid(results)
        #expect(try sealed.ledger.problems() == [], "seed \(seed)")
        let path = results[0].path
        return try Said { try SealedLedger.text(path, "data/\($0)") }
    }

    @Test(
        "JSON, the CSV of it and both say the same, in each order, at once and through a ledger", arguments: 0..<count)
    func oneContent(_ seed: Int) async throws {
        let forms = BothForms(seed: UInt64(seed))
        let csv = forms.csv
        let all = forms.json + [csv]
        let alone = try await exported(forms.json)
        for order in [all, all.reversed(), [all[1], csv, all[0]]] {
            #expect(try await exported(order).differences(from: alone) == [], "at once, seed \(seed)")
        }
        let runs: [(name: String, runs: [[String]])] = [
            ("JSON alone", [forms.json]), ("one run", [all]), ("one run, CSV first", [all.reversed()]),
            ("CSV first", [[csv], forms.json]), ("JSON first", [forms.json, [csv]]),
            ("CSV between", [[forms.json[1]], [csv], [forms.json[0]]]),
            ("JSON in another order", [[csv, forms.json[1]], [forms.json[0]]]),
        ]
        for example in runs {
            #expect(try await kept(example.runs, seed).differences(from: alone) == [], "\(example.name), seed \(seed)")
        }
    }

    @Test("the CSV alone says the same at once and through a ledger, once and repeated", arguments: 0..<count / 3)
    func csvAlone(_ seed: Int) async throws {
        let csv = BothForms(seed: UInt64(seed)).csv
        let alone = try await exported([csv])
        let lines = csv.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        let turned = ([lines[0]] + lines.dropFirst().reversed()).joined(separator: "\n") + "\n"
        #expect(try await exported([turned, csv]).differences(from: alone) == [], "seed \(seed)")
        for runs in [[[csv]], [[csv, turned]], [[turned], [csv]]] {
            #expect(try await kept(runs, seed).differences(from: alone) == [], "seed \(seed)")
        }
    }

    @Test("a row and a JSON transition without identifier are one if they agree in the columns, else two")
    func withoutIdentifier() async throws {
        let time = "2026-02-10T10:00:00Z"
        let row = Text.header + Text.row("d", "Queued", time, message: "a b", round: "5")
        let same = [
            ##","message":"a\nb","confirmedRound":5,"metadata":{"note":"n"}"##,
            ##","message":"a b","confirmedRound":"5","transactionHash":"""##,
            ##","message":"a\r\nb","confirmedRound":5.0,"errorMessage":"only in JSON""##,
        ]
        let other = [
            ##","message":"a  b","confirmedRound":5"##, ##","message":"a b","confirmedRound":6,"metadata":{}"##,
            // The export would have left its cell empty.
            ##","confirmedRound":5,"metadata":{"note":"n"}"##,
        ]
        for (texts, count) in [(same, 1), (other, 2)] {
            for members in texts {
                let json = Text.transition(nil, "d", "Queued", time, members)
                for order in [[row, json], [json, row]] {
                    let result = try await Analysed.texts(order)
                    #expect(result.sums.acceptedTransitions == count, "\(members)")
                    #expect(result.sums.duplicates == 2 - count, "\(members)")
                    let ledger = try TestLedger()
                    for text in order { try await ledger.ingest(text) }
                    let status = try LedgerView.status(ledger.path)
                    #expect(status.superseded == (count == 1 && order[0] == row ? 1 : 0), "\(members)")
                    #expect(try ledger.problems() == [])
                }
            }
        }
    }
}
