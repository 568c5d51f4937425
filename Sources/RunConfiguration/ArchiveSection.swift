import Archive
import AuditModel
import BundleFormat
import Schedule
import Yams

/// Reads an archive of the configuration.
struct ArchiveSection {
    static let keys =
        [
            "name", "directory", "period", "begin", "due-after", "due-days", "expect", "expect-transitions", "basis",
            "network", "token-type", "deployed-by", "status", "retention", "verify-share", "workbook",
        ] + declarations.map(\.option)

    /// What an archive can declare; a request or a reason belongs to one bundle.
    private static var declarations: [(option: String, member: String)] {
        Declared.all.filter { $0.option != "request-ref" && $0.option != "uncovered" }
    }

    let section: ConfigurationSection
    /// Makes a path of the file independent of the current folder.
    let absolute: (String) -> String

    /// nil if something that it needs is missing or wrong; `sources` are the names that it can expect.
    func archive(sources: [String]) -> ScheduledArchive? {
        let name = section.required("name")
        let directory = section.required("directory").map(absolute)
        if let name, let problem = BundleName.archiveProblem(name) {
            section.add("is \"\(name)\" and has a \(problem)", key: "name")
        }
        _ = section.required("period")
        let length = section.word("period", PeriodLength.self)
        let begin = begin(length)
        guard let name, let directory, let length, let begin else { return nil }
        var archive = ScheduledArchive(name: name, directory: directory, length: length, begin: begin)
        archive.delay = section.duration("due-after") ?? 0
        archive.dueDays = section.number("due-days", in: 0...3660) ?? 10
        archive.expectedTransitions = section.number("expect-transitions", in: 0...1_000_000_000) ?? 0
        archive.expects = expects(sources)
        archive.selection = selection()
        archive.retention = RetentionSection(archive: section)?.policy()
        archive.verifyShare = verifyShare()
        archive.declared = declared()
        archive.workbook = section.word("workbook", WorkbookChoice.self) ?? .auto
        return archive
    }

    private func verifyShare() -> VerifyShare? {
        guard let text = section.text("verify-share") else { return nil }
        if let share = VerifyShare(text) { return share }
        section.add(
            "is \"\(text)\", expected a share such as 5%, or a number of bundles such as 20", key: "verify-share")
        return nil
    }

    private func begin(_ length: PeriodLength?) -> Period? {
        guard let text = section.required("begin"), let length else { return nil }
        guard let period = Period(label: text), length.period(containing: period.from).label == text else {
            let example = length.period(containing: CalendarDate(year: 2026, month: 2, day: 14).midnight).label ?? ""
            section.add("is \"\(text)\", expected a \(length.rawValue) such as \(example)", key: "begin")
            return nil
        }
        return period
    }

    private func expects(_ sources: [String]) -> [String] {
        guard section["expect"] != nil else { return sources }
        let names = section.texts("expect")
        for missing in names where !sources.contains(missing) {
            section.add("names \"\(missing)\", which is not a source", key: "expect")
        }
        return names
    }

    private func declared() -> [String: String] {
        var values: [String: String] = [:]
        for (option, member) in Self.declarations {
            guard let value = section.text(option) else { continue }
            if let problem = Declared.problem(member, value) { section.add(problem, key: option) }
            values[member] = value
        }
        return values
    }

    private func selection() -> Selection {
        var selection = Selection()
        selection.basis = section.word("basis", Basis.self) ?? .activity
        selection.networks = Selection.values(section.texts("network"))
        selection.tokenTypes = Selection.values(section.texts("token-type"))
        selection.deployers = Selection.values(section.texts("deployed-by"))
        let states = section.texts("status")
        selection.statuses = Set(states.compactMap { DeploymentStatus(name: $0) }).sorted()
        for state in states where DeploymentStatus(name: state) == nil {
            let names = DeploymentStatus.allCases.map(\.name).joined(separator: ", ")
            section.add("names \"\(state)\", expected one of \(names)", key: "status")
        }
        return selection
    }
}
