internal import AuditModel
package import BundleFormat
internal import StrictJSON

/// `catalogue.html`: an archive's bundles on a page that needs neither a network nor a script.
///
/// The bytes depend on the catalogue alone.
package struct CataloguePage {
    private let templates: ReportTemplates
    private let toolVersion: String

    package init(toolVersion: String) throws {
        templates = try ReportTemplates()
        self.toolVersion = toolVersion
    }

    package func render(_ catalogue: Catalogue) -> [UInt8] {
        let style = StyleSheet(archive: catalogue.archive, toolVersion: toolVersion)
        return Array(templates.render(.catalogue, CatalogueView(catalogue, style, toolVersion)).utf8)
    }
}

/// What the page shows; the stored properties are the template's names.
struct CatalogueView {
    struct Waiting {
        let label: String
        let reasons: String
    }

    let style: String
    let styleDigest: String
    let archive: String
    let summary: String
    let series: String
    let covers: String
    let next: String
    let keys: [String]
    let waiting: [Waiting]
    let groups: [CatalogueCalendar.Group]
    let hasTrend: Bool
    let trend: String
    let trendNote: String
    let findings: String
    let findingsNote: String
    let places: String
    let tool: String

    init(_ catalogue: Catalogue, _ style: StyleSheet, _ toolVersion: String) {
        let current = catalogue.current
        (self.style, styleDigest, archive) = (style.text, style.digest, catalogue.archive)
        tool = "cartulary \(toolVersion)"
        summary = CatalogueView.summary(catalogue, current)
        series = CatalogueView.series(catalogue)
        covers =
            current.first.map { first in
                "\(PeriodText.time(first.place.from)) to \(PeriodText.time(current[current.count - 1].place.to)), without a gap"
            } ?? "nothing yet"
        next =
            catalogue.next.map {
                "\(PeriodText.time($0.from)) to \(PeriodText.time($0.to)), promised by \(PeriodText.time($0.due))"
            } ?? "the first period"
        keys = Array(Set(catalogue.entries.map(\.key))).sorted()
        waiting = catalogue.waiting.map { Waiting(label: $0.label, reasons: $0.reasons.joined(separator: "; ")) }
        groups = CatalogueCalendar.groups(catalogue, current)
        let picture = TrendPicture(current)
        hasTrend = current.count > 1
        (trend, trendNote) = (picture.deployments, picture.deploymentsNote)
        (findings, findingsNote) = (picture.findings, picture.findingsNote)
        let corrected = Dictionary(
            catalogue.entries.compactMap { entry in entry.supersedes.map { ($0, entry.place.sequence) } },
            uniquingKeysWith: { $1 })
        places = catalogue.entries.reversed().map { entry in
            CataloguePlace.markup(entry, replacedBy: corrected[entry.place.sequence])
        }.joined()
    }

    private static func summary(_ catalogue: Catalogue, _ current: [CatalogueEntry]) -> String {
        let corrections = catalogue.entries.count - current.count
        let kept = catalogue.entries.filter { $0.removed == nil }
        let bytes = kept.map(\.bytes).reduce(0, +)
        let sealed = catalogue.entries.last.map { ", the last sealed \(PeriodText.time($0.sealed))" } ?? ""
        return "\(HTML.count(current.count, "period")) in \(HTML.count(catalogue.entries.count, "bundle"))"
            + (corrections > 0 ? ", of which \(HTML.count(corrections, "correction"))" : "")
            + (kept.count < catalogue.entries.count
                ? ", \(HTML.count(catalogue.entries.count - kept.count)) removed, their time being over" : "")
            + ", \(CataloguePlace.size(bytes))" + sealed + "."
    }

    private static func series(_ catalogue: Catalogue) -> String {
        let filters = (catalogue.filters.object ?? [:]).sorted { $0.key < $1.key }.compactMap { name, value in
            let values = (value.array ?? []).compactMap(\.string)
            return values.isEmpty ? nil : "\(name) \(values.joined(separator: ", "))"
        }
        return "by \(catalogue.basis == Basis.created.rawValue ? "creation" : "activity"), "
            + (filters.isEmpty ? "no filter" : "only \(filters.joined(separator: "; "))")
    }
}

/// A row of the table of bundles, as markup: templates are slow, and seven years of days are many.
enum CataloguePlace {
    static func markup(_ entry: CatalogueEntry, replacedBy: Int?) -> String {
        let (name, path) = (HTML.escape(entry.place.name), HTML.escape(entry.path))
        let figures: [(name: String, text: String)] = [
            ("deployments", HTML.count(entry.deployments)), ("completed", HTML.count(entry.completed)),
            ("errors", HTML.count(entry.errors)), ("warnings", HTML.count(entry.warnings)),
            ("size", size(entry.bytes)),
        ]
        let isThere = entry.removed == nil
        return "<tr\(replacedBy == nil && isThere ? "" : " class=\"replaced\"") id=\"p\(entry.place.sequence)\">"
            + "<th scope=\"row\">\(isThere ? "<a href=\"\(path)\">\(name)</a>" : name)</th>"
            + "<td>\(PeriodText.time(entry.sealed))</td>"
            + figures.map { "<td class=\"num\" data-name=\"\($0.name)\">\($0.text)</td>" }.joined()
            + "<td class=\"remark\">place \(entry.place.sequence)\(remarks(entry, replacedBy).joined())"
            + "<details><summary>to verify</summary>"
            + (isThere ? "<code>cartulary verify \(path) --trust KEYS</code>" : "")
            + "<code>digest \(entry.place.digest)</code></details></td></tr>\n"
    }

    private static func remarks(_ entry: CatalogueEntry, _ replacedBy: Int?) -> [String] {
        func remark(_ text: String, _ kind: String = "") -> String {
            "<span class=\"\(kind)\">; \(HTML.escape(text))</span>"
        }
        var remarks: [String] = []
        if let due = entry.due, entry.isLate {
            remarks.append(remark("late, promised by \(PeriodText.time(due))", "late"))
        }
        if let other = entry.supersedes { remarks.append(remark("corrects place \(other)")) }
        if let replacedBy { remarks.append(remark("corrected by place \(replacedBy)")) }
        if let reason = entry.uncovered {
            remarks.append(remark("a source did not cover it: \(reason)", "uncovered"))
        }
        if let time = entry.removed { remarks.append(remark("removed \(PeriodText.time(time)), its time being over")) }
        return remarks
    }

    /// Bytes as a reader has them: `12 kB`, `3.4 MB`.
    static func size(_ bytes: Int) -> String {
        if bytes < 1_000_000 { return "\((bytes + 999) / 1000)\u{A0}kB" }
        let tenths = bytes / 100_000
        return "\(HTML.count(tenths / 10)).\(tenths % 10)\u{A0}MB"
    }
}
