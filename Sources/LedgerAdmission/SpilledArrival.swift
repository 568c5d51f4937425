import AuditModel
import BundleFormat
import MerkleTree
import RecordSpill
import RecordStore

/// An accepted record apart from the batch that it was read in.
///
/// In a section its bytes are: the leaf of its entry, the digest of what it was read from, the text of its time as it came, its
/// content, and its deployment's state if it is the first of it.
struct SpilledArrival: Sendable {
    let place: EntryPlace
    /// Its deployment's number in the incoming set.
    let deployment: Int
    let record: LedgerWriter.Record
    private let kind: LogRecord.Kind
    private var stateCount = 0

    init(_ kind: LogRecord.Kind, _ place: EntryPlace, deployment: Int, record: LedgerWriter.Record) {
        self.kind = kind
        self.place = place
        self.deployment = deployment
        self.record = record
    }

    /// The same record, with its bytes behind others, and a state behind those.
    func copied(from source: [UInt8], state: [UInt8], to bytes: inout [UInt8]) -> SpilledArrival {
        record.leaf.withUnsafeBytes { bytes.append(contentsOf: $0) }
        func copy(_ range: Range<Int>) -> Range<Int> {
            let start = bytes.count
            bytes.append(contentsOf: source[range])
            return start..<bytes.count
        }
        let sha256 = copy(record.sha256)
        let asReceived = record.asReceived.map(copy)
        let content = copy(record.content)
        bytes += state
        var copied = SpilledArrival(
            kind, place, deployment: deployment,
            record: LedgerWriter.Record(
                kind: record.kind, leaf: record.leaf, sha256: sha256, asReceived: asReceived, content: content))
        copied.stateCount = state.count
        return copied
    }

    /// All its bytes, once it was copied.
    private var bytes: ByteSlice {
        ByteSlice(record.sha256.lowerBound - MerkleDigest.byteCount, to: record.content.upperBound + stateCount)
    }

    fileprivate func encode(into raw: inout MutableRawSpan, at offset: inout Int, within range: Range<Int>) {
        raw.store(place.stretch, at: &offset)
        raw.store(Int64(place.line), at: &offset)
        raw.store(Int64(place.offset), at: &offset)
        raw.store(UInt8(kind.rawValue), at: &offset)
        raw.store(UInt32(deployment), at: &offset)
        raw.store(bytes, within: range, at: &offset)
        raw.store(UInt32(record.asReceived?.count ?? 0), at: &offset)
        raw.store(UInt32(stateCount), at: &offset)
    }

    /// Loads the fields; `bytes` has the section's bytes at the end.
    fileprivate init(
        decoding raw: RawSpan, at offset: inout Int, slices: SliceBounds, of bytes: [UInt8]
    ) throws(SpillDamage) {
        let stretch = raw.load(UInt32.self, at: &offset)
        let line = try raw.loadCount(at: &offset)
        let sourceOffset = try raw.loadCount(at: &offset)
        let number = raw.load(UInt8.self, at: &offset)
        guard let kind = LogRecord.Kind(rawValue: Int(number)) else {
            throw SpillDamage(problem: "an accepted record is of kind \(number), expected that of a record")
        }
        self.kind = kind
        place = EntryPlace(stretch: stretch, line: line, offset: sourceOffset, kind: kind)
        deployment = Int(raw.load(UInt32.self, at: &offset))
        let own = try raw.loadSlice(slices, at: &offset).range
        let asReceived = Int(raw.load(UInt32.self, at: &offset))
        stateCount = Int(raw.load(UInt32.self, at: &offset))
        let head = 2 * MerkleDigest.byteCount
        guard head + asReceived + stateCount <= own.count,
            let leaf = MerkleDigest(bytes[own.prefix(MerkleDigest.byteCount)])
        else {
            throw SpillDamage(problem: "an accepted record has \(own.count) bytes, expected more than its parts have")
        }
        let text = own.lowerBound + head
        record = LedgerWriter.Record(
            kind: kind.rawValue, leaf: leaf, sha256: own.lowerBound + MerkleDigest.byteCount..<text,
            asReceived: asReceived > 0 ? text..<text + asReceived : nil,
            content: text + asReceived..<own.upperBound - stateCount)
    }

    /// The bytes of its deployment's state; empty if that goes with another record.
    fileprivate var state: Range<Int> { record.content.upperBound..<record.content.upperBound + stateCount }
}

