import Foundation
import Signing
import TestSupport

/// Programs that are compared with.
enum Tool {
    static func isInstalled(_ name: String) -> Bool {
        (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":").contains {
            FileManager.default.isExecutableFile(atPath: "\($0)/\(name)")
        }
    }

    /// Whether Python has a module.
    static func hasModule(_ name: String) -> Bool {
        guard let directory = try? TemporaryDirectory() else { return false }
        return (try? directory.run(Repository.python, "-c", "import \(name)").status) == 0
    }
}

/// A folder that is removed with the value.
final class TemporaryDirectory {
    let url: URL

    init() throws {
        url = FileManager.default.temporaryDirectory.appending(path: "signing-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(at: url) }

    /// Writes a file that only its owner can read, as `ssh-keygen` wants private keys to be.
    func write(_ bytes: [UInt8], to name: String) throws {
        let file = url.appending(path: name)
        try Data(bytes).write(to: file)
        try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: file.path)
    }

    func write(_ text: String, to name: String) throws { try write(Array(text.utf8), to: name) }

    func read(_ name: String) throws -> [UInt8] { [UInt8](try Data(contentsOf: url.appending(path: name))) }

    func readText(_ name: String) throws -> String { String(decoding: try read(name), as: UTF8.self) }

    /// Runs a program in the folder, with a file of it as standard input; output and errors come as one text.
    @discardableResult
    func run(
        _ command: String..., input: String? = nil, environment: [String: String] = [:]
    ) throws -> (status: Int32, output: String) {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = command
        process.currentDirectoryURL = url
        process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
        process.standardInput =
            try input.map { try FileHandle(forReadingFrom: url.appending(path: $0)) } ?? FileHandle.nullDevice
        let pipe = Pipe()
        process.standardOutput = pipe
        process.standardError = pipe
        try process.run()
        let output = try pipe.fileHandleForReading.readToEnd() ?? Data()
        process.waitUntilExit()
        return (process.terminationStatus, String(decoding: output, as: UTF8.self))
    }
}

/// Keys that are the same in each run.
enum Keys {
    static func ed25519(_ seed: UInt8 = 1, comment: String = "ed25519 key") throws -> PrivateKey {
        try PrivateKey(ed25519Seed: [UInt8](repeating: seed, count: 32), comment: comment)
    }

    static func ecdsa(_ seed: UInt8 = 2, comment: String = "ecdsa key") throws -> PrivateKey {
        try PrivateKey(ecdsaP256Scalar: [UInt8](repeating: seed, count: 32), comment: comment)
    }

    static func of(_ type: KeyType) throws -> PrivateKey {
        switch type {
        case .ed25519: try ed25519()
        case .ecdsaP256: try ecdsa()
        }
    }
}

/// The code of the error that a closure throws; nil if it throws none.
func code(_ body: () throws -> Void) -> SigningError.Code? {
    do {
        try body()
        return nil
    } catch {
        return (error as? SigningError)?.code
    }
}

/// The text of the error that a closure throws; nil if it throws none.
func message(_ body: () throws -> Void) -> String? {
    do {
        try body()
        return nil
    } catch {
        return "\(error)"
    }
}

/// The bytes of hexadecimal text; characters that are not digits are left out.
func hex(_ text: String) -> [UInt8] {
    let digits = text.compactMap(\.hexDigitValue)
    return stride(from: 0, to: digits.count - 1, by: 2).map { UInt8(digits[$0] << 4 | digits[$0 + 1]) }
}

/// Each text that differs from the given one in one bit.
func bitFlips(_ bytes: [UInt8]) -> some Sequence<[UInt8]> {
    (0..<(bytes.count * 8)).lazy.map { bit in
        var flipped = bytes
        flipped[bit / 8] ^= 1 << UInt8(bit % 8)
        return flipped
    }
}

/// A string of the SSH wire format.
func wire(_ bytes: [UInt8]) -> [UInt8] {
    [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: bytes.count >> $0) } + bytes
}

func wire(_ text: String) -> [UInt8] { wire(Array(text.utf8)) }
