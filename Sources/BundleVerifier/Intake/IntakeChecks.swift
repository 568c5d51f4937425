import AuditModel
import BundleFormat
import BundleReading
import BundleRelations
import ReceivedFiles
import StrictJSON

/// The intake: sums and reconciliation add up and agree everywhere, and the fixed texts are the format's own.
struct IntakeChecks {
    let bundle: UnverifiedBundle
    let description: DescriptionClaims
    let rules: Claim<Thresholds>
    let sources: Claim<SourcesFile>

    /// Adds all; without `totals` nothing is compared with the trail.
    func add(_ totals: ContentChecks.Totals?, to list: inout CheckList) {
        DescriptionCheck(directory: bundle.name, description: description).add(to: &list)
        addSums(totals, &list)
        switch sources {
        case .failure(let problem): list.add("sources", problem: problem)
        case .success(let file): addSources(file, &list)
        }
        let keepsDigestsOnly = addCommand(to: &list)
        if let totals { addAsOf(totals, &list) }
        var rejected = RejectedChecks(
            bundle, description, sources: sources, totals: totals, keepsDigestsOnly: keepsDigestsOnly)
        rejected.add(to: &list)
        addFixedTexts(&list)
        addVerifyText(&list)
        addBagInfo(&list)
    }

    private func addSums(_ totals: ContentChecks.Totals?, _ list: inout CheckList) {
        do throws(FormProblem) {
            var check = try SumCheck(description)
            let text = "read \(check.sums.read) = accepted \(check.sums.accepted)"
            list.add(
                "sums", passed: "\(text) + duplicates, conflicts, rejected; all add up", problems: check.run(totals))
        } catch {
            let isOwn = [description.sums.problem, description.reconciliation.problem].contains(error)
            if isOwn {
                list.add("sums", problem: error)
            } else {
                list.skip("sums", because: error.reason)
            }
        }
    }

    private func addSources(_ file: SourcesFile, _ list: inout CheckList) {
        let sums: IntakeSums
        let reconciliation: ReconciliationClaims
        do throws(FormProblem) {
            sums = try description.sums.get()
            reconciliation = try description.reconciliation.get()
        } catch {
            return list.skip("sources", because: error.reason)
        }
        var problems: [String] = []
        if !file.isCanonical { problems.append("\(BundlePath.sources) is not canonical") }
        if file.sums != sums { problems.append("sums differ from bundle.json") }
        if file.reconciliation != reconciliation { problems.append("reconciliation differs from bundle.json") }
        for (number, source) in file.sources.enumerated() {
            if !SourceShape.isKnown(source.shape) { problems.append("source \(number) has no shape of the format") }
            if let first = source.firstTime, let last = source.lastTime, last < first {
                problems.append("source \(number) has a last time, \(last.text), before its first, \(first.text)")
            }
        }
        let counts: [(name: String, stated: Int, source: KeyPath<SourceSummary, Int>)] = [
            ("read", sums.read, \.read), ("accepted", sums.accepted, \.accepted),
            ("duplicates", sums.duplicates, \.duplicates), ("conflicts", sums.conflicts, \.conflicts),
            ("rejected", sums.rejected, \.rejected),
        ]
        for (name, stated, source) in counts {
            let sum = NumberLimits.sum(file.sources.lazy.map { $0[keyPath: source] })
            if sum != stated {
                problems.append(
                    "\(name) of the sources is \(sum.map(String.init) ?? "no count"), the sum says otherwise")
            }
        }
        if bundle.isEqual(BundlePath.sourceTable, to: IntakeFiles.sourceTable(file.sources)) != true {
            problems.append("\(BundlePath.sourceTable) differs from \(BundlePath.sources)")
        }
        list.add(
            "sources", passed: "\(file.sources.count) sources, their records add up to the sums", problems: problems)
    }

