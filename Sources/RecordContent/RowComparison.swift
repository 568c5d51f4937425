import AuditModel

/// Compares rows of CSV with the records that they may have been made from; both as canonical content.
///
/// The source's own export replaces each line feed in a text by a space and drops each carriage return. A cell therefore
/// agrees with a text if it is that text, or what the export leaves of it.
package enum RowComparison {
    /// Whether an object has no other members than a row of the service's CSV gives to its transition.
    package static func isRow(_ content: Range<Int>, in bytes: Span<UInt8>) -> Bool {
        var walk = CanonicalMembers(content)
        while let member = walk.next(bytes) {
            switch KnownMember.named(bytes, member.name) {
            case .actorAddress, .confirmedRound, .deploymentId, .durationFromPreviousStatusMs, .errorMessage, .message,
                .reasonCode, .status, .timestamp, .transactionHash:
                continue
            default: return false
            }
        }
        return true
    }

    /// Whether every member of a row agrees with the record's, or is absent there and need not be there.
    package static func agrees(
        _ row: Range<Int>, in rowBytes: Span<UInt8>, with record: Range<Int>, in recordBytes: Span<UInt8>,
        mayLack: Bool = true
    ) -> Bool {
        var walk = CanonicalMembers(row)
        var other = CanonicalMembers(record)
        var counterpart = other.next(recordBytes)
        while let member = walk.next(rowBytes) {
            while let candidate = counterpart,
                compareBytes(recordBytes, candidate.name, with: rowBytes, in: member.name) < 0
            {
                counterpart = other.next(recordBytes)
            }
            guard let found = counterpart, isEqualBytes(recordBytes, found.name, to: rowBytes, in: member.name) else {
                if mayLack { continue }
                return false
            }
            if !agrees(cell: member.value, in: rowBytes, with: found.value, in: recordBytes) { return false }
        }
        return true
    }

    /// Whether a cell agrees with a value; a cell does not tell a number from a text.
    package static func agrees(
        cell: Range<Int>, in rowBytes: Span<UInt8>, with value: Range<Int>, in recordBytes: Span<UInt8>
    ) -> Bool {
        let own = bare(cell, rowBytes)
        let other = bare(value, recordBytes)
        if isEqualBytes(rowBytes, own, to: recordBytes, in: other) { return true }
        return other != value && isExport(own, in: rowBytes, of: other, in: recordBytes)
    }

    /// A value without quotation marks.
    private static func bare(_ value: Range<Int>, _ bytes: Span<UInt8>) -> Range<Int> {
        bytes[value.lowerBound] == UInt8(ascii: "\"") ? value.lowerBound + 1..<value.upperBound - 1 : value
    }

    /// Whether a cell is what the source's export leaves of a text; escapes stand in both as RFC 8785 writes them.
    private static func isExport(
        _ cell: Range<Int>, in cells: Span<UInt8>, of text: Range<Int>, in texts: Span<UInt8>
    ) -> Bool {
        var position = cell.lowerBound
        var index = text.lowerBound
        func matches(_ byte: UInt8) -> Bool {
            guard position < cell.upperBound, cells[position] == byte else { return false }
            position += 1
            return true
        }
        while index < text.upperBound {
            let byte = texts[index]
            index += 1
            guard byte == UInt8(ascii: "\\") else {
                guard matches(byte) else { return false }
                continue
            }
            let escape = texts[index]
            index += 1
            switch escape {
            case UInt8(ascii: "r"): break
            case UInt8(ascii: "n"): guard matches(UInt8(ascii: " ")) else { return false }
            default: guard matches(byte), matches(escape) else { return false }
            }
        }
        return position == cell.upperBound
    }
}
