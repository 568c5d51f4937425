import GRDB
import GRDBSQLite

/// A statement that is run for each of many rows, and takes its values where they are.
///
/// GRDB takes them as an array of enums, and each BLOB as `Data`: for an ingest's million records that took as long as all
/// of SQLite's work. Errors are those that GRDB throws.
struct RowStatement {
    private let database: Database
    private let statement: Statement
    private let handle: OpaquePointer

    init(_ database: Database, sql: String) throws {
        self.database = database
        statement = try database.makeStatement(sql: sql)
        handle = statement.sqliteStatement
    }

    /// Gives the parameter of a number, counted from 1, a value; nil is NULL.
    func bind(_ number: Int32, _ value: Int?) throws {
        guard let value else { return try check(sqlite3_bind_null(handle, number)) }
        try check(sqlite3_bind_int64(handle, number, Int64(value)))
    }

    /// Gives a parameter bytes, which have to stay where they are until the statement is run; nil is NULL.
    func bind(_ number: Int32, _ bytes: UnsafeRawBufferPointer?) throws {
        guard let bytes else { return try check(sqlite3_bind_null(handle, number)) }
        // Without an address SQLite would take no bytes for NULL.
        guard let start = bytes.baseAddress, !bytes.isEmpty else {
            return try check(sqlite3_bind_zeroblob(handle, number, 0))
        }
        try check(sqlite3_bind_blob64(handle, number, start, UInt64(bytes.count), nil))
    }

    /// Runs the statement, which has no rows to give, and forgets its values.
    func run() throws {
        let code = sqlite3_step(handle)
        sqlite3_reset(handle)
        sqlite3_clear_bindings(handle)
        guard code == SQLITE_DONE else { throw error(code) }
    }

    private func check(_ code: Int32) throws {
        guard code == SQLITE_OK else { throw error(code) }
    }

    private func error(_ code: Int32) -> DatabaseError {
        DatabaseError(resultCode: ResultCode(rawValue: code), message: database.lastErrorMessage)
    }
}

extension UnsafeRawBufferPointer {
    /// The bytes of a range, checked in every build: subscripts of a buffer are checked in debug builds only, and other
    /// memory would be signed as if a source had brought it.
    func part(_ range: Range<Int>) -> UnsafeRawBufferPointer {
        precondition(0 <= range.lowerBound && range.upperBound <= count, "part of a record outside its bytes")
        return UnsafeRawBufferPointer(rebasing: self[range])
    }
}
