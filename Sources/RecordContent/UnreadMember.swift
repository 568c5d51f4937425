package import StrictJSON

/// Members in which records may stand that nobody looked for there: kept as they came, and never passed over.
package enum UnreadMember {
    /// The members of an envelope in which records are looked for.
    package static let holders: [StaticString] = ["deployment", "deployments", "data"]
    /// Members that say why a request failed, in an object or a list.
    private static let explanations: [StaticString] = ["error", "errors", "errorDetails", "details"]

    package static func isHolder(_ name: [UInt8]) -> Bool { holders.contains { name.span.equals($0, 0..<name.count) } }

    /// A value of a member as far as it matters whether records may be in it.
    package struct Value: Sendable {
        package var kind: JSONToken.Kind
        /// A container without anything in it.
        package var isEmpty: Bool
        /// A text that could hold records.
        package var isSuspect: Bool

        package init(kind: JSONToken.Kind, isEmpty: Bool = false, isSuspect: Bool = false) {
            self.kind = kind
            self.isEmpty = isEmpty
            self.isSuspect = isSuspect
        }
    }

    /// Why a member of an envelope is not read, though records may be in it; nil if there is nothing to be read.
    package static func reason(_ name: [UInt8], _ value: Value, hasFailed: Bool) -> String? {
        let shown = MemberName.shown(name)
        switch value.kind {
        case .null: return nil
        case .object, .array:
            if value.isEmpty { return nil }
            if hasFailed, explanations.contains(where: { name.span.equals($0, 0..<name.count) }) { return nil }
            return place(shown, value.kind == .object ? "an object" : "a list")
        case .string: return value.isSuspect ? place(shown, "a text that could hold records") : nil
        case .number, .true, .false:
            guard isHolder(name) else { return nil }
            let kind = value.kind == .number ? "a number" : "\(value.kind)"
            return "member \(shown) is \(kind), expected an object, a list or a text"
        }
    }

    private static func place(_ name: String, _ what: String) -> String {
        "member \(name) is \(what), expected records only in deployment, deployments or data"
    }
}

/// The name of a member as a message shows it.
package enum MemberName {
    package static func shown(_ name: [UInt8]) -> String {
        let name = String(decoding: name, as: UTF8.self)
        return "\"\(name.count > 64 ? name.prefix(64) + "…" : name[...])\""
    }

    /// The name that stands in a text, escapes kept.
    package static func shown(_ name: Range<Int>, in bytes: Span<UInt8>) -> String {
        var text: [UInt8] = []
        JSONString.unescape(bytes, name, into: &text)
        return shown(text)
    }
}
