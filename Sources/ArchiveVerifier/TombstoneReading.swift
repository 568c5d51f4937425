import ArchiveFormat
import AuditModel
import BundleFormat
import Signing
import StrictJSON

/// The tombstones of an archive's folder, and what is wrong with them.
struct TombstoneReading {
    /// Those that a trusted key signed, by position.
    private(set) var tombstones: [Tombstone] = []
    private(set) var problems: [String] = []

    /// Takes the file of the folder, if there is one; `keys` are trusted at `time`, in seconds since 1970.
    init(_ bytes: [UInt8]?, keys: [PublicKey], time: Int64) {
        guard let bytes else { return }
        guard let note = try? SignedNote(parsing: bytes), let archive = Self.archive(note.text),
            let list = Tombstones.read(note.text, archive: archive)
        else {
            problems.append("\(Tombstones.file) cannot be read")
            return
        }
        guard keys.contains(where: { note.isSigned(by: $0, name: Tombstones.origin(archive)) }) else {
            problems.append("\(Tombstones.file) is not signed by a trusted key")
            return
        }
        tombstones = list.sorted { $0.entry.position.sequence < $1.entry.position.sequence }
        let sequences = tombstones.map(\.entry.position.sequence)
        if Set(sequences).count != sequences.count { problems.append("\(Tombstones.file) names a position twice") }
        problems += tombstones.compactMap(\.problem)
        for tombstone in tombstones { addEarly(tombstone, now: Timestamp(unixSeconds: time)) }
    }

    private static func archive(_ text: [UInt8]) -> String? {
        let line = String(decoding: text.prefix { $0 != 0x0A }, as: UTF8.self)
        let prefix = Tombstones.origin("")
        return line.hasPrefix(prefix) ? String(line.dropFirst(prefix.count)) : nil
    }

    /// Bundles are kept for as long as the tombstone says, and for some years whatever it says.
    ///
    /// Whoever removes one earlier has to claim a time that is still to come.
    private mutating func addEarly(_ tombstone: Tombstone, now: Timestamp) {
        let entry = tombstone.entry
        let years = max(Tombstones.minimumYears, tombstone.keptYears)
        let until = max(entry.position.to, entry.sealed).adding(years: years)
        guard let removed = entry.removed else { return }
        if removed > now {
            problems.append("\(entry.path) was removed on \(removed.text), which is after the time of this check")
        }
        guard removed < until else { return }
        problems.append(
            "\(entry.path) was removed on \(removed.text), before \(years) years were over, \(until.text)"
        )
    }
}

extension AllowedSigners {
    /// The keys that are trusted for bundles at a time, in seconds since 1970.
    func trustedKeys(at time: Int64) -> [PublicKey] {
        entries.compactMap(\.key).filter { key in
            if case .trusted = match(key: key, namespace: SignatureNames.bundleNamespace, at: time) { return true }
            return false
        }
    }
}
