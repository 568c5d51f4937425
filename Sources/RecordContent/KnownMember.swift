/// The members of records that have a meaning here; the raw value is the member's name.
package enum KnownMember: String, Sendable, CaseIterable {
    case actorAddress, assetIdentifier, complianceChecks, complianceSummary, confirmedRound, correlationId, createdAt
    case currentStatus, deployedBy, deploymentId, durationFromPreviousStatusMs, errorDetails, errorMessage
    case errorSummary, id, message, metadata, network, reasonCode, status, statusHistory, timestamp, tokenName
    case tokenSymbol, tokenType, totalDurationMs, transactionHash, updatedAt

    /// The member of that name, which holds no escape; nil if unknown.
    package static func named(_ bytes: Span<UInt8>, _ range: Range<Int>) -> KnownMember? {
        func one(_ name: StaticString, _ member: KnownMember) -> KnownMember? {
            equals(bytes, range, to: name) ? member : nil
        }
        // By length first: one or two comparisons a name.
        switch range.count {
        case 2: return one("id", .id)
        case 6: return one("status", .status)
        case 7: return one("message", .message) ?? one("network", .network)
        case 8: return one("metadata", .metadata)
        case 9:
            return one("timestamp", .timestamp) ?? one("createdAt", .createdAt) ?? one("updatedAt", .updatedAt)
                ?? one("tokenType", .tokenType) ?? one("tokenName", .tokenName)
        case 10: return one("reasonCode", .reasonCode) ?? one("deployedBy", .deployedBy)
        case 11: return one("tokenSymbol", .tokenSymbol)
        case 12:
            return one("deploymentId", .deploymentId) ?? one("actorAddress", .actorAddress)
                ?? one("errorMessage", .errorMessage) ?? one("errorDetails", .errorDetails)
                ?? one("errorSummary", .errorSummary)
        case 13:
            return one("currentStatus", .currentStatus) ?? one("statusHistory", .statusHistory)
                ?? one("correlationId", .correlationId)
        case 14: return one("confirmedRound", .confirmedRound)
        case 15:
            return one("transactionHash", .transactionHash) ?? one("assetIdentifier", .assetIdentifier)
                ?? one("totalDurationMs", .totalDurationMs)
        case 16: return one("complianceChecks", .complianceChecks)
        case 17: return one("complianceSummary", .complianceSummary)
        case 28: return one("durationFromPreviousStatusMs", .durationFromPreviousStatusMs)
        default: return nil
        }
    }

    /// Compares by words: every name of eight bytes or more is two loads that overlap.
    private static func equals(_ bytes: Span<UInt8>, _ range: Range<Int>, to name: StaticString) -> Bool {
        let expected = UnsafeRawBufferPointer(start: name.utf8Start, count: name.utf8CodeUnitCount)
        let raw = bytes.bytes
        guard expected.count >= 8 else {
            for index in 0..<expected.count where bytes[range.lowerBound + index] != expected[index] { return false }
            return true
        }
        var offset = 0
        while true {
            let own = unsafe raw.unsafeLoadUnaligned(fromByteOffset: range.lowerBound + offset, as: UInt64.self)
            if own != expected.loadUnaligned(fromByteOffset: offset, as: UInt64.self) { return false }
            if offset + 8 == expected.count { return true }
            offset = min(offset + 8, expected.count - 8)
        }
    }

    /// Whether a transition has this member.
    package var isOfTransition: Bool {
        switch self {
        case .actorAddress, .complianceChecks, .confirmedRound, .deploymentId, .durationFromPreviousStatusMs,
            .errorDetails, .errorMessage, .id, .message, .metadata, .reasonCode, .status, .timestamp,
            .transactionHash:
            true
        case .assetIdentifier, .complianceSummary, .correlationId, .createdAt, .currentStatus, .deployedBy,
            .errorSummary, .network, .statusHistory, .tokenName, .tokenSymbol, .tokenType, .totalDurationMs,
            .updatedAt:
            false
        }
    }

    /// Whether a deployment, or an audit trail, has this member.
    package var isOfDeployment: Bool {
        switch self {
        case .assetIdentifier, .complianceSummary, .correlationId, .createdAt, .currentStatus, .deployedBy,
            .deploymentId, .errorMessage, .errorSummary, .network, .statusHistory, .tokenName, .tokenSymbol,
            .tokenType, .totalDurationMs, .transactionHash, .updatedAt:
            true
        case .actorAddress, .complianceChecks, .confirmedRound, .durationFromPreviousStatusMs, .errorDetails, .id,
            .message, .metadata, .reasonCode, .status, .timestamp:
            false
        }
    }
}
