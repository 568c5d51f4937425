package import AuditModel
import RecordContent
import StrictJSON

/// `deployments.csv`: one row a deployment (docs/bundle-format.md, 5.3).
package struct DeploymentTable: Sendable {
    package static let columns = [
        "row", "deploymentId", "state", "sourceStatus", "tokenType", "network", "deployedBy", "tokenName",
        "tokenSymbol", "assetIdentifier", "transactionHash", "createdAt", "updatedAt", "firstTransitionAt",
        "lastTransitionAt", "durationMs", "attempts", "transitions", "inHistory", "repeats", "refused", "disputed",
        "errors", "warnings", "errorMessage", "correlationId", "complianceSummary", "totalDurationMs",
        "errorSummary", "otherMembers",
    ]

    /// The members that have a column, in the order of ``Member``.
    private enum Member: Int, CaseIterable {
        case currentStatus, tokenType, network, deployedBy, tokenName, tokenSymbol, assetIdentifier, transactionHash
        case createdAt, updatedAt, errorMessage, correlationId, complianceSummary, totalDurationMs, errorSummary
    }

    private var values = [ByteSlice](repeating: .none, count: Member.allCases.count)
    private var others: [UInt8] = []

    package init() {}

    /// Appends a deployment's row; `errors` and `warnings` count its derived findings.
    package mutating func write(
        _ dossier: Dossier, _ history: History, row: Int, errors: Int, warnings: Int, into output: inout [UInt8]
    ) {
        collect(dossier)
        let bytes = dossier.bytes.span
        output.append(decimal: row)
        output.append(UInt8(ascii: ","))
        CSV.write(bytes, dossier.id.range, into: &output)
        output.append(UInt8(ascii: ","))
        if let state = history.state { output.append(literal: state.literal) }
        writeMembers(.currentStatus, through: .updatedAt, of: bytes, into: &output)
        writeDerived(dossier, history, into: &output)
        for number in [errors, warnings] {
            output.append(UInt8(ascii: ","))
            output.append(decimal: number)
        }
        writeMembers(.errorMessage, through: .errorSummary, of: bytes, into: &output)
        output.append(UInt8(ascii: ","))
        CSV.write(others.span, 0..<others.count, into: &output)
        output.append(0x0A)
    }

    private mutating func collect(_ dossier: Dossier) {
        for index in values.indices { values[index] = .none }
        others.removeAll(keepingCapacity: true)
        guard !dossier.members.content.isEmpty else { return }
        let bytes = dossier.bytes.span
        var walk = CanonicalMembers(dossier.members.content.range)
        while let member = walk.next(bytes) {
            let known = KnownMember.named(bytes, member.name)
            if known == .deploymentId { continue }
            if let column = known.flatMap(DeploymentTable.column) {
                values[column.rawValue] = ByteSlice(member.value.lowerBound, to: member.value.upperBound)
            } else {
                others.appendMember(member, bytes)
            }
        }
        others.closeObject()
    }

    private static func column(_ member: KnownMember) -> Member? {
        switch member {
        case .currentStatus: .currentStatus
        case .tokenType: .tokenType
        case .network: .network
        case .deployedBy: .deployedBy
        case .tokenName: .tokenName
        case .tokenSymbol: .tokenSymbol
        case .assetIdentifier: .assetIdentifier
        case .transactionHash: .transactionHash
        case .createdAt: .createdAt
        case .updatedAt: .updatedAt
        case .errorMessage: .errorMessage
        case .correlationId: .correlationId
        case .complianceSummary: .complianceSummary
        case .totalDurationMs: .totalDurationMs
        case .errorSummary: .errorSummary
        case .actorAddress, .complianceChecks, .confirmedRound, .deploymentId, .durationFromPreviousStatusMs,
            .errorDetails, .id, .message, .metadata, .reasonCode, .status, .statusHistory, .timestamp:
            nil
        }
    }

    private func writeMembers(
        _ first: Member, through last: Member, of bytes: Span<UInt8>, into output: inout [UInt8]
    ) {
        for index in first.rawValue...last.rawValue {
            output.append(UInt8(ascii: ","))
            CSV.writeValue(values[index], bytes, into: &output)
        }
    }

    private func writeDerived(_ dossier: Dossier, _ history: History, into output: inout [UInt8]) {
        for index in [history.first, history.last] {
            output.append(UInt8(ascii: ","))
            if index >= 0 { dossier.transitions[index].time.append(to: &output) }
        }
        output.append(UInt8(ascii: ","))
        if let duration = dossier.durationMs(history) { output.append(decimal: Int(duration)) }
        var counts = (inHistory: 0, repeats: 0, refused: 0)
        for entry in history.entries {
            switch entry.disposition {
            case .inHistory: counts.inHistory += 1
            case .repeat: counts.repeats += 1
            case .refused: counts.refused += 1
            }
        }
        for number in [history.attempts, history.entries.count, counts.inHistory, counts.repeats, counts.refused] {
            output.append(UInt8(ascii: ","))
            output.append(decimal: number)
        }
        output.append(literal: dossier.isDisputed ? ",true" : ",false")
    }
}

extension [UInt8] {
    /// Appends a member to the canonical object that is being made here.
    mutating func appendMember(_ member: CanonicalMembers.Member, _ bytes: Span<UInt8>) {
        append(UInt8(ascii: isEmpty ? "{" : ","))
        append(bytes, member.name.lowerBound - 1..<member.name.upperBound + 1)
        append(UInt8(ascii: ":"))
        append(bytes, member.value)
    }

    /// Ends the object, if there is one.
    mutating func closeObject() {
        if !isEmpty { append(UInt8(ascii: "}")) }
    }
}
