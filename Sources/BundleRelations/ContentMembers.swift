import RecordContent
import StrictJSON

/// The members of a record's content, read without a tree of it, which would take far more memory than its bytes.
struct ContentMembers {
    private let content: [UInt8]
    private var parser = JSONParser()

    /// nil if it is no object, or has more values than a line of the trail may have.
    init?(_ content: [UInt8]) {
        self.content = content
        parser.tokenLimit = FormatLimits.lineValues
        let bytes = content.span
        guard (try? parser.parseDocument(bytes, 0..<bytes.count)) != nil, parser.tape.tokens[0].kind == .object else {
            return nil
        }
    }

    /// The text of a member; nil if there is none, or it is no string.
    func text(_ name: StaticString) -> String? {
        guard let value = parser.tape.member(name, of: 0, in: content.span), parser.tape.tokens[value].kind == .string
        else { return nil }
        return JSONValue(value, parser.tape, in: content.span).string
    }

    /// Whether an object has no other members than a row of CSV gives to its deployment.
    var isRow: Bool {
        var isRow = true
        parser.tape.forEachMember(of: 0) { key, _ in
            if isRow {
                isRow = ContentMembers.columns.contains(where: { parser.tape.isName(key, $0, in: content.span) })
            }
        }
        return isRow
    }

    private static let columns: [StaticString] = [
        "assetIdentifier", "deployedBy", "deploymentId", "network", "tokenName", "tokenSymbol", "tokenType",
    ]
}
