import AuditModel
import BundleFormat
import StrictJSON

/// The intake: sums and reconciliation add up and agree everywhere, and the fixed texts are the format's own.
struct IntakeChecks {
    let bundle: UnverifiedBundle
    let description: JSONValue

    func add(_ totals: ContentChecks.Totals?, to list: inout CheckList) {
        DescriptionCheck(bundle: bundle, description: description).add(to: &list)
        addSums(totals, &list)
        addSources(&list)
        addRejected(&list)
        addFixedTexts(&list)
        addBagInfo(&list)
    }

    /// A count: a whole number that JSON can hold exactly, so that sums of counts cannot overflow; else nil.
    static func count(_ value: JSONValue?) -> Int64? {
        guard let number = value?.integer, (0...1 << 53).contains(number) else { return nil }
        return number
    }

    private var ledger: LedgerPart? { description["ledger"].flatMap(LedgerPart.init) }

    /// Accepted records that other sources of the ledger brought.
    private func earlier(_ kind: String) -> Int64 {
        guard let ledger else { return 0 }
        return Int64(kind == "transitions" ? ledger.earlierTransitions : ledger.earlierDeploymentRecords)
    }

    private func addSums(_ totals: ContentChecks.Totals?, _ list: inout CheckList) {
        func sum(_ name: String) -> Int64 { IntakeChecks.count(description["sums"]?[name]) ?? -1 }
        var problems: [String] = []
        func require(_ left: Int64, _ right: Int64, _ what: String) {
            if left != right { problems.append("\(what): \(left), expected \(right)") }
        }
        require(sum("read"), sum("accepted") + sum("duplicates") + sum("conflicts") + sum("rejected"), "read")
        require(sum("accepted"), sum("acceptedDeploymentRecords") + sum("acceptedTransitions"), "accepted")
        require(
            sum("inBundleTransitions"), sum("inHistory") + sum("repeats") + sum("refused"), "transitions in the bundle")
        if IntakeSums.all.contains(where: { sum($0.name) < 0 }) { problems.append("a sum is missing or negative") }
        for (kind, accepted) in [
            ("deploymentRecords", "acceptedDeploymentRecords"), ("transitions", "acceptedTransitions"),
        ] {
            let places = description["reconciliation"]?[kind]
            let values = Selection.Destination.allCases.map { IntakeChecks.count(places?[$0.name]) ?? -1 }
            require(places?["accepted"]?.integer ?? -1, values.reduce(0, +), "reconciliation of \(kind)")
            require(sum(accepted) + earlier(kind), values.reduce(0, +), accepted)
            if values.contains(where: { $0 < 0 }) { problems.append("reconciliation of \(kind): a place is missing") }
        }
        requireNothingLeftOut(require)
        if let totals {
            let isWhole = description["period"] == .null && description["scope"]?.string == "full"
            if isWhole { require(sum("deployments"), Int64(totals.rows), "deployments") }
            if sum("deployments") < Int64(totals.rows) { problems.append("fewer deployments than the bundle holds") }
            func inBundle(_ kind: String) -> Int64 { description["reconciliation"]?[kind]?["inBundle"]?.integer ?? -1 }
            require(inBundle("deploymentRecords"), Int64(totals.recordCount), "deployment records in the bundle")
            require(inBundle("transitions"), Int64(totals.dispositions.reduce(0, +)), "transitions in the bundle")
            for disposition in Disposition.allCases {
                let name = disposition == .inHistory ? "inHistory" : disposition == .repeat ? "repeats" : "refused"
                require(sum(name), Int64(totals.dispositions[Int(disposition.rawValue)]), name)
            }
        }
        list.add(
            "sums",
            passed: "read \(sum("read")) = accepted \(sum("accepted")) + duplicates, conflicts, rejected; all add up",
            problems: problems)
    }

    /// What no filter and no period leaves out must be nothing.
    private func requireNothingLeftOut(_ require: (Int64, Int64, String) -> Void) {
        let filters: [(Selection.Destination, String)] = [
            (.leftOutByNetwork, "network"), (.leftOutByTokenType, "tokenType"), (.leftOutByDeployer, "deployedBy"),
            (.leftOutByStatus, "status"),
        ]
        for kind in ["deploymentRecords", "transitions"] {
            let places = description["reconciliation"]?[kind]
            for (place, filter) in filters where description["filters"]?[filter]?.array?.isEmpty ?? true {
                require(places?[place.name]?.integer ?? 0, 0, "\(kind) \(place.name) without such a filter")
            }
            if ledger == nil {
                require(places?["superseded"]?.integer ?? 0, 0, "\(kind) superseded without a ledger")
            }
            guard description["period"] == .null else { continue }
            for place in [Selection.Destination.before, .after, .notAssignable] {
                require(places?[place.name]?.integer ?? 0, 0, "\(kind) \(place.name) without a period")
            }
        }
    }

