import AuditModel
import BundleFormat
import StrictJSON

extension TestBundles {
    /// From files: a transition without `id`, three conflicts of two deployments, and a rejected record.
    static let pairs = Task {
        let folder = try TemporaryDirectory()
        let transitions = [
            ("a", #""id":"a1","#, "Queued", 1), ("a", #""id":"a2","#, "Submitted", 2), ("a", "", "Pending", 3),
            ("b", #""id":"b1","#, "Queued", 4),
        ]
        let records = transitions.flatMap { deployment, id, status, day in
            // What has an id stands twice, with another message.
            (id.isEmpty ? ["one"] : ["one", "two"]).map {
                #"{\#(id)"deploymentId":"\#(deployment)","status":"\#(status)","timestamp":"2026-02-0\#(day)T00:00:00Z","message":"\#($0)"}"#
            }
        }
        return try await make("pairs", inputs: [try folder.write(records + ["no record"], to: "records.ndjson")])
    }
}

extension Attack {
    private static func onPairs(
        _ name: String, check: String, edit: @escaping @Sendable (inout EditableBundle) throws -> Void
    ) -> Attack {
        Attack(name, check: check) { bundle in
            bundle = try EditableBundle(try await TestBundles.pairs.value)
            let before = bundle.files
            try edit(&bundle)
            guard bundle.files != before else { throw EditableBundle.Unexpected(what: "the place of \(name)") }
            try await bundle.rederive()
        }
    }

    private static func onElements(_ name: String, edit: @escaping @Sendable (inout [String]) -> Void) -> Attack {
        onPairs(name, check: "rejected") { bundle in
            var elements = try bundle.lines(BundlePath.rejected).dropFirst().dropLast().map {
                $0.hasSuffix(",") ? String($0.dropLast()) : $0
            }
            guard elements.count == 4 else { throw EditableBundle.Unexpected(what: "\(elements.count) elements") }
            edit(&elements)
            bundle.files[BundlePath.rejected] = LineArray.file(elements.map { Array($0.utf8) })
        }
    }

    private static func onAssigned(_ name: String, by value: String) -> Attack {
        onPairs(name, check: "histories") { bundle in
            try bundle.replace(pattern: "\"assignedId\":\"[0-9a-f]{64}\",", by: value, in: BundlePath.trail)
            try bundle.writeTrail(try bundle.trailLines())
        }
    }

    /// Identifiers that a bundle assigns itself, and elements in another order, or with nothing in them.
    static let onIdentities: [Attack] = [
        onAssigned(
            "assigned identifier of another record", by: "\"assignedId\":\"\(String(repeating: "0", count: 64))\","),
        onAssigned("assigned identifier taken away", by: ""),
        onAssigned("assigned identifier that is no digest", by: "\"assignedId\":\"a3\","),
        onElements("two conflicts of a deployment swapped") { $0.swapAt(1, 2) },
        onElements("two conflicts of different deployments swapped") { $0.swapAt(2, 3) },
        onElements("conflict twice") { $0.append($0[3]) },
        onElements("rejected record that is {}") { $0[0] = "{}" },
        onElements("conflict that is {}") { $0[3] = "{}" },
        onElements("{} at the end") { $0.append("{}") },
        onElements("nothing but {}") { $0 = ["{}"] },
    ]
}
