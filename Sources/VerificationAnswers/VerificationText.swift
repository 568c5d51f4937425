package import BundleVerifier
import FileSystem
import ReceivedFiles
package import StrictJSON

/// The report of a verification as lines and as JSON: the same for every program that verifies.
package enum VerificationText {
    /// The form of what programs answer with `--json`, and its version: members are only added to it (docs/json.md).
    package static let answerFormat = "cartulary-answer/1"

    /// The report as one JSON object.
    package static func json(_ report: VerificationReport, file: String? = nil) -> JSONValue {
        let checks = report.checks.map { check in
            JSONValue.object([
                "detail": .string(check.detail), "name": .string(check.name), "status": .string(check.status.rawValue),
            ])
        }
        return .object([
            "breaks": .array(report.breaks.map(JSONValue.string)),
            "bundle": report.bundle.map(JSONValue.string) ?? .null, "checks": .array(checks),
            "counts": .object([
                "failed": .integer(Int64(report.counts.failed)), "notJudged": .integer(Int64(report.counts.notJudged)),
                "passed": .integer(Int64(report.counts.passed)),
            ]),
            "error": .null, "file": file.map(JSONValue.string) ?? .null, "format": .string(answerFormat),
            "isDevelopment": .bool(report.isDevelopment), "judged": .string(report.depth.rawValue),
            "key": report.keyFingerprint.map(JSONValue.string) ?? .null,
            "notCompared": .array(report.notCompared.map(JSONValue.string)),
            "records": .object([
                "errors": .integer(Int64(report.recordErrors)), "warnings": .integer(Int64(report.recordWarnings)),
            ]),
            "scope": report.scope.map(JSONValue.string) ?? .null,
            "shape": report.shape.map { .string($0.rawValue) } ?? .null,
            "status": .integer(Int64(report.verdict.exitStatus)),
            "toolVersion": report.toolVersion.map(JSONValue.string) ?? .null,
            "uncovered": report.uncovered.map(JSONValue.string) ?? .null,
            "verdict": .string(report.verdict.rawValue),
            "verdicts": .array(report.verdicts.map { .string($0.rawValue) }),
            "warnings": .array(report.warnings.map(JSONValue.string)),
        ])
    }

    /// What is said of an argument that could not be read, with the exit status that it has alone.
    package static func json(unread file: String, error: String, status: Int32) -> JSONValue {
        var members = json(VerificationReport(), file: file).object ?? [:]
        members["error"] = .string(error)
        members["status"] = .integer(Int64(status))
        members["verdict"] = .string("not-read")
        members["verdicts"] = .array([.string("not-read")])
        return .object(members)
    }

    /// The lines on the seal and the records: an intact seal says nothing about the records.
    package static func summary(_ report: VerificationReport) -> [VerificationLine] {
        var lines = [VerificationLine.seal(report)]
        guard report.foreignKind == nil else { return lines }
        lines += report.warnings.map(VerificationLine.warning)
        if report.verdict != .nothingVerified, report.verdict != .untrusted {
            lines.append(.records(errors: report.recordErrors, warnings: report.recordWarnings))
        }
        if let reason = report.uncovered { lines.append(.uncovered(reason)) }
        return lines + report.breaks.map(VerificationLine.declaredBreak)
    }

    /// A line for each check; those that passed only when `all` is asked for.
    package static func lines(_ report: VerificationReport, all: Bool) -> [VerificationLine] {
        guard report.foreignKind == nil else { return [] }
        let counts = report.counts
        let isNamed = report.isDevelopment && (all || report.verdict != .valid)
        return report.checks.filter { all || $0.status != .passed }.map(VerificationLine.check) + [
            .passedChecks(counts.passed, failed: counts.failed, notJudged: counts.notJudged),
            .notCompared(report.notCompared),
        ] + (isNamed ? [.development(version: report.toolVersion ?? "")] : [])
    }

    /// A number and its noun, which agree.
    package static func count(_ number: Int, _ noun: String, plural: String? = nil) -> String {
        CountedNoun.text(number, noun, plural: plural)
    }

    /// Text that may come from a hostile record or bundle, made safe for a terminal.
    ///
    /// Control characters and direction marks are escaped.
    package static func safe(_ text: String) -> String {
        TerminalText.shown(text)
    }
}

