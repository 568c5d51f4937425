package import AuditModel
import StrictJSON

/// Walks the members of an object that is known to be canonical, without parsing it again.
package struct CanonicalMembers: Sendable {
    private var position: Int
    private let end: Int

    /// Walks the object that fills `range`.
    package init(_ range: Range<Int>) {
        position = range.lowerBound + 1
        end = range.upperBound
    }

    package struct Member: Sendable {
        /// The name without quotation marks, escapes kept.
        package var name: Range<Int>
        /// The value with its quotation marks or brackets.
        package var value: Range<Int>
    }

    /// The next member; nil at the end.
    package mutating func next(_ bytes: Span<UInt8>) -> Member? {
        guard position < end, bytes[position] != UInt8(ascii: "}") else { return nil }
        if bytes[position] == UInt8(ascii: ",") { position += 1 }
        let nameEnd = CanonicalMembers.endOfString(bytes, position)
        let valueEnd = CanonicalMembers.endOfValue(bytes, nameEnd + 1)
        let member = Member(name: position + 1..<nameEnd - 1, value: nameEnd + 1..<valueEnd)
        position = valueEnd
        return member
    }

    /// The offset behind the string that begins at `start`.
    static func endOfString(_ bytes: Span<UInt8>, _ start: Int) -> Int {
        var position = start + 1
        while true {
            position = bytes.skippingToQuoteOrEscape(from: position)
            if bytes[position] == UInt8(ascii: "\"") { return position + 1 }
            position += 2
        }
    }

    static func endOfValue(_ bytes: Span<UInt8>, _ start: Int) -> Int {
        switch bytes[start] {
        case UInt8(ascii: "\""): return endOfString(bytes, start)
        case UInt8(ascii: "{"), UInt8(ascii: "["): return endOfContainer(bytes, start)
        default: return endOfScalar(bytes, start)
        }
    }

    private static func endOfScalar(_ bytes: Span<UInt8>, _ start: Int) -> Int {
        var position = start
        while true {
            switch bytes[position] {
            case UInt8(ascii: ","), UInt8(ascii: "}"), UInt8(ascii: "]"): return position
            default: position += 1
            }
        }
    }

    private static func endOfContainer(_ bytes: Span<UInt8>, _ start: Int) -> Int {
        var depth = 0
        var position = start
        repeat {
            switch bytes[position] {
            case UInt8(ascii: "\""): position = endOfString(bytes, position)
            case UInt8(ascii: "{"), UInt8(ascii: "["):
                depth += 1
                position += 1
            case UInt8(ascii: "}"), UInt8(ascii: "]"):
                depth -= 1
                position += 1
            default: position += 1
            }
        } while depth > 0
        return position
    }
}

/// Walks the elements of an array that is known to be canonical.
struct CanonicalElements {
    private var position: Int
    private let end: Int

    /// Walks the array that fills `range`.
    init(_ range: Range<Int>) {
        position = range.lowerBound + 1
        end = range.upperBound
    }

    /// The next element; nil at the end.
    mutating func next(_ bytes: Span<UInt8>) -> Range<Int>? {
        guard position < end, bytes[position] != UInt8(ascii: "]") else { return nil }
        if bytes[position] == UInt8(ascii: ",") { position += 1 }
        let element = position..<CanonicalMembers.endOfValue(bytes, position)
        position = element.upperBound
        return element
    }
}

