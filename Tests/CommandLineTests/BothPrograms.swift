import Foundation
import Testing

extension CommandFolder {
    /// Runs both programs, which have to print the same and to end with the same status.
    func runBoth(_ arguments: [String]) throws -> Ran {
        let command = try run(["verify"] + arguments)
        let program = try run(arguments, program: "cartulary-verify")
        #expect(program.status == command.status && program.output == command.output, "\(arguments)")
        return command
    }

    /// Runs a script of bash in the folder; the first command that fails ends it, and fails the test.
    func prepare(_ script: String) throws {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/bin/bash")
        process.arguments = ["-ec", script]
        process.currentDirectoryURL = URL(fileURLWithPath: path)
        process.standardError = FileHandle.nullDevice
        process.standardOutput = FileHandle.nullDevice
        try process.run()
        process.waitUntilExit()
        #expect(process.terminationStatus == 0, "\(script)")
    }
}
