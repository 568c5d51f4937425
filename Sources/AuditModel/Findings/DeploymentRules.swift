/// The findings that follow from one deployment's records alone.
///
/// They come in a fixed order: the deployment's own members, then transition by transition, then attempt by attempt.
package struct DeploymentRules: Sendable {
    package var thresholds: Thresholds
    package var asOf: Timestamp

    package init(thresholds: Thresholds, asOf: Timestamp) {
        self.thresholds = thresholds
        self.asOf = asOf
    }

    /// Appends the findings of a deployment whose history was built.
    ///
    /// `isReused` says whether a transition's identifier stands under another deployment too.
    package func evaluate(
        _ dossier: Dossier, _ history: History, isReused: (Int) -> Bool, into findings: inout [Finding]
    ) {
        let first = findings.count
        checkMembers(dossier, history, into: &findings)
        for index in dossier.transitions.indices {
            checkOrder(dossier, history, at: index, into: &findings)
            checkConsistency(dossier, history, at: index, isReused: isReused(index), into: &findings)
        }
        AttemptRules(dossier: dossier, history: history).evaluate(into: &findings)
        checkIdleTime(dossier, history, into: &findings)
        guard findings.count > first else { return }
        let id = dossier.idText
        for index in first..<findings.count { findings[index].deploymentID = id }
    }

    private func checkMembers(_ dossier: Dossier, _ history: History, into findings: inout [Finding]) {
        let members = dossier.members
        if members.content.isEmpty { findings.append(Finding(.orphanTransition)) }
        if dossier.transitions.isEmpty { findings.append(Finding(.deploymentWithoutTransitions)) }
        guard !dossier.snapshotAfterPeriod else { return }
        if let stated = members.statedStatus, stated != history.state, !dossier.transitions.isEmpty {
            findings.append(
                Finding(.statusMismatch, expected: history.state?.name ?? "no state", actual: stated.name))
        }
        let times = dossier.transitions.lazy.filter(\.isPlausible).map(\.time)
        if let created = members.createdAt, let first = times.first,
            abs(created.posixTicks(since: first)) > Timestamp.ticksPerSecond
        {
            findings.append(Finding(.createdAtMismatch, expected: first.text, actual: created.text))
        }
        if let updated = members.updatedAt, let last = times.last,
            last.posixTicks(since: updated) > Timestamp.ticksPerSecond
        {
            findings.append(Finding(.updatedAtMismatch, expected: last.text, actual: updated.text))
        }
        checkSummary(dossier, &findings)
        checkAsset(dossier, history, into: &findings)
    }

    /// An asset exists once its creation was confirmed: the history then lacks what came before.
    private func checkAsset(_ dossier: Dossier, _ history: History, into findings: inout [Finding]) {
        guard let state = history.state, state < .confirmed, !dossier.members.assetIdentifier.isEmpty else { return }
        let asset = dossier.bytes.text(dossier.members.assetIdentifier)
        findings.append(
            Finding(
                .assetBeforeConfirmation, expected: "Confirmed or a later state",
                actual: "\(state.name) with asset \(asset)"))
    }

    private func checkSummary(_ dossier: Dossier, _ findings: inout [Finding]) {
        guard !dossier.members.complianceSummary.isEmpty else { return }
        let passed = dossier.checks.count { $0.passed }
        let count = dossier.checks.count
        let expected =
            count == 0
            ? "No compliance checks performed"
            : "\(passed) passed, \(count - passed) failed out of \(count) checks"
        let stated = dossier.bytes.text(dossier.members.complianceSummary)
        if !stated.utf8.elementsEqual(expected.utf8) {
            findings.append(Finding(.complianceSummaryMismatch, expected: expected, actual: stated))
        }
    }

    private func checkOrder(_ dossier: Dossier, _ history: History, at index: Int, into findings: inout [Finding]) {
        let transition = dossier.transitions[index]
        let entry = history.entries[index]
        func add(_ code: FindingCode, expected: String?, found actual: String) {
            findings.append(
                Finding(code, transitionID: dossier.bytes.text(transition.id), expected: expected, actual: actual))
        }
        if history.ambiguousGroups.contains(index) { add(.ambiguousOrder, expected: nil, found: transition.time.text) }
        guard entry.isPlausible else { return add(.implausibleTimestamp, expected: nil, found: transition.time.text) }
        switch entry.outcome {
        case .moved: break
        case .startedWithoutQueued: add(.missingInitialState, expected: "Queued", found: transition.status.name)
        case .repeated:
            let repetition = repetition(dossier, at: index)
            add(repetition.code, expected: repetition.expected, found: repetition.found)
        case .refused:
            let allowed = LifecycleStateMachine.successors(of: entry.before).map(\.name).joined(separator: " or ")
            let before = entry.before.map { "\(allowed) after \($0.name)" } ?? allowed
            add(.illegalTransition, expected: before, found: transition.status.name)
        case .refusedAfterTerminal:
            let expected = "nothing after \(entry.before?.name ?? "")"
            add(.transitionAfterTerminal, expected: expected, found: transition.status.name)
        }
    }

    private func repetition(
        _ dossier: Dossier, at index: Int
    ) -> (code: FindingCode, expected: String?, found: String) {
        let transition = dossier.transitions[index]
        // The last failure is not far: others would be looked for up to the beginning, by each of them.
        if transition.status == .failed, let category = transition.category,
            let before = dossier.transitions[..<index].last(where: { $0.status == .failed })?.category,
            category != before
        {
            return (.repeatedFailure, before.name, category.name)
        }
        return (.repeatedStatus, nil, transition.status.name)
    }

    private func checkConsistency(
        _ dossier: Dossier, _ history: History, at index: Int, isReused: Bool, into findings: inout [Finding]
    ) {
        let transition = dossier.transitions[index]
        let entry = history.entries[index]
        if isReused {
            findings.append(Finding(.identifierReused, transitionID: dossier.bytes.text(transition.id)))
        }
        guard let stated = transition.statedDurationMs, entry.disposition == .inHistory, entry.previous >= 0
        else { return }
        let measured = transition.time.milliseconds(since: dossier.transitions[Int(entry.previous)].time)
        guard !(measured - 1...measured + 1).contains(stated) else { return }
        findings.append(
            Finding(
                .durationMismatch, transitionID: dossier.bytes.text(transition.id), expected: "\(measured) ms",
                actual: "\(stated) ms"))
    }

    private func checkIdleTime(_ dossier: Dossier, _ history: History, into findings: inout [Finding]) {
        guard let state = history.state, state.isOpen, history.last >= 0 else { return }
        let idle = asOf.posixTicks(since: dossier.transitions[history.last].time)
        for (limit, note) in thresholds.variants(\.stuckAfterSeconds) {
            let (ticks, overflow) = limit.multipliedReportingOverflow(by: Timestamp.ticksPerSecond)
            guard !overflow, idle > ticks else { continue }
            findings.append(
                Finding(
                    .stuckDeployment, expected: "a change within \(limit) s\(note)",
                    actual: "\(state.name) for \(idle / Timestamp.ticksPerSecond) s"))
        }
    }
}

extension Thresholds {
    /// The value in force, and the default when it differs, each with a note that tells them apart.
    func variants(_ path: KeyPath<Thresholds, Int64>) -> [(limit: Int64, note: String)] {
        variants(path, path).map { ($0.limit, $0.note) }
    }

    /// A limit and the graver one of the same measure; both kinds when either differs from the default.
    func variants(
        _ path: KeyPath<Thresholds, Int64>, _ graver: KeyPath<Thresholds, Int64>
    ) -> [(limit: Int64, graver: Int64, note: String)] {
        let limit = self[keyPath: path]
        let limitOfError = self[keyPath: graver]
        let standard = Thresholds.defaults[keyPath: path]
        let standardOfError = Thresholds.defaults[keyPath: graver]
        if limit == standard, limitOfError == standardOfError { return [(limit, limitOfError, "")] }
        return [(limit, limitOfError, " (as configured)"), (standard, standardOfError, " (by default)")]
    }
}
