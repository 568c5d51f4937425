/// Between the records that a caller makes and the arena that the rules read: written and read back side by side.
extension Dossier {
    /// Puts a deployment's members into the dossier.
    mutating func adopt(_ record: DeploymentRecord) {
        id = store(record.id)
        recordCount = 1
        // The rules only ask whether there is a content: here nothing reads it.
        members.content = store("{}")
        members.network = store(record.network)
        members.tokenType = store(record.tokenType)
        members.complianceSummary = store(record.complianceSummary)
        members.assetIdentifier = store(record.assetIdentifier)
        members.statedStatus = record.statedStatus
        members.createdAt = record.createdAt
        members.updatedAt = record.updatedAt
    }

    /// Appends a transition.
    mutating func append(_ record: TransitionRecord) {
        var transition = Transition()
        transition.id = store(record.id)
        transition.hasOwnID = true
        transition.content = store(record.tieBreaker)
        transition.status = record.status
        transition.time = record.time
        transition.transactionHash = store(record.transactionHash)
        transition.hasConfirmedRound = record.hasConfirmedRound
        transition.statedDurationMs = record.statedDurationMs
        transition.detailsCategory = record.errorCategory
        transition.metadataCategory = record.metadataCategory
        transition.isRetryable = record.isRetryable
        transition.retryDelaySeconds = record.retryDelaySeconds
        let firstCheck = Int32(checks.count)
        for check in record.complianceChecks {
            checks.append(ComplianceCheck(name: store(check.name), passed: check.passed))
        }
        transition.checks = firstCheck..<Int32(checks.count)
        transitions.append(transition)
    }

    /// The transition at an index, as a caller made it.
    func record(at index: Int) -> TransitionRecord {
        let transition = transitions[index]
        return TransitionRecord(
            id: bytes.text(transition.id), status: transition.status, time: transition.time,
            transactionHash: transition.transactionHash.isEmpty ? nil : bytes.text(transition.transactionHash),
            hasConfirmedRound: transition.hasConfirmedRound, statedDurationMs: transition.statedDurationMs,
            errorCategory: transition.detailsCategory, metadataCategory: transition.metadataCategory,
            isRetryable: transition.isRetryable, retryDelaySeconds: transition.retryDelaySeconds,
            complianceChecks: transition.checks.map { check in
                let check = checks[Int(check)]
                return TransitionRecord.ComplianceCheck(name: bytes.text(check.name), passed: check.passed)
            })
    }

    /// Appends a text to the arena; nil and the empty text are absent.
    private mutating func store(_ text: String?) -> ByteSlice {
        guard let text, !text.isEmpty else { return .none }
        let start = bytes.count
        bytes.append(contentsOf: text.utf8)
        precondition(bytes.count <= Int(UInt32.max), "the texts of a deployment are over 4 GiB")
        return ByteSlice(start, to: bytes.count)
    }
}

extension TransitionRecord {
    /// The evidence as a text in which any difference shows: it orders records of equal time, status and identifier.
    fileprivate var tieBreaker: String {
        let checks = complianceChecks.map { "\($0.name.utf8.count) \($0.name) \($0.passed)" }
        let parts = [
            transactionHash ?? "", "\(hasConfirmedRound)", "\(statedDurationMs ?? -1)",
            errorCategory?.name ?? "", metadataCategory?.name ?? "", isRetryable.map { "\($0)" } ?? "",
            retryDelaySeconds.map { "\($0)" } ?? "",
        ]
        return (parts + checks).joined(separator: "\n")
    }
}
