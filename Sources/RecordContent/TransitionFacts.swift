import AuditModel
import StrictJSON

/// Where the members that rules need stand in a transition's canonical content.
///
/// The facts of a transition are read from these bytes and nothing else, whether the record came from a source, a ledger
/// or a bundle. So two records of equal content have equal facts, and a verifier finds what the writer found.
struct FactMembers {
    var id = ByteSlice.none
    var deploymentID = ByteSlice.none
    var transactionHash = ByteSlice.none
    var confirmedRound = ByteSlice.none
    var duration = ByteSlice.none
    var errorDetails = ByteSlice.none
    var metadata = ByteSlice.none
    var complianceChecks = ByteSlice.none

    /// Keeps where the canonical value of a member stands.
    mutating func note(_ member: KnownMember?, _ value: Range<Int>) {
        let slice = ByteSlice(value.lowerBound, to: value.upperBound)
        switch member {
        case .id: id = slice
        case .deploymentId: deploymentID = slice
        case .transactionHash: transactionHash = slice
        case .confirmedRound: confirmedRound = slice
        case .durationFromPreviousStatusMs: duration = slice
        case .errorDetails: errorDetails = slice
        case .metadata: metadata = slice
        case .complianceChecks: complianceChecks = slice
        default: break
        }
    }

    /// Reads the facts into a transition whose content stands in the arena; texts with escapes are kept behind it.
    func read(_ transition: inout Transition, in arena: inout RecordArena) {
        transition.hasOwnID = !id.isEmpty
        transition.id = arena.text(of: id)
        transition.transactionHash = arena.text(of: transactionHash)
        readNumbers(arena.bytes.span, &transition)
        readChecks(&transition, in: &arena)
    }

    /// Reads what needs no text of its own.
    private func readNumbers(_ bytes: Span<UInt8>, _ transition: inout Transition) {
        transition.hasConfirmedRound = CanonicalValue.unsigned(bytes, confirmedRound) != nil
        transition.statedDurationMs = CanonicalValue.wholeNumber(bytes, duration)?.signed
        readDetails(bytes, &transition)
        readMetadata(bytes, &transition)
    }

    /// Reads category and retries of the details, which count before those of the metadata.
    private func readDetails(_ bytes: Span<UInt8>, _ transition: inout Transition) {
        guard var members = CanonicalValue.members(bytes, errorDetails) else { return }
        while let member = members.next(bytes) {
            let kind = bytes[member.value.lowerBound]
            if bytes.equals("category", member.name), CanonicalValue.isText(kind) || CanonicalValue.isNumber(kind) {
                transition.detailsCategory = CanonicalValue.category(bytes, member.value)
            }
            readRetry(bytes, member, into: &transition)
        }
    }

    private func readMetadata(_ bytes: Span<UInt8>, _ transition: inout Transition) {
        guard var members = CanonicalValue.members(bytes, metadata) else { return }
        while let member = members.next(bytes) {
            if bytes.equals("errorCategory", member.name), bytes[member.value.lowerBound] != UInt8(ascii: "n") {
                transition.metadataCategory = CanonicalValue.category(bytes, member.value)
            }
            readRetry(bytes, member, into: &transition)
        }
    }

    /// Takes retryability and delay; what an object before said stays.
    private func readRetry(_ bytes: Span<UInt8>, _ member: CanonicalMembers.Member, into transition: inout Transition) {
        let value = ByteSlice(member.value.lowerBound, to: member.value.upperBound)
        if transition.isRetryable == nil, bytes.equals("isRetryable", member.name) {
            transition.isRetryable = CanonicalValue.flag(bytes, member.value)
        } else if transition.retryDelaySeconds == nil, bytes.equals("suggestedRetryDelaySeconds", member.name) {
            transition.retryDelaySeconds = CanonicalValue.unsigned(bytes, value).map(Int64.init(clamping:))
        }
    }

