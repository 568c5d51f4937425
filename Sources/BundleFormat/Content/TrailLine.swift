package import AuditModel
import RecordContent
import StrictJSON

/// One line of `audit-trail.json`: a deployment with all its records (docs/bundle-format.md, 5.1).
package enum TrailLine {
    /// What a line says besides what follows from the records.
    package struct Context: Sendable {
        package var row: Int
        /// The period's start; nil when there is no period.
        package var periodStart: Timestamp?

        package init(row: Int, periodStart: Timestamp?) {
            self.row = row
            self.periodStart = periodStart
        }
    }

    /// Appends the canonical line, without comma and line end.
    package static func encode(
        _ dossier: Dossier, _ history: History, context: Context, into output: inout [UInt8]
    ) {
        let bytes = dossier.bytes.span
        output.append(UInt8(ascii: "{"))
        if !dossier.members.content.isEmpty {
            output.append(literal: "\"deployment\":")
            output.append(bytes, dossier.members.content.range)
            output.append(UInt8(ascii: ","))
        }
        output.append(literal: "\"deploymentId\":")
        JSONString.write(bytes, dossier.id.range, into: &output)
        output.append(literal: ",\"derived\":")
        derived(dossier, history, into: &output)
        output.append(literal: ",\"row\":")
        output.append(decimal: context.row)
        if !dossier.rowMembers.isEmpty {
            output.append(literal: ",\"rowMembers\":")
            output.append(bytes, dossier.rowMembers.range)
        }
        if dossier.snapshotAfterPeriod { output.append(literal: ",\"snapshotAfterPeriod\":true") }
        if dossier.listsSnapshots { snapshots(dossier, into: &output) }
        transitions(dossier, history, context: context, into: &output)
        output.append(UInt8(ascii: "}"))
    }

    private static func derived(_ dossier: Dossier, _ history: History, into output: inout [UInt8]) {
        output.append(literal: "{\"attempts\":")
        output.append(decimal: history.attempts)
        output.append(literal: dossier.isDisputed ? ",\"disputed\":true" : ",\"disputed\":false")
        if let duration = dossier.durationMs(history) {
            output.append(literal: ",\"durationMs\":")
            output.append(decimal: Int(duration))
        }
        if history.first >= 0 {
            output.append(literal: ",\"firstTransitionAt\":\"")
            dossier.transitions[history.first].time.append(to: &output)
            output.append(literal: "\",\"lastTransitionAt\":\"")
            dossier.transitions[history.last].time.append(to: &output)
            output.append(UInt8(ascii: "\""))
        }
        output.append(literal: ",\"recordCount\":")
        output.append(decimal: dossier.recordCount)
        if let state = history.state {
            output.append(literal: ",\"state\":\"")
            output.append(literal: state.literal)
            output.append(UInt8(ascii: "\""))
        }
        output.append(UInt8(ascii: "}"))
    }

    private static func snapshots(_ dossier: Dossier, into output: inout [UInt8]) {
        output.append(literal: ",\"snapshots\":[")
        for (index, content) in dossier.snapshots.enumerated() {
            if index > 0 { output.append(UInt8(ascii: ",")) }
            output.append(dossier.bytes.span, content.range)
        }
        output.append(UInt8(ascii: "]"))
    }

    private static func transitions(
        _ dossier: Dossier, _ history: History, context: Context, into output: inout [UInt8]
    ) {
        output.append(literal: ",\"transitions\":[")
        for (index, transition) in dossier.transitions.enumerated() {
            output.append(literal: index > 0 ? ",{" : "{")
            if !transition.hasOwnID {
                output.append(literal: "\"assignedId\":")
                JSONString.write(dossier.bytes.span, transition.id.range, into: &output)
                output.append(UInt8(ascii: ","))
            }
            output.append(literal: "\"disposition\":\"")
            output.append(literal: history.entries[index].disposition.literal)
            let inPeriod = context.periodStart.map { transition.time >= $0 } ?? true
            output.append(literal: inPeriod ? "\",\"inPeriod\":true,\"record\":" : "\",\"inPeriod\":false,\"record\":")
            output.append(dossier.bytes.span, transition.content.range)
            if !transition.timestampAsReceived.isEmpty {
                output.append(literal: ",\"timestampAsReceived\":")
                JSONString.write(dossier.bytes.span, transition.timestampAsReceived.range, into: &output)
            }
            output.append(UInt8(ascii: "}"))
        }
        output.append(UInt8(ascii: "]"))
    }
}

extension [UInt8] {
    /// Appends a whole number.
    package mutating func append(decimal value: Int) {
        if value >= 0, value < 10 { return append(UInt8(ascii: "0") + UInt8(value)) }
        // Every row has several: making a String of each is a hundredth of an export.
        withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 20) { digits in
            var rest = value.magnitude
            var start = 20
            while rest > 0 {
                start -= 1
                digits[start] = UInt8(ascii: "0") + UInt8(truncatingIfNeeded: rest % 10)
                rest /= 10
            }
            if value < 0 {
                start -= 1
                digits[start] = UInt8(ascii: "-")
            }
            append(contentsOf: UnsafeMutableBufferPointer(rebasing: digits[start...]))
        }
    }
}
