/// The findings on evidence and compliance, which go by attempt: from one Queued in history to the next.
struct AttemptRules {
    let dossier: Dossier
    let history: History

    func evaluate(into findings: inout [Finding]) {
        checkFailures(&findings)
        var start = 0
        let inHistory = history.entries.indices.filter { history.entries[$0].disposition == .inHistory }
        while start < inHistory.count {
            let attempt = history.entries[inHistory[start]].attempt
            var end = start
            while end < inHistory.count, history.entries[inHistory[end]].attempt == attempt { end += 1 }
            checkEvidence(inHistory[start..<end], &findings)
            checkCompliance(inHistory[start..<end], &findings)
            start = end
        }
    }

    private func add(
        _ code: FindingCode, _ index: Int, expected: String? = nil, actual: String? = nil,
        into findings: inout [Finding]
    ) {
        let id = dossier.bytes.text(dossier.transitions[index].id)
        findings.append(Finding(code, transitionID: id, expected: expected, actual: actual))
    }

    /// Failures and the retries after them.
    private func checkFailures(_ findings: inout [Finding]) {
        var failure: Transition?
        for (index, transition) in dossier.transitions.enumerated() where history.entries[index].isPlausible {
            let entry = history.entries[index]
            if transition.status == .failed, entry.disposition != .refused {
                if transition.category == nil { add(.missingErrorCategory, index, into: &findings) }
                if let details = transition.detailsCategory, let metadata = transition.metadataCategory,
                    details != metadata
                {
                    add(.errorCategoryMismatch, index, expected: details.name, actual: metadata.name, into: &findings)
                }
                // A repeat that says less of retries does not hide what the failure itself says.
                let isLess = transition.retryEvidence < max(failure?.retryEvidence ?? 0, 1)
                if entry.disposition == .inHistory || !isLess { failure = transition }
            } else if transition.status == .queued, entry.disposition == .inHistory, let failed = failure {
                checkRetry(index, after: failed, into: &findings)
                failure = nil
            }
        }
    }

    private func checkRetry(_ index: Int, after failed: Transition, into findings: inout [Finding]) {
        // The defaults hold for a failure that gives its category alone.
        let category = failed.isRetryable == nil && failed.retryDelaySeconds == nil ? failed.category : nil
        let note = category.map { ", by default of \($0.name)" } ?? ""
        if (failed.isRetryable ?? category?.isRetryableByDefault) == false {
            let expected = category == nil ? nil : "no retry\(note)"
            add(.retryOfNonRetryable, index, expected: expected, into: &findings)
        }
        guard let delay = failed.retryDelaySeconds ?? category?.defaultRetryDelaySeconds, delay > 0 else { return }
        let waited = dossier.transitions[index].time.milliseconds(since: failed.time)
        let (limit, overflow) = delay.multipliedReportingOverflow(by: 1000)
        guard overflow || waited < limit else { return }
        add(
            .retryTooEarly, index, expected: "\(delay) s after the failure\(note)", actual: "\(waited) ms",
            into: &findings)
    }

    private func checkEvidence(_ attempt: ArraySlice<Int>, _ findings: inout [Finding]) {
        let hashes = attempt.filter { !dossier.transitions[$0].transactionHash.isEmpty }
        let isConfirmed = { (index: Int) in
            switch dossier.transitions[index].status {
            case .confirmed, .indexed, .completed: true
            case .queued, .submitted, .pending, .failed, .cancelled: false
            }
        }
        if let confirmed = attempt.first(where: isConfirmed) {
            if hashes.isEmpty { add(.missingTransactionHash, confirmed, into: &findings) }
            if !attempt.contains(where: { dossier.transitions[$0].hasConfirmedRound }) {
                add(.missingConfirmedRound, confirmed, into: &findings)
            }
        }
        for (earlier, later) in zip(hashes, hashes.dropFirst()) {
            let old = dossier.transitions[earlier].transactionHash
            let new = dossier.transitions[later].transactionHash
            guard dossier.bytes.compare(old, new) != 0 else { continue }
            add(
                .transactionHashChanged, later, expected: dossier.bytes.text(old), actual: dossier.bytes.text(new),
                into: &findings)
        }
    }

    private func checkCompliance(_ attempt: ArraySlice<Int>, _ findings: inout [Finding]) {
        let before = findings.count
        for index in attempt {
            for check in dossier.transitions[index].checks where !dossier.checks[Int(check)].passed {
                let name = dossier.bytes.text(dossier.checks[Int(check)].name)
                add(.failedComplianceCheck, index, actual: name, into: &findings)
            }
        }
        guard findings.count > before, let end = attempt.last, dossier.transitions[end].status == .completed
        else { return }
        // Of each name the last check counts.
        var seen: Set<ArraySlice<UInt8>> = []
        var failed: [ByteSlice] = []
        for check in attempt.reversed().flatMap({ dossier.transitions[$0].checks.reversed() }) {
            let check = dossier.checks[Int(check)]
            guard seen.insert(dossier.bytes[check.name.range]).inserted, !check.passed else { continue }
            failed.append(check.name)
        }
        for name in failed.reversed() {
            add(.completedAfterFailedCheck, end, actual: dossier.bytes.text(name), into: &findings)
        }
    }
}

extension Transition {
    /// How much a failure says of retries: 2 for whether or when, 1 for its category alone, 0 for nothing.
    fileprivate var retryEvidence: Int {
        if isRetryable != nil || retryDelaySeconds != nil { return 2 }
        return category == nil ? 0 : 1
    }
}
