import AuditModel
package import BundleExport
import BundleFormat
package import CommandLineInterface
import RecordAnalysis
import StrictJSON

extension Answer {
    /// The bundle that `export` made or found.
    package static func export(_ result: ExportResult) -> Answer {
        Answer([
            "bundle": .string(result.path), "contentRoot": .string(result.contentRoot),
            "deployments": .count(result.deployments), "errors": .count(result.analysis.count(.error)),
            "key": .string(result.keyFingerprint), "kind": .string(result.kind.rawValue), "name": .string(result.name),
            "result": .string(result.wasThere ? "already-there" : "written"),
            "sums": IntakeFiles.sums(result.analysis.sums), "warnings": .count(result.analysis.count(.warning)),
        ])
    }
}

extension ExportResult {
    /// What became of the file, in a few words.
    package var stateText: String {
        if wasSealed { return wasThere ? "already sealed, already present" : "already sealed, made again" }
        return wasThere ? "already present" : "written"
    }
}
