package import Archive
package import AuditModel
package import BundleFormat
import FileSystem
import Ledger
package import Spools

/// What a configuration asks to be done again and again: sources that feed one ledger, archives that are drawn from it.
package struct SchedulePlan: Sendable {
    /// The ledger's file.
    package var ledger = ""
    package var sources: [ScheduledSource] = []
    package var archives: [ScheduledArchive] = []
    package var threads = 2
    /// Bytes of memory that an ingest, or the making of a bundle, may take; nil for no limit.
    package var memory: Int?

    package init() {}
}

/// Files that belong together: one feed of records.
package struct ScheduledSource: Sendable, Equatable {
    /// What tells that everything up to a time has come.
    package enum Coverage: Sendable, Equatable {
        /// The latest `generatedAt` of the source's own envelopes that were complete.
        case generatedAt
        /// A file whose first line is a time, or a period of which everything has come.
        case marker(String)
        /// Nothing: periods are sealed once they are due.
        case unchecked
    }

    package typealias Location = SourceLocation

    package var name: String
    package var location: Location
    package var coverage: Coverage
    /// The zone of times that say none, such as `+02:00`, by which coverage is decided; nil if such times decide nothing.
    package var zone: String?

    package init(name: String, location: Location, coverage: Coverage, zone: String? = nil) {
        self.name = name
        self.location = location
        self.coverage = coverage
        self.zone = zone
    }

    /// Files and folders in which what was taken in can be found again.
    package var kept: [String] {
        switch location {
        case .files(let paths): paths.map(ScheduledSource.withoutPattern)
        case .spool(let folder): Spool(folder: folder).kept
        }
    }

    /// The files that were taken from a spool and put away, with the folders; nil for files that stay, or where there are none.
    package func taken() throws -> (spool: String, folder: String, paths: [String])? {
        guard case .spool(let spool) = location, FileStatus.exists("\(spool)/\(Spool.done)") else { return nil }
        let folder = "\(spool)/\(Spool.done)"
        return (spool, folder, try SourceFiles(.spool(folder)).paths)
    }

    /// Whether a file of that name is where the files of the source are, or were put.
    func holds(_ name: String) -> Bool {
        switch location {
        case .files: (try? SourceFiles(location))?.paths.contains { FileName.last(of: $0) == name } ?? false
        case .spool(let folder):
            [folder, "\(folder)/\(Spool.done)", "\(folder)/\(Spool.failed)"].contains {
                FileStatus.exists("\($0)/\(name)")
            }
        }
    }

    /// The folder that a pattern looks into.
    private static func withoutPattern(_ path: String) -> String {
        var path = path
        while path.contains(where: { "*?[".contains($0) }) { path = FileName.directory(of: path) }
        return path
    }
}

/// One series of sealed bundles, and the folder that it is kept in.
package struct ScheduledArchive: Sendable, Equatable {
    /// The archive's name, which bundles are named from.
    package var name: String
    /// Bundles go into a folder for each year in it.
    package var directory: String
    package var length: PeriodLength
    /// The first period that is sealed.
    package var begin: Period
    /// Seconds after a period's end at which it is due.
    package var delay: Int64 = 0
    /// Days after the next period's end by which a bundle promises that one.
    package var dueDays = 10
    /// Names of the sources that have to cover a period before it is sealed.
    package var expects: [String] = []
    /// A period with fewer transitions is not sealed.
    package var expectedTransitions = 0
    /// Without a period.
    package var selection = Selection()
    package var declared: [String: String] = [:]
    /// Whether its bundles have the workbook.
    package var workbook = WorkbookChoice.auto
    /// How long bundles are kept; nil for good.
    package var retention: RetentionPolicy?
    /// Bundles that each run reads, to see that they are what was sealed; nil for none.
    package var verifyShare: VerifyShare?

    package init(name: String, directory: String, length: PeriodLength, begin: Period) {
        self.name = name
        self.directory = directory
        self.length = length
        self.begin = begin
    }

    /// The series' name in the ledger.
    package var series: String { LedgerSealing.series(name, selection) }

    /// The period that follows the last sealed one; the first if there is none.
    package func next(after last: Timestamp?) -> Period { last.map(length.period(containing:)) ?? begin }

    /// When a period is due.
    package func due(_ period: Period) -> Timestamp { period.to.adding(seconds: delay) }

    /// The options of `cartulary export` that make the same bundle, in a fixed order.
    func command(_ period: Period) -> [String] {
        var selection = selection
        selection.period = period
        return ["export"] + selection.words + Declared.words(declared) + nameWords + workbook.words
    }

    private var nameWords: [String] { name == "audit" ? [] : ["--archive", name] }
}
