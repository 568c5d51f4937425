import AuditModel
import BundleExport
import BundleFormat
import RecordAnalysis
import StrictJSON

extension ExportResult {
    /// What became of the file, in a few words.
    var stateText: String {
        if wasSealed { return wasThere ? "already sealed, already present" : "already sealed, made again" }
        return wasThere ? "already present" : "written"
    }

    /// The result for programs.
    var json: JSONValue {
        .object([
            "bundle": .string(path), "contentRoot": .string(contentRoot), "deployments": .integer(Int64(deployments)),
            "errors": .integer(Int64(analysis.count(.error))), "key": .string(keyFingerprint),
            "kind": .string(kind.rawValue), "name": .string(name),
            "result": .string(wasThere ? "already-there" : "written"), "sums": IntakeFiles.sums(analysis.sums),
            "warnings": .integer(Int64(analysis.count(.warning))),
        ])
    }
}