    private func addSources(_ list: inout CheckList) {
        guard let file = try? bundle.bytes(BundlePath.sources), let value = try? JSONValue(parsing: file) else {
            return list.skip("sources", because: "\(BundlePath.sources) cannot be read")
        }
        var problems: [String] = []
        if value.file != file { problems.append("\(BundlePath.sources) is not canonical") }
        if value["sums"]?.bytes != description["sums"]?.bytes { problems.append("sums differ from bundle.json") }
        if value["reconciliation"]?.bytes != description["reconciliation"]?.bytes {
            problems.append("reconciliation differs from bundle.json")
        }
        let sources = value["sources"]?.array ?? []
        if Set(value.object.map { Array($0.keys) } ?? []) != ["reconciliation", "sources", "sums"] {
            problems.append("\(BundlePath.sources) has other members than the format's")
        }
        for name in ["read", "accepted", "duplicates", "conflicts", "rejected"] {
            let sum = sources.reduce(0) { $0 + (IntakeChecks.count($1[name]) ?? 0) }
            if sum != description["sums"]?[name]?.integer {
                problems.append("\(name) of the sources is \(sum), the sum says otherwise")
            }
        }
        let summaries = sources.compactMap(IntakeFiles.source)
        if summaries.count != sources.count
            || (try? bundle.bytes(BundlePath.sourceTable)) != IntakeFiles.sourceTable(summaries)
        {
            problems.append("\(BundlePath.sourceTable) differs from \(BundlePath.sources)")
        }
        list.add("sources", passed: "\(sources.count) sources, their records add up to the sums", problems: problems)
    }

    private func addRejected(_ list: inout CheckList) {
        let reader = LineArrayReader(BundlePath.rejected, of: bundle)
        var (problems, rejected, conflicting) = (ProblemList(), Int64(0), Int64(0))
        var last: SourcePosition?
        while let element = reader.next() {
            guard let value = try? JSONValue(parsing: element), JSONValue.isCanonical(element) else {
                problems.add("an element is not canonical JSON")
                continue
            }
            switch value["kind"]?.string {
            case "rejected":
                rejected += 1
                let position = IntakeChecks.position(value)
                if conflicting > 0 || position == nil || last.map({ position ?? $0 < $0 }) ?? false {
                    problems.add("rejected records are not in order of their positions, before the conflicts")
                }
                last = position
            case "conflict": conflicting += Int64(value["others"]?.array?.count ?? 0)
            default: problems.add("an element is neither a rejected record nor a conflict")
            }
        }
        if let problem = reader.problem { problems.add(problem) }
        if rejected != description["sums"]?["rejected"]?.integer {
            problems.add("\(rejected) rejected records, the sum says otherwise")
        }
        if conflicting < description["sums"]?["conflicts"]?.integer ?? 0 {
            problems.add("\(conflicting) conflicting records, the sum says more")
        }
        list.add(
            "rejected", passed: "\(rejected) rejected records and \(conflicting) conflicting ones are kept",
            problems: problems.all)
    }

    private static func position(_ value: JSONValue) -> SourcePosition? {
        guard let source = value["source"]?.integer, let line = value["line"]?.integer,
            let offset = value["offset"]?.integer
        else { return nil }
        return SourcePosition(source: Int(source), line: Int(line), offset: Int(offset))
    }

    private func addFixedTexts(_ list: inout CheckList) {
        var problems: [String] = []
        func require(_ path: String, _ expected: [UInt8]?) {
            guard let bytes = try? bundle.bytes(path) else { return }
            if bytes != expected { problems.append("\(path) is not this format version's own text") }
        }
        for name in BundlePath.schemas { require(BundlePath.schema(name), FixedTexts.schema(name)) }
        let kind = description["kind"]?.string.flatMap(BundleKind.init) ?? .oneShot
        require(BundlePath.dataPackage, FixedTexts.dataPackage(kind))
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
        list.add(
            "fixed-texts", passed: "rules, schemas, datapackage.json and VERIFY.txt are the format's own",
            problems: problems)
    }

    private func addBagInfo(_ list: inout CheckList) {
        guard let bytes = try? bundle.bytes(BundlePath.bagInfo) else {
            return list.skip("bag-info", because: "\(BundlePath.bagInfo) cannot be read")
        }
        let payload = bundle.entries.filter { $0.key.hasPrefix("data/") }.values
        let time = description["asOf"]?["time"]?.string.flatMap { try? Timestamp.parse($0).time } ?? .unset
        let expected = BagFiles.info(
            software: "cartulary \(description["tool"]?["version"]?.string ?? "")", date: time.date,
            name: bundle.name ?? "",
            payloadBytes: payload.reduce(0) { $0 + Int($1.uncompressedSize) }, payloadFiles: payload.count,
            entity: description["declared"]?["entity"]?.string)
        list.add(
            "bag-info", passed: "payload size and number of files",
            problems: bytes == expected ? [] : ["\(BundlePath.bagInfo) does not fit the bundle"])
    }
}
