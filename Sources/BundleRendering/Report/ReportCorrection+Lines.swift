import StrictJSON

extension ReportCorrection {
    /// What changed in a deployment's line, in lines that a reader can compare; nil where there is no line.
    package init(deploymentID: String, lineBefore: [UInt8]?, lineAfter: [UInt8]?) {
        let before = ReportCorrection.facts(lineBefore)
        let after = ReportCorrection.facts(lineAfter)
        let known = (before: Set(before), after: Set(after))
        self.init(
            deploymentID: deploymentID, before: lineBefore == nil ? nil : before.filter { !known.after.contains($0) },
            after: lineAfter == nil ? nil : after.filter { !known.before.contains($0) })
    }

    /// The facts of a canonical line, read without a tree of it: a line may have millions of values.
    private static func facts(_ line: [UInt8]?) -> [String] {
        guard let line else { return [] }
        var parser = JSONParser()
        let bytes = line.span
        guard (try? parser.parseDocument(bytes, 0..<bytes.count)) != nil else { return [] }
        let tape = parser.tape
        var facts: [String] = []
        for part in ["derived", "deployment"] as [StaticString] {
            guard let object = tape.member(part, of: 0, in: bytes), tape.tokens[object].kind == .object else {
                continue
            }
            tape.forEachMember(of: object) { key, value in
                facts.append("\(text(key, tape, in: line)): \(text(value, tape, in: line))")
            }
        }
        guard let list = tape.member("transitions", of: 0, in: bytes), tape.tokens[list].kind == .array else {
            return facts
        }
        tape.forEachElement(of: list) { transition in
            let record = tape.member("record", of: transition, in: bytes)
            let content = record.map { Array(line[tape.tokens[$0].range]) } ?? []
            facts.append(
                "\(member("status", of: record, tape, in: line)) at \(member("timestamp", of: record, tape, in: line)), "
                    + "\(member("disposition", of: transition, tape, in: line)), "
                    + "content \(ContentDigest.hexadecimal(of: content).prefix(12))")
        }
        return facts
    }

    private static func member(
        _ name: StaticString, of object: Int?, _ tape: JSONTape, in line: [UInt8]
    ) -> String {
        guard let object else { return text(nil, tape, in: line) }
        return text(tape.member(name, of: object, in: line.span), tape, in: line)
    }

    private static func text(_ value: Int?, _ tape: JSONTape, in line: [UInt8]) -> String {
        guard let value, tape.tokens[value].kind != .null else { return "none" }
        guard tape.tokens[value].kind == .string else {
            return String(decoding: line[tape.tokens[value].range], as: UTF8.self)
        }
        var text: [UInt8] = []
        JSONString.unescape(line.span, tape.tokens[value].inner, into: &text)
        return String(decoding: text, as: UTF8.self)
    }
}
