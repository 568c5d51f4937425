import RecordStore

/// Deployments of a ledger as they are stored, piece by piece.
///
/// They are read in order of their numbers: these follow the order of arrival, and so do the packs that entries lie in, so that
/// each pack is inflated once or twice and not for every deployment that it has something of.
struct StoredPieces {
    /// Deployments of a first reading, and of one piece at most.
    private static let pieceSize = 1024
    /// Deployments that are read at a time at least.
    private static let leastCount = 64

    private let ledger: LedgerFile
    private let numbers: [Int]
    /// Entries of the log.
    private let logSize: Int
    /// Bytes that are read at a time, about.
    private let readSize: Int
    private var position = 0
    private var count = StoredPieces.pieceSize
    /// The blocks whose leaves have been compared.
    private var blocks: Set<Int> = []

    /// Deployments in order of their numbers, in a log of `logSize` entries.
    init(_ ledger: LedgerFile, _ numbers: [Int], logSize: Int, readSize: Int) {
        self.ledger = ledger
        self.numbers = numbers
        self.logSize = logSize
        self.readSize = readSize
    }

    /// The next deployments, in pieces for several threads; nil behind the last.
    ///
    /// The leaves of their entries are those of the log.
    mutating func next(threads: Int) throws -> [[HeldPiece.Stored]]? {
        guard position < numbers.count else { return nil }
        let range = position..<min(position + count, numbers.count)
        let (stored, compared) = try ledger.read { try read(numbers[range], $0) }
        blocks.formUnion(compared)
        position = range.upperBound
        let bytes = stored.reduce(0) { $0 + $1.memorySize }
        // A ledger's deployments are much alike: what these took says how many the next may be.
        count = min(readSize / (bytes / stored.count + 1), count * 4)
        count = max(count, StoredPieces.leastCount)
        let size = min(StoredPieces.pieceSize, (stored.count - 1) / (threads * 2) + 1)
        return stride(from: 0, to: stored.count, by: size).map { start in
            Array(stored[start..<min(start + size, stored.count)])
        }
    }

    /// Reads deployments, and the numbers of the blocks whose leaves it compared.
    private func read(
        _ numbers: ArraySlice<Int>, _ reader: LedgerReader
    ) throws -> (stored: [HeldPiece.Stored], blocks: Set<Int>) {
        // What is cached of a deployment is its state now; a run may have ended since the numbers were read.
        let comparesStates = try reader.lastRun()?.size == logSize
        let records = try reader.records(of: Array(numbers), size: logSize)
        let stored = try zip(numbers, records).map { number, records in
            guard let id = try reader.identifier(of: number) else {
                throw LedgerError(.broken, "deployment \(number): its row is gone, and table activity names it")
            }
            return HeldPiece.Stored(
                number: number, id: id, records: records, state: comparesStates ? try reader.state(of: number) : nil)
        }
        var compared: Set<Int> = []
        for record in records.joined() { compared.insert(LedgerReader.block(of: record.index)) }
        compared.subtract(blocks)
        try reader.requireLeaves(inBlocks: compared)
        return (stored, compared)
    }
}

extension HeldPiece.Stored {
    /// Bytes of memory that it takes, about: each record is of several arrays.
    fileprivate var memorySize: Int {
        records.reduce(256) { $0 + $1.content.count + ($1.asReceived?.count ?? 0) + $1.sha256.count + 256 }
    }
}
