import AuditModel
import BundleFormat
package import Schedule
import Yams

/// A setting and its origin.
package struct Setting<Value: Sendable>: Sendable {
    package enum Origin: Sendable {
        case option, variable(String), file(Int), standard
        /// A file that systemd hands over under the name that the configuration gives.
        case credential(Int)

        /// The origin as `config show --origin` prints it; `file` is the configuration's path.
        package func text(_ file: String) -> String {
            switch self {
            case .option: "option"
            case .variable(let name): "environment, \(name)"
            case .file(let line): "\(file):\(line)"
            case .standard: "default"
            case .credential(let line): "\(file):\(line), handed over by systemd"
            }
        }
    }

    package var value: Value
    package var origin: Origin
}

/// Whether a bundle is verified before it is sealed, as the key `verify-before-seal` says it.
package enum SealVerification: String, CaseIterable, Sendable {
    /// A bundle that the verifier would refuse is never sealed.
    case always
    /// A bundle is sealed as it was made.
    case never
}

/// A configuration, read and checked.
package struct Configuration: Sendable {
    /// The path of its file.
    package let path: String
    package var ledger: Setting<String>
    /// The path of the private key.
    package var key: Setting<String>
    package var threads: Setting<Int>
    /// Memory that an ingest may take.
    package var memory: Setting<MemorySize>
    package var wait: Setting<Int>
    package var sealVerification: Setting<SealVerification>
    package var sources: [ScheduledSource]
    package var archives: [ScheduledArchive]
    package var notices = Notices()
    /// Where the configuration says that the key stands, wherever it is read from.
    package var configuredKey = ""
    /// Whether systemd hands files over, so that the key should be among them.
    package var isService = false

    /// Where the result of a run is reported.
    package struct Notices: Sendable, Equatable {
        /// A file for node_exporter's textfile collector.
        package var metrics: String?
        /// An address that gets a request at the start and at the end (healthchecks.io and the like).
        package var ping: String?
        /// A shell command that runs when the status is not 0.
        package var onFailure: String?

        package init() {}
    }

    /// What is to be done again and again.
    package var plan: SchedulePlan {
        var plan = SchedulePlan()
        plan.ledger = ledger.value
        plan.threads = threads.value
        plan.memory = memory.value.bytes
        plan.sources = sources
        plan.archives = archives
        return plan
    }
}

extension Configuration {
    /// The version of the form, as the key `version` may state it.
    package static let version = 1
    /// The form of a configuration, and its version.
    package static let format = "cartulary-configuration/\(version)"

    /// The variables of the environment that override settings, or say where systemd puts a key.
    package static let variables = [
        "CARTULARY_LEDGER", "CARTULARY_KEY", "CARTULARY_THREADS", "CARTULARY_MEMORY", "CARTULARY_WAIT",
        "CREDENTIALS_DIRECTORY",
    ]

    /// Settings from options and the environment, which override the file's.
    package struct Overrides {
        package var threads: Int?
        package var memory: MemorySize?
        package var wait: Int?
        package var environment: [String: String] = [:]

        package init(
            threads: Int? = nil, memory: MemorySize? = nil, wait: Int? = nil, environment: [String: String] = [:]
        ) {
            self.threads = threads
            self.memory = memory
            self.wait = wait
            self.environment = environment
        }
    }

    /// What is wrong with a configuration.
    package struct Problems: Error {
        package var messages: [String]
    }

    /// Reads the content of the file at `path`; paths in it are relative to its folder.
    ///
    /// Throws ``Problems``, all at once.
    package static func read(
        _ bytes: [UInt8], path: String, overrides: Overrides, cores: Int
    ) throws(Problems) -> Configuration {
        let root: Node?
        do {
            root = try Yams.compose(yaml: String(decoding: bytes, as: UTF8.self))
        } catch {
            throw Problems(messages: ["\(path): not YAML: \(oneLine("\(error)"))"])
        }
        guard let root, root.mapping != nil else {
            throw Problems(messages: ["\(path): empty, expected keys such as \"ledger\""])
        }
        let problems = ConfigurationProblems(path)
        let reader = ConfigurationReader(root: root, path: path, problems: problems, overrides: overrides, cores: cores)
        guard let configuration = reader.read(), problems.messages.isEmpty else {
            throw Problems(messages: problems.messages)
        }
        return configuration
    }

    /// A message of several lines on one, without the marks below its text.
    private static func oneLine(_ text: String) -> String {
        text.split(whereSeparator: \.isNewline).map { $0.drop { $0 == " " || $0 == "^" } }.filter { !$0.isEmpty }
            .joined(separator: " ")
    }
}
