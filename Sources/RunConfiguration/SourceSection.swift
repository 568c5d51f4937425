import AuditModel
import Installation
import Schedule
import Spools
import Yams

/// Reads a source of the configuration.
struct SourceSection {
    static let keys = ["name", "files", "spool", "covers-until", "marker", "zone"]

    let section: ConfigurationSection
    /// Makes a path of the file independent of the current folder.
    let absolute: (String) -> String

    /// nil if something that it needs is missing or wrong.
    func source() -> ScheduledSource? {
        let name = section.required("name")
        let files = section.texts("files").map(absolute)
        let spool = section.text("spool").map(absolute)
        let coverage = coverage()
        if files.isEmpty == (spool == nil) { section.add("\(section.name) needs either files or spool") }
        guard let name, let coverage else { return nil }
        let location = spool.map { ScheduledSource.Location.spool($0) } ?? .files(files)
        return ScheduledSource(name: name, location: location, coverage: coverage, zone: zone())
    }

    /// The zone of the source's times that say none.
    private func zone() -> String? {
        guard let text = section.text("zone") else { return nil }
        if (try? Timestamp.parse("2026-01-01T00:00:00" + text))?.zone == .stated { return text }
        section.add("is \"\(text)\", expected Z or an offset such as +02:00", key: "zone")
        return nil
    }

    private func coverage() -> ScheduledSource.Coverage? {
        let marker = section.text("marker").map(absolute)
        let kind = section.required("covers-until") == nil ? nil : section.word("covers-until", CoverageKind.self)
        if marker != nil, kind != .marker { section.add("goes with covers-until: marker", key: "marker") }
        switch kind {
        case .generatedAt: return .generatedAt
        case .unchecked: return .unchecked
        case .marker:
            if marker == nil { section.add("\(section.name) has no marker") }
            return marker.map { .marker($0) }
        case nil:
            return nil
        }
    }
}
