import SourceText

extension ByteWindow {
    /// Whether the object at `position` has, in what is at hand, a member that holds records of its own.
    func holdsRecordsInside() -> Bool {
        let names = ["deployments", "deployment", "data", "statusHistory", "success"].map { Array("\"\($0)\"".utf8) }
        var depth = 0
        var index = position
        var isName = false
        while index < bytes.count {
            switch bytes[index] {
            case UInt8(ascii: "{"), UInt8(ascii: "["):
                depth += 1
                isName = depth == 1
            case UInt8(ascii: "}"), UInt8(ascii: "]"): depth -= 1
            case UInt8(ascii: ","): isName = depth == 1
            case UInt8(ascii: "\""):
                let end = endOfString(index)
                // A name with an escape may be any of them.
                let isEscaped = isName && bytes[index..<end].contains(UInt8(ascii: "\\"))
                if isName, isEscaped || names.contains(where: { bytes[index...].starts(with: $0) }) { return true }
                isName = false
                index = end
                continue
            default: break
            }
            index += 1
        }
        return false
    }

    /// The index behind the string at `start`, or the end of what is at hand.
    private func endOfString(_ start: Int) -> Int {
        var index = start + 1
        while index < bytes.count, bytes[index] != UInt8(ascii: "\"") {
            index += bytes[index] == UInt8(ascii: "\\") ? 2 : 1
        }
        return min(index + 1, bytes.count)
    }
}
