import BundleFormat
import BundleVerifier
import Foundation
import StrictJSON
import Testing

/// Every member of every JSON file of two small bundles, changed with the key in hand: valid only where the table of
/// docs/bundle-format.md (13) says that the member is given.
///
/// A seeded sample; with `CARTULARY_FULL_SWEEP` (scripts/sweep) every member.
@Suite("relations of members")
struct RelationSweepTests {
    @Test(
        "a member that is changed with the key in hand is valid only where it is given", arguments: SmallBundle.allCases
    )
    func members(_ small: SmallBundle) async throws {
        let archive = try await small.archive
        let bundle = try EditableBundle(archive)
        var changes = try MemberChange.all(bundle)
        if !HostileSweepTests.isFull {
            var generator = SeededGenerator(seed: 7)
            changes = Array(changes.shuffled(using: &generator).prefix(60))
        }
        let table = try OriginTable()
        var valid: Set<String> = []
        for change in changes {
            var edited = bundle
            guard try change.apply(to: &edited) else { continue }
            try? await edited.rederive()
            // What was changed was made again.
            guard edited.files[change.path] != bundle.files[change.path] else { continue }
            try edited.reseal(.trusted)
            let report = try await verify(try edited.packed(), fileName: "\(small.rawValue).zip")
            guard report.verdict == .valid else { continue }
            valid.insert(change.place)
            #expect(table.isGiven(change.place), "valid: \(change.name)")
        }
        print(
            "members: \(changes.count) mutations of \(small.rawValue).zip signed again; given: "
                + valid.sorted().joined(separator: ", "))
    }
}

/// A member of a JSON file, and what becomes of it.
struct MemberChange: Sendable {
    enum Kind: String, CaseIterable, Sendable { case number, text, removed, added }

    /// A step into a value.
    enum Step: Sendable { case name(String), index(Int) }

    var path: String
    var steps: [Step]
    var kind: Kind

    /// The file, and the names that lead there.
    var place: String {
        path + " "
            + steps.map { step in
                switch step {
                case .name(let name): ".\(name)"
                case .index: "[]"
                }
            }.joined().replacing(/^\./, with: "")
    }

    var name: String { "\(place) \(kind.rawValue) \(steps)" }

    /// Every member of every file, in every way.
    static func all(_ bundle: EditableBundle) throws -> [MemberChange] {
        var changes: [MemberChange] = []
        for path in bundle.files.keys.sorted() where path.hasSuffix(".json") && path.hasPrefix("data/") {
            guard !path.hasPrefix("data/schema/") else { continue }
            collect(try bundle.json(path), path, steps: [], into: &changes)
        }
        return changes
    }

    /// Adds every member below a value, in every way.
    static func collect(_ value: JSONValue, _ path: String, steps: [Step], into changes: inout [MemberChange]) {
        for kind in Kind.allCases where kind != .added || value.object != nil || value.array != nil {
            if !steps.isEmpty || kind == .added { changes.append(MemberChange(path: path, steps: steps, kind: kind)) }
        }
        for (name, member) in (value.object ?? [:]).sorted(by: { $0.key < $1.key }) {
            collect(member, path, steps: steps + [.name(name)], into: &changes)
        }
        for (index, element) in (value.array ?? []).enumerated() {
            collect(element, path, steps: steps + [.index(index)], into: &changes)
        }
    }

    /// Changes the bundle; false if that changes nothing.
    func apply(to bundle: inout EditableBundle) throws -> Bool {
        let before = try bundle.json(path)
        let after = changed(before, steps[...]) ?? .null
        guard after.bytes != before.bytes else { return false }
        let isList = [BundlePath.trail, BundlePath.findings, BundlePath.rejected, BundlePath.corrections].contains(path)
        bundle.files[path] = isList ? LineArray.file((after.array ?? []).map(\.bytes)) : after.file
        return true
    }

    /// The value with the member changed; nil if nothing is left of it.
    func changed(_ value: JSONValue, _ steps: ArraySlice<Step>) -> JSONValue? {
        switch steps.first {
        case nil: return changed(value)
        case .name(let name)?:
            var members = value.object ?? [:]
            members[name] = members[name].flatMap { changed($0, steps.dropFirst()) }
            return .object(members)
        case .index(let index)?:
            var elements = value.array ?? []
            if let new = changed(elements[index], steps.dropFirst()) {
                elements[index] = new
            } else {
                elements.remove(at: index)
            }
            return .array(elements)
        }
    }

    private func changed(_ value: JSONValue) -> JSONValue? {
        switch kind {
        case .number: return value.integer.map { .integer($0 + 1) } ?? .integer(1)
        case .text: return value.string.map { .string($0 + "0") } ?? .string("x")
        case .removed: return nil
        case .added:
            if var members = value.object {
                members["zz"] = .integer(1)
                return .object(members)
            }
            return value.array.map { .array($0 + [.string("x")]) } ?? value
        }
    }
}
