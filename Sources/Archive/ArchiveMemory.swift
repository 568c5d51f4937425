package import AuditModel
import BundleFormat
import FileSystem
import StrictJSON

/// What is known of an archive's folder from outside of it: kept beside the ledger, as `LEDGER.archive-NAME.json`.
///
/// The catalogues in the folder are not signed. With the digests of what was written, whoever takes figures over from
/// them knows whether they are still those. Nothing signed rests on this file: without it the bundles are read anew.
package struct ArchiveMemory: Sendable {
    /// How far the fixity check of the bundles has come.
    package struct Fixity: Sendable, Equatable {
        /// The last position that was checked; 0 before the first.
        package var last = 0
        /// Bundles that were checked the last time.
        package var bundles = 0
        /// When that was; nil before the first time.
        package var time: Timestamp?
        /// Positions of bundles that were found damaged or missing, and not put back since.
        package var damaged: [Int] = []
        /// When the round that is under way began.
        package var begun: Timestamp?
        /// When the last round began that came to its end: every bundle of then was checked since.
        package var complete: Timestamp?

        package init() {}
    }

    /// What a file of the folder is, by its digest.
    enum Origin: Sendable {
        /// What was written last.
        case current
        /// What was written earlier, as after a run that was stopped, or a copy that was put back.
        case earlier
        /// None of what was written.
        case foreign
        /// Nothing is known of the file.
        case unknown
    }

    private let path: String
    /// Digests of what was written, by path in the folder; the newest last.
    private var written: [String: [String]] = [:]
    package var fixity = Fixity()
    /// Whether anything is known: the file is there, and in form.
    package private(set) var isKnown = false

    /// The file has some digests for each year of an archive.
    static let maximumBytes = 64 << 20

    /// Contents of one file that are remembered.
    private static let maximumContents = 8

    /// Reads the file; one that is not there, or not in form, counts as empty.
    package init(_ path: String) {
        self.path = path
        guard let bytes = try? ReadOnlyFile.contentsIfPresent(path, limit: ArchiveMemory.maximumBytes),
            let value = try? JSONValue(parsing: bytes), value["fixity"] != nil
        else { return }
        isKnown = true
        written = (value["written"]?.object ?? [:]).mapValues { ($0.array ?? []).compactMap(\.string) }
        let own = value["fixity"]
        fixity.last = own?["last"]?.count ?? 0
        fixity.bundles = own?["bundles"]?.count ?? 0
        fixity.time = own?["time"]?.time
        fixity.damaged = (own?["damaged"]?.array ?? []).compactMap(\.sequence)
        fixity.begun = own?["begun"]?.time
        fixity.complete = own?["complete"]?.time
    }

    /// What a file of the folder with some bytes is.
    func origin(of name: String, _ bytes: [UInt8]) -> Origin {
        guard let known = written[name], let last = known.last else { return written.isEmpty ? .unknown : .foreign }
        let digest = ContentDigest.hexadecimal(of: bytes)
        if digest == last { return .current }
        return known.contains(digest) ? .earlier : .foreign
    }

    /// Whether a file was ever written into the folder.
    func knows(_ name: String) -> Bool { written[name] != nil }

    /// Remembers what is about to be written.
    mutating func note(_ name: String, _ bytes: [UInt8]) {
        let digest = ContentDigest.hexadecimal(of: bytes)
        var known = written[name, default: []]
        known.removeAll { $0 == digest }
        written[name] = (known + [digest]).suffix(ArchiveMemory.maximumContents)
    }

    /// Writes the file; one that would not change is left alone.
    package func write() throws {
        func text(_ time: Timestamp?) -> JSONValue { time.map { .string($0.text) } ?? .null }
        let value = JSONValue.object([
            "fixity": .object([
                "begun": text(fixity.begun), "bundles": .integer(Int64(fixity.bundles)),
                "complete": text(fixity.complete),
                "damaged": .array(fixity.damaged.map { .integer(Int64($0)) }), "last": .integer(Int64(fixity.last)),
                "time": text(fixity.time),
            ]), "written": .object(written.mapValues { .array($0.map(JSONValue.string)) }),
        ])
        let before = try ReadOnlyFile.contentsIfPresent(path, limit: ArchiveMemory.maximumBytes)
        guard before ?? [] != value.bytes else { return }
        try DurableFile.replace(path, with: value.bytes)
    }
}
