package import BundleFormat
package import Signing
import StrictJSON

/// Verifies the folder of an archive: every bundle, and that they are all.
package struct ArchiveVerification: Sendable {
    /// Which of the bundles are verified as a whole this time: every `count`-th, from the `number`-th on.
    package struct Subset: Sendable {
        package var number: Int
        package var count: Int

        /// Reads `3/12`; nil for anything else.
        package init?(_ text: String) {
            let parts = text.split(separator: "/", omittingEmptySubsequences: false).map { Int($0) }
            guard parts.count == 2, let number = parts[0], let count = parts[1], (1...1000).contains(count),
                (1...count).contains(number)
            else { return nil }
            (self.number, self.count) = (number, count)
        }

        func contains(_ sequence: Int) -> Bool { sequence % count == number % count }
    }

    private let run: VerificationRun
    private let trust: AllowedSigners
    private let time: Int64
    package var subset: Subset?
    /// Bundles that were valid in an earlier run, by the digest of what is signed and their size; and where new ones go.
    package var earlier: Set<String> = []
    package var remember: @Sendable (String) -> Void = { _ in }
    /// Called before each bundle with its number and how many there are.
    package var progress: (@Sendable (Int, Int) -> Void)?

    package init(_ run: VerificationRun, trust: AllowedSigners, time: Int64) {
        (self.run, self.trust, self.time) = (run, trust, time)
    }

    /// Verifies the folder at `path` and returns the exit status.
    ///
    /// Throws only if a file cannot be read.
    package func verify(_ path: String) async throws(ByteStoreError) -> Int32 {
        let folder = try ArchiveFolder(path)
        var state = State()
        for (number, file) in folder.bundles.enumerated() {
            progress?(number + 1, folder.bundles.count)
            try await take(file, in: path, &state)
        }
        for (number, problems) in state.across.problems().enumerated() {
            if let problems { state.reports[number].report.add(across: problems) }
        }
        var checks = ArchiveChecks(
            members: state.members, strangers: state.strangers, folder: folder, trust: trust, time: time)
        checks.run()
        for entry in state.reports where entry.isWhole || entry.report.verdict != .valid {
            run.show(entry.report, entry.path)
        }
        return summarize(path, state, checks)
    }

    private struct State {
        var reports: [(path: String, report: VerificationReport, isWhole: Bool)] = []
        var members: [ArchiveChecks.Member] = []
        var strangers: [String] = []
        var across = SeriesAcross()
        var earlier = 0
    }

    private func take(_ file: String, in path: String, _ state: inout State) async throws(ByteStoreError) {
        let bundle = try UnverifiedBundle(path: "\(path)/\(file)")
        let member = member(bundle, file)
        let mark = member.map { "\($0.place.digest) \($0.entry.bytes)" } ?? ""
        let isKnown = earlier.contains(mark)
        let isChosen = member.flatMap { member in subset?.contains(member.place.sequence) } ?? true
        let isWhole = isChosen && !isKnown
        let report = isWhole ? await run.verifier.verify(bundle) : run.verifier.head(bundle)
        if isKnown { state.earlier += 1 }
        if isWhole, report.verdict == .valid, !mark.isEmpty { remember(mark) }
        state.reports.append((file, report, isWhole))
        state.across.add(bundle)
        guard let member else { return state.strangers.append(file) }
        state.members.append(member)
    }

    private func member(_ bundle: UnverifiedBundle, _ file: String) -> ArchiveChecks.Member? {
        guard let bytes = (try? bundle.bytes(BundlePath.bundle)).flatMap({ $0 }),
            let description = try? JSONValue(parsing: bytes),
            let series = description["series"].flatMap(SeriesPart.init),
            let ledger = description["ledger"].flatMap(LedgerPart.init), let period = description.periodBounds,
            let anchor = (try? bundle.bytes(BundlePath.tagManifest)).flatMap({ $0 })
        else { return nil }
        let key = JSONValue.array([
            .string(ledger.origin), .string(series.archive), description["basis"] ?? .null,
            description["filters"] ?? .null,
        ])
        let place = SealedPlace(
            sequence: series.sequence, revision: series.revision, name: description["name"]?.string ?? "",
            digest: ContentDigest.hexadecimal(of: anchor), from: period.from, to: period.to)
        let metrics = (try? bundle.bytes(BundlePath.metrics)).flatMap { $0 }.flatMap { try? JSONValue(parsing: $0) }
        return ArchiveChecks.Member(
            entry: CatalogueEntry(
                place, path: file, bytes: Int(clamping: bundle.archive.store.size), description: description,
                metrics: metrics ?? .null),
            archive: series.archive, series: String(decoding: key.bytes, as: UTF8.self))
    }

    /// A series that is broken outranks what is wrong with a bundle: the bundles are then not what they are taken for.
    private func verdict(
        _ verdicts: [VerificationReport.Verdict], _ checks: ArchiveChecks
    ) -> VerificationReport.Verdict {
        if verdicts.isEmpty { return .nothingVerified }
        if verdicts.allSatisfy({ $0 == .untrusted }) { return .untrusted }
        if !checks.problems.isEmpty { return .brokenChain }
        return VerificationReport.Verdict.allCases.first(where: verdicts.contains) ?? .nothingVerified
    }

    /// Says what was asked for, what was found, and every problem of the whole; returns the exit status.
    private func summarize(_ path: String, _ state: State, _ checks: ArchiveChecks) -> Int32 {
        let reports = state.reports.map(\.report)
        let verdict = verdict(reports.map(\.verdict), checks)
        let whole = state.reports.filter(\.isWhole)
        let valid = whole.count { $0.report.verdict == .valid }
        if run.printsJSON {
            run.write(
                json(path, verdict, checks, found: reports.count, whole: whole.count, valid: valid, state.earlier))
        } else if !run.isQuiet || verdict != .valid {
            let asked = checks.expected.map { "asked for \($0) bundles" } ?? "asked for an unknown number of bundles"
            let known = state.earlier > 0 ? ", \(state.earlier) valid in an earlier run" : ""
            let heads = reports.count - whole.count - state.earlier
            run.write("Archive \(VerificationText.safe(path)): \(verdict.rawValue)")
            run.write(
                "  \(asked), found \(reports.count), \(valid) of \(whole.count) valid\(known)"
                    + (heads > 0 ? ", of \(heads) only signature and place were checked this time" : ""))
            if run.isVerbose || verdict == .valid { run.write("  not compared: \(Catalogue.page); times of sealing") }
            for problem in checks.problems { run.write("  failed: \(VerificationText.safe(problem))") }
        }
        return verdict.exitStatus
    }

    private func json(
        _ path: String, _ verdict: VerificationReport.Verdict, _ checks: ArchiveChecks, found: Int, whole: Int,
        valid: Int,
        _ earlier: Int
    ) -> String {
        let value = JSONValue.object([
            "archive": .string(path), "earlier": .integer(Int64(earlier)),
            "expected": checks.expected.map { .integer(Int64($0)) } ?? .null, "found": .integer(Int64(found)),
            "problems": .array(checks.problems.map(JSONValue.string)), "valid": .integer(Int64(valid)),
            "verdict": .string(verdict.rawValue), "verified": .integer(Int64(whole)),
        ])
        return String(decoding: value.bytes, as: UTF8.self)
    }
}
