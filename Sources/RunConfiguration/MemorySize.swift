import CommandLineInterface
import Glibc
import RecordSpill

/// An amount of memory, as an option or a configuration states it: a number with K, M or G, of 1024 each.
package struct MemorySize: Sendable, CustomStringConvertible {
    package let bytes: Int
    /// As it was stated; the default in bytes.
    package let description: String

    /// What a text has to be.
    package static let expectation = "expected 256M or more, such as 512M or 4G"

    /// Reads a text; nil for one that is no amount, or less than what records need.
    package init?(_ text: String) {
        let units: [Character: Int] = ["K": 10, "M": 20, "G": 30]
        guard let last = text.last, let shift = units[Character(last.uppercased())],
            let number = Int(text.dropLast()), number > 0, number < 1 << 20,
            number << shift >= MemoryBudget.minimum
        else { return nil }
        bytes = number << shift
        description = text
    }

    private init(bytes: Int) {
        self.bytes = bytes
        description = "\(bytes >> 20)M"
    }

    /// Half of the machine's memory, or of what its control group may use.
    package static var `default`: MemorySize {
        let pages = Int(sysconf(Int32(_SC_PHYS_PAGES))) * Int(sysconf(Int32(_SC_PAGESIZE)))
        let limit = (try? SmallFile.contents("/sys/fs/cgroup/memory.max", limit: 64)).flatMap { bytes in
            Int(String(decoding: bytes, as: UTF8.self).filter { !$0.isWhitespace })
        }
        return MemorySize(bytes: max(MemoryBudget.minimum, min(pages, limit ?? pages) / 2))
    }
}