    /// The command: whether it kept rejected records by digest alone, as far as it says so of the whole bundle.
    private func addCommand(to list: inout CheckList) -> Bool? {
        do throws(FormProblem) {
            var selection = try description.filters.get().selection
            selection.period = try description.period.get()
            selection.basis = try description.basis.get()
            let asOf = try description.asOf.get()
            let kind = try description.kind.get()
            var command = CommandRelations(
                try description.command.get(), selection: selection, declared: try description.declared.get(),
                thresholds: try rules.get(), asOf: asOf.source == "option" ? asOf.time : nil, name: bundle.name ?? "",
                kind: kind, archive: try description.series.get()?.archive)
            list.add("command", passed: "its words are those that the bundle's members give", problems: command.check())
            return kind == .oneShot ? command.keepsDigestsOnly : nil
        } catch {
            list.skip("command", because: error.reason)
            return nil
        }
    }

    private func addAsOf(_ totals: ContentChecks.Totals, _ list: inout CheckList) {
        do throws(FormProblem) {
            let asOf = try description.asOf.get()
            let problem = AsOfRelations.problem(
                asOf.time, from: asOf.source, kind: try description.kind.get(), period: try description.period.get(),
                latest: totals.latest)
            list.add("as-of", passed: "\(asOf.time.text), \(asOf.source)", problems: problem.map { [$0] } ?? [])
        } catch {
            list.skip("as-of", because: error.reason)
        }
    }

    private func addFixedTexts(_ list: inout CheckList) {
        do throws(FormProblem) {
            // There is one so far, which these texts are of.
            switch try description.knownRendering() {
            case .first: compareFixedTexts(&list)
            }
        } catch {
            list.skip("fixed-texts", because: error.reason)
        }
        if let digest = try? bundle.digest(BundlePath.rules) {
            list.add(
                "rules-digest", passed: "bundle.json names the digest of \(BundlePath.rules)",
                problems: description.rulesDigest.value == digest
                    ? [] : ["rulesDigest is not that of \(BundlePath.rules)"])
        }
    }

    private func compareFixedTexts(_ list: inout CheckList) {
        var problems: [String] = []
        for name in BundlePath.schemas {
            compare(BundlePath.schema(name), with: FixedTexts.schema(name), problems: &problems)
        }
        compare(
            BundlePath.dataPackage, with: FixedTexts.dataPackage(description.kind.value ?? .oneShot),
            problems: &problems)
        switch rules {
        case .failure(let problem): problems.append("\(BundlePath.rules) cannot be read: \(problem.reason)")
        case .success(let thresholds):
            compare(BundlePath.rules, with: RulesFile.value(thresholds).file, problems: &problems)
        }
        if case .success(let asOf) = description.asOf, case .success(let key) = description.key, let name = bundle.name
        {
            let text = FixedTexts.verifyText(name: name, fingerprint: key.fingerprint, asOf: asOf.time)
            compare(BundlePath.verifyText, with: text, problems: &problems)
        }
        list.add(
            "fixed-texts", passed: "rules, schemas, datapackage.json and VERIFY.txt are the format's own",
            problems: problems)
    }

    private func compare(_ path: String, with expected: [UInt8]?, problems: inout [String]) {
        let isEqual = expected.map { bundle.isEqual(path, to: $0) } ?? (bundle.entries[path] == nil)
        if isEqual == false { problems.append("\(path) is not this format version's own text") }
    }

    /// Says so where `VERIFY.txt` could not be compared.
    private func addVerifyText(_ list: inout CheckList) {
        guard let problem = description.asOf.problem ?? description.key.problem else { return }
        list.skip("verify-text", because: problem.reason)
    }

    private func addBagInfo(_ list: inout CheckList) {
        let payload = bundle.entries.filter { $0.key.hasPrefix("data/") }.values
        do throws(FormProblem) {
            let expected = BagFiles.info(
                software: "cartulary \(try description.tool.get().version)",
                date: try description.asOf.get().time.date, name: bundle.name ?? "",
                // Of an entry that is handed out at most 2^44 each, of 100,000 entries.
                payloadBytes: payload.reduce(0) { $0 + Int(clamping: $1.uncompressedSize) },
                payloadFiles: payload.count, entity: try description.declared.get()["entity"])
            guard let isEqual = bundle.isEqual(BundlePath.bagInfo, to: expected) else {
                return list.skip("bag-info", because: "\(BundlePath.bagInfo) cannot be read")
            }
            list.add(
                "bag-info", passed: "payload size and number of files",
                problems: isEqual ? [] : ["\(BundlePath.bagInfo) does not fit the bundle"])
        } catch {
            list.skip("bag-info", because: error.reason)
        }
    }
}
