package import ArchiveFormat
internal import AuditModel
import BundleFormat
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

    /// Bundles that the page of an archive lists itself: a year of days, and some corrections.
    package static let recentBundles = 400

    /// The years, newest first, that the page of an archive lists itself: as many as fit, and at least one.
    package static func recentYears(_ catalogue: Catalogue) -> [String] {
        var years: [String] = []
        var count: Int = 0
        for year in catalogue.years.reversed() {
            count += year.bundles
            if !years.isEmpty, count > recentBundles { break }
            years.append(year.year)
        }
        return years
    }

    /// The page of an archive; `entries` are those of ``recentYears(_:)``.
    package func render(_ catalogue: Catalogue, _ entries: [CatalogueEntry]) -> [UInt8] {
        let style = StyleSheet(archive: catalogue.archive, toolVersion: toolVersion)
        return render(CatalogueView(catalogue, entries, style: style, toolVersion: toolVersion))
    }

    /// The page of one year.
    package func render(_ year: CatalogueYear) -> [UInt8] {
        let style = StyleSheet(archive: year.archive, toolVersion: toolVersion)
        return render(CatalogueView(year, style, toolVersion: toolVersion))
    }

    private func render(_ view: CatalogueView) -> [UInt8] { Array(templates.render(.catalogue, view).utf8) }
}

/// What a page shows, that of an archive or of one of its years; the stored properties are the template's names.
struct CatalogueView {
    struct Waiting {
        let label: String
        let reasons: String
    }

    struct Fact {
        let name: String
        let text: String
        var isCode = false
    }

    let style: String
    let styleDigest: String
    let archive: String
    /// Behind the archive's name in the title: ` · 2026` for a year.
    let part: String
    let isYear: Bool
    let summary: String
    var facts: [Fact] = []
    var waiting: [Waiting] = []
    let groups: [CatalogueCalendar.Group]
    let hasTrend: Bool
    let trend: String
    let trendNote: String
    let findings: String
    let findingsNote: String
    /// Whether the page lists some of the years only, and where the others are.
    var hasYears = false
    var years: [CatalogueYears.Row] = []
    /// The years that it lists.
    var listed = ""
    /// The archive's folder, from that of the page.
    let folder: String
    let positions: String
    let tool: String

    /// The whole archive, of whose bundles the newest are listed.
    init(_ catalogue: Catalogue, _ entries: [CatalogueEntry], style: StyleSheet, toolVersion: String) {
        let isAll = entries.count == catalogue.size
        let points = isAll ? nil : catalogue.years.flatMap(\.months)
        self.init(
            catalogue.archive, part: "", entries: entries, waiting: catalogue.waiting, months: points,
            summary: CatalogueYears.summary(catalogue), style: style, toolVersion: toolVersion)
        waiting = catalogue.waiting.map { Waiting(label: $0.label, reasons: $0.reasons.joined(separator: "; ")) }
        facts = CatalogueView.facts(catalogue)
        hasYears = !isAll
        if hasYears {
            let recent = CataloguePage.recentYears(catalogue)
            years = catalogue.years.reversed().map { CatalogueYears.row($0, isListed: recent.contains($0.year)) }
            listed = recent.sorted().joined(separator: ", ")
        }
    }

    /// A year of an archive.
    init(_ year: CatalogueYear, _ style: StyleSheet, toolVersion: String) {
        self.init(
            year.archive, part: " · \(year.year)", entries: year.entries, waiting: [], months: nil,
            summary: CatalogueYears.summary([year.summary], sealed: nil), style: style, toolVersion: toolVersion)
    }

    private init(
        _ archive: String, part: String, entries: [CatalogueEntry], waiting: [Catalogue.Waiting],
        months: [CatalogueFigures]?, summary: String, style: StyleSheet, toolVersion: String
    ) {
        let current = CatalogueYear.current(entries)
        self.style = style.text
        styleDigest = style.digest
        self.archive = archive
        self.part = part
        isYear = !part.isEmpty
        self.summary = summary
        tool = "cartulary \(toolVersion)"
        groups = CatalogueCalendar.groups(current, waiting, inYear: !part.isEmpty)
        let picture = TrendPicture(months ?? current.map(CatalogueFigures.init), areMonths: months != nil)
        hasTrend = picture.hasMany
        trend = picture.deployments
        trendNote = picture.deploymentsNote
        findings = picture.findings
        findingsNote = picture.findingsNote
        let corrected = Dictionary(
            entries.compactMap { entry in entry.supersedes.map { ($0, entry.position.sequence) } },
            uniquingKeysWith: { $1 })
        folder = part.isEmpty ? "." : ".."
        let prefix = part.isEmpty ? "" : "../"
        positions = entries.reversed().map { entry in
            CatalogueRow.markup(entry, folder: prefix, replacedBy: corrected[entry.position.sequence])
        }.joined()
    }

    private static func facts(_ catalogue: Catalogue) -> [Fact] {
        let covers = catalogue.years.first.map { first in
            "\(PeriodText.time(first.from)) to \(PeriodText.time(catalogue.years.map(\.to).max() ?? first.to)), sealed without a gap"
        }
        let next = catalogue.next.map {
            "\(PeriodText.time($0.from)) to \(PeriodText.time($0.to)), promised by \(PeriodText.time($0.due))"
        }
        return [
            Fact(name: "Series", text: series(catalogue)), Fact(name: "Covers", text: covers ?? "nothing yet"),
            Fact(name: "Next", text: next ?? "the first period"),
        ] + (catalogue.fixity.map { [Fact(name: "Last read", text: text($0))] } ?? [])
            + catalogue.keys.map { Fact(name: "Signed by", text: $0, isCode: true) }
    }

