import StrictJSON

/// The report of a verification as text and as JSON: the same for every program that verifies.
package enum VerificationText {
    /// The report as one JSON object.
    package static func json(_ report: VerificationReport, file: String? = nil) -> String {
        let checks = report.checks.map { check in
            JSONValue.object([
                "detail": .string(check.detail), "name": .string(check.name), "status": .string(check.status.rawValue),
            ])
        }
        let value = JSONValue.object([
            "breaks": .array(report.breaks.map(JSONValue.string)),
            "bundle": report.bundle.map(JSONValue.string) ?? .null, "checks": .array(checks),
            "file": file.map(JSONValue.string) ?? .null,
            "key": report.keyFingerprint.map(JSONValue.string) ?? .null,
            "notCompared": .array(VerificationReport.notCompared.map(JSONValue.string)),
            "records": .object([
                "errors": .integer(Int64(report.recordErrors)), "warnings": .integer(Int64(report.recordWarnings)),
            ]),
            "scope": report.scope.map(JSONValue.string) ?? .null, "verdict": .string(report.verdict.rawValue),
            "verdicts": .array(report.verdicts.map { .string($0.rawValue) }),
        ])
        return String(decoding: value.bytes, as: UTF8.self)
    }

    /// The two lines that say it all: an intact seal says nothing about the records.
    package static func summary(_ report: VerificationReport) -> [String] {
        var lines = ["Seal: \(seal(report))"]
        if report.verdict != .nothingVerified, report.verdict != .untrusted {
            lines.append("Records: \(count(report.recordErrors, "error")), \(count(report.recordWarnings, "warning"))")
        }
        return lines + report.breaks.map { "Declared break: \(safe($0))" }
    }

    private static func count(_ number: Int, _ noun: String) -> String { "\(number) \(noun)\(number == 1 ? "" : "s")" }

    private static func seal(_ report: VerificationReport) -> String {
        let key = report.keyFingerprint.map { "key \($0)" } ?? "no trusted key"
        let who = report.principals.map { " (\(safe($0)))" } ?? ""
        let words = report.verdicts.map(\.rawValue).joined(separator: ", ")
        switch report.verdict {
        case .valid:
            let scope = report.scope == "full" ? "" : " (\(safe(report.scope ?? "")))"
            return "intact: valid\(scope), \(key)\(who)"
        case .nothingVerified: return "\(words): this is not a bundle, nothing was checked"
        case .untrusted: return "\(words): no signature by a trusted key"
        case .tampered:
            return "\(words): something differs from what was signed, or from what the records give, \(key)\(who)"
        case .incomplete: return "\(words): something is missing or was not checked, \(key)\(who)"
        case .brokenChain: return "\(words): the series is broken, \(key)\(who)"
        }
    }

    /// A line for each check; those that passed only when `all` is asked for.
    package static func lines(_ report: VerificationReport, all: Bool) -> [String] {
        var lines = report.checks.filter { all || $0.status != .passed }.map { check in
            "  \(check.status.rawValue): \(check.name): \(safe(check.detail))"
        }
        let passed = report.checks.count { $0.status == .passed }
        lines.append("  \(passed) of \(report.checks.count) checks passed")
        lines.append("  not compared: \(VerificationReport.notCompared.joined(separator: "; "))")
        return lines
    }

    /// Text that may come from a hostile record or bundle, made safe for a terminal.
    ///
    /// Control characters and direction marks are escaped.
    package static func safe(_ text: String) -> String {
        var result = ""
        for scalar in text.unicodeScalars {
            switch scalar.properties.generalCategory {
            case .control, .format, .surrogate, .lineSeparator, .paragraphSeparator:
                result += scalar.escaped(asASCII: true)
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result
    }
}