extension SpillSection {
    /// Appends the section of some arrivals, whose bytes are given, to a buffer.
    func append(_ arrivals: [SpilledArrival], _ bytes: [UInt8], to buffer: inout [UInt8]) {
        let start = buffer.count
        begin(in: &buffer)
        SpillSection.encode(arrivals, of: bytes, into: &buffer, at: start + SpillSection.headerBytes)
        buffer += bytes
        finish(in: &buffer)
        precondition(buffer.count - start == length, "a section of another length than its parts have")
    }

    private static func encode(
        _ arrivals: [SpilledArrival], of bytes: [UInt8], into buffer: inout [UInt8], at start: Int
    ) {
        var span = buffer.mutableSpan
        var raw = span.mutableBytes
        var position = start
        for arrival in arrivals { arrival.encode(into: &raw, at: &position, within: 0..<bytes.count) }
    }

    /// Appends the arrivals of the section, which was read, with their bytes and deployments.
    func appendArrivals(
        _ bytes: [UInt8], to arrivals: inout [SpilledArrival], of piece: inout LedgerArrivals.Piece
    ) throws(SpillDamage) {
        let slices = SliceBounds(range: 0..<Int(byteCount), shift: piece.bytes.count)
        piece.bytes.append(contentsOf: bytes[bytesStart..<bytesStart + Int(byteCount)])
        let raw = bytes.span.bytes
        var position = SpillSection.headerBytes
        for _ in 0..<entryCount {
            let arrival = try SpilledArrival(decoding: raw, at: &position, slices: slices, of: piece.bytes)
            arrivals.append(arrival)
            guard !arrival.state.isEmpty else { continue }
            piece.deployments[arrival.deployment] = try LedgerArrivals.Deployment(
                decoding: piece.bytes[arrival.state])
        }
    }
}

extension LedgerArrivals.Deployment {
    /// As bytes, which ``init(decoding:)`` reads back.
    var encoded: [UInt8] {
        var writer = StateWriter()
        writer.append(number ?? -1)
        writer.append(state.day ?? -1)
        writer.append(state.isSpread ? 1 : 0)
        writer.append(state.records)
        writer.append(state.transitions)
        writer.append(state.superseded)
        writer.append(state.activity.count)
        for (day, transitions) in state.activity {
            writer.append(day)
            writer.append(transitions)
        }
        for text in [id, state.network, state.tokenType, state.deployedBy] { writer.append(text) }
        return writer.bytes
    }

    init(decoding bytes: ArraySlice<UInt8>) throws(SpillDamage) {
        var reader = StateReader(bytes: bytes)
        let number = try reader.number()
        let day = try reader.number()
        let isSpread = try reader.number() == 1
        let counts = (records: try reader.number(), transitions: try reader.number(), superseded: try reader.number())
        var activity: [Int: Int] = [:]
        for _ in 0..<max(try reader.number(), 0) {
            let day = try reader.number()
            activity[day] = try reader.number()
        }
        self.number = number < 0 ? nil : number
        id = try reader.text() ?? []
        state = LedgerWriter.DeploymentState(
            day: day < 0 ? nil : day, isSpread: isSpread, records: counts.records, transitions: counts.transitions,
            superseded: counts.superseded, network: try reader.text(), tokenType: try reader.text(),
            deployedBy: try reader.text(), activity: activity)
    }
}

/// Writes the state of a deployment: numbers in little-endian order, texts behind their lengths.
private struct StateWriter {
    private(set) var bytes: [UInt8] = []

    mutating func append(_ number: Int) {
        withUnsafeBytes(of: Int64(number).littleEndian) { bytes.append(contentsOf: $0) }
    }

    mutating func append(_ text: [UInt8]?) {
        append(text?.count ?? -1)
        if let text { bytes += text }
    }
}

/// Reads the state of a deployment; what ends too early is damage.
private struct StateReader {
    var bytes: ArraySlice<UInt8>

    mutating func number() throws(SpillDamage) -> Int {
        let own = try take(MemoryLayout<Int64>.size)
        return Int(own.reversed().reduce(0 as Int64) { $0 << 8 | Int64($1) })
    }

    mutating func text() throws(SpillDamage) -> [UInt8]? {
        let count = try number()
        return count < 0 ? nil : Array(try take(count))
    }

    private mutating func take(_ count: Int) throws(SpillDamage) -> ArraySlice<UInt8> {
        guard count <= bytes.count else {
            throw SpillDamage(problem: "the state of a deployment ends \(count - bytes.count) bytes too early")
        }
        let own = bytes.prefix(count)
        bytes = bytes.dropFirst(count)
        return own
    }
}
