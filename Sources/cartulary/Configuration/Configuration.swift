import AuditModel
import BundleFormat
import Schedule
import Yams

/// A setting with where it comes from.
struct Setting<Value: Sendable>: Sendable {
    enum Origin: Sendable {
        case option, variable(String), file(Int), standard

        /// What `config show --origin` says.
        func text(_ file: String) -> String {
            switch self {
            case .option: "option"
            case .variable(let name): "environment, \(name)"
            case .file(let line): "\(file):\(line)"
            case .standard: "default"
            }
        }
    }

    var value: Value
    var origin: Origin
}

/// A configuration, read and checked.
struct Configuration: Sendable {
    /// The path of its file.
    let path: String
    var ledger: Setting<String>
    /// The path of the private key.
    var key: Setting<String>
    var threads: Setting<Int>
    var wait: Setting<Int>
    var sources: [ScheduledSource]
    var archives: [ScheduledArchive]
    var notices = Notices()

    /// Who is told what came of a run.
    struct Notices: Sendable, Equatable {
        /// A file for node_exporter's textfile collector.
        var metrics: String?
        /// An address that is asked for at the start and at the end (healthchecks.io and the like).
        var ping: String?
        /// A shell command that is run when the status is not 0.
        var onFailure: String?
    }

    var plan: SchedulePlan {
        var plan = SchedulePlan()
        (plan.ledger, plan.threads) = (ledger.value, threads.value)
        (plan.sources, plan.archives) = (sources, archives)
        return plan
    }
}

extension Configuration {
    /// What takes the place of the file's settings.
    struct Overrides {
        var threads: Int?
        var wait: Int?
        var environment: [String: String] = [:]
    }

    /// What is wrong with a configuration.
    struct Problems: Error {
        var messages: [String]
    }

    /// Reads the content of the file at `path`; paths in it are relative to its folder.
    ///
    /// Throws ``Problems``, all at once.
    static func read(_ bytes: [UInt8], path: String, _ overrides: Overrides, cores: Int) throws -> Configuration {
        let problems = ConfigurationProblems(path)
        let root: Node?
        do {
            root = try Yams.compose(yaml: String(decoding: bytes, as: UTF8.self))
        } catch {
            throw Problems(messages: ["\(path): not YAML: \(ConfigurationText.oneLine("\(error)"))"])
        }
        guard let root, root.mapping != nil else {
            throw Problems(messages: ["\(path): empty, expected keys such as \"ledger\""])
        }
        var reader = ConfigurationReader(root: root, path: path, problems: problems, overrides: overrides, cores: cores)
        let configuration = reader.read()
        guard let configuration, problems.messages.isEmpty else { throw Problems(messages: problems.messages) }
        return configuration
    }
}

enum ConfigurationText {
    static func oneLine(_ text: String) -> String {
        text.split(whereSeparator: \.isNewline).map { $0.trimmed }.filter { !$0.isEmpty }.joined(separator: " ")
    }
}

extension Substring {
    fileprivate var trimmed: Substring { drop { $0 == " " || $0 == "^" } }
}
