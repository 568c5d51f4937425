import RecordSpill

/// Finds deployments that may share a transition's identifier: equal hashes under two deployments.
struct SharedIdentifiers {
    struct Entry: Sendable {
        var hash: Int
        var deployment: UInt32
    }

    /// Entries with the same lowest bits of their hash.
    private struct Bucket: Sendable {
        var entries: [Entry] = []
        /// What went to the file before.
        var written: [SpillSection] = []

        func all(_ file: SpillFile?) throws -> [Entry] {
            guard let file, !written.isEmpty else { return entries }
            var all: [Entry] = []
            all.reserveCapacity(written.reduce(entries.count) { $0 + Int($1.entryCount) })
            for section in written { try all.append(section, of: file) }
            all += entries
            return all
        }
    }

    /// Entries of one bucket that are held before they go to the file: 16 MB for all buckets.
    private static let heldEntries = 1 << 15

    /// So many that buckets are searched side by side, each in little memory.
    private var buckets = [Bucket](repeating: Bucket(), count: 32)
    /// nil: all entries are held.
    private let file: SpillFile?
    private var offset = 0

    init(spillingTo file: SpillFile? = nil) { self.file = file }

    /// Adds entries whose deployments are counted from `firstDeployment`.
    mutating func add(_ entries: [Entry], firstDeployment: Int) throws {
        for entry in entries {
            let moved = Entry(hash: entry.hash, deployment: entry.deployment + UInt32(firstDeployment))
            buckets[entry.hash & 31].entries.append(moved)
        }
        guard let file else { return }
        for index in buckets.indices where buckets[index].entries.count >= SharedIdentifiers.heldEntries {
            let section = try buckets[index].entries.spill(into: file, at: offset)
            buckets[index].written.append(section)
            offset = section.end
            buckets[index].entries.removeAll(keepingCapacity: true)
        }
    }

    /// The deployments, in order.
    func suspects(threads: Int) async throws -> [Int] {
        let buckets = self.buckets
        let file = self.file
        var found: Set<UInt32> = []
        try await OrderedTasks.run(count: buckets.count, limit: min(threads, 4)) { index in
            let entries = try buckets[index].all(file)
            var suspects: Set<UInt32> = []
            var first: [Int: UInt32] = [:]
            first.reserveCapacity(entries.count)
            for entry in entries {
                let holder = first[entry.hash]
                if let holder, holder != entry.deployment { suspects.formUnion([holder, entry.deployment]) }
                if holder == nil { first[entry.hash] = entry.deployment }
            }
            return suspects
        } take: {
            found.formUnion($1)
        }
        return found.sorted().map(Int.init)
    }
}
