import BundleFormat
import BundleVerifier
import Foundation
import Signing

/// The two small bundles that hostile values are put into: one from files, and a correction from a ledger.
enum SmallBundle: String, CaseIterable, Sendable {
    case oneShot = "small"
    case revision = "audit-2026-01-r1"

    var archive: [UInt8] {
        get async throws {
            switch self {
            case .oneShot: try await SmallBundle.made.value
            case .revision: try await TestBundles.sealed.value[0]
            }
        }
    }

    /// Every member of a record that a number can be, a retry, a duplicate, a conflict and a rejected line.
    private static let records = [
        #"{"deploymentId":"a","currentStatus":"Completed","network":"n","createdAt":"2026-02-01T00:00:00Z","updatedAt":"2026-02-04T00:00:00Z","totalDurationMs":5000,"complianceSummary":"1 passed, 0 failed out of 1 checks"}"#,
        #"{"id":"a1","deploymentId":"a","status":"Queued","timestamp":"2026-02-01T00:00:00Z"}"#,
        #"{"id":"a2","deploymentId":"a","status":"Submitted","timestamp":"2026-02-01T00:00:01Z","transactionHash":"0x1","durationFromPreviousStatusMs":1000}"#,
        #"{"id":"a3","deploymentId":"a","status":"Failed","timestamp":"2026-02-01T00:00:02Z","errorDetails":{"category":1,"isRetryable":true,"suggestedRetryDelaySeconds":60},"metadata":{"errorCategory":1,"suggestedRetryDelaySeconds":60,"attempt":1.5}}"#,
        #"{"id":"a4","deploymentId":"a","status":"Queued","timestamp":"2026-02-02T00:00:00Z"}"#,
        #"{"id":"a5","deploymentId":"a","status":"Submitted","timestamp":"2026-02-02T00:00:01Z","transactionHash":"0x2"}"#,
        #"{"id":"a6","deploymentId":"a","status":"Pending","timestamp":"2026-02-02T00:00:02Z"}"#,
        #"{"id":"a7","deploymentId":"a","status":"Confirmed","timestamp":"2026-02-02T00:00:03Z","confirmedRound":77,"complianceChecks":[{"checkName":"c","passed":true,"score":0.5}]}"#,
        #"{"id":"a8","deploymentId":"a","status":"Completed","timestamp":"2026-02-02T00:00:04Z"}"#,
        #"{"id":"a8","deploymentId":"a","status":"Completed","timestamp":"2026-02-02T00:00:04Z"}"#,
        #"{"id":"a8","deploymentId":"a","status":"Completed","timestamp":"2026-02-02T00:00:05Z","confirmedRound":78}"#,
        #"{"id":"b1","deploymentId":"b","status":"Queued","timestamp":"2026-02-03T00:00:00Z"}"#, "no record",
    ]

    /// From files: two records of a deployment that contradict each other in one member, and agree in two.
    static let contradicting = Task {
        let records = ["m", "n"].map {
            #"{"deploymentId":"a","currentStatus":"Queued","network":"\#($0)","tokenType":"ASA_FT","createdAt":"2026-02-01T00:00:00Z"}"#
        }
        let folder = try TemporaryDirectory()
        return try await TestBundles.make(
            "contradicting", inputs: [try folder.write(records + [Self.records[1]], to: "records.ndjson")])
    }

    private static let made = Task {
        let folder = try TemporaryDirectory()
        return try await TestBundles.make("small", inputs: [try folder.write(records, to: "records.ndjson")])
    }
}

/// A change to a small bundle.
struct BundleMutation: Sendable {
    /// What is changed: a text of a file, or the archive around the files.
    enum Change: Sendable {
        case text(path: String, TextMutation, EditableBundle.Seal)
        case container(ZipMutation)
    }

    var change: Change

    var name: String {
        switch change {
        case .text(let path, let mutation, let seal): "\(path): \(mutation.name), sealed again: \(seal)"
        case .container(let mutation): mutation.name
        }
    }

    /// Whether the bundle must not be valid after the change.
    ///
    /// Who holds the key and signs again may say anything that is in form of what nothing can be computed from. A number
    /// that is no count, and a member taken away, are never in form.
    var isNeverValid: Bool {
        guard case .text(let path, let mutation, let seal) = change, seal == .trusted else { return true }
        guard !BundleMutation.isFreeForm(path, mutation.place) else { return false }
        guard let value = mutation.value else { return BundleMutation.described.contains(path) }
        return HostileValue.numbers.contains(value) && !["0", "2147483648", "9007199254740991"].contains(value)
    }

    private static let described: Set<String> = [
        BundlePath.bundle, BundlePath.series, BundlePath.sources, BundlePath.rules, BundlePath.metrics,
    ]

    /// Content of records that does not stand in the trail.
    private static func isFreeForm(_ path: String, _ place: String) -> Bool {
        switch path {
        case BundlePath.rejected: place.contains("kept") || place.contains("content")
        case BundlePath.corrections: place.contains("before")
        default: false
        }
    }

    /// The archive with the change, or nil if it changes nothing.
    func applied(to archive: [UInt8]) throws -> [UInt8]? {
        switch change {
        case .container(let mutation):
            let changed = try mutation.applied(to: archive)
            return changed == archive ? nil : changed
        case .text(let path, let mutation, let seal):
            var bundle = try EditableBundle(archive)
            let text = try bundle.bytes(path)
            let changed = mutation.applied(to: text)
            guard changed != text else { return nil }
            bundle.files[path] = changed
            if path == BundlePath.rules, seal == .trusted { try bundle.renewRulesDigest() }
            try bundle.reseal(seal)
            return try bundle.packed()
        }
    }
}

extension BundleMutation {
    /// Entries whose headers are changed: the first, one in the middle, the largest, and what signatures are over.
    private static let entries = [BundlePath.bagInfo, BundlePath.bundle, BundlePath.report, BundlePath.tagManifest]

    /// Every change, by the file or the container that it is made to.
    static func all(_ archive: [UInt8]) throws -> [String: [BundleMutation]] {
        var all = [
            "container": try ZipMutation.all(archive, paths: entries).map { BundleMutation(change: .container($0)) }
        ]
        for (path, text) in try EditableBundle(archive).files {
            let mutations = try changes(path, text)
            // The signatures are made again with the rest: there is nothing to change in them then.
            let seals: [EditableBundle.Seal] = path.hasPrefix("data/") ? [.none, .trusted] : [.none]
            all[path] = seals.flatMap { seal in
                mutations.map { BundleMutation(change: .text(path: path, $0, seal)) }
            }
        }
        return all
    }

    private static func changes(_ path: String, _ text: [UInt8]) throws -> [TextMutation] {
        if path == BundlePath.report { return FigurePlaces.numbers(text) }
        if path.hasSuffix(".csv") { return CSVPlaces.numbers(text) }
        guard path.hasSuffix(".json") else { return [] }
        let places = try JSONPlaces(text)
        // The schemas are compared as bytes and never read.
        return path.hasPrefix("data/schema/") ? places.numbers : places.numbers + places.types
    }

    /// So many changes of each file and four times as many of the container, the same with every run; all without a number.
    static func chosen(_ archive: [UInt8], perFile: Int?, seed: UInt64) throws -> [BundleMutation] {
        var generator = SeededGenerator(seed: seed)
        return try all(archive).sorted { $0.key < $1.key }.flatMap { file, mutations in
            guard let perFile else { return mutations }
            let count = file == "container" ? 4 * perFile : perFile
            return Array(mutations.shuffled(using: &generator).prefix(count))
        }
    }
}
