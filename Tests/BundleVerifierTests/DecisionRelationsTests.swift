import AuditModel
import BundleFormat
import BundleRelations
import MerkleTree
import Testing

@Suite("Decisions of the log beside the records that they accept")
struct DecisionRelationsTests {
    @Test("of the records behind a decision that is withheld the first is the one that it accepts, and no other")
    func withheld() {
        var decisions = DecisionRelations(logStart: 0)
        #expect(decisions.takeWithheld() == [])
        #expect(decisions.take(hidden: .transition, at: 3, .before) == [])
        #expect(decisions.take(hidden: .transition, at: 4, .before) == [])
        #expect(decisions.accepted.transitions.reduce(0, +) == 1)
        #expect(decisions.takeWithheld() == [] && decisions.takeWithheld() == [])
        #expect(decisions.take(hidden: .deployment, at: 7, .after) == [])
        #expect(decisions.accepted.deploymentRecords.reduce(0, +) == 1)
        #expect(decisions.takeWithheld() == [] && decisions.takeOther() == [])
        #expect(decisions.take(hidden: .deployment, at: 10, .before) == [])
        #expect(decisions.accepted.deploymentRecords.reduce(0, +) == 1)
        #expect(decisions.missing() == [])
    }

    @Test("a record that is shown is none that a withheld decision accepts")
    func shown() {
        var decisions = DecisionRelations(logStart: 0)
        let record = LogRecord(
            kind: .transition, contentSHA256: MerkleHash.emptyRoot, deploymentID: Array("a".utf8)[...], time: .unset,
            received: .unset, sha256: MerkleHash.emptyRoot, timestampAsReceived: nil)
        let digest = MerkleHash.emptyRoot.hexadecimal
        #expect(decisions.takeWithheld() == [])
        #expect(decisions.take(record, at: 3, .inBundle, digests: (digest, digest)).count == 1)
        #expect(decisions.take(record, at: 4, .inBundle, digests: (digest, digest)) == [])
    }
}
