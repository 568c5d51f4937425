import AuditModel
import StrictJSON

/// The details of a failure and the compliance checks of a transition, with their claims.
extension RecordReader {
    mutating func writeErrorDetails(
        _ value: Int, _ tape: JSONTape, in bytes: Span<UInt8>, into arena: inout RecordArena
    ) {
        noteRetry(value, named: "errorDetails", tape, in: bytes)
        noteRecord(inside: value, at: "errorDetails", tape, in: bytes)
        notes.noteSimulation(inside: value, tape, in: bytes)
        var members = ObjectMembers(value, tape, in: bytes)
        while let (key, value) = members.next(tape, bytes, into: &arena.bytes) {
            if tape.isName(key, "category", in: bytes) {
                writeDetailsCategory(value, tape, in: bytes, into: &arena)
            } else if tape.isName(key, "timestamp", in: bytes) {
                writeTimeClaim(value, at: "errorDetails.timestamp", tape, in: bytes, into: &arena)
            } else {
                for (name, claim) in Self.plainDetails where tape.isName(key, name, in: bytes) {
                    noteIfUnreadable(value, as: claim, at: "errorDetails.\(name)", tape, in: bytes)
                }
                let isDelay = tape.isName(key, "suggestedRetryDelaySeconds", in: bytes)
                writeClaim(isDelay ? .unsignedNumber : nil, value, of: tape, in: bytes, into: &arena)
            }
        }
    }

    /// The claims of `errorDetails` that are written as they are; those on a retry are read with those of `metadata`.
    private static let plainDetails = InnerMembers.errorDetails.filter { [.object, .text].contains($0.claim) }

    /// Writes the category of `errorDetails`, whose number becomes its name.
    private mutating func writeDetailsCategory(
        _ value: Int, _ tape: JSONTape, in bytes: Span<UInt8>, into arena: inout RecordArena
    ) {
        let token = tape.tokens[value]
        let known = knownCategory(token, bytes)
        if known == nil { noteUnreadable(value, as: .category, at: "errorDetails.category", tape, in: bytes) }
        if token.kind == .number, let known {
            JSONString.write(known.name, into: &arena.bytes)
        } else {
            canonical.write(value, tape, in: bytes, into: &arena.bytes)
        }
    }

    mutating func writeComplianceChecks(
        _ array: Int, _ tape: JSONTape, in bytes: Span<UInt8>, into arena: inout RecordArena
    ) {
        var separator = UInt8(ascii: "[")
        var element = array + 1
        var number = 0
        while element < Int(tape.tokens[array].next) {
            arena.bytes.append(separator)
            separator = UInt8(ascii: ",")
            if tape.tokens[element].kind == .object {
                writeComplianceCheck(element, number: number, tape, in: bytes, into: &arena)
            } else {
                noteIfUnreadable(element, as: .object, at: "complianceChecks[\(number)]", tape, in: bytes)
                canonical.write(element, tape, in: bytes, into: &arena.bytes)
            }
            element = Int(tape.tokens[element].next)
            number += 1
        }
        if separator == UInt8(ascii: "[") { arena.bytes.append(separator) }
        arena.bytes.append(UInt8(ascii: "]"))
    }

    private mutating func writeComplianceCheck(
        _ object: Int, number: Int, _ tape: JSONTape, in bytes: Span<UInt8>, into arena: inout RecordArena
    ) {
        noteRecord(inside: object, at: "complianceChecks[\(number)]", tape, in: bytes)
        notes.noteSimulation(inside: object, tape, in: bytes)
        var members = ObjectMembers(object, tape, in: bytes)
        while let (key, value) = members.next(tape, bytes, into: &arena.bytes) {
            for (name, claim) in Self.plainChecks where tape.isName(key, name, in: bytes) {
                noteIfUnreadable(value, as: claim, at: "complianceChecks[\(number)].\(name)", tape, in: bytes)
            }
            if tape.isName(key, "checkedAt", in: bytes) {
                writeTimeClaim(value, at: "complianceChecks[\(number)].checkedAt", tape, in: bytes, into: &arena)
            } else {
                canonical.write(value, tape, in: bytes, into: &arena.bytes)
            }
        }
    }

    /// The claims of a compliance check that are known, but for its time.
    private static let plainChecks = InnerMembers.complianceCheck.filter { $0.claim != .time }
}

/// Writes the members of a known inner object in canonical order, without those that are null.
private struct ObjectMembers {
    private var order: [Int32] = []
    private var position = 0
    private var isFirst = true

    init(_ object: Int, _ tape: JSONTape, in bytes: Span<UInt8>) {
        MemberOrder.append(object, tape, in: bytes, to: &order)
    }

    /// Appends the next member's name; nil at the end, when the closing bracket has been appended.
    mutating func next(_ tape: JSONTape, _ bytes: Span<UInt8>, into output: inout [UInt8]) -> (key: Int, value: Int)? {
        while position < order.count, tape.tokens[Int(order[position]) + 1].kind == .null { position += 1 }
        guard position < order.count else {
            if isFirst { output.append(UInt8(ascii: "{")) }
            output.append(UInt8(ascii: "}"))
            return nil
        }
        let key = Int(order[position])
        position += 1
        output.append(UInt8(ascii: isFirst ? "{" : ","))
        isFirst = false
        CanonicalJSON.writeString(tape.tokens[key], bytes, into: &output)
        output.append(UInt8(ascii: ":"))
        return (key, key + 1)
    }
}
