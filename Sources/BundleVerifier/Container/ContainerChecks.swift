import BundleFormat
import BundleReading
import ReceivedFiles
import ZipFormat

/// The container: ZIP rules, file set, and both manifests against the bytes.
struct ContainerChecks {
    private let claims: BundleClaims
    private var bundle: UnverifiedBundle { claims.bundle }
    /// Why files cannot be read.
    private(set) var unreadable: [String] = []

    init(_ claims: BundleClaims) { self.claims = claims }

    /// Hashes every file that is listed, on both cores.
    ///
    /// What is not listed, and what no bundle has, is wrong whatever it holds: other archives are not read through.
    mutating func hashFiles() async {
        let bundle = bundle
        // Large files first, so that the last one does not run alone.
        let paths = bundle.entries.keys.filter {
            BundlePath.isKnown($0) && (bundle.digests.listed($0) != nil || BundlePath.requiredTags.contains($0))
        }.sorted {
            (bundle.entries[$0]?.uncompressedSize ?? 0, $0) > (bundle.entries[$1]?.uncompressedSize ?? 0, $1)
        }
        await OrderedStream.run(limit: 2, next: OrderedStream.each(paths)) {
            path -> Result<String, ReadProblem> in
            Result { () throws(ReadProblem) in try bundle.digest(path) }
        } receive: { result in
            switch result {
            // What is too long is the matter of the check "limits".
            case .success, .failure(.tooLong): break
            case .failure(let problem): unreadable.append(problem.text)
            }
        }
    }

    func add(to list: inout CheckList) {
        var problems = bundle.archive.problems
        if bundle.name == nil { problems.append("more than one top-level directory") }
        if let name = bundle.name, let problem = BundleName.problem(name) {
            problems.append("name \"\(name)\": \(problem)")
        }
        let count = bundle.archive.count
        switch bundle.archive.shape {
        case .asMade, .broken:
            list.add("container", passed: "\(count) entries, one after the other", problems: problems)
        case .folder:
            list.add("container", passed: "a folder of \(count) files, not the ZIP itself", problems: problems)
        case .repacked:
            list.add("container", passed: "a ZIP that can be read in one way only", problems: problems)
            list.add(
                "as-made", passed: "",
                problems: ["another program packed this ZIP; its \(count) files were judged, not the ZIP"],
                as: .repacked)
        }
        addFileSet(&list)
        addBagit(&list)
        addPayloadManifest(&list)
        addTagManifest(&list)
    }

    /// What only a sealed bundle has, as far as it says that it is one: what it must have, and what it may.
    private var sealedPayload: (required: [String], possible: [String]) {
        guard let description = claims.description.value, description.kind.value == .sealed else { return ([], []) }
        guard let series = description.series.value.flatMap({ $0 }) else {
            // Of which revision it is, nobody knows.
            return (BundlePath.sealedPayload(revision: 0), [BundlePath.corrections])
        }
        return (BundlePath.sealedPayload(revision: series.revision), [])
    }

    private func addFileSet(_ list: inout CheckList) {
        let present = Set(bundle.entries.keys)
        let sealed = sealedPayload
        let command = claims.description.value?.command.value ?? []
        let payload = BundlePath.requiredPayload.filter {
            $0 != BundlePath.workbook || !CommandWords.leavesOutWorkbook(command)
        }
        let required = payload + BundlePath.requiredTags + sealed.required
        let missing = required.filter { !present.contains($0) }.sorted().map { path in
            bundle.withheld.contains(path) ? "\(path) cannot be read: its entry has a problem" : "\(path) is missing"
        }
        var pages = 2
        while present.contains(BundlePath.reportPage(pages)) { pages += 1 }
        let known = Set(required + sealed.possible + (2..<pages).map(BundlePath.reportPage))
        let unknown = present.filter { !known.contains($0) && !BundlePath.isOptionalSignature($0) }.sorted()
        list.add("files-present", passed: "every required file", problems: missing, as: .incomplete)
        list.add(
            "file-set", passed: "\(present.count) files, nothing else",
            problems: unknown.map { "\($0) does not belong here" })
        let large = bundle.entries.filter { path, entry in
            entry.uncompressedSize > UInt64(VerifierLimits.hashedBytes(of: path)) && known.contains(path)
        }
        if !large.isEmpty {
            list.skip(
                "limits", because: "longer than such files are: \(large.keys.sorted().joined(separator: ", "))")
        }
        list.add("files-readable", passed: "every file inflates to its stated size and CRC", problems: unreadable)
    }

    private func addBagit(_ list: inout CheckList) {
        guard let isEqual = bundle.isEqual(BundlePath.bagit, to: BagFiles.bagit) else {
            return list.skip("bagit", because: "bagit.txt cannot be read")
        }
        list.add(
            "bagit", passed: "BagIt 1.0",
            problems: isEqual ? [] : ["bagit.txt is not BagIt 1.0 in UTF-8"])
    }

    private func addPayloadManifest(_ list: inout CheckList) {
        let payload = bundle.entries.keys.filter { $0.hasPrefix("data/") }
        addManifest("payload-manifest", BundlePath.manifest, of: Set(payload), to: &list)
    }

    private func addTagManifest(_ list: inout CheckList) {
        addManifest("tag-manifest", BundlePath.tagManifest, of: Set(BundlePath.taggedFiles), to: &list)
    }

    /// Compares a manifest with the files: the same set, the same digests.
    private func addManifest(
        _ name: String, _ path: String, of expected: Set<String>, to list: inout CheckList
    ) {
        if case .altered? = bundle.problem(of: path) {
            return list.add(name, passed: "", problems: [ReadProblem.altered(path).text])
        }
        guard let bytes = bundle.content(path) else {
            return list.skip(name, because: "\(path) cannot be read")
        }
        guard let entries = BagFiles.parseManifest(bytes) else {
            return list.add(name, passed: "", problems: ["\(path) is not in the form of the format"])
        }
        var problems: [String] = []
        var missing: [String] = []
        for entry in entries {
            if bundle.withheld.contains(entry.path) {
                missing.append("\(entry.path) is listed and cannot be read")
            } else if bundle.entries[entry.path] == nil {
                missing.append("\(entry.path) is listed and missing")
            } else if BundlePath.isKnown(entry.path), let digest = try? bundle.digest(entry.path),
                digest != entry.sha256
            {
                problems.append("\(entry.path) has SHA-256 \(digest), expected \(entry.sha256)")
            }
            if !expected.contains(entry.path) && bundle.entries[entry.path] != nil {
                problems.append("\(entry.path) is listed but does not belong in \(path)")
            }
        }
        let listed = Set(entries.map(\.path))
        problems += expected.subtracting(listed).filter { bundle.entries[$0] != nil }.sorted().map {
            "\($0) is not listed"
        }
        list.add(name, passed: "\(entries.count) digests", problems: problems)
        if !missing.isEmpty { list.add("\(name)-files", passed: "", problems: missing, as: .incomplete) }
    }
}
