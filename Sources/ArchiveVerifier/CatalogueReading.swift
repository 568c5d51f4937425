import ArchiveFormat
import AuditModel
import BundleFormat
import FileSystem
import MerkleTree
import StrictJSON

/// The catalogue of an archive's folder with its years, and what is wrong with it beside the bundles.
struct CatalogueReading {
    private let folder: ArchiveFolder
    /// nil if it is not there, or not in form.
    private let catalogue: Catalogue?
    /// Those in form, by the name of the folder.
    private let years: [String: CatalogueYear]
    /// What all years list, by position.
    let entries: [CatalogueEntry]

    init(_ folder: ArchiveFolder) {
        self.folder = folder
        catalogue = folder.catalogue.flatMap(Self.value).flatMap(Catalogue.init)
        years = folder.years.compactMapValues { Self.value($0).flatMap(CatalogueYear.init) }
        entries = years.values.flatMap(\.entries).sorted { $0.position.sequence < $1.position.sequence }
    }

    /// Some 20,000 bundles a year: nobody has signed these files, and a tree takes far more memory than its bytes.
    private static func value(_ bytes: [UInt8]) -> JSONValue? {
        try? JSONValue(parsing: bytes, tokenLimit: NumberLimits.entryTokens)
    }

    /// Compares with the bundles, which come by position; `expected` is the number of positions by the checkpoint.
    func problems(beside members: [ArchiveChecks.Member], expected: Int?) -> [String] {
        guard let catalogue else {
            return [folder.catalogue == nil ? "there is no \(Catalogue.file)" : "\(Catalogue.file) cannot be read"]
        }
        var problems = formProblems(catalogue) + headProblems(catalogue, members.last)
        let listed = Dictionary(entries.map { ($0.position.sequence, $0) }, uniquingKeysWith: { $1 })
        var promised: Timestamp?
        var last = 0
        for member in members {
            if let entry = listed[member.position.sequence] {
                // What a bundle that is missing promised, nobody knows.
                let due = last + 1 >= member.position.sequence ? promised : entry.due
                problems += entryProblems(entry, member, due: member.supersedes == nil ? due : nil)
            } else {
                problems.append("the catalogue does not list \(member.path)")
            }
            promised = member.next?.due
            last = member.position.sequence
        }
        if let expected, entries.count != expected {
            problems.append(
                "the catalogue lists \(CountedNoun.text(entries.count, "bundle")), the checkpoint says \(expected)")
        }
        return problems
    }

    /// Whether each file is the one spelling of what it says, and the whole agrees with its years.
    private func formProblems(_ catalogue: Catalogue) -> [String] {
        var problems: [String] = []
        if catalogue.value.file != folder.catalogue { problems.append("\(Catalogue.file) is not canonical") }
        let summaries = Dictionary(catalogue.years.map { ($0.year, $0) }, uniquingKeysWith: { $1 })
        for name in Set(summaries.keys).union(folder.years.keys).sorted() {
            let path = CatalogueYear.path(name)
            guard let bytes = folder.years[name] else {
                problems.append("there is no \(path)")
                continue
            }
            if summaries[name] == nil { problems.append("\(Catalogue.file) does not know \(path)") }
            guard let year = years[name] else {
                problems.append("\(path) cannot be read")
                continue
            }
            if year.value.file != bytes { problems.append("\(path) is not canonical") }
            if year.archive != catalogue.archive || year.year != name
                || !year.entries.allSatisfy({ isOf(name, $0) })
            {
                problems.append("\(path) is of another archive or year")
            }
            if year.entries.isEmpty { problems.append("\(path) lists nothing") }
            if zip(year.entries, year.entries.dropFirst()).contains(where: {
                $0.position.sequence >= $1.position.sequence
            }) {
                problems.append("\(path) does not list the positions in order")
            }
            if let summary = summaries[name], summary.value.bytes != year.summary.value.bytes {
                problems.append("\(Catalogue.file) says something else of \(name) than \(path)")
            }
        }
        return problems
    }

    /// Whether a bundle's period and path are those of a year.
    private func isOf(_ year: String, _ entry: CatalogueEntry) -> Bool {
        entry.path == "\(year)/\(entry.position.name).zip"
            && Period(from: entry.position.from, to: entry.position.to, label: entry.label).year == year
    }

    private func headProblems(_ catalogue: Catalogue, _ last: ArchiveChecks.Member?) -> [String] {
        var problems: [String] = []
        let isInOrder = catalogue.years.map(\.year) == catalogue.years.map(\.year).sorted()
        let digests = entries.compactMap { MerkleDigest(hexadecimal: $0.position.digest) }
        if entries.map(\.position.sequence) != Array(entries.indices).map({ $0 + 1 }) {
            problems.append("the catalogue does not list each position once")
        }
        if catalogue.last != entries.last || catalogue.tree != Catalogue.tree(digests) || !isInOrder
            || !catalogue.keys.elementsEqual(Set(entries.map(\.key)).sorted(), by: { $0.utf8.elementsEqual($1.utf8) })
        {
            problems.append("\(Catalogue.file) does not sum up what its years list")
        }
        guard let last else { return problems }
        if catalogue.archive != last.archive || catalogue.basis != last.basis
            || catalogue.filters.bytes != last.filters.bytes
        {
            problems.append("\(Catalogue.file) names another archive, basis or filters than the bundles")
        }
        if catalogue.next?.from != last.next?.from || catalogue.next?.to != last.next?.to
            || catalogue.next?.due != last.next?.due
        {
            problems.append("\(Catalogue.file) promises another period than the last bundle, \(last.path)")
        }
        return problems
    }

    private func entryProblems(_ entry: CatalogueEntry, _ member: ArchiveChecks.Member, due: Timestamp?) -> [String] {
        var own = member.entry
        own.sealed = entry.sealed
        own.due = due
        // Stopped between the removal and the catalogue, a run goes on the next time.
        if member.isRemoved, entry.removed == nil { own.removed = nil }
        let path = CatalogueYear.path(entry.year)
        if own.position != entry.position || own.path != entry.path {
            return ["\(path) lists another bundle at position \(member.position.sequence) than \(member.path)"]
        }
        return own == entry ? [] : ["\(path) says something else of \(member.path) than the bundle itself"]
    }
}
