import Foundation
import RecordedFiles

/// What was done to a ledger's files while it was recorded, and what a power cut leaves of it.
struct Recording {
    struct Event {
        enum Kind: Int32 {
            case write = 1
            case truncate, sync, delete, replaced, mark
        }
        var kind: Kind
        /// What follows the ledger's path; for a mark its name.
        var suffix: String
        var offset: Int
        var bytes: [UInt8]
    }

    let events: [Event]

    /// Records what `body` does to the ledger at a path; `body` gets a function that sets a mark.
    init(of path: String, _ body: ((String) -> Void) async throws -> Void) async throws {
        guard recorded_files_begin(path) == 0 else { throw CocoaError(.fileNoSuchFile) }
        defer { recorded_files_end() }
        try await body { recorded_files_mark($0) }
        events = (0..<recorded_files_count()).compactMap { index in
            var event = recorded_files_event(index)
            guard let kind = Event.Kind(rawValue: event.kind) else { return nil }
            let suffix = withUnsafeBytes(of: &event.suffix) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
            let bytes = event.bytes.map { Array(UnsafeBufferPointer(start: $0, count: Int(event.count))) } ?? []
            return Event(kind: kind, suffix: suffix, offset: Int(event.offset), bytes: bytes)
        }
    }

    /// How much of what was not synced a cut leaves.
    enum Loss: CaseIterable {
        /// Nothing of it.
        case all
        /// Everything: the program stopped, the disk did not.
        case none
        /// Some of it, in another order, the last piece cut at the end of a sector.
        case some
    }

    /// The files of a moment: the first `count` events happened, of what was not synced `loss` is gone.
    func files(after count: Int, _ loss: Loss, _ generator: inout some RandomNumberGenerator) -> [String: [UInt8]] {
        var files: [String: [UInt8]] = [:]
        var unsynced: [String: [Event]] = [:]
        for event in events.prefix(count) {
            switch event.kind {
            case .write, .truncate, .delete: unsynced[event.suffix, default: []].append(event)
            case .sync:
                for done in unsynced.removeValue(forKey: event.suffix) ?? [] { Self.apply(done, &files) }
            case .replaced: files[event.suffix] = event.bytes
            case .mark: break
            }
        }
        for suffix in unsynced.keys.sorted() {
            for event in Self.left(unsynced[suffix] ?? [], loss, &generator) { Self.apply(event, &files) }
        }
        return files
    }

    private static func left(
        _ events: [Event], _ loss: Loss, _ generator: inout some RandomNumberGenerator
    ) -> [Event] {
        switch loss {
        case .all: return []
        case .none: return events
        case .some:
            var left: [Event] = []
            // Writes change places with each other, never with a deletion or a cut: file systems keep these in order.
            for run in events.split(
                maxSplits: .max, omittingEmptySubsequences: false, whereSeparator: { $0.kind != .write })
            {
                left += run.filter { _ in Bool.random(using: &generator) }.shuffled(using: &generator)
                if run.endIndex < events.endIndex, Bool.random(using: &generator) { left.append(events[run.endIndex]) }
            }
            if let last = left.indices.last, left[last].kind == .write, left[last].bytes.count > 512 {
                let sectors = Int.random(in: 0..<left[last].bytes.count / 512, using: &generator)
                left[last].bytes.removeLast(left[last].bytes.count - sectors * 512)
            }
            return left
        }
    }

    private static func apply(_ event: Event, _ files: inout [String: [UInt8]]) {
        if event.kind == .delete {
            files[event.suffix] = nil
            return
        }
        var file = files[event.suffix] ?? []
        let end = event.offset + event.bytes.count
        if event.kind == .truncate {
            file = Array(file.prefix(event.offset))
        } else {
            if file.count < end { file += [UInt8](repeating: 0, count: end - file.count) }
            file.replaceSubrange(event.offset..<end, with: event.bytes)
        }
        files[event.suffix] = file
    }
}
