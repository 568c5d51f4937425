package import AuditModel
import BundleFormat
package import StrictJSON

/// The bundles of one year of an archive: `catalogue.json` in the year's folder (docs/bundle-format.md, 12).
package struct CatalogueYear: Sendable, Equatable {
    package static let format = "cartulary-catalogue-year/1"

    package let archive: String
    /// The name of the folder, four digits.
    package let year: String
    /// By position, ascending; not without gaps, since corrections of other years stand between them.
    package var entries: [CatalogueEntry] = []

    package init(archive: String, year: String) {
        self.archive = archive
        self.year = year
    }

    /// The file, relative to the archive's folder.
    package static func path(_ year: String) -> String { "\(year)/\(Catalogue.file)" }

    package var path: String { CatalogueYear.path(year) }

    /// Lists a bundle at its position; what stood there before gives way.
    package mutating func put(_ entry: CatalogueEntry) {
        entries.removeAll { $0.position.sequence == entry.position.sequence }
        entries.append(entry)
        entries.sort { $0.position.sequence < $1.position.sequence }
    }

    package var value: JSONValue {
        .object([
            "archive": .string(archive), "bundles": .array(entries.map(\.value)),
            "format": .string(CatalogueYear.format), "year": .string(year),
        ])
    }

    /// Reads a year back; nil if it is not in form.
    package init?(_ value: JSONValue) {
        guard let archive = value["archive"]?.string, let year = value["year"]?.string,
            let bundles = value["bundles"]?.array, CatalogueYear.isName(year)
        else { return nil }
        self.init(archive: archive, year: year)
        entries = bundles.compactMap(CatalogueEntry.init)
        guard self.value == value else { return nil }
    }

    /// Whether a name is that of a year's folder: four digits, so that no other folder can be meant.
    package static func isName(_ name: String) -> Bool {
        name.utf8.count == 4 && name.utf8.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
    }

    /// The latest bundle of each period, by period.
    package static func current(_ entries: [CatalogueEntry]) -> [CatalogueEntry] {
        var latest: [Timestamp: CatalogueEntry] = [:]
        for entry in entries { latest[entry.position.from] = entry }
        return latest.values.sorted { $0.position.from < $1.position.from }
    }

    /// SHA-256 of the names of files, by bytes, with LF behind each; in hexadecimal.
    package static func digest(ofNames names: [String]) -> String {
        let sorted = names.map { Array($0.utf8) }.sorted { own, other in
            compareBytes(own.span, 0..<own.count, with: other.span, in: 0..<other.count) < 0
        }
        return ContentDigest.hexadecimal(of: sorted.flatMap { $0 + [0x0A] })
    }

    package var summary: Summary {
        let kept = entries.filter { $0.removed == nil }
        let current = CatalogueYear.current(entries)
        var summary = Summary(year: year)
        summary.bundles = entries.count
        summary.periods = current.count
        summary.removed = entries.count - kept.count
        summary.bytes = kept.map(\.bytes).reduce(0, +)
        summary.late = entries.count(where: \.isLate)
        summary.uncovered = entries.count { $0.uncovered != nil }
        summary.from = current.first?.position.from ?? .unset
        summary.to = current.last?.position.to ?? .unset
        summary.files = CatalogueYear.digest(ofNames: kept.map { String($0.path.split(separator: "/").last ?? "") })
        for entry in current {
            let label = String(entry.position.from.text.prefix(7))
            if summary.months.last?.label != label { summary.months.append(CatalogueFigures(label: label)) }
            summary.months[summary.months.count - 1].add(CatalogueFigures(entry))
        }
        return summary
    }
}

extension CatalogueYear {
    /// What the catalogue of the whole says of a year.
    package struct Summary: Sendable, Equatable {
        package let year: String
        package var bundles = 0
        package var periods = 0
        package var removed = 0
        package var late = 0
        package var uncovered = 0
        /// Bytes of the bundles that were not removed.
        package var bytes = 0
        /// Where its first period begins, and its last one ends.
        package var from = Timestamp.unset
        package var to = Timestamp.unset
        /// ``CatalogueYear/digest(ofNames:)`` of the bundles that were not removed: tells of one that is gone without
        /// reading the year.
        package var files = ""
        /// Sums of the latest bundles of the periods that begin in each month, as `2026-02`.
        package var months: [CatalogueFigures] = []

        package init(year: String) { self.year = year }

        package var kept: Int { bundles - removed }
        package var corrections: Int { bundles - periods }

        package var value: JSONValue {
            .object([
                "bundles": .integer(Int64(bundles)), "bytes": .integer(Int64(bytes)), "files": .string(files),
                "from": .string(from.text), "late": .integer(Int64(late)), "months": .array(months.map(\.value)),
                "periods": .integer(Int64(periods)), "removed": .integer(Int64(removed)), "to": .string(to.text),
                "uncovered": .integer(Int64(uncovered)), "year": .string(year),
            ])
        }

        package init?(_ value: JSONValue) {
            guard let year = value["year"]?.string, CatalogueYear.isName(year), let from = value["from"]?.time,
                let to = value["to"]?.time,
                let files = value["files"]?.string
            else { return nil }
            func count(_ name: String) -> Int { CatalogueFigures.sum(value[name]) }
            self.init(year: year)
            self.from = from
            self.to = to
            self.files = files
            bundles = count("bundles")
            periods = count("periods")
            removed = count("removed")
            late = count("late")
            uncovered = count("uncovered")
            bytes = count("bytes")
            months = (value["months"]?.array ?? []).compactMap(CatalogueFigures.init)
        }
    }
}

/// Figures of a bundle, or the sums of several.
package struct CatalogueFigures: Sendable, Equatable {
    package var label: String
    package var deployments = 0
    package var completed = 0
    package var failed = 0
    package var errors = 0
    package var warnings = 0

    package init(label: String) { self.label = label }

    /// A sum over a year, small enough that 10,000 of them do not overflow; 0 for anything else.
    fileprivate static func sum(_ value: JSONValue?) -> Int {
        guard let sum = value?.count, sum <= 1 << 46 else { return 0 }
        return sum
    }

    package init(_ entry: CatalogueEntry) {
        self.init(label: entry.label)
        deployments = entry.deployments
        completed = entry.completed
        failed = entry.failed
        errors = entry.errors
        warnings = entry.warnings
    }

    package mutating func add(_ other: CatalogueFigures) {
        deployments += other.deployments
        completed += other.completed
        failed += other.failed
        errors += other.errors
        warnings += other.warnings
    }

    package var value: JSONValue {
        .object([
            "completed": .integer(Int64(completed)), "deployments": .integer(Int64(deployments)),
            "errors": .integer(Int64(errors)), "failed": .integer(Int64(failed)), "month": .string(label),
            "warnings": .integer(Int64(warnings)),
        ])
    }

    package init?(_ value: JSONValue) {
        guard let label = value["month"]?.string else { return nil }
        self.init(label: label)
        func count(_ name: String) -> Int { CatalogueFigures.sum(value[name]) }
        deployments = count("deployments")
        completed = count("completed")
        failed = count("failed")
        errors = count("errors")
        warnings = count("warnings")
    }
}
