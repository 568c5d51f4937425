import AuditModel
import RecordContent
import StrictJSON
import Testing

@Suite("Canonical content of deployments")
struct DeploymentContentTests {
    static let cases: [(given: String, content: String)] = [
        (#"{"deploymentId":"d"}"#, #"{"deploymentId":"d"}"#),
        (#"{"deploymentId":"\u0064","tokenName":"T\u00F6","network":null}"#, #"{"deploymentId":"d","tokenName":"Tö"}"#),
        (#"{"deploymentId":"d","currentStatus":4}"#, #"{"currentStatus":"Completed","deploymentId":"d"}"#),
        (#"{"deploymentId":"d","currentStatus":"Indexed"}"#, #"{"currentStatus":"Indexed","deploymentId":"d"}"#),
        (#"{"deploymentId":"d","statusHistory":[{"a":1}]}"#, #"{"deploymentId":"d"}"#),
        (#"{"deploymentId":"d","status\u0048istory":[]}"#, #"{"deploymentId":"d"}"#),
        (
            #"{"deploymentId":"d","createdAt":"2026-02-19T11:00:00+01:00"}"#,
            #"{"createdAt":"2026-02-19T10:00:00.0000000Z","deploymentId":"d"}"#
        ),
        (#"{"deploymentId":"d","createdAt":"0001-01-01T00:00:00Z"}"#, #"{"deploymentId":"d"}"#),
        (#"{"deploymentId":"d","updatedAt":"0001-01-01T00:00:00"}"#, #"{"deploymentId":"d"}"#),
        (#"{"deploymentId":"d","updatedAt":"0001-01-01T00:00:00.0000000+00:00"}"#, #"{"deploymentId":"d"}"#),
        (#"{"deploymentId":"d","updatedAt":"0001-01-01T00:00:00\u002B00:00"}"#, #"{"deploymentId":"d"}"#),
        (
            #"{"deploymentId":"d","createdAt":"0001-01-01T00:00:00.0000001Z"}"#,
            #"{"createdAt":"0001-01-01T00:00:00.0000001Z","deploymentId":"d"}"#
        ),
        (
            #"{"deploymentId":"d","totalSupply":1000000000000000000000000.000000000000000001,"x":{"n":null}}"#,
            #"{"deploymentId":"d","totalSupply":"1000000000000000000000000.000000000000000001","x":{"n":null}}"#
        ),
    ]

    @Test("members are written as the domain says, and read again as they are", arguments: cases.indices)
    func contents(_ row: Int) throws {
        let (given, content) = Self.cases[row]
        let record = try Reading.deployment(given)
        #expect(record.content == content)
        #expect(record.deploymentID == "d")
        #expect(try Reading.deployment(content).content == content)
    }

    @Test(
        "a deployment that cannot be read is rejected with its reason",
        arguments: [
            ("{}", FindingCode.invalidIdentifier), (#"{"deploymentId":null}"#, .invalidIdentifier),
            (#"{"deploymentId":""}"#, .invalidIdentifier), (#"{"deploymentId":7}"#, .malformedRecord),
            (#"{"deploymentId":"a\u0001"}"#, .invalidIdentifier),
            (#"{"deploymentId":"d","createdAt":"2026-02-30T00:00:00Z"}"#, .malformedRecord),
            (#"{"deploymentId":"d","updatedAt":7}"#, .malformedRecord),
        ])
    func rejected(_ text: String, _ code: FindingCode) {
        let error = #expect(throws: RecordProblem.self) { try Reading.deployment(text) }
        #expect(error?.code == code)
    }

    static func dossier(_ contents: [String]) -> (Dossier, [ByteSlice]) {
        var dossier = Dossier()
        let slices = contents.map { text in
            let bytes = Array(text.utf8)
            return dossier.append(bytes.span, 0..<bytes.count)
        }
        return (dossier, slices)
    }

    @Test("in a merge each later member replaces the one before, and absent members never do")
    func merge() {
        var (dossier, slices) = Self.dossier([
            #"{"a":1,"deploymentId":"d","x":{"old":[1,"]"]}}"#, #"{"b":"}\"","deploymentId":"d","x":{"new":1}}"#, "{}",
            "{\"\u{10000}\":2,\"\u{FFFF}\":1}",
        ])
        let merged = MergedDeployment.merge(slices, in: &dossier)
        #expect(
            dossier.bytes.text(merged)
                == "{\"a\":1,\"b\":\"}\\\"\",\"deploymentId\":\"d\",\"x\":{\"new\":1},\"\u{10000}\":2,\"\u{FFFF}\":1}")
        (dossier, slices) = Self.dossier([#"{"only":1}"#])
        let same = MergedDeployment.merge(slices, in: &dossier)
        #expect(same == slices[0])
        (dossier, slices) = Self.dossier(["{}", "{}"])
        let empty = MergedDeployment.merge(slices, in: &dossier)
        #expect(dossier.bytes.text(empty) == "{}")
    }

    @Test("a record that is newer than the period gives its identifier and the fixed members only")
    func fixedMembers() {
        var (dossier, slices) = Self.dossier([
            #"{"assetIdentifier":"1","createdAt":"x","currentStatus":"Failed","deployedBy":"b","deploymentId":"d","#
                + #""network":"n","tokenName":"t","tokenType":"y","updatedAt":"z"}"#
        ])
        let cut = MergedDeployment.reduceToFixedMembers(slices[0], in: &dossier)
        #expect(
            dossier.bytes.text(cut)
                == #"{"createdAt":"x","deployedBy":"b","deploymentId":"d","network":"n","tokenType":"y"}"#)
    }

    @Test("the members that rules need are read from the merged object, unescaped")
    func read() {
        var (dossier, slices) = Self.dossier([
            #"{"createdAt":"2026-02-19T10:17:01.0000000Z","currentStatus":"Failed","deploymentId":"d","#
                + #""network":"a\"b","tokenType":7,"updatedAt":"2026-02-20T00:00:00.0000000Z"}"#
        ])
        MergedDeployment.read(slices[0], in: &dossier)
        #expect(dossier.bytes.text(dossier.members.network) == "a\"b")
        #expect(dossier.members.tokenType.isEmpty, "a token type that is no string names no group")
        #expect(dossier.members.statedStatus == .failed)
        #expect(dossier.members.createdAt?.text == "2026-02-19T10:17:01.0000000Z")
        #expect(dossier.members.updatedAt?.text == "2026-02-20T00:00:00.0000000Z")
    }

    @Test(
        "identifiers are 1 to 256 bytes without control characters",
        arguments: [
            ([], false), ([0x20], true), ([0x1F], false), ([0x7F], false), ([0xC2, 0x80], false),
            ([0xC2, 0x9F], false),
            ([0xC2, 0xA0], true), ([0xC3, 0x80], true), (Array(repeating: 0x61, count: 256), true),
            (Array(repeating: 0x61, count: 257), false),
        ] as [([UInt8], Bool)])
    func identifiers(_ bytes: [UInt8], _ isValid: Bool) {
        let result = Identifier.isValid(bytes.span, 0..<bytes.count)
        #expect(result == isValid)
    }
}
