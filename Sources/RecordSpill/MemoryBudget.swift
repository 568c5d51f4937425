import FileSystem
import Glibc
import RecordIngest

/// How much memory records may take, and where they go beyond it.
package struct MemoryBudget: Sendable {
    /// The least that can be asked for, in bytes: below it there is nothing left for records.
    package static let minimum = 256 << 20

    /// Bytes.
    package var size: Int
    /// The directory of files that records go to.
    package var directory: String
    /// Bytes of all inputs, as far as they are known.
    private var inputs = 0

    package init(size: Int, directory: String) {
        self.size = size
        self.directory = directory
    }

    /// The budget of whoever reads some inputs.
    package func reading(_ paths: [String]) -> MemoryBudget {
        var budget = self
        budget.inputs = InputSizes.total(paths)
        return budget
    }

    /// The budget of whoever draws records from a ledger: of each entry 8 bytes say where it went.
    package func drawing(entries: Int) -> MemoryBudget {
        var budget = self
        budget.inputs = entries * 8 * MemoryBudget.inputsForEachByte
        return budget
    }

    /// Bytes of inputs for each that grows with them.
    private static let inputsForEachByte = 64

    /// What an export or an ingest takes beside its records, in bytes: the program itself, ranges of rows in flight or the pages
    /// that SQLite holds; and what grows with the records, such as durations and findings (measured with 2,000,000 and
    /// 4,000,000 deployments).
    private var reserve: Int { 144 << 20 + inputs / MemoryBudget.inputsForEachByte }

    /// Bytes for records, and what is made of them.
    private var usable: Int { max(size - reserve, size / 4) }

    /// Bytes of records that are held before they go to a file, when not all can be held.
    ///
    /// One such piece is filled while another is sorted and written, which takes its size twice. A segment's bytes are counted
    /// in 32 bits, which a budget of more than 32 GB would exceed.
    package var segmentSize: Int { min(usable / 8, 1 << 30) }
    /// Bytes of records that are worked on at a time, while as many are read; histories and rows are made of them.
    package var partSize: Int { usable / 6 }
    /// Bytes of records that can be held as a whole, with what is made of them.
    package var wholeSize: Int { usable / 2 }
    /// Bytes of accepted records that are held before they go to a file, and of those that come back at a time.
    package var arrivalSize: Int { min(usable / 12, 1 << 28) }

    /// Gives freed memory back to the system, once the process takes three quarters of the budget.
    ///
    /// What several threads free leaves holes that the allocator keeps: after 5 GB of records it held 350 MB, of which 75 were in use.
    package func returnFreed() {
        if MemoryBudget.residentSize > size / 4 * 3 { _ = MemoryBudget.trim?(0) }
    }

    /// Gives all freed memory back to the system, before something else begins that takes its own.
    package static func returnAllFreed() { _ = trim?(0) }

    /// glibc's `malloc_trim`, which Swift's module of it lacks, and other C libraries too.
    private static let trim = dlsym(nil, "malloc_trim").map {
        unsafe unsafeBitCast($0, to: (@convention(c) (Int) -> CInt).self)
    }

    /// Bytes of memory that the process takes; 0 if the system does not tell.
    private static var residentSize: Int {
        let text = (try? ReadOnlyFile("/proc/self/statm").contents(limit: 4096)) ?? []
        let fields = String(decoding: text, as: UTF8.self).split(separator: " ")
        return (fields.count > 1 ? Int(fields[1]) ?? 0 : 0) * Int(sysconf(Int32(_SC_PAGESIZE)))
    }
}
