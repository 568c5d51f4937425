package import AuditModel
import BundleFormat
import RecordContent
package import StrictJSON

/// A line of a trail as a correction compares it.
package struct StandingLine: Sendable {
    /// The whole line.
    package let bytes: [UInt8]
    /// The identifier's bytes.
    package let deploymentID: [UInt8]
    package let row: Int
    /// Where the row stands, with the comma before it.
    private let rowRange: Range<Int>
    /// The deployment records of the line, each with its `updatedAt`, if it has one; columns of rows and what is left of records of
    /// after the period are none.
    private let records: [(content: Range<Int>, updatedAt: Timestamp?)]

    /// Hands over the content of each deployment record of the line, and its `updatedAt`, if it has one.
    package func forEachRecord(_ body: (_ content: [UInt8], _ updatedAt: Timestamp?) -> Void) {
        for record in records { body(Array(bytes[record.content]), record.updatedAt) }
    }

    /// The line without its row, which changes when another deployment comes or goes.
    package var content: [UInt8] { Array(bytes[..<rowRange.lowerBound] + bytes[rowRange.upperBound...]) }

    /// Reads a line with a parser that is used again; nil if it is none, or has too many values.
    package init?(_ line: [UInt8], with parser: inout JSONParser) {
        parser.tokenLimit = FormatLimits.lineValues
        let bytes = line.span
        guard (try? parser.parseDocument(bytes, 0..<bytes.count)) != nil else { return nil }
        self.init(0, parser.tape, of: line)
    }

    /// Takes an object of a text without making a tree of it, which would need far more memory than its bytes.
    fileprivate init?(_ object: Int, _ tape: JSONTape, of text: [UInt8]) {
        let span = text.span
        guard tape.tokens[object].kind == .object else { return nil }
        var identifier: Int?
        var number: (key: Int, value: Int)?
        tape.forEachMember(of: object) { key, value in
            if tape.isName(key, "deploymentId", in: span) { identifier = value }
            if tape.isName(key, "row", in: span) { number = (key, value) }
        }
        guard let identifier, tape.tokens[identifier].kind == .string, let number,
            tape.tokens[number.value].kind == .number, let row = JSONValue(number.value, tape, in: span).count
        else { return nil }
        var id: [UInt8] = []
        JSONString.unescape(span, tape.tokens[identifier].inner, into: &id)
        deploymentID = id
        self.row = row
        let whole = tape.tokens[object].range
        bytes = Array(text[whole])
        let start = tape.tokens[number.key].range.lowerBound - whole.lowerBound
        rowRange = max(start - 1, 0)..<tape.tokens[number.value].range.upperBound - whole.lowerBound
        records = StandingLine.records(object, tape, of: span).map { content, updatedAt in
            (content.lowerBound - whole.lowerBound..<content.upperBound - whole.lowerBound, updatedAt)
        }
    }

    /// Where the deployment records of a line stand in a text.
    ///
    /// One whose `updatedAt` is no canonical time is left out: the trail's own check refuses such a line.
    private static func records(
        _ line: Int, _ tape: JSONTape, of text: Span<UInt8>
    ) -> [(content: Range<Int>, updatedAt: Timestamp?)] {
        guard tape.member("snapshotAfterPeriod", of: line, in: text) == nil else { return [] }
        var records: [Int] = []
        if let snapshots = tape.member("snapshots", of: line, in: text) {
            if tape.tokens[snapshots].kind == .array { tape.forEachElement(of: snapshots) { records.append($0) } }
        } else if let own = tape.member("deployment", of: line, in: text),
            let derived = tape.member("derived", of: line, in: text),
            let count = tape.member("recordCount", of: derived, in: text),
            (JSONValue(count, tape, in: text).count ?? 0) > 0
        {
            records.append(own)
        }
        return records.compactMap { record in
            guard tape.tokens[record].kind == .object else { return nil }
            let content = tape.tokens[record].range
            guard let stated = tape.member("updatedAt", of: record, in: text) else { return (content, nil) }
            return JSONValue(stated, tape, in: text).canonicalTime.map { (content, $0) }
        }
    }
}

/// An element of `corrections.json`, as it was read back.
package struct CorrectionElement: Sendable {
    package let deploymentID: String
    /// nil where the bundle has no line of the deployment.
    package let before: StandingLine?
    package let after: StandingLine?

    /// Reads an element; nil if it is not in form, not canonical, or has more values than two lines may have.
    package init?(_ element: [UInt8]) {
        guard !CorrectionElement.holdsTooMuch(element) else { return nil }
        var parser = JSONParser()
        parser.tokenLimit = FormatLimits.correctionValues
        let span = element.span
        guard (try? parser.parseDocument(span, 0..<span.count)) != nil, JSONValue.isCanonical(element, parser.tape),
            let after = parser.tape.member("after", of: 0, in: span),
            let before = parser.tape.member("before", of: 0, in: span),
            let identifier = parser.tape.member("deploymentId", of: 0, in: span),
            parser.tape.tokens[identifier].kind == .string
        else { return nil }
        let tape = parser.tape
        var count = 0
        tape.forEachMember(of: 0) { _, _ in count += 1 }
        guard count == 3, let id = JSONValue(identifier, tape, in: span).string else { return nil }
        deploymentID = id
        self.before = StandingLine(before, tape, of: element)
        self.after = StandingLine(after, tape, of: element)
        guard (tape.tokens[before].kind == .null) == (self.before == nil),
            (tape.tokens[after].kind == .null) == (self.after == nil)
        else { return nil }
    }

    /// Whether an element has more values and names than two lines may have.
    ///
    /// They are counted before they are noted: what notes them would take twice the memory of what two lines may have. In canonical
    /// text each stands behind a comma, a colon, or a bracket that does not close at once.
    private static func holdsTooMuch(_ element: [UInt8]) -> Bool {
        guard element.count > FormatLimits.correctionValues else { return false }
        let bytes = element.span
        var count = 1
        var index = 0
        var isText = false
        while index < bytes.count {
            switch bytes[index] {
            case UInt8(ascii: "\\") where isText: index += 1
            case UInt8(ascii: "\""): isText.toggle()
            case UInt8(ascii: ","), UInt8(ascii: ":"): if !isText { count += 1 }
            case UInt8(ascii: "["), UInt8(ascii: "{"):
                let next = index + 1 < bytes.count ? bytes[index + 1] : 0
                if !isText, next != UInt8(ascii: "]"), next != UInt8(ascii: "}") { count += 1 }
            default: break
            }
            index += 1
        }
        return count > FormatLimits.correctionValues
    }
}