    /// How far each run's check of a share of the bundles has come.
    private static func text(_ fixity: Catalogue.Fixity) -> String {
        let all = fixity.complete.map { ", each since \(PeriodText.time($0))" } ?? ""
        let damaged =
            fixity.damaged.isEmpty
            ? "" : "; damaged: position \(fixity.damaged.map(String.init).joined(separator: ", "))"
        return "\(HTML.count(fixity.bundles, "bundle")) on \(PeriodText.time(fixity.time))\(all)\(damaged)"
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

/// What a page says of years as wholes.
enum CatalogueYears {
    /// A row of the table of years.
    struct Row {
        let year: String
        let page: String
        /// Whether the page lists its bundles too.
        let isListed: Bool
        let periods: String
        let bundles: String
        let remarks: String
        let errors: String
        let warnings: String
        let size: String
    }

    static func row(_ year: CatalogueYear.Summary, isListed: Bool) -> Row {
        var figures = CatalogueFigures(label: year.year)
        for month in year.months { figures.add(month) }
        let remarks = [
            year.corrections > 0 ? HTML.count(year.corrections, "correction") : nil,
            year.late > 0 ? "\(HTML.count(year.late)) late" : nil,
            year.uncovered > 0 ? "\(HTML.count(year.uncovered)) uncovered" : nil,
            year.removed > 0 ? "\(HTML.count(year.removed)) removed" : nil,
        ].compactMap(\.self)
        return Row(
            year: year.year, page: "\(year.year)/\(Catalogue.page)", isListed: isListed,
            periods: HTML.count(year.periods),
            bundles: HTML.count(year.bundles), remarks: remarks.joined(separator: ", "),
            errors: HTML.count(figures.errors), warnings: HTML.count(figures.warnings),
            size: CatalogueRow.size(year.bytes))
    }

    static func summary(_ catalogue: Catalogue) -> String { summary(catalogue.years, sealed: catalogue.last?.sealed) }

    /// One sentence; `sealed` is when the last bundle was.
    static func summary(_ years: [CatalogueYear.Summary], sealed: Timestamp?) -> String {
        func sum(_ value: (CatalogueYear.Summary) -> Int) -> Int { years.map(value).reduce(0, +) }
        let corrections = sum(\.corrections)
        let removed = sum(\.removed)
        return "\(HTML.count(sum(\.periods), "period")) in \(HTML.count(sum(\.bundles), "bundle"))"
            + (corrections > 0 ? " with \(HTML.count(corrections, "correction"))" : "")
            + (removed > 0 ? ", \(HTML.count(removed)) removed: retention expired" : "")
            + ", \(CatalogueRow.size(sum(\.bytes)))"
            + (sealed.map { ", the last sealed \(PeriodText.time($0))" } ?? "") + "."
    }
}

/// A row of the table of bundles, as markup: templates are slow, and seven years of days are many.
enum CatalogueRow {
    /// `folder` leads from the page to the archive's folder.
    static func markup(_ entry: CatalogueEntry, folder: String, replacedBy: Int?) -> String {
        let name = HTML.escape(entry.position.name)
        let path = HTML.escape(entry.path)
        let figures: [(name: String, text: String)] = [
            ("deployments", HTML.count(entry.deployments)), ("completed", HTML.count(entry.completed)),
            ("errors", HTML.count(entry.errors)), ("warnings", HTML.count(entry.warnings)),
            ("size", size(entry.bytes)),
        ]
        let isThere = entry.removed == nil
        return "<tr\(replacedBy == nil && isThere ? "" : " class=\"replaced\"") id=\"p\(entry.position.sequence)\">"
            + "<th scope=\"row\">\(isThere ? "<a href=\"\(folder)\(path)\">\(name)</a>" : name)</th>"
            + "<td>\(PeriodText.time(entry.sealed))</td>"
            + figures.map { "<td class=\"num\" data-name=\"\($0.name)\">\($0.text)</td>" }.joined()
            + "<td class=\"remark\">position \(entry.position.sequence)\(remarks(entry, replacedBy).joined())"
            + "<details><summary>to verify</summary>"
            + (isThere && isPlain(entry.path) ? "<code>cartulary verify \(path) --trust KEYS</code>" : "")
            + "<code>digest \(entry.position.digest)</code></details></td></tr>\n"
    }

    /// Whether a shell takes a path as one word: a command is shown for no other.
    private static func isPlain(_ path: String) -> Bool {
        path.utf8.allSatisfy { byte in
            (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
                || "._/-".utf8.contains(byte)
        } && !path.hasPrefix("-")
    }

    private static func remarks(_ entry: CatalogueEntry, _ replacedBy: Int?) -> [String] {
        func remark(_ text: String, _ kind: String = "") -> String {
            "<span class=\"\(kind)\">; \(HTML.escape(text))</span>"
        }
        var remarks: [String] = []
        if let due = entry.due, entry.isLate {
            remarks.append(remark("late, promised by \(PeriodText.time(due))", "late"))
        }
        if let other = entry.supersedes { remarks.append(remark("corrects position \(other)")) }
        if let replacedBy { remarks.append(remark("corrected by position \(replacedBy)")) }
        if let reason = entry.uncovered {
            remarks.append(remark("a source did not cover it: \(reason)", "uncovered"))
        }
        if let time = entry.removed { remarks.append(remark("removed \(PeriodText.time(time)): retention expired")) }
        return remarks
    }

    /// Bytes as a reader has them: `12 kB`, `3.4 MB`.
    static func size(_ bytes: Int) -> String {
        if bytes < 1_000_000 { return "\((bytes + 999) / 1000)\u{A0}kB" }
        let tenths = bytes / 100_000
        return "\(HTML.count(tenths / 10)).\(tenths % 10)\u{A0}MB"
    }
}
