/// The grammar of entry names.
///
///     name    = segment *( "/" segment )        ; at most 255 bytes
///     segment = 1*( A-Z / a-z / 0-9 / "-" / "_" / "." ), but not "." or ".."
///
/// So a name is relative, stays below its root, is no directory entry, and needs no escaping on any file system.
package enum ZipName {
    /// The largest length of a name in bytes, the limit of a file name on common file systems.
    package static let maximumLength = 255

    /// Returns what `bytes` breaks of the grammar, the most telling rule first, or nil if it is a name.
    package static func problem(in bytes: some BidirectionalCollection<UInt8>) -> ZipProblem? {
        func refused(_ code: ZipProblem.Code, _ reason: String) -> ZipProblem {
            ZipProblem(code, entry: ZipProblem.escaped(bytes), "\(reason) \(ZipProblem.quoted(bytes))")
        }
        let slash = UInt8(ascii: "/")
        guard (1...maximumLength).contains(bytes.count) else {
            return ZipProblem(
                .nameLength, entry: ZipProblem.escaped(bytes),
                "name length \"\(bytes.count)\" bytes, expected 1 to \(maximumLength)")
        }
        if bytes.first == slash { return refused(.nameAbsolute, "name absolute") }
        if !bytes.allSatisfy({ isAllowed($0) }) {
            return refused(.nameCharacter, "name character outside A-Z a-z 0-9 - _ . /, name")
        }
        if bytes.last == slash { return refused(.nameDirectory, "name of a directory") }
        for segment in bytes.split(separator: slash, omittingEmptySubsequences: false)
        where segment.isEmpty || segment.elementsEqual([0x2E]) || segment.elementsEqual([0x2E, 0x2E]) {
            return refused(.nameSegment, "name segment empty, \".\" or \"..\", name")
        }
        return nil
    }

    private static func isAllowed(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"): true
        case UInt8(ascii: "-")...UInt8(ascii: "9"), UInt8(ascii: "_"): true  // - . / 0 to 9
        default: false
        }
    }

    /// Returns whether `left` comes before `right` in byte order of UTF-8.
    package static func precedes(_ left: String, _ right: String) -> Bool {
        left.utf8.lexicographicallyPrecedes(right.utf8)
    }
}

extension ZipName {
    /// Returns the problems of names that cannot stand side by side in one archive, by index into `names`.
    ///
    /// Names are compared without regard to the case of ASCII letters, since some file systems do so. Of names that are
    /// equal then, all but the first are named; of a file and what lies below it as if it were a directory, the file.
    /// O(n log n), and no memory that grows with the depth of a name.
    static func clashes(in names: [String]) -> [Int: ZipProblem] {
        let sorted = names.indices.map { (key: sortingKey(of: names[$0]), index: $0) }.sorted { $0 < $1 }
        var problems: [Int: ZipProblem] = [:]
        var head = 0
        for position in sorted.indices.dropFirst() {
            let first = names[sorted[head].index]
            let other = names[sorted[position].index]
            if sorted[position].key == sorted[head].key {
                problems[sorted[position].index] = twin(other, of: first)
                continue
            }
            if sorted[position].key.utf8.starts(with: (sorted[head].key + "\0").utf8) {
                problems[sorted[head].index] = ZipProblem(
                    .nameConflict, entry: first, "name \"\(first)\" of a file, but \"\(other)\" lies below it")
            }
            head = position
        }
        return problems
    }

    private static func twin(_ name: String, of first: String) -> ZipProblem {
        name == first
            ? ZipProblem(.nameDuplicate, entry: name, "name duplicate \"\(name)\"")
            : ZipProblem(.nameCaseTwin, entry: name, "name \"\(name)\" differs from \"\(first)\" in case only")
    }

    /// Returns `name` in lower case with zero bytes for slashes, so that what lies below a name sorts directly behind
    /// it.
    private static func sortingKey(of name: String) -> String {
        let bytes = name.utf8.lazy.map { byte -> UInt8 in
            switch byte {
            case UInt8(ascii: "/"): 0
            case UInt8(ascii: "A")...UInt8(ascii: "Z"): byte | 0x20
            default: byte
            }
        }
        return String(decoding: Array(bytes), as: UTF8.self)
    }
}
