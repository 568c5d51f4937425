import AuditModel
import BundleExport
import FileSystem
import Ledger
import RecordAnalysis
import Testing

/// Whoever signs a bundle says that something is in it, or that nothing was expected.
@Suite("Bundles without deployments")
struct EmptyBundleTests {
    @Test("a bundle without deployments is refused unless that is accepted, whatever left it empty")
    func emptyBundles() async throws {
        let header = Text.header
        let record = Text.deployment("d", #","network":"n","createdAt":"2026-02-01T00:00:00Z""#)
        let cases: [(texts: [String], change: @Sendable (inout Selection) -> Void)] = [
            ([""], { _ in }), (["[]"], { _ in }), ([#"{"success":false}"#], { _ in }),
            ([header], { _ in }), (["[]", "", header], { _ in }), ([""], { $0.networks = ["n"] }),
            ([record], { $0.period = Period(label: "2020") }), ([record], { $0.statuses = [.failed] }),
        ]
        for (texts, change) in cases {
            let error = await #expect(throws: EnvironmentError.self) {
                try await MadeBundle.make(texts: texts) { change(&$0.analysis.selection) }
            }
            #expect(error?.kind == .usage, "\(texts)")
            #expect(error?.hint?.description.contains("--allow-empty") == true, "\(texts)")
            let bundle = try await MadeBundle.make(texts: texts) { options in
                change(&options.analysis.selection)
                options.analysis.allowsEmpty = true
            }
            #expect(bundle.result.deployments == 0, "\(texts)")
        }
    }

    @Test("an empty answer is refused and burns no key; an empty period of a series is sealed")
    func emptyAnswers() async throws {
        let sealed = try SealedLedger()
        try await sealed.ledger.ingest(LedgerSealTests.january)
        for key in [nil, "k"] {
            let error = await #expect(throws: EnvironmentError.self) {
                try await sealed.export("2020") { options in
                    options.isResponse = true
                    options.idempotencyKey = key
                }
            }
            #expect(error?.kind == .usage)
        }
        let accepted: (inout LedgerExportOptions) -> Void = { options in
            options.idempotencyKey = "k"
            options.export.analysis.allowsEmpty = true
        }
        let answer = try await sealed.export("2020", accepted)[0]
        #expect(answer.deployments == 0)
        #expect(try await sealed.export("2020") { $0.idempotencyKey = "k" }[0].wasThere)
        #expect(try await sealed.export("2026-01")[0].deployments == 1)
        #expect(try await sealed.export("2026-02")[0].deployments == 0, "nothing happened, and that is stated")
    }
}
