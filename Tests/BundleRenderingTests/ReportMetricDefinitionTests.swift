import AuditModel
import BundleRendering
import Testing

@Suite("Definitions of the metrics")
struct ReportMetricDefinitionTests {
    @Test("every top-level member of the metrics has one definition, and nothing else has")
    func complete() {
        let metrics = ReportInputs.report(1).metrics
        #expect(MetricDefinition.all.map(\.name).sorted() == metrics.values.keys.map(\.text).sorted())
    }

    @Test("the unit is that of the value")
    func units() {
        let metrics = ReportInputs.report(1).metrics
        for definition in MetricDefinition.all {
            switch (definition.unit, metrics[definition.name]) {
            case (.count, .integer), (.milliseconds, .integer), (.percent, .rate), (.time, .time), (.group, .group):
                break
            case (.counts, .group(let members)), (.durations, .group(let members)):
                #expect(members.values.allSatisfy { $0.integer != nil })
            default: Issue.record("\(definition.name)")
            }
        }
    }

    @Test("a definition is one sentence")
    func sentences() {
        for definition in MetricDefinition.all {
            #expect(definition.sentence.hasSuffix(".") && !definition.sentence.contains(". "))
        }
    }
}
