import BundleFormat
import BundleVerifier
import MerkleTree
import StrictJSON
import Testing

/// A change to a good bundle, and what the verifier must say of it.
struct Attack: Sendable, CustomTestStringConvertible {
    /// The bundle that is changed.
    enum Base: Sendable {
        case columns, contradicting, first, full, filtered, later, noted, notedFiltered, notedSealed, response, revised
        case rows, sealed, second, small, withoutZone
    }

    var name: String
    var base = Base.full
    var seal = EditableBundle.Seal.trusted
    var verdict = VerificationReport.Verdict.tampered
    var status: Int32 = 10
    /// A check that must fail.
    var check: String
    var edit: @Sendable (inout EditableBundle) async throws -> Void

    init(
        _ name: String, check: String, _ seal: EditableBundle.Seal = .trusted,
        _ verdict: VerificationReport.Verdict = .tampered, status: Int32 = 10, on base: Base = .full,
        edit: @escaping @Sendable (inout EditableBundle) async throws -> Void
    ) {
        (self.name, self.check, self.seal, self.verdict) = (name, check, seal, verdict)
        (self.status, self.base, self.edit) = (status, base, edit)
    }

    var testDescription: String { name }

    /// Makes the change and verifies the outcome.
    func run() async throws -> VerificationReport {
        let made = try await made()
        return try await verify(made.archive, fileName: made.fileName)
    }

    /// The bundle after the change, and the name of its file.
    func made() async throws -> (archive: [UInt8], fileName: String) {
        let archive: [UInt8] =
            switch base {
            case .columns: try await TestBundles.columns.value
            case .contradicting: try await SmallBundle.contradicting.value
            case .first: try await TestBundles.series.value[0]
            case .full: try await TestBundles.full.value
            case .filtered: try await TestBundles.filtered.value
            case .noted: try await NotedBundles.oneShot.value
            case .notedFiltered: try await NotedBundles.filtered.value
            case .notedSealed: try await NotedBundles.sealed.value[1]
            case .later: try await AcrossBundles.honest.value.sealed[2].archive
            case .response: try await AcrossBundles.honest.value.late.archive
            case .second: try await AcrossBundles.honest.value.second.archive
            case .withoutZone: try await NotedBundles.withoutZone.value
            case .rows: try await TestBundles.rows.value
            case .revised: try await TestBundles.sealed.value[0]
            case .sealed: try await TestBundles.sealed.value[1]
            case .small: try await SmallBundle.oneShot.archive
            }
        var bundle = try EditableBundle(archive)
        let name = bundle.name
        try await edit(&bundle)
        try bundle.reseal(seal)
        // Who renames the directory names the file so too, unless only the directory is renamed.
        let fileName = bundle.name == "other-directory" ? name : bundle.name
        return (try bundle.packed(), "\(fileName).zip")
    }
}

extension EditableBundle {
    /// The lines of the trail as they are hashed.
    func trailLines() throws -> [String] {
        try lines(BundlePath.trail).dropFirst().dropLast().map { $0.hasSuffix(",") ? String($0.dropLast()) : $0 }
    }

    /// Writes the trail and states its root and size in `bundle.json`.
    mutating func writeTrail(_ lines: [String]) throws {
        var tree = CompactRange()
        for line in lines { Array(line.utf8).withUnsafeBytes { tree.append(MerkleHash.leaf($0)) } }
        write("[\n" + lines.joined(separator: ",\n") + "\n]\n", to: BundlePath.trail)
        try set(["contentTree", "root"], to: .string(tree.root.hexadecimal))
        try set(["contentTree", "size"], to: .integer(Int64(lines.count)))
    }

    /// Adds to a number in `bundle.json`, and in `sources.json` if that has it.
    mutating func add(_ amount: Int64, to names: String...) throws {
        for path in [BundlePath.bundle, BundlePath.sources] {
            let value = names.reduce(Optional(try json(path))) { $0?[$1] }
            guard let number = value?.integer else { continue }
            try set(names, to: .integer(number + amount), in: path)
        }
    }

    /// Makes the digest of `rules.json` fit again.
    mutating func renewRulesDigest() throws {
        try set(["rulesDigest"], to: .string(ContentDigest.hexadecimal(of: try bytes(BundlePath.rules))))
    }

    /// Gives the bundle another name wherever the name stands.
    mutating func renameEverywhere(_ new: String) throws {
        for path in [BundlePath.bundle, BundlePath.verifyText, BundlePath.bagInfo] {
            write(try text(path).replacing(name, with: new), to: path)
        }
        rename(new)
    }
}
