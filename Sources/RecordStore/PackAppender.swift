import Dispatch
import GRDB
import Synchronization

/// Puts entries into the file, a pack at a time; several are deflated side by side.
final class PackAppender {
    /// Packs that are deflated at once: some megabytes of texts.
    private static let batch = 16
    /// Rows of table `holding` that are sorted before they are put in.
    private static let held = 1 << 18

    private let row: RowStatement
    private let holding: RowStatement
    private var open: PackBuilder
    private var full: [PackBuilder] = []
    private var holdings: [(deployment: Int, first: Int)] = []
    /// How many packs are deflated at a time.
    var threads = 1

    /// Appends behind the entries of a file.
    init(_ database: Database, first: Int) throws {
        row = try RowStatement(database, sql: "INSERT INTO pack (first, count, leaves, body) VALUES (?, ?, ?, ?)")
        holding = try RowStatement(database, sql: "INSERT INTO holding (deployment, first) VALUES (?, ?)")
        open = PackBuilder(first: first)
    }

    var isEmpty: Bool { open.count == 0 && full.isEmpty && holdings.isEmpty }

    func append(_ entry: PackBuilder.Entry) throws {
        open.append(entry)
        guard open.isFull else { return }
        endPack()
        if full.count >= PackAppender.batch { try insertPacks() }
    }

    /// Ends the last pack: none has entries of two runs.
    func endPack() {
        guard open.count > 0 else { return }
        full.append(open)
        open = PackBuilder(first: open.end)
    }

    /// Puts everything into the file.
    func flush() throws {
        endPack()
        try insertPacks()
        try insertHoldings()
    }

    private func insertPacks() throws {
        for pack in full.packed(threads: threads) {
            try pack.leaves.withUnsafeBytes { leaves in
                try pack.body.withUnsafeBytes { body in
                    try row.bind(1, pack.first)
                    try row.bind(2, pack.count)
                    try row.bind(3, leaves)
                    try row.bind(4, body)
                    try row.run()
                }
            }
            holdings += pack.deployments.map { ($0, pack.first) }
        }
        full.removeAll(keepingCapacity: true)
        if holdings.count >= PackAppender.held { try insertHoldings() }
    }

    /// In the order of the table's key: so they go to the end of one page after another.
    private func insertHoldings() throws {
        for (deployment, first) in holdings.sorted(by: { ($0.deployment, $0.first) < ($1.deployment, $1.first) }) {
            try holding.bind(1, deployment)
            try holding.bind(2, first)
            try holding.run()
        }
        holdings.removeAll(keepingCapacity: true)
    }
}

extension [PackBuilder] {
    /// The rows, in order.
    fileprivate func packed(threads: Int) -> [PackBuilder.Packed] {
        let workers = Swift.min(threads, count)
        guard workers > 1 else { return map { $0.packed() } }
        let rows = Mutex([PackBuilder.Packed?](repeating: nil, count: count))
        DispatchQueue.concurrentPerform(iterations: workers) { worker in
            for index in stride(from: worker, to: count, by: workers) {
                let row = self[index].packed()
                rows.withLock { $0[index] = row }
            }
        }
        return rows.withLock { $0.compactMap(\.self) }
    }
}
