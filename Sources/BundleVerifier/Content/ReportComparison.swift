import AuditModel
import BundleFormat
import BundleReading
import BundleRendering
import FileSystem
import MerkleTree
import ReceivedFiles
import ZipFormat

/// Makes the report's pages again from what the records and the intake's files give, and compares them byte for byte
/// (docs/bundle-format.md, 8).
struct ReportComparison {
    let bundle: UnverifiedBundle
    let description: DescriptionClaims
    let rules: Claim<Thresholds>
    let sources: Claim<SourcesFile>
    let totals: ContentChecks.Totals
    let metrics: Metrics

    func add(to list: inout CheckList) {
        do throws(FormProblem) {
            let version = try description.knownRendering()
            let input = try input()
            try compare(input, version, to: &list)
        } catch {
            list.skip("report", because: "its pages were not made again: \(error.reason)")
        }
    }

    /// What the bundle is, with the numbers that its records give.
    func made() throws(FormProblem) -> BundleDescription {
        try description.description(totals.findingCounts, root: totals.tree.root.hexadecimal, deployments: totals.rows)
    }

    func input() throws(FormProblem) -> ReportInput {
        var facts = ReportFacts(metrics: metrics, thresholds: try rules.get())
        facts.sources = try sources.get().sources
        facts.samples = totals.samples
        facts.deployments = totals.shownDeployments
        addIntake(&facts)
        let description = try made()
        return ReportInput(description, facts, command: "\(ShellCommand(cartulary: description.command))")
    }

    private func addIntake(_ facts: inout ReportFacts) {
        let rejected = LineArrayReader(BundlePath.rejected, of: bundle)
        while let element = rejected.next() {
            switch RejectedElement(element) {
            case .record(let record): facts.add(record)
            case .conflict(let conflict): facts.add(conflict)
            case nil: break
            }
        }
        guard bundle.entries[BundlePath.corrections] != nil else { return }
        let corrections = LineArrayReader(BundlePath.corrections, of: bundle)
        while let element = corrections.next() {
            guard let correction = CorrectionElement(element) else { continue }
            facts.add(
                correctionOf: correction.deploymentID, before: correction.before?.bytes, after: correction.after?.bytes)
        }
    }

    /// The pages as their data give them.
    ///
    /// One after the other: 5,000 deployments may fill some hundred MiB of pages.
    static func pages(_ input: ReportInput, _ version: RenderingVersion) throws(FormProblem) -> ReportPages {
        let renderer: ReportRenderer
        do { renderer = try ReportRenderer(version) } catch {
            throw FormProblem(.unreadable, "the report's templates cannot be read: \(error)")
        }
        return renderer.pages(input)
    }

    private func compare(
        _ input: ReportInput, _ version: RenderingVersion, to list: inout CheckList
    ) throws(FormProblem) {
        let pages = try ReportComparison.pages(input, version)
        var problems = ProblemList()
        for page in pages {
            if let problem = difference(page.path, page.bytes) { problems.add(problem) }
        }
        let paths = Set(pages.indices.map { $0 == 0 ? BundlePath.report : BundlePath.reportPage($0 + 1) })
        let own = bundle.entries.keys.filter { $0.hasPrefix(BundlePath.reportFolder) }
        for path in own.sorted() where !paths.contains(path) { problems.add("\(path) is no page of this report") }
        let count = pages.count == 1 ? "1 page" : "\(pages.count) pages"
        list.add("report", passed: "\(count), made again from the records, equal", problems: problems.all)
    }

    /// Where a page is not what was made again; nil if it is.
    private func difference(_ path: String, _ expected: [UInt8]) -> String? {
        if (bundle.entries[path]?.uncompressedSize ?? 0) > UInt64(VerifierLimits.bytes(of: path)) {
            return ReadProblem.tooLong(path).text
        }
        switch bundle.compare(path, with: expected) {
        case .equal: return nil
        case .unreadable: return "\(path) cannot be read"
        case .different(expected.count): return "\(path) goes on after its end"
        case .different(let behind):
            let line = expected[..<behind].count { $0 == 0x0A } + 1
            return "\(path) differs in line \(line) from the page that its data give"
        }
    }
}

/// The rows that a report shows, as it says: no more than a hint of which deployments to keep while the trail is read.
///
/// Marks are looked for among bytes; nothing is parsed, so that an altered page does not hide what others say.
enum ReportRows {
    /// The rows that any page names, or a few more than it may show.
    static func read(_ bundle: UnverifiedBundle) -> Set<Int> {
        var rows: Set<Int> = []
        for path in bundle.entries.keys where path == BundlePath.report || path.hasPrefix(BundlePath.reportFolder) {
            guard let entry = bundle.entries[path],
                entry.uncompressedSize <= UInt64(VerifierLimits.bytes(of: path)),
                var reader = try? bundle.archive.reader(for: entry)
            else { continue }
            var scanner = Scanner()
            try? reader.forEachBlock { block in
                for byte in block where rows.count <= ReportBrief.maximum {
                    if let row = scanner.take(byte) { rows.insert(row) }
                }
            }
        }
        return rows
    }

    /// Finds `data-row="NUMBER"` in bytes that come one by one.
    private struct Scanner {
        private static let mark = Array("data-row=\"".utf8)
        private var matched = 0
        private var number = 0

        mutating func take(_ byte: UInt8) -> Int? {
            if matched == Scanner.mark.count {
                if (0x30...0x39).contains(byte), number < Int.max / 10 - 9 {
                    number = number * 10 + Int(byte - 0x30)
                    return nil
                }
                matched = 0
                return byte == UInt8(ascii: "\"") ? number : nil
            }
            matched = byte == Scanner.mark[matched] ? matched + 1 : (byte == Scanner.mark[0] ? 1 : 0)
            number = 0
            return nil
        }
    }
}
