import AuditModel
import RecordContent
import StrictJSON
import Testing

@testable import RecordIngest

@Suite("Order of a batch's records")
struct BatchOrderTests {
    /// A batch of transitions, sorted; each as its deployment and the number of its line.
    private static func sorted(_ deployments: [String]) -> [String] {
        let lines = deployments.enumerated().map { number, id in
            """
            {"deploymentId":"\(id)","id":"\(number)","status":"Queued","timestamp":"2026-01-01T00:00:00Z"}

            """
        }
        var collector = RecordCollector()
        collector.takeLines(Array(lines.joined().utf8), offset: 0)
        var batch = collector.takeBatch()
        batch.sortByDeployment()
        return batch.transitions.map { entry in
            let bytes = batch.arena.bytes
            #expect(
                bytes.text(entry.transition.content).contains("\"deploymentId\":\"\(bytes.text(entry.deploymentID))\""))
            return "\(bytes.text(entry.deploymentID)) \(entry.place.line)"
        }
    }

    @Test("identifiers that begin with the same eight bytes are told apart, and arrival decides among equal ones")
    func tellsLongIdentifiersApart() {
        let deployments = [
            "deployment-b", "deployment-a", "deployment-b", "deployme", "deployment-a-2", "z", "deployment-a", "a",
        ]
        let expected = deployments.enumerated().sorted { ($0.element, $0.offset) < ($1.element, $1.offset) }
        #expect(Self.sorted(deployments) == expected.map { "\($0.element) \($0.offset)" })
    }

    @Test("records that are in order stay as they are")
    func keepsOrder() {
        let deployments = ["a", "a", "deployme", "deployment-a", "deployment-a", "deployment-b"]
        #expect(Self.sorted(deployments) == deployments.enumerated().map { "\($0.element) \($0.offset)" })
    }
}
