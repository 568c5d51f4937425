import Deflate
import Foundation
import GRDB
import MerkleTree

/// The log of a file, pack by pack; the last ones stay read, since who asks for an entry asks for its neighbours next.
final class PackedLog {
    private static let kept = 8

    private let database: Database
    private let inflater = Inflater()
    private var packs: [EntryPack] = []
    /// Whether the file is one of before packs, with a row for each entry (``EntryRows``).
    private let rows: EntryRows?
    /// Puts what a writer has gathered into the file, so that it is read too.
    var beforeReading: () throws -> Void = {}

    /// Reads a file's log; `isMoving` says that packs are read although there are still rows.
    init(_ database: Database, isMoving: Bool = false) {
        self.database = database
        rows = isMoving ? nil : EntryRows(of: database)
    }

    /// The pack that holds an entry or, if none does, the next one; nil behind the last.
    func pack(at index: Int) throws -> EntryPack? {
        try beforeReading()
        if let place = packs.lastIndex(where: { $0.range.contains(index) }) {
            if place != packs.count - 1 { packs.append(packs.remove(at: place)) }
            return packs.last
        }
        let found: EntryPack?
        if let rows { found = try rows.pack(at: index) } else { found = try stored(at: index) }
        guard let pack = found else { return nil }
        if packs.count == PackedLog.kept { packs.removeFirst() }
        packs.append(pack)
        return pack
    }

    private func stored(at index: Int) throws -> EntryPack? {
        let statement = try database.cachedStatement(
            sql: "SELECT first, count, leaves, body FROM pack WHERE first <= ? ORDER BY first DESC LIMIT 1")
        if let row = try Row.fetchOne(statement, arguments: [index]) {
            let pack = try EntryPack(row)
            if pack.range.contains(index) { return pack }
        }
        let next = try database.cachedStatement(
            sql: "SELECT first, count, leaves, body FROM pack WHERE first > ? ORDER BY first LIMIT 1")
        return try Row.fetchOne(next, arguments: [index]).map { try EntryPack($0) }
    }

    /// Calls `body` with each pack that holds entries from one number on and before another, in order.
    func forEachPack(from: Int, to: Int, _ body: (EntryPack) throws -> Void) throws {
        var next = from
        while next < to, let pack = try pack(at: next), pack.first < to {
            try body(pack)
            next = pack.end
        }
    }

    /// Calls `body` with number, kind and deployment of each entry from one number on and before another.
    func forEachKind(from: Int = 0, to: Int = .max, _ body: (Int, Int, Int?) throws -> Void) throws {
        guard from < to else { return }
        try forEachPack(from: from, to: to) { try $0.forEach(in: from..<to, body) }
    }

    /// An entry; nil if there is none of that number.
    func entry(at index: Int) throws -> LedgerReader.StoredEntry? {
        guard let pack = try pack(at: index), pack.range.contains(index) else { return nil }
        return try pack.entry(index, inflater)
    }

    /// Calls `body` with each entry from one number on and before another, in order.
    func forEachEntry(from: Int, to: Int, _ body: (LedgerReader.StoredEntry) throws -> Void) throws {
        guard from < to else { return }
        try forEachPack(from: from, to: to) { pack in
            for index in (from..<to).clamped(to: pack.range) { try body(pack.entry(index, inflater)) }
        }
    }

    /// Calls `body` with what can be read of all entries, in order.
    func salvage(_ body: (LedgerReader.Salvaged) throws -> Void) throws {
        try forEachPack(from: 0, to: .max) { pack in
            if !pack.isSound { try body(.altered(pack.range)) }
            var start = pack.first
            func endUnreadable(_ end: Int) throws {
                if start < end { try body(.unreadable(start..<end, (start..<end).map { pack.leaf($0) })) }
                start = end + 1
            }
            for index in pack.range {
                guard let entry = pack.salvaged(index, inflater) else { continue }
                try endUnreadable(index)
                try body(.entry(entry))
            }
            try endUnreadable(pack.end)
        }
    }

