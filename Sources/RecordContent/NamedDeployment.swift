package import StrictJSON

/// Judges whether what a record holds can name another deployment than its own (docs/bundle-format.md, 7.1).
///
/// What cannot be judged counts as naming another one.
package struct NamedDeployment {
    private let own: [UInt8]

    /// More layers of texts inside texts than anybody writes.
    private static let maximumLayers = 8
    /// What the name of a member holds whose value names a deployment, by its letters and digits in lower case.
    private static let parts = ["deploymentid", "jobid"].map { Array($0.utf8) }
    /// The same, as whole names: such a member may be an object, which `id` names.
    private static let wholes = ["deployment", "deployments", "job", "jobs"].map { Array($0.utf8) }

    package init(_ own: String) { self.own = Array(own.utf8) }

    /// Whether a value names no other deployment, at any depth and in any text.
    package func isAlone(in value: JSONValue) -> Bool { judge(value, layer: 0) }

    /// Whether a text, such as a cell, names no other deployment.
    package func isAlone(in text: String) -> Bool { judge(text: Array(text.utf8), layer: 0) }

    /// Whether a text is the deployment's identifier, byte by byte.
    package func isNamed(by text: String) -> Bool { text.utf8.elementsEqual(own) }

    /// Whether the value of a member or a column of this name names a deployment.
    package static func isNaming(_ name: String) -> Bool {
        let text = folded(Array(name.utf8))
        return SimilarName.isPlain(name) && (wholes.contains(text) || parts.contains { text.contains($0) })
    }

    private func judge(_ value: JSONValue, layer: Int) -> Bool {
        switch value {
        case .null, .bool, .integer, .double: true
        // An object whose names Swift cannot tell apart.
        case .canonical: false
        case .string(let text): judge(text: Array(text.utf8), layer: layer)
        case .array(let elements): elements.allSatisfy { judge($0, layer: layer) }
        case .object(let members):
            members.allSatisfy { name, value in
                if NamedDeployment.isNaming(name) { return judge(naming: value, layer: layer) }
                return judge(text: Array(name.utf8), layer: layer) && judge(value, layer: layer)
            }
        }
    }

    /// Judges the value of a member that names a deployment.
    private func judge(naming value: JSONValue, layer: Int) -> Bool {
        switch value {
        case .null: true
        case .string(let text): isNamed(by: text)
        case .array(let elements): elements.allSatisfy { judge(naming: $0, layer: layer) }
        case .object(let members):
            judge(value, layer: layer)
                && members.allSatisfy { name, value in
                    NamedDeployment.folded(Array(name.utf8)) != Array("id".utf8) || judge(naming: value, layer: layer)
                }
        case .bool, .integer, .double, .canonical: false
        }
    }

    /// Judges a text, which may hold JSON, or the base64 of such a text.
    private func judge(text: [UInt8], layer: Int) -> Bool {
        if text == own { return true }
        guard layer < NamedDeployment.maximumLayers else { return false }
        if let value = try? JSONValue(parsing: text) { return judge(value, layer: layer + 1) }
        let letters = NamedDeployment.folded(text)
        let isInDoubt = text.contains(UInt8(ascii: "{")) || text.contains(UInt8(ascii: "\\"))
        if isInDoubt || NamedDeployment.parts.contains(where: { letters.contains($0) }) { return false }
        guard let inner = NamedDeployment.decoded(text) else { return true }
        guard NamedDeployment.isText(inner) else {
            let letters = NamedDeployment.folded(inner)
            return !inner.starts(with: [0x1F, 0x8B]) && !NamedDeployment.parts.contains { letters.contains($0) }
        }
        return judge(text: inner, layer: layer + 1)
    }

    /// Whether bytes are UTF-8 that may be cut in its last character, without control characters.
    private static func isText(_ bytes: [UInt8]) -> Bool {
        let hasControls = bytes.contains { $0 < 0x20 && ![0x09, 0x0A, 0x0D].contains($0) }
        return !hasControls && (0...3).contains { UTF8Check.isValid(bytes.span, 0..<max(0, bytes.count - $0)) }
    }

    /// What base64 stands for; nil if a text is none.
    private static func decoded(_ text: [UInt8]) -> [UInt8]? {
        let digits = text.filter { ![0x09, 0x0A, 0x0D, 0x20, UInt8(ascii: "=")].contains($0) }
        guard digits.count >= 16 else { return nil }
        let standard = digits[..<(digits.count / 4 * 4)].map { byte in
            byte == UInt8(ascii: "-") ? UInt8(ascii: "+") : byte == UInt8(ascii: "_") ? UInt8(ascii: "/") : byte
        }
        return Base64.decode(standard)
    }

    /// The letters and digits of a text, in lower case.
    private static func folded(_ text: [UInt8]) -> [UInt8] {
        text.compactMap { byte in
            switch byte {
            case 0x30...0x39, 0x61...0x7A: byte
            case 0x41...0x5A: byte | 0x20
            default: nil
            }
        }
    }
}
