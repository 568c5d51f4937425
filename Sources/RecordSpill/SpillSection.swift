import RecordIngest
import SourceText

/// A stretch of a spill file: a header, entries of fixed width, compliance checks, bytes, and a CRC-32 of all of it.
///
/// Memory keeps what the header of each section must say, so that a section of another kind, or one that was read from
/// another offset, is refused as a changed byte is. Numbers are little-endian. The header is:
///
///     4 bytes  "CSPL"
///     4        kind
///     8        offset of the section in the file
///     4        number of entries
///     4        number of compliance checks
///     4        number of bytes that slices of entries and checks point to
package struct SpillSection: Sendable, Hashable {
    package enum Kind: UInt32, Sendable {
        case transitions = 1
        case deployments
        case identifiers
        case arrivals

        /// Bytes of an entry.
        package var entryBytes: Int {
            switch self {
            case .transitions: IngestedTransition.encodedBytes
            case .deployments: IngestedDeployment.encodedBytes
            // A hash and a deployment.
            case .identifiers: 12
            // Where a record that a ledger accepts stands, what it is, and where its bytes are.
            case .arrivals: 41
            }
        }
    }

    package static let headerBytes = 28
    /// Bytes of a compliance check: the slice of its name and whether it passed.
    package static let checkBytes = 9
    package static let checksumBytes = 4
    /// "CSPL" in ASCII.
    private static let magic: UInt32 = 0x4C50_5343

    let kind: Kind
    package let offset: Int
    // Memory holds one section for 128 records: no more bytes than needed.
    package let entryCount: UInt32
    let checkCount: UInt32
    package let byteCount: UInt32

    package init(_ kind: Kind, offset: Int, entryCount: Int, checkCount: Int = 0, byteCount: Int = 0) {
        self.kind = kind
        self.offset = offset
        self.entryCount = UInt32(entryCount)
        self.checkCount = UInt32(checkCount)
        self.byteCount = UInt32(byteCount)
    }

    /// Where the parts of the section begin, counted from its own beginning.
    var checksStart: Int { SpillSection.headerBytes + Int(entryCount) * kind.entryBytes }
    package var bytesStart: Int { checksStart + Int(checkCount) * SpillSection.checkBytes }
    var checksumStart: Int { bytesStart + Int(byteCount) }
    /// Bytes of the whole section.
    package var length: Int { checksumStart + SpillSection.checksumBytes }
    /// The offset behind it in the file.
    package var end: Int { offset + length }

    /// Appends the header, and zeros in place of entries and checks, which are stored next; then come the bytes.
    package func begin(in buffer: inout [UInt8]) {
        let start = buffer.count
        buffer.append(contentsOf: repeatElement(0, count: bytesStart))
        var span = buffer.mutableSpan
        var raw = span.mutableBytes
        var position = start
        raw.store(SpillSection.magic, at: &position)
        raw.store(kind.rawValue, at: &position)
        raw.store(UInt64(offset), at: &position)
        raw.store(entryCount, at: &position)
        raw.store(checkCount, at: &position)
        raw.store(byteCount, at: &position)
    }

    /// Appends the checksum of the section, whose other bytes end the buffer.
    package func finish(in buffer: inout [UInt8]) {
        let checksum = Checksum.crc32(buffer.span.extracting(buffer.count - checksumStart..<buffer.count))
        buffer.append(contentsOf: repeatElement(0, count: SpillSection.checksumBytes))
        var position = buffer.count - SpillSection.checksumBytes
        var span = buffer.mutableSpan
        var raw = span.mutableBytes
        raw.store(checksum, at: &position)
    }

    /// Checks that bytes are those of this section: its checksum and its header.
    package func check(_ bytes: Span<UInt8>) throws(SpillDamage) {
        let raw = bytes.bytes
        var position = checksumStart
        let expected = raw.load(UInt32.self, at: &position)
        let found = Checksum.crc32(bytes.extracting(0..<checksumStart))
        guard found == expected else {
            let digits = (String(found, radix: 16), String(expected, radix: 16))
            throw SpillDamage(problem: "CRC-32 is \(digits.0), expected \(digits.1)")
        }
        position = 0
        guard raw.load(UInt32.self, at: &position) == SpillSection.magic,
            raw.load(UInt32.self, at: &position) == kind.rawValue,
            raw.load(UInt64.self, at: &position) == UInt64(offset),
            raw.load(UInt32.self, at: &position) == entryCount, raw.load(UInt32.self, at: &position) == checkCount,
            raw.load(UInt32.self, at: &position) == byteCount
        else { throw SpillDamage(problem: "the header is that of another section") }
    }
}