    /// The entries of deployments, each named once, in a log of `size` entries and in order; each pack is read once.
    func entries(of deployments: [Int], size: Int) throws -> [[LedgerReader.StoredRecord]] {
        try beforeReading()
        var places: [(first: Int, position: Int)] = []
        for (position, deployment) in deployments.enumerated() {
            for first in try rows?.holdings(of: deployment) ?? holdings(of: deployment) {
                places.append((first, position))
            }
        }
        places.sort { ($0.first, $0.position) < ($1.first, $1.position) }
        var found = [[LedgerReader.StoredRecord]](repeating: [], count: deployments.count)
        var next = 0
        while next < places.count {
            let first = places[next].first
            var wanted: [Int: Int] = [:]
            while next < places.count, places[next].first == first {
                wanted[deployments[places[next].position]] = places[next].position
                next += 1
            }
            // A row that names another entry than the first of a pack leads nowhere.
            guard first < size, let pack = try pack(at: first), pack.first == first || rows != nil else { continue }
            try pack.forEach(in: 0..<size) { index, _, deployment in
                guard let deployment, let position = wanted[deployment] else { return }
                found[position].append(try pack.entry(index, inflater).record)
            }
        }
        return found
    }

    /// Whether a deployment has an entry before one.
    func holds(_ deployment: Int, before index: Int) throws -> Bool {
        try beforeReading()
        guard let first = try (rows?.holdings(of: deployment) ?? holdings(of: deployment)).first, first < index else {
            return false
        }
        return try !entries(of: [deployment], size: index)[0].isEmpty
    }

    private func holdings(of deployment: Int) throws -> [Int] {
        let statement = try database.cachedStatement(
            sql: "SELECT first FROM holding WHERE deployment = ? ORDER BY first")
        return try Int.fetchAll(statement, arguments: [deployment])
    }

    /// Calls `body` with number and digest of each leaf from one entry on and before another, in order.
    func forEachLeaf(from: Int, to: Int, _ body: (Int, MerkleDigest) throws -> Void) throws {
        guard from < to else { return }
        try beforeReading()
        if let rows { return try rows.forEachLeaf(from: from, to: to, body) }
        let statement = try database.cachedStatement(
            sql: """
                SELECT first, leaves FROM pack
                WHERE first >= coalesce((SELECT max(first) FROM pack WHERE first <= ?1), 0) AND first < ?2 ORDER BY first
                """)
        let packs = try Row.fetchCursor(statement, arguments: [from, to])
        while let row = try packs.next() {
            let first = try row.count(0)
            let leaves = try row.bytes(1)
            let width = MerkleDigest.byteCount
            guard leaves.count % width == 0 else {
                throw LedgerError(
                    .broken, "table pack: the leaves of entry \(first) and those behind it are no digests")
            }
            for index in (from..<to).clamped(to: first..<first + leaves.count / width) {
                let start = (index - first) * width
                if let leaf = MerkleDigest(leaves[start..<start + width]) { try body(index, leaf) }
            }
        }
    }

    /// How many rows of packs and of table `holding` do not fit together, by kind.
    func strays() throws -> [(what: String, count: Int)] {
        var homeless = 0
        var unnamed = 0
        var named = 0
        var gaps = 0
        var end = 0
        let isKnown = try database.makeStatement(sql: "SELECT EXISTS (SELECT 1 FROM deployment WHERE number = ?)")
        // In a file of before packs the index of table entry says what a deployment holds.
        let isNamed =
            try rows == nil
            ? database.makeStatement(sql: "SELECT EXISTS (SELECT 1 FROM holding WHERE deployment = ? AND first = ?)")
            : nil
        try forEachPack(from: 0, to: .max) { pack in
            if pack.first != end { gaps += 1 }
            end = pack.end
            guard pack.isSound else { return }
            try pack.forEach(in: pack.range) { _, kind, deployment in
                if kind > 0, deployment == nil { homeless += 1 }
            }
            for deployment in pack.deployments {
                if try Bool.fetchOne(isKnown, arguments: [deployment]) != true { homeless += 1 }
                guard let isNamed else { continue }
                let found = try Bool.fetchOne(isNamed, arguments: [deployment, pack.first]) == true
                if found { named += 1 } else { unnamed += 1 }
            }
        }
        let total = isNamed == nil ? named : try Int.fetchOne(database, sql: "SELECT count(*) FROM holding") ?? 0
        return [
            ("entry of no deployment", homeless), ("pack that does not begin where the one before ends", gaps),
            ("deployment of a pack that table holding does not name", unnamed),
            ("holding that no pack gives", max(0, total - named)),
        ]
    }
}

extension EntryPack {
    fileprivate convenience init(_ row: Row) throws {
        try self.init(first: row.value(0), count: row.value(1), leaves: row.bytes(2), body: row.bytes(3))
    }
}
