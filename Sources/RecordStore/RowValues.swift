import AuditModel
import Foundation
import GRDB
import MerkleTree

extension Row {
    /// A column's value.
    ///
    /// Throws where the column holds a value of another type, as damage can make it; GRDB's subscripts end the program.
    func value<Value: DatabaseValueConvertible & StatementColumnConvertible>(_ index: Int) throws -> Value {
        try decode(Value.self, atIndex: index)
    }

    /// The bytes of a BLOB.
    func bytes(_ index: Int) throws -> [UInt8] { Array(try value(index) as Data) }

    /// The bytes of a BLOB, nil for none.
    func bytesIfAny(_ index: Int) throws -> [UInt8]? { (try value(index) as Data?).map { Array($0) } }

    /// A number that counts something, or says how many there were before.
    ///
    /// Throws for one that cannot be: sums of such would overflow.
    func count(_ index: Int) throws -> Int {
        let count: Int = try value(index)
        guard 0...1 << 48 ~= count else { throw LedgerError(.broken, "a count of \(count), expected none below 0") }
        return count
    }

    /// A number, a size and a root of a log, in three columns from the first.
    func run() throws -> LedgerReader.Run {
        let number = try count(0)
        guard let root = try MerkleDigest(bytes(2)) else {
            throw LedgerError(.broken, "run \(number) has a root that is no digest")
        }
        return LedgerReader.Run(number: number, size: try count(1), root: root)
    }

    /// A time, stored as ticks of 100 ns since 0001-01-01.
    func time(_ index: Int) throws -> Timestamp {
        let ticks: Int64 = try value(index)
        guard 0..<Timestamp.ticksPerDay * 3_652_059 ~= ticks else {
            throw LedgerError(.broken, "a time outside the years 1 to 9999")
        }
        return Timestamp(ticks: ticks)
    }
}
