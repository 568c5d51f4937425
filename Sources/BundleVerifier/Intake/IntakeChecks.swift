import AuditModel
import BundleFormat
import StrictJSON

/// The intake: sums and reconciliation add up and agree everywhere, and the fixed texts are the format's own.
struct IntakeChecks {
    let bundle: UnverifiedBundle
    let description: JSONValue

    func add(_ totals: ContentChecks.Totals?, to list: inout CheckList) {
        addDescription(&list)
        addSums(totals, &list)
        addSources(&list)
        addRejected(&list)
        addFixedTexts(&list)
        addBagInfo(&list)
    }

    /// The members of `bundle.json`, and what they may say in a bundle of this version.
    private func addDescription(_ list: inout CheckList) {
        var problems: [String] = []
        let members: Set<String> = [
            "asOf", "basis", "command", "contentTree", "declared", "filters", "findings", "format", "key", "kind",
            "name", "period", "reconciliation", "rulesDigest", "scope", "series", "sums", "tool",
        ]
        if Set(description.object.map { Array($0.keys) } ?? []) != members { problems.append("bundle.json has other members than the format's") }
        if description["format"]?.string != BundleDescription.format { problems.append("another format version") }
        if description["name"]?.string != bundle.name { problems.append("name is not that of the directory") }
        if description["kind"]?.string != "one-shot" { problems.append("kind is not one-shot") }
        if description["series"] != .null { problems.append("series is not null") }
        let filters = description["filters"]?.object?.values.contains { !($0.array ?? []).isEmpty } ?? false
        let scope = description["scope"]?.string
        if scope != (filters ? "filtered" : "full") { problems.append("scope does not fit the filters") }
        if (scope == "filtered") != (bundle.name?.hasSuffix(BundleName.partialSuffix) ?? false) {
            problems.append("scope does not fit the name")
        }
        list.add("description", passed: "bundle.json in form", problems: problems)
    }

    private func addSums(_ totals: ContentChecks.Totals?, _ list: inout CheckList) {
        func sum(_ name: String) -> Int64 { description["sums"]?[name]?.integer ?? -1 }
        var problems: [String] = []
        func require(_ left: Int64, _ right: Int64, _ what: String) {
            if left != right { problems.append("\(what): \(left), expected \(right)") }
        }
        require(sum("read"), sum("accepted") + sum("duplicates") + sum("conflicts") + sum("rejected"), "read")
        require(sum("accepted"), sum("acceptedDeploymentRecords") + sum("acceptedTransitions"), "accepted")
        require(sum("inBundleTransitions"), sum("inHistory") + sum("repeats") + sum("refused"), "transitions in the bundle")
        if RunSums.all.contains(where: { sum($0.name) < 0 }) { problems.append("a sum is missing or negative") }
        for (kind, accepted) in [("deploymentRecords", "acceptedDeploymentRecords"), ("transitions", "acceptedTransitions")] {
            let places = description["reconciliation"]?[kind]
            let values = Selection.Place.allCases.map { places?[$0.name]?.integer ?? -1 }
            require(places?["accepted"]?.integer ?? -1, values.reduce(0, +), "reconciliation of \(kind)")
            require(sum(accepted), values.reduce(0, +), accepted)
            if values.contains(where: { $0 < 0 }) { problems.append("reconciliation of \(kind): a place is missing") }
        }
        if let totals {
            func inBundle(_ kind: String) -> Int64 { description["reconciliation"]?[kind]?["inBundle"]?.integer ?? -1 }
            require(inBundle("deploymentRecords"), Int64(totals.recordCount), "deployment records in the bundle")
            require(inBundle("transitions"), Int64(totals.dispositions.reduce(0, +)), "transitions in the bundle")
            for disposition in Disposition.allCases {
                let name = disposition == .inHistory ? "inHistory" : disposition == .repeat ? "repeats" : "refused"
                require(sum(name), Int64(totals.dispositions[Int(disposition.rawValue)]), name)
            }
        }
        list.add("sums", passed: "read \(sum("read")) = accepted \(sum("accepted")) + duplicates, conflicts, rejected; all add up", problems: problems)
    }