extension VerificationLine {
    /// The line as people read it, safe for a terminal.
    package var text: String {
        switch self {
        case .file(let path): VerificationText.safe(path)
        case .unread(let reason): "Seal: not-read: \(VerificationText.safe(reason))"
        case .warning(let text): "  warning: \(VerificationText.safe(text))"
        case .seal(let report): "Seal: \(report.sealText)"
        case .records(let errors, let warnings):
            "Records: \(VerificationText.count(errors, "error")), \(VerificationText.count(warnings, "warning"))"
        case .uncovered(let reason): "Sealed though a source did not cover it: \(VerificationText.safe(reason))"
        case .declaredBreak(let text): "Declared break: \(VerificationText.safe(text))"
        case .check(let check): "  \(check.status.rawValue): \(check.name): \(VerificationText.safe(check.detail))"
        case .passedChecks(let passed, let failed, let notJudged):
            "  \(passed) of \(passed + failed) checks passed" + (notJudged > 0 ? ", \(notJudged) not judged" : "")
        case .notCompared(let parts): "  not compared: \(parts.joined(separator: "; "))"
        case .development(let version):
            "  made by version \(VerificationText.safe(version)), before 1.0: no other version is sure to verify it"
        case .archive(let path, let verdict): "Archive \(VerificationText.safe(path)): \(verdict.rawValue)"
        case .archiveCounts(let counts): "  \(counts.text)"
        case .archiveFact(let name, let value): "  \(name): \(VerificationText.safe(value))"
        case .archiveProblem(let problem): "  failed: \(VerificationText.safe(problem))"
        case .object(let value): String(decoding: value.bytes, as: UTF8.self)
        }
    }
}

extension VerificationReport {
    fileprivate var sealText: String {
        let words = verdicts.map(\.rawValue).joined(separator: ", ")
        switch verdict {
        case .valid:
            let part = scope == "full" ? "" : " (\(VerificationText.safe(scope ?? "")))"
            switch depth {
            case .whole: return "intact: valid\(part)\(shape == .folder ? ", unpacked folder" : ""), \(signer)"
            case .bytes: return "intact: every byte is as in an earlier run, which found it valid\(part), \(signer)"
            case .head: return "signature and position are valid, content not checked\(part), \(signer)"
            }
        case .nothingVerified:
            return "\(words): \(VerificationText.safe(foreignKind ?? "this is not a bundle, nothing was checked"))"
        case .repacked: return "\(words): every file is valid, but another program packed this ZIP, \(signer)"
        case .untrusted: return "\(words): no signature by a trusted key"
        case .tampered: return "\(words): the bundle differs from what was signed or from its own records, \(signer)"
        case .incomplete: return "\(words): something is missing or was not checked, \(signer)"
        case .brokenChain: return "\(words): the series is broken, \(signer)"
        }
    }

    private var signer: String {
        (keyFingerprint.map { "key \($0)" } ?? "no trusted key")
            + (principals.map { " (\(VerificationText.safe($0)))" } ?? "")
    }
}

extension ArchiveCounts {
    fileprivate var text: String {
        let bundles = expected.map { VerificationText.count($0, "bundle") } ?? "an unknown number of bundles"
        var text = "expected \(bundles), found \(found)"
        if removed > 0 { text += " and \(VerificationText.count(removed, "tombstone"))" }
        text += ", \(valid) of \(verified) valid"
        if validEarlier > 0 { text += ", \(validEarlier) valid in an earlier run" }
        if partlyChecked > 0 { text += ", \(partlyChecked) checked only for signature and position" }
        return text
    }
}
