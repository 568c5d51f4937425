import BundleFormat
import BundleReading
package import ReceivedFiles

/// What a verification found.
package struct VerificationReport: Sendable {
    /// The verdicts of docs/bundle-format.md, from the gravest.
    package enum Verdict: String, CaseIterable, Sendable {
        case nothingVerified = "nothing-verified"
        case untrusted
        case tampered
        case incomplete
        case brokenChain = "broken-chain"
        /// The files are all that is asked of them, and the ZIP around them is not the one that was made.
        case repacked
        case valid

        /// The exit status that stands for the verdict.
        package var exitStatus: Int32 {
            switch self {
            case .nothingVerified: 14
            case .untrusted: 12
            case .tampered: 10
            case .incomplete: 11
            case .brokenChain: 13
            case .repacked: 16
            case .valid: 0
            }
        }
    }

    /// One thing that was checked, or was not.
    package struct Check: Sendable {
        package enum Status: String, Sendable {
            case passed, failed
            /// It could not be made, or has no meaning after another one failed.
            case skipped
            /// Nobody here can judge it, and nothing depends on it.
            case notJudged = "not-judged"
        }

        package var name: String
        package var status: Status
        /// What was checked, or everything that is wrong.
        package var detail: String
    }

    /// A report of a verification in which nothing was checked yet.
    package init() {}

    /// The gravest of all that apply.
    package internal(set) var verdict = Verdict.nothingVerified
    /// Every verdict that applies, from the gravest.
    package internal(set) var verdicts: [Verdict] = []
    /// The bundle's name; nil if it is not known.
    package internal(set) var bundle: String?
    /// The fingerprint of the trusted key that signed; nil if none did.
    package internal(set) var keyFingerprint: String?
    /// The signer's principals in the trust file, if it names any.
    package internal(set) var principals: String?
    /// `full`, or `filtered: …`; nil if it is not known.
    package internal(set) var scope: String?
    /// Findings on the records, as the verifier counts them.
    package internal(set) var recordErrors = 0
    package internal(set) var recordWarnings = 0
    /// The version of the program that says it made the bundle; nil if it is not known.
    package internal(set) var toolVersion: String?
    /// Whether that is a version of before 1.0: no other version is sure to make or verify the same bytes.
    package var isDevelopment: Bool { toolVersion.map { $0.hasPrefix("0.") } ?? false }
    /// Breaks that the bundle's ledger declares: logs that are lost.
    package internal(set) var breaks: [String] = []
    /// Why the bundle was sealed though a source did not cover its period, as its preparer declares; nil if it was covered.
    package internal(set) var uncovered: String?
    package internal(set) var checks: [Check] = []
    /// How many checks passed, failed, and were not judged, those that could not be made included.
    package var counts: (passed: Int, failed: Int, notJudged: Int) {
        let passed = checks.count { $0.status == .passed }
        let failed = checks.count { $0.status == .failed }
        return (passed, failed, checks.count - passed - failed)
    }
    /// What the files stood in; nil if nothing was opened.
    package internal(set) var shape: ReceivedFiles.Shape?
    /// What a reader should know and what makes nothing less valid.
    package internal(set) var warnings: [String] = []
    /// What was given, in a few words, if it is no bundle.
    package internal(set) var foreignKind: String?
    /// How much of the bundle was checked.
    package internal(set) var depth = VerificationDepth.whole
    /// Whether nothing that was given shows the part of the log in which the ledger's breaks stand: they are the signer's
    /// word then.
    package internal(set) var hasGivenBreaks = false
}

/// How much of a bundle a verification checks.
package enum VerificationDepth: String, Sendable {
    /// Everything.
    case whole
    /// The signature and every byte: what was computed again in an earlier run follows from the same bytes.
    case bytes = "signature-and-bytes"
    /// The signature, `bundle.json` and the position in the series.
    case head = "signature-and-position"
}

extension VerificationReport {
    /// What is never compared, whatever the bundle.
    private static let neverCompared = [
        "what is given: records, sources and declarations",
        "freshness: whether a newer bundle exists cannot be told from this one",
    ]

    /// What is not compared: what never is, and what this verification left out.
    package var notCompared: [String] {
        var parts = VerificationReport.neverCompared
        if hasGivenBreaks {
            parts.append("breaks of the ledger: the log that declares them begins in an earlier bundle")
        }
        switch depth {
        case .whole: break
        case .bytes: parts.append("content: computed again in an earlier run, from the same bytes")
        case .head: parts.append("content: only the signature and the position were checked in this run")
        }
        return parts
    }
}

