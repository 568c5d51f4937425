import ArchiveFormat
import BundleFormat
import FileSystem

extension ArchiveCatalogue {
    /// Years of the catalogue, read when they are asked for.
    struct Years {
        private let files: ArchiveCatalogue
        /// Bundles that each year has to list at least.
        private let counts: [String: Int]
        private var read: [String: CatalogueYear] = [:]
        private var changedYears: Set<String> = []

        /// Whether nothing is taken over from the files.
        private let isAnew: Bool

        init(files: ArchiveCatalogue, catalogue: Catalogue, isAnew: Bool) {
            self.files = files
            self.isAnew = isAnew
            counts = Dictionary(catalogue.years.map { ($0.year, $0.bundles) }, uniquingKeysWith: { $1 })
        }

        /// Those that were read.
        var all: [CatalogueYear] { read.values.sorted { $0.year < $1.year } }

        /// Those that are not as their files say.
        var changed: [CatalogueYear] { changedYears.sorted().compactMap { read[$0] } }

        /// A year; an empty one if there is none of that name.
        ///
        /// Throws ``EnvironmentError`` if its file lists less than it did: the catalogue is made anew then.
        mutating func year(_ name: String) throws -> CatalogueYear {
            if let year = read[name] { return year }
            let year =
                try isAnew
                ? CatalogueYear(archive: files.archive, year: name)
                : files.read(CatalogueYear.path(name), CatalogueYear.init)
                    ?? CatalogueYear(archive: files.archive, year: name)
            guard year.archive == files.archive, year.year == name, year.entries.count >= counts[name] ?? 0 else {
                throw files.shortYear(year.path, expected: counts[name] ?? 0)
            }
            read[name] = year
            return year
        }

        /// Has a year written, though it lists what it did.
        mutating func requireWriting(_ name: String) throws {
            _ = try year(name)
            changedYears.insert(name)
        }

        /// Lists a bundle in its year.
        mutating func put(_ entry: CatalogueEntry) throws {
            var year = try year(entry.year)
            year.put(entry)
            read[entry.year] = year
            changedYears.insert(entry.year)
        }
    }
}
