import AuditModel
import BundleFormat
import BundleReading

/// A filtered bundle shows how the records of its own deployments arrived, and of the rest that they came
/// (docs/bundle-format.md, 7).
struct ScopeCheck {
    let bundle: UnverifiedBundle
    let sources: Claim<SourcesFile>
    /// The deployments in the bundle, by hash (``TrailReplayer/hash(_:)``).
    let deployments: Set<UInt64>

    /// Files that are not in form are the matter of other checks.
    func add(isReplayed: Bool, to list: inout CheckList) {
        guard isReplayed else { return list.skip("scope", because: "the deployments in the bundle are not known") }
        var problems = ProblemList()
        let findings = LineArrayReader(BundlePath.findings, of: bundle)
        while let element = findings.next() {
            guard let finding = FindingTable.decode(element), !finding.code.isDerived else { continue }
            check(finding, &problems)
        }
        let rejected = LineArrayReader(BundlePath.rejected, of: bundle)
        while let element = rejected.next() { check(RejectedElement(element), &problems) }
        for (number, source) in (sources.value?.sources ?? []).enumerated() where source != source.withheld {
            problems.add("source \(number) shows its name, times or claims")
        }
        list.add("scope", passed: "intake of the deployments in the bundle alone", problems: problems.all)
    }

    private func isHere(_ deploymentID: String?) -> Bool {
        deploymentID.map { deployments.contains(TrailReplayer.hash(Array($0.utf8)[...])) } ?? false
    }

    private func check(_ finding: Finding, _ problems: inout ProblemList) {
        guard !isHere(finding.deploymentID), !finding.isWithheld else { return }
        problems.add(
            "a finding \(finding.code.rawValue) tells of \(finding.deploymentID ?? "records of no deployment"), "
                + "which is not in the bundle")
    }

    private func check(_ element: RejectedElement?, _ problems: inout ProblemList) {
        switch element {
        case .record(let record):
            guard !record.isWithheld, !(isHere(record.deploymentID) && record.isWhollyOfItsDeployment) else { return }
            problems.add(
                "a rejected record of \(record.deploymentID ?? "no deployment") at \(record.position.offset) of source "
                    + "\(record.position.source) is shown, and is not certain to be of the bundle")
        case .conflict(let conflict):
            guard !isHere(conflict.deploymentID) || conflict.namesAnotherDeployment else { return }
            problems.add("a conflict of \(conflict.deploymentID) is shown, which is not in the bundle")
        case nil: break
        }
    }
}