/// Merges deployment records, and reads the merged members.
package enum MergedDeployment {
    /// Appends the merge of canonical objects: each member of a later one replaces the one before.
    package static func merge(_ contents: [ByteSlice], in dossier: inout Dossier) -> ByteSlice {
        if contents.count == 1 { return contents[0] }
        let merged = merged(contents, dossier.bytes)
        return dossier.append(merged.span, 0..<merged.count)
    }

    private static func merged(_ contents: [ByteSlice], _ bytes: [UInt8]) -> [UInt8] {
        let span = bytes.span
        // Of members with the same name the last one is of the latest record.
        var latest: [ArraySlice<UInt8>: CanonicalMembers.Member] = [:]
        for content in contents {
            var walk = CanonicalMembers(content.range)
            while let member = walk.next(span) { latest[bytes[member.name]] = member }
        }
        let members = latest.values.sorted { precedes($0.name, $1.name, in: span) }
        var merged: [UInt8] = []
        for member in members {
            merged.append(UInt8(ascii: merged.isEmpty ? "{" : ","))
            merged.append(span, member.name.lowerBound - 1..<member.name.upperBound + 1)
            merged.append(UInt8(ascii: ":"))
            merged.append(span, member.value)
        }
        return merged + (members.isEmpty ? Array("{}".utf8) : [UInt8(ascii: "}")])
    }

    private static func precedes(_ left: Range<Int>, _ right: Range<Int>, in bytes: Span<UInt8>) -> Bool {
        MemberOrder.compareUTF16(unescaped(bytes, left), unescaped(bytes, right)) < 0
    }

    private static func unescaped(_ bytes: Span<UInt8>, _ range: Range<Int>) -> [UInt8] {
        var text: [UInt8] = []
        JSONString.unescape(bytes, range, into: &text)
        return text
    }

    /// The members that no later record may change.
    package static let fixedMembers: Set<String> = ["createdAt", "deployedBy", "network", "tokenType"]

    /// Appends a canonical object cut to `deploymentId` and the fixed members.
    package static func reduceToFixedMembers(_ content: ByteSlice, in dossier: inout Dossier) -> ByteSlice {
        let cut = reduceToFixedMembers(content, dossier.bytes.span)
        return dossier.append(cut.span, 0..<cut.count)
    }

    /// Whether a canonical object has no other member than `deploymentId` and the fixed ones.
    package static func hasFixedMembersOnly(_ content: ByteSlice, in span: Span<UInt8>) -> Bool {
        var walk = CanonicalMembers(content.range)
        while let member = walk.next(span) { if !isFixed(member.name, in: span) { return false } }
        return true
    }

    private static func isFixed(_ name: Range<Int>, in span: Span<UInt8>) -> Bool {
        let name = String(decoding: unescaped(span, name), as: UTF8.self)
        return fixedMembers.contains(name) || name == "deploymentId"
    }

    private static func reduceToFixedMembers(_ content: ByteSlice, _ span: Span<UInt8>) -> [UInt8] {
        var cut: [UInt8] = []
        var walk = CanonicalMembers(content.range)
        while let member = walk.next(span) {
            guard isFixed(member.name, in: span) else { continue }
            cut.append(UInt8(ascii: cut.isEmpty ? "{" : ","))
            cut.append(span, member.name.lowerBound - 1..<member.name.upperBound + 1)
            cut.append(UInt8(ascii: ":"))
            cut.append(span, member.value)
        }
        return cut + [UInt8(ascii: "}")]
    }

    /// Reads the members that rules, groups and filters need from a canonical object of the dossier.
    package static func read(_ content: ByteSlice, in dossier: inout Dossier) {
        var members = DeploymentMembers()
        members.content = content
        var walk = CanonicalMembers(content.range)
        while let member = walk.next(dossier.bytes.span) {
            switch KnownMember.named(dossier.bytes.span, member.name) {
            case .tokenType: members.tokenType = text(member.value, &dossier)
            case .network: members.network = text(member.value, &dossier)
            case .deployedBy: members.deployedBy = text(member.value, &dossier)
            case .tokenName: members.tokenName = text(member.value, &dossier)
            case .tokenSymbol: members.tokenSymbol = text(member.value, &dossier)
            case .assetIdentifier: members.assetIdentifier = textOrNumber(member.value, &dossier)
            case .transactionHash: members.transactionHash = text(member.value, &dossier)
            case .complianceSummary: members.complianceSummary = text(member.value, &dossier)
            case .currentStatus: members.statedStatus = status(member.value, dossier)
            case .createdAt: members.createdAt = time(member.value, dossier)
            case .updatedAt: members.updatedAt = time(member.value, dossier)
            default: break
            }
        }
        dossier.members = members
    }

    /// The text of a string value, unescaped behind the arena if need be; absent for any other value.
    private static func text(_ value: Range<Int>, _ dossier: inout Dossier) -> ByteSlice {
        guard dossier.bytes[value.lowerBound] == UInt8(ascii: "\"") else { return .none }
        let inner = value.lowerBound + 1..<value.upperBound - 1
        guard dossier.bytes[inner].contains(UInt8(ascii: "\\")) else {
            return ByteSlice(inner.lowerBound, to: inner.upperBound)
        }
        let text = unescaped(dossier.bytes.span, inner)
        return dossier.append(text.span, 0..<text.count)
    }

    /// The text of a string, or the digits of a number; absent for any other value.
    private static func textOrNumber(_ value: Range<Int>, _ dossier: inout Dossier) -> ByteSlice {
        switch dossier.bytes[value.lowerBound] {
        case UInt8(ascii: "-"), 0x30...0x39: ByteSlice(value.lowerBound, to: value.upperBound)
        default: text(value, &dossier)
        }
    }

    private static func status(_ value: Range<Int>, _ dossier: Dossier) -> DeploymentStatus? {
        DeploymentStatus.named(
            dossier.bytes.span, value.lowerBound + 1..<max(value.lowerBound + 1, value.upperBound - 1))
    }

    private static func time(_ value: Range<Int>, _ dossier: Dossier) -> Timestamp? {
        let span = dossier.bytes.span.extracting(value.lowerBound + 1..<value.upperBound - 1)
        return (try? Timestamp.parse(span))?.time
    }
}
