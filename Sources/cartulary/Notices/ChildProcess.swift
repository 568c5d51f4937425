import Subprocess
import SystemPackage

/// Another program that is run to its end.
struct ChildProcess {
    enum Program {
        case path(String)
        /// A name that is looked up in `PATH`.
        case name(String)

        fileprivate var executable: Executable {
            switch self {
            case .path(let path): .path(FilePath(path))
            case .name(let name): .name(name)
            }
        }
    }

    var program: Program
    var arguments: [String]
    /// Variables that it gets beside those of this program, whose own environment stays as it is.
    var variables: [String: String] = [:]
    /// Whether what it prints is thrown away.
    var isQuiet = false

    /// What a shell gives for a program that cannot be started.
    private static let notStarted: Int32 = 127

    /// Runs the program without input and returns its exit status; 128 and the number of a signal that ended it.
    ///
    /// What it prints goes to standard error, so that nothing takes it for a result of this program.
    func run() async -> Int32 {
        do {
            switch try await terminationStatus() {
            case .exited(let status): return status
            case .signaled(let number): return 128 + number
            }
        } catch {
            return ChildProcess.notStarted
        }
    }

    private func terminationStatus() async throws -> TerminationStatus {
        let updates = Dictionary(uniqueKeysWithValues: variables.map { (Environment.Key(stringLiteral: $0), $1) })
        let environment = Environment.inherit.updating(updates)
        let arguments = Arguments(arguments)
        if isQuiet {
            return try await Subprocess.run(
                program.executable, arguments: arguments, environment: environment, output: .discarded,
                error: .discarded
            ).terminationStatus
        }
        return try await Subprocess.run(
            program.executable, arguments: arguments, environment: environment, output: .currentStandardError,
            error: .currentStandardError
        ).terminationStatus
    }
}