    private func addSources(_ list: inout CheckList) {
        guard let file = try? bundle.bytes(BundlePath.sources), let value = try? JSONValue(parsing: file) else {
            return list.skip("sources", because: "\(BundlePath.sources) cannot be read")
        }
        var problems: [String] = []
        if value.file != file { problems.append("\(BundlePath.sources) is not canonical") }
        if value["sums"]?.bytes != description["sums"]?.bytes { problems.append("sums differ from bundle.json") }
        if value["reconciliation"]?.bytes != description["reconciliation"]?.bytes { problems.append("reconciliation differs from bundle.json") }
        let sources = value["sources"]?.array ?? []
        for name in ["read", "accepted", "duplicates", "conflicts", "rejected"] {
            let sum = sources.reduce(0) { $0 + ($1[name]?.integer ?? 0) }
            if sum != description["sums"]?[name]?.integer { problems.append("\(name) of the sources is \(sum), the sum says otherwise") }
        }
        let summaries = sources.compactMap(IntakeFiles.source)
        if summaries.count != sources.count || (try? bundle.bytes(BundlePath.sourceTable)) != IntakeFiles.sourceTable(summaries) {
            problems.append("\(BundlePath.sourceTable) differs from \(BundlePath.sources)")
        }
        list.add("sources", passed: "\(sources.count) sources, their records add up to the sums", problems: problems)
    }

    private func addRejected(_ list: inout CheckList) {
        guard let cursor = EntryCursor(BundlePath.rejected, of: bundle), cursor.takes(LineArray.opening) else {
            return list.skip("rejected", because: "\(BundlePath.rejected) cannot be read")
        }
        var (problems, rejected, conflicting) = (ProblemList(), Int64(0), Int64(0))
        while let line = cursor.nextLine(), line != [UInt8(ascii: "]")] {
            let element = line.last == UInt8(ascii: ",") ? Array(line.dropLast()) : line
            guard !element.isEmpty else { continue }
            guard let value = try? JSONValue(parsing: element), value.bytes == element else {
                problems.add("an element is not canonical JSON")
                continue
            }
            switch value["kind"]?.string {
            case "rejected": rejected += 1
            case "conflict": conflicting += Int64(value["others"]?.array?.count ?? 0)
            default: problems.add("an element is neither a rejected record nor a conflict")
            }
        }
        if !cursor.isFinished() { problems.add("\(BundlePath.rejected) goes on after its end") }
        if rejected != description["sums"]?["rejected"]?.integer { problems.add("\(rejected) rejected records, the sum says otherwise") }
        if conflicting < description["sums"]?["conflicts"]?.integer ?? 0 { problems.add("\(conflicting) conflicting records, the sum says more") }
        list.add("rejected", passed: "\(rejected) rejected records and \(conflicting) conflicting ones are kept", problems: problems.all)
    }

    private func addFixedTexts(_ list: inout CheckList) {
        var problems: [String] = []
        func require(_ path: String, _ expected: [UInt8]?) {
            guard let bytes = try? bundle.bytes(path) else { return }
            if bytes != expected { problems.append("\(path) is not this format version's own text") }
        }
        for name in BundlePath.schemas { require(BundlePath.schema(name), FixedTexts.schema(name)) }
        require(BundlePath.dataPackage, FixedTexts.dataPackage)
        let rules = (try? bundle.bytes(BundlePath.rules)).flatMap { $0 }
        if let rules, let value = try? JSONValue(parsing: rules), let thresholds = RulesFile.thresholds(value) {
            require(BundlePath.rules, RulesFile.value(thresholds).file)
        } else {
            problems.append("\(BundlePath.rules) cannot be read")
        }
        if let rules, description["rulesDigest"]?.string != ContentDigest.hexadecimal(of: rules) {
            problems.append("rulesDigest is not that of \(BundlePath.rules)")
        }
        if let time = description["asOf"]?["time"]?.string.flatMap({ try? Timestamp.parse($0).time }),
            let fingerprint = description["key"]?["fingerprint"]?.string, let name = bundle.name
        {
            require(BundlePath.verifyText, FixedTexts.verifyText(name: name, fingerprint: fingerprint, asOf: time))
        }
        list.add("fixed-texts", passed: "rules, schemas, datapackage.json and VERIFY.txt are the format's own", problems: problems)
    }

    private func addBagInfo(_ list: inout CheckList) {
        guard let bytes = try? bundle.bytes(BundlePath.bagInfo) else {
            return list.skip("bag-info", because: "\(BundlePath.bagInfo) cannot be read")
        }
        let payload = bundle.entries.filter { $0.key.hasPrefix("data/") }.values
        let time = description["asOf"]?["time"]?.string.flatMap { try? Timestamp.parse($0).time } ?? .unset
        let expected = BagFiles.info(
            software: "cartulary \(description["tool"]?["version"]?.string ?? "")", date: time.date, name: bundle.name ?? "",
            payloadBytes: payload.reduce(0) { $0 + Int($1.uncompressedSize) }, payloadFiles: payload.count,
            entity: description["declared"]?["entity"]?.string)
        list.add("bag-info", passed: "payload size and number of files", problems: bytes == expected ? [] : ["\(BundlePath.bagInfo) does not fit the bundle"])
    }
}