extension VerificationReport {
    /// Adds what the other bundles of its series and its ledger say of the bundle.
    ///
    /// - Parameters:
    ///   - problems: what does not agree.
    ///   - showsBreaks: whether the bundles show the breaks of its ledger.
    package mutating func add(across problems: [String], showsBreaks: Bool = false) {
        if showsBreaks { hasGivenBreaks = false }
        var list = CheckList()
        list.add(
            "series-across", passed: "agrees with the other bundles of its series and ledger that were given",
            problems: problems, as: .brokenChain)
        checks += list.checks
        guard !problems.isEmpty else { return }
        verdicts = Verdict.allCases.filter { $0 == .brokenChain || ($0 != .valid && verdicts.contains($0)) }
        verdict = verdicts.first ?? .brokenChain
    }
}

extension VerificationReport {
    /// Says that the key has ended since, and why the bundle counts all the same.
    package mutating func addVouched() {
        checks.append(
            Check(
                name: "key-ended", status: .passed,
                detail: "the key does not count any more; a later bundle, which counts, lists this one"))
    }
}

extension VerificationReport {
    /// Says what was given in the place of a bundle.
    mutating func notBundle(_ kind: String) {
        foreignKind = kind
        checks = [Check(name: "container", status: .failed, detail: "not a bundle: \(kind)")]
        verdicts = [.nothingVerified]
        verdict = .nothingVerified
    }
}

extension UnverifiedBundle {
    /// In which way the names around the bundle differ from its own.
    var nameWarnings: [String] {
        guard let name else { return [] }
        var warnings: [String] = []
        switch archive.shape {
        case .asMade, .repacked, .broken:
            if archive.fileName != name {
                warnings.append("the file is named \"\(archive.fileName).zip\", the bundle in it \"\(name)\"")
            }
        case .folder:
            let folder = archive.root ?? ""
            if folder != name, folder != ".", folder != ".." {
                warnings.append("the folder is named \"\(folder)\", the bundle in it \"\(name)\"")
            }
        }
        if !archive.ignored.isEmpty {
            let shown = archive.ignored.prefix(3).joined(separator: ", ")
            let more = archive.ignored.count > 3 ? " and \(archive.ignored.count - 3) more" : ""
            warnings.append("not part of the bundle, and not judged: \(shown)\(more)")
        }
        return warnings
    }
}

/// Collects checks: every problem of each, and what it means for the verdict.
struct CheckList {
    /// Problems listed of one check; all are counted.
    static let listedProblems = 100

    private(set) var checks: [VerificationReport.Check] = []
    private(set) var verdicts: Set<VerificationReport.Verdict> = []

    /// Adds the outcome of a check: passed if there is no problem.
    mutating func add(
        _ name: String, passed detail: String, problems: [String], as verdict: VerificationReport.Verdict = .tampered
    ) {
        guard !problems.isEmpty else {
            checks.append(VerificationReport.Check(name: name, status: .passed, detail: detail))
            return
        }
        verdicts.insert(verdict)
        var text = problems.prefix(CheckList.listedProblems).joined(separator: "; ")
        if problems.count > CheckList.listedProblems {
            text += "; and \(problems.count - CheckList.listedProblems) more"
        }
        checks.append(VerificationReport.Check(name: name, status: .failed, detail: text))
    }

    /// Adds a check whose own file or member is not what the format says.
    ///
    /// What cannot be read was not checked; what was read and has another form is wrong.
    mutating func add(_ name: String, problem: FormProblem) {
        switch problem.kind {
        case .unreadable: skip(name, because: problem.reason)
        case .malformed: add(name, passed: "", problems: [problem.reason])
        }
    }

    /// Adds a check that has no meaning after another one failed; the verdict is that one's.
    mutating func leaveOut(_ name: String, because reason: String) {
        checks.append(VerificationReport.Check(name: name, status: .skipped, detail: reason))
    }

    /// Adds what nobody here can judge; the verdict does not depend on it.
    mutating func leave(_ name: String, notJudged reason: String) {
        checks.append(VerificationReport.Check(name: name, status: .notJudged, detail: reason))
    }

    /// Adds a check that was not made; the bundle cannot be valid then.
    mutating func skip(_ name: String, because reason: String) {
        verdicts.insert(.incomplete)
        checks.append(VerificationReport.Check(name: name, status: .skipped, detail: reason))
    }
}

/// Problems of one check while it goes on; memory does not grow with their number.
struct ProblemList: Sendable {
    private(set) var listed: [String] = []
    private(set) var count = 0

    mutating func add(_ problem: String) {
        count += 1
        if listed.count < CheckList.listedProblems { listed.append(problem) }
    }

    mutating func merge(_ other: ProblemList) {
        for problem in other.listed { if listed.count < CheckList.listedProblems { listed.append(problem) } }
        count += other.count
    }

    /// All problems; those that are not listed are counted in one line.
    var all: [String] { count > listed.count ? listed + ["and \(count - listed.count) more"] : listed }
}