    private func readChecks(_ transition: inout Transition, in arena: inout RecordArena) {
        let first = Int32(arena.checks.count)
        defer { transition.checks = first..<Int32(arena.checks.count) }
        guard !complianceChecks.isEmpty,
            arena.bytes[complianceChecks.range.lowerBound] == UInt8(ascii: "[")
        else { return }
        var elements = CanonicalElements(complianceChecks.range)
        while let element = elements.next(arena.bytes.span) {
            guard arena.bytes[element.lowerBound] == UInt8(ascii: "{") else { continue }
            arena.checks.append(check(element, in: &arena))
        }
    }

    private func check(_ object: Range<Int>, in arena: inout RecordArena) -> ComplianceCheck {
        var name = ByteSlice.none
        var passed = false
        var members = CanonicalMembers(object)
        while let member = members.next(arena.bytes.span) {
            if arena.bytes.span.equals("checkName", member.name) {
                name = ByteSlice(member.value.lowerBound, to: member.value.upperBound)
            } else if arena.bytes.span.equals("passed", member.name) {
                passed = CanonicalValue.flag(arena.bytes.span, member.value) ?? false
            }
        }
        return ComplianceCheck(name: arena.text(of: name), passed: passed)
    }
}

/// What a value of canonical content says to the rules.
enum CanonicalValue {
    static func isText(_ first: UInt8) -> Bool { first == UInt8(ascii: "\"") }

    static func isNumber(_ first: UInt8) -> Bool { first == UInt8(ascii: "-") || (0x30...0x39).contains(first) }

    /// A whole number, also one that is a text, as canonical content has those whose form is not its own.
    static func wholeNumber(_ bytes: Span<UInt8>, _ value: ByteSlice) -> WholeNumber? {
        guard !value.isEmpty else { return nil }
        let range = value.range
        if isNumber(bytes[range.lowerBound]) { return WholeNumber(bytes, range) }
        return isText(bytes[range.lowerBound]) ? WholeNumber(bytes, range.dropFirst().dropLast()) : nil
    }

    /// A whole number that is not below 0.
    static func unsigned(_ bytes: Span<UInt8>, _ value: ByteSlice) -> UInt64? {
        wholeNumber(bytes, value)?.unsigned
    }

    static func flag(_ bytes: Span<UInt8>, _ value: Range<Int>) -> Bool? {
        switch bytes[value.lowerBound] {
        case UInt8(ascii: "t"): true
        case UInt8(ascii: "f"): false
        default: nil
        }
    }

    /// A category by name or number; what the source does not know reads as unknown.
    static func category(_ bytes: Span<UInt8>, _ value: Range<Int>) -> FailureCategory {
        let slice = ByteSlice(value.lowerBound, to: value.upperBound)
        if isText(bytes[value.lowerBound]) {
            var text: [UInt8] = []
            JSONString.unescape(bytes, value.dropFirst().dropLast(), into: &text)
            let name = String(decoding: text, as: UTF8.self)
            if let match = FailureCategory.allCases.first(where: { $0.name == name }) { return match }
        }
        let number = wholeNumber(bytes, slice)?.signed
        return number.flatMap(UInt8.init(exactly:)).flatMap(FailureCategory.init(rawValue:)) ?? .unknown
    }

    /// The members of an object; nil for any other value.
    static func members(_ bytes: Span<UInt8>, _ value: ByteSlice) -> CanonicalMembers? {
        guard !value.isEmpty, bytes[value.range.lowerBound] == UInt8(ascii: "{") else { return nil }
        return CanonicalMembers(value.range)
    }
}

extension RecordArena {
    /// The text of a canonical string that stands here, kept once more behind it if it has an escape; absent for any
    /// other value.
    mutating func text(of value: ByteSlice) -> ByteSlice {
        guard !value.isEmpty, CanonicalValue.isText(bytes[value.range.lowerBound]) else { return .none }
        let inner = value.range.dropFirst().dropLast()
        guard bytes[inner].contains(UInt8(ascii: "\\")) else {
            return ByteSlice(inner.lowerBound, to: inner.upperBound)
        }
        var text: [UInt8] = []
        JSONString.unescape(bytes.span, inner, into: &text)
        return keep(text)
    }
}
