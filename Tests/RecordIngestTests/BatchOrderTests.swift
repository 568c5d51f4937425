import AuditModel
import RecordContent
import StrictJSON
import Testing

@testable import RecordIngest

@Suite("Order of a batch's records")
struct BatchOrderTests {
    /// A batch of transitions, sorted.
    private static func batch(_ deployments: [String]) -> RecordBatch {
        let lines = deployments.enumerated().map { number, id in
            """
            {"deploymentId":"\(id)","id":"\(number)","status":"Queued","timestamp":"2026-01-01T00:00:00Z"}

            """
        }
        var collector = RecordCollector()
        collector.collectLines(Array(lines.joined().utf8), offset: 0)
        var batch = collector.finishBatch()
        batch.sortByDeployment()
        return batch
    }

    /// The transitions of a sorted batch, each as its deployment and the number of its line.
    private static func sorted(_ deployments: [String]) -> [String] {
        let batch = batch(deployments)
        return batch.transitions.map { entry in
            let bytes = batch.arena.bytes
            #expect(
                bytes.text(entry.transition.content).contains("\"deploymentId\":\"\(bytes.text(entry.deploymentID))\""))
            return "\(bytes.text(entry.deploymentID)) \(entry.position.line)"
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

    @Test(
        "what is said to be of the same deployment as the record before it is, in runs that were merged too",
        arguments: [
            ["d-2", "d-1", "d-2", "d-1", "d-2"], ["d-1", "d-1", "d-2"],
            ["deployment-b", "deployment-a", "deployment-b", "deployment-a"], ["deployment-b", "d", "deployment-b"],
            ["a"],
        ])
    func continues(_ deployments: [String]) {
        let one = Self.batch(deployments)
        let merged = RecordBatch(merging: [
            (one, 0, 0), (Self.batch(["d", "d-1", "deployment-a"]), 9, 1), (one, 12, 2),
        ])
        for batch in [one, merged] {
            let ids = batch.transitions.map { batch.arena.bytes.text($0.deploymentID) }
            for (index, entry) in batch.transitions.enumerated() where entry.continuesDeployment {
                #expect(index > 0 && ids[index] == ids[index - 1], "\(ids) \(index)")
            }
        }
        // Identifiers that begin with the same eight bytes may go without.
        let repeats = deployments.count > Set(deployments).count && !deployments.contains("deployment-a")
        #expect(one.transitions.contains(where: \.continuesDeployment) == repeats)
    }

    @Test("records that are in order stay as they are")
    func keepsOrder() {
        let deployments = ["a", "a", "deployme", "deployment-a", "deployment-a", "deployment-b"]
        #expect(Self.sorted(deployments) == deployments.enumerated().map { "\($0.element) \($0.offset)" })
    }
}
