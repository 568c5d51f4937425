/// The rules on a bundle's name (docs/bundle-format.md, 3).
package enum BundleName {
    package static let maximumLength = 100
    /// What the name of a filtered bundle ends in.
    package static let partialSuffix = "-partial"

    /// Names that Windows reserves, with or without an extension.
    private static let reserved: Set<String> = Set(
        ["con", "prn", "aux", "nul"] + (0...9).flatMap { ["com\($0)", "lpt\($0)"] })

    /// The longest name of an archive: its bundles add a period (`-2026-02-14`), a revision (`-r99999`) and the suffix.
    package static let maximumArchiveLength = maximumLength - 11 - 7 - partialSuffix.utf8.count

    /// Why a name is not allowed for an archive, which names its bundles; nil if it is.
    package static func archiveProblem(_ name: String) -> String? {
        if let problem = problem(name) { return problem }
        guard name.utf8.count <= maximumArchiveLength else {
            return "length of \(name.utf8.count), expected up to \(maximumArchiveLength): its bundles have longer names"
        }
        return nil
    }

    /// Why a name is not allowed for a bundle of that scope; nil if it is.
    package static func problem(_ name: String, isFiltered: Bool) -> String? {
        if let problem = problem(name) { return problem }
        guard name.hasSuffix(partialSuffix), !isFiltered else { return nil }
        return "last part \"\(partialSuffix)\", which is that of filtered bundles"
    }

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
