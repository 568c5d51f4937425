import BundleFormat
import BundleVerifier
import ZipFormat

/// What became of single bit flips over an archive.
struct FlipCount: Sendable {
    /// By the check that failed first, or by verdict where the archive is not read at all.
    var byCheck: [String: Int] = [:]
    /// Flips that leave a valid bundle with the same names and content.
    var neutral = 0
    /// Flips that leave a valid bundle with other names or content: there must be none.
    var undetected: [Int] = []
    var total = 0

    /// Verifies the archive with each bit flipped, one at a time.
    static func verifying(_ archive: [UInt8], _ bits: some Sequence<Int>) async throws -> FlipCount {
        var count = FlipCount()
        let content = try contents(archive)
        var changed = archive
        for bit in bits {
            changed[bit / 8] ^= 1 << UInt8(bit % 8)
            try await count.take(bit, changed, content)
            changed[bit / 8] ^= 1 << UInt8(bit % 8)
        }
        return count
    }

    private mutating func take(_ bit: Int, _ changed: [UInt8], _ content: [String: [UInt8]]) async throws {
        total += 1
        let report = try await verify(changed, fileName: "tiny.zip")
        guard report.verdict == .valid else {
            let check = report.verdict == .nothingVerified ? "nothing verified" : report.failures.first ?? "none"
            byCheck[check, default: 0] += 1
            return
        }
        if try FlipCount.contents(changed) == content { neutral += 1 } else { undetected.append(bit) }
    }

    /// Names and inflated bytes of every entry.
    static func contents(_ archive: [UInt8]) throws -> [String: [UInt8]] {
        let zip = try ZipArchive(bytes: archive)
        var contents: [String: [UInt8]] = [:]
        for entry in zip.entries { contents[entry.name] = try EditableBundle.content(entry, zip) }
        return contents
    }
}
