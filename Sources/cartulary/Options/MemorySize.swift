import ArgumentParser
import CommandLineInterface
import Glibc
import RecordAnalysis

/// An amount of memory on the command line: a number with K, M or G, of 1024 each.
struct MemorySize {
    let bytes: Int

    init(_ text: String) throws {
        let units: [Character: Int] = ["K": 10, "M": 20, "G": 30]
        guard let last = text.last, let shift = units[Character(last.uppercased())],
            let number = Int(text.dropLast()), number > 0, number < 1 << 20,
            number << shift >= MemoryBudget.minimum
        else { throw ValidationError("expected 256M or more, such as 512M or 4G") }
        bytes = number << shift
    }

    /// Half of the machine's memory, or of what its control group may use.
    static var `default`: Int {
        let pages = Int(sysconf(Int32(_SC_PHYS_PAGES))) * Int(sysconf(Int32(_SC_PAGESIZE)))
        let limit = (try? SmallFile.contents("/sys/fs/cgroup/memory.max", limit: 64)).flatMap { bytes in
            Int(String(decoding: bytes, as: UTF8.self).filter { !$0.isWhitespace })
        }
        return max(MemoryBudget.minimum, min(pages, limit ?? pages) / 2)
    }
}
