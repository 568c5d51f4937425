package import AuditModel
import RecordContent
import StrictJSON

/// `transitions.csv`: one row a transition (docs/bundle-format.md, 5.3).
package struct TransitionTable: Sendable {
    package static let columns = [
        "row", "deploymentId", "sequence", "transitionId", "status", "timestampUtc", "timestampAsReceived",
        "disposition", "inPeriod", "message", "transactionHash", "confirmedRound", "errorMessage", "errorCategory",
        "reasonCode", "actorAddress", "durationFromPreviousStatusMs", "errorDetails", "complianceChecks",
        "metadata", "otherMembers",
    ]

    private enum Member: Int, CaseIterable {
        case message, transactionHash, confirmedRound, errorMessage
        case reasonCode, actorAddress, durationFromPreviousStatusMs, errorDetails, complianceChecks, metadata
    }

    private var values = [ByteSlice](repeating: .none, count: Member.allCases.count)
    private var others: [UInt8] = []
    /// The cell of the deployment's identifier, the same in all of its rows.
    private var deploymentID: [UInt8] = []
    /// The canonical text of the time, which the content holds already.
    private var time = 0..<0

    package init() {}

    /// Appends the rows of a deployment's transitions.
    package mutating func write(
        _ dossier: Dossier, _ history: History, context: TrailLine.Context, into output: inout [UInt8]
    ) {
        deploymentID.removeAll(keepingCapacity: true)
        CSV.write(dossier.bytes.span, dossier.id.range, into: &deploymentID)
        for index in dossier.transitions.indices {
            let transition = dossier.transitions[index]
            collect(transition.content, dossier.bytes.span)
            writeHead(dossier.bytes.span, transition, sequence: index, row: context.row, into: &output)
            output.append(literal: history.entries[index].disposition.literal)
            let inPeriod = context.periodStart.map { transition.time >= $0 } ?? true
            output.append(literal: inPeriod ? ",true" : ",false")
            writeMembers(.message, through: .errorMessage, of: dossier.bytes.span, into: &output)
            output.append(UInt8(ascii: ","))
            if let category = transition.category { output.append(contentsOf: category.name.utf8) }
            writeMembers(.reasonCode, through: .metadata, of: dossier.bytes.span, into: &output)
            output.append(UInt8(ascii: ","))
            CSV.write(others.span, 0..<others.count, into: &output)
            output.append(0x0A)
        }
    }

    /// Appends the cells up to the disposition.
    private func writeHead(
        _ bytes: Span<UInt8>, _ transition: Transition, sequence: Int, row: Int, into output: inout [UInt8]
    ) {
        output.append(decimal: row)
        output.append(UInt8(ascii: ","))
        output.append(contentsOf: deploymentID)
        output.append(UInt8(ascii: ","))
        output.append(decimal: sequence)
        output.append(UInt8(ascii: ","))
        CSV.write(bytes, transition.id.range, into: &output)
        output.append(UInt8(ascii: ","))
        output.append(literal: transition.status.literal)
        output.append(UInt8(ascii: ","))
        output.append(bytes, time)
        output.append(UInt8(ascii: ","))
        CSV.write(bytes, transition.timestampAsReceived.range, into: &output)
        output.append(UInt8(ascii: ","))
    }

    private mutating func collect(_ content: ByteSlice, _ bytes: Span<UInt8>) {
        for index in values.indices { values[index] = .none }
        others.removeAll(keepingCapacity: true)
        var walk = CanonicalMembers(content.range)
        while let member = walk.next(bytes) {
            switch TransitionTable.columnKind(KnownMember.named(bytes, member.name)) {
            case .column(let column):
                values[column.rawValue] = ByteSlice(member.value.lowerBound, to: member.value.upperBound)
            case .time: time = member.value.lowerBound + 1..<member.value.upperBound - 1
            case .head: break
            case .other: others.appendMember(member, bytes)
            }
        }
        others.closeObject()
    }

    private enum ColumnKind {
        case column(Member)
        case time
        /// Among the first cells, which come from the transition itself.
        case head
        case other
    }

    private static func columnKind(_ member: KnownMember?) -> ColumnKind {
        switch member {
        case .deploymentId, .id, .status: .head
        case .timestamp: .time
        case .message: .column(.message)
        case .transactionHash: .column(.transactionHash)
        case .confirmedRound: .column(.confirmedRound)
        case .errorMessage: .column(.errorMessage)
        case .reasonCode: .column(.reasonCode)
        case .actorAddress: .column(.actorAddress)
        case .durationFromPreviousStatusMs: .column(.durationFromPreviousStatusMs)
        case .errorDetails: .column(.errorDetails)
        case .complianceChecks: .column(.complianceChecks)
        case .metadata: .column(.metadata)
        case nil, .assetIdentifier, .complianceSummary, .correlationId, .createdAt, .currentStatus, .deployedBy,
            .errorSummary, .network, .statusHistory, .tokenName, .tokenSymbol, .tokenType, .totalDurationMs,
            .updatedAt:
            .other
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
}
