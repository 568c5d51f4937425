/// Where a bundle's directory lies among the names of an archive or a folder.
struct FileLayout {
    /// The directory, without a slash at its end; empty for the top, nil if there are several at the same depth.
    let root: String?
    /// Names that are none of the bundle's.
    let ignored: [String]
    private let prefix: String

    /// What a bundle's directory is known by, from the surest on.
    private static let landmarks = ["bagit.txt", "tagmanifest-sha256.txt", "manifest-sha256.txt", "data/bundle.json"]

    init(_ names: [String]) {
        let own = names.filter { !FileLayout.isAdded($0) }
        let root = FileLayout.root(of: own)
        self.root = root
        let prefix = root.map { $0.isEmpty ? "" : $0 + "/" } ?? ""
        self.prefix = prefix
        ignored = names.filter { FileLayout.isAdded($0) || !$0.hasPrefix(prefix) }
    }

    /// The path of a name below the root; nil if it is none of the bundle's.
    func path(_ name: String) -> String? {
        guard name.hasPrefix(prefix), !FileLayout.isAdded(name) else { return nil }
        return String(name.dropFirst(prefix.count))
    }

    /// Whether an operating system adds files of that name to every folder, and archives of it.
    static func isAdded(_ name: String) -> Bool {
        let segments = name.split(separator: "/")
        guard let last = segments.last else { return false }
        return segments[0] == "__MACOSX" || last.hasPrefix("._")
            || [".DS_Store", "Thumbs.db", "desktop.ini"].contains { last == $0 }
    }

    private static func root(of names: [String]) -> String? {
        for landmark in landmarks {
            var roots: [String] = []
            for name in names {
                if name == landmark { roots.append("") }
                if name.hasSuffix("/" + landmark) { roots.append(String(name.dropLast(landmark.count + 1))) }
            }
            func depth(_ root: String) -> Int { root.isEmpty ? 0 : root.split(separator: "/").count }
            guard let least = roots.map(depth).min() else { continue }
            let shallowest = roots.filter { depth($0) == least }
            return shallowest.count == 1 ? shallowest[0] : nil
        }
        // Nothing of a bundle: whatever directory all share.
        let tops = Set(names.map { $0.split(separator: "/", maxSplits: 1).first.map(String.init) ?? "" })
        return tops.count == 1 && names.allSatisfy { $0.contains("/") } ? tops.first : ""
    }
}
