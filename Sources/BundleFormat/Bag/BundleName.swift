/// The rules on a bundle's name (docs/bundle-format.md, 3).
package enum BundleName {
    package static let maximumLength = 100
    /// What the name of a filtered bundle ends in.
    package static let partialSuffix = "-partial"

    /// Names that Windows reserves, with or without an extension.
    private static let reserved: Set<String> = Set(
        ["con", "prn", "aux", "nul"] + (0...9).flatMap { ["com\($0)", "lpt\($0)"] })

    /// Why a name is not allowed; nil if it is.
    package static func problem(_ name: String) -> String? {
        guard (1...maximumLength).contains(name.utf8.count) else { return "length outside 1 to \(maximumLength)" }
        let isAlphanumeric = { (byte: UInt8) in (0x61...0x7A).contains(byte) || (0x30...0x39).contains(byte) }
        let isAllowed = { (byte: UInt8) in isAlphanumeric(byte) || [0x2D, 0x5F, 0x2E].contains(byte) }
        guard name.utf8.allSatisfy(isAllowed) else { return "characters other than a-z 0-9 - _ ." }
        guard let first = name.utf8.first, let last = name.utf8.last, isAlphanumeric(first), isAlphanumeric(last)
        else { return "first or last character that is neither letter nor digit" }
        let stem = name.split(separator: ".").first.map(String.init) ?? name
        return reserved.contains(stem) ? "a name that Windows reserves" : nil
    }
}
