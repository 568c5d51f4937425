import RecordContent
import StrictJSON
import Testing

@Suite("Limits of a deployment's records")
struct DeploymentLimitTests {
    @Test(
        "values and names of a canonical text are counted as the parser counts them",
        arguments: [
            "0", "\"\"", "[]", "{}", "[[]]", "[{}]", "[1,2,3]", #"{"a":1}"#, #"{"a":{"b":[]},"c":[{},{"d":null}]}"#,
            #"{"a":"[1,2,{:"}"#, #"["\"","\\",",","\\\""]"#, #"{"\"":[true,false,[0]],"{":""}"#,
        ])
    func counts(_ text: String) throws {
        var parser = JSONParser()
        let bytes = Array(text.utf8)
        try parser.parseDocument(bytes.span, 0..<bytes.count)
        #expect(CanonicalJSON.valueCount(bytes.span, 0..<bytes.count) == parser.tape.tokens.count)
        #expect(LineShare(0..<bytes.count, in: bytes).values <= bytes.count)
    }

    @Test("a line of a deployment that is at its limits has no more values and bytes than a line may have")
    func lines() {
        let own = FormatLimits.ownRecords
        // The line's own members, those that are derived, and the columns of rows.
        let rest = 100
        #expect(FormatLimits.transitions.values + 2 * own.values + rest <= FormatLimits.lineValues)
        #expect(FormatLimits.transitions.bytes + 2 * own.bytes + FormatLimits.rowColumnBytes < FormatLimits.lineBytes)
        // Fewer values would refuse transitions as the source writes them: some ten members in 300 bytes.
        #expect(FormatLimits.transitions.values / FormatLimits.transitionsPerDeployment >= 35)
    }

    @Test(
        "what is beyond the number, the bytes or the values is a surplus, and what stands beside an equal one is none")
    func surplus() {
        let limit = DeploymentLimit(number: 3, bytes: 20, values: 6)
        func surplus(_ texts: String...) -> [String] {
            limit.surplus(of: texts) {
                $0 == $1
            } share: {
                let bytes = Array($0.utf8)
                return LineShare(0..<bytes.count, in: bytes)
            }
        }
        #expect(surplus("1", "1", "2", "2", "3", "3", "4") == ["4"])
        #expect(surplus("[0,0,0]", "[0,0]", "[0]") == ["[0,0]"])
        #expect(surplus("\"0123456789\"", "\"0123456789\"", "\"012345\"") == [])
        #expect(surplus("\"0123456789\"", "\"012345678\"", "0") == ["\"012345678\""])
        #expect(limit.certainlyHolds(3, bytes: 6) && !limit.certainlyHolds(3, bytes: 7))
        #expect(!limit.certainlyHolds(4, bytes: 4))
    }
}
