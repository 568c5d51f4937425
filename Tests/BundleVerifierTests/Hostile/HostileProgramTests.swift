import ArchiveFormat
import BundleFormat
import BundleReading
import Foundation
import Signing
import StrictJSON
import Testing

/// Both programs on a sample of the same changes: a verdict within 5 s and 256 MB, and the good bundle beside keeps its own.
@Suite("hostile values, through both programs")
struct HostileProgramTests {
    private static let programs = ["cartulary", "cartulary-verify"]
    private static let statuses: Set<Int32> = [0, 10, 11, 12, 13, 14]
    /// Bytes of private memory that can be written.
    private static let memory = 256 << 20

    /// The folder of the built programs: the one that the running tests stand in.
    static let folder: URL = {
        let tests = try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
        var url = URL(fileURLWithPath: tests ?? "/")
        while url.path != "/", !FileManager.default.isExecutableFile(atPath: url.appending(path: "cartulary").path) {
            url.deleteLastPathComponent()
        }
        return url
    }()

    private let place: TemporaryDirectory
    private let trust: String

    init() throws {
        place = try TemporaryDirectory()
        trust = try place.write([try TestKeys.trusted.publicKey.openSSHLine(comment: "")], to: "key.pub")
    }

    /// Runs a program; one that takes too long, or too much memory, is ended by a signal.
    private func run(
        _ program: String, _ arguments: [String], seconds: Int = 5
    ) throws -> (status: Int32, lines: [JSONValue]) {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/timeout")
        process.arguments =
            [
                "--signal=KILL", "\(seconds)", "prlimit", "--data=\(Self.memory)",
                Self.folder.appending(path: program).path,
            ]
            + (program == "cartulary" ? ["verify"] : []) + arguments + ["--trust", trust, "--json"]
        let output = "\(place.path)/\(UUID().uuidString)"
        _ = FileManager.default.createFile(atPath: output, contents: nil)
        defer { try? FileManager.default.removeItem(atPath: output) }
        process.standardOutput = FileHandle(forWritingAtPath: output)
        process.standardError = FileHandle.nullDevice
        try process.run()
        process.waitUntilExit()
        let bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: output)))
        return (process.terminationStatus, try bytes.split(separator: 0x0A).map { try JSONValue(parsing: Array($0)) })
    }

    @Test("a bundle with a hostile value gets a verdict, and the good bundle beside it is valid")
    func bundles() async throws {
        var tried = 0
        for (small, other) in [(SmallBundle.oneShot, SmallBundle.revision), (.revision, .oneShot)] {
            let archive = try await small.archive
            let good = "\(place.path)/\(other.rawValue).zip"
            let bad = "\(place.path)/\(small.rawValue).zip"
            try Data(try await other.archive).write(to: URL(fileURLWithPath: good))
            var generator = SeededGenerator(seed: 3)
            let all = try BundleMutation.chosen(archive, perFile: 3, seed: 3).shuffled(using: &generator)
            for mutation in all.prefix(HostileSweepTests.isFull ? all.count : 16) {
                guard let changed = try mutation.applied(to: archive) else { continue }
                try Data(changed).write(to: URL(fileURLWithPath: bad))
                for program in Self.programs {
                    try expectVerdicts(program, [bad, good], after: mutation)
                    tried += 1
                }
            }
        }
        print("hostile values: \(tried) runs of both programs, each beside a good bundle")
        #expect(tried >= 40)
    }

    private func expectVerdicts(_ program: String, _ bundles: [String], after mutation: BundleMutation) throws {
        let ran = try run(program, bundles)
        #expect(Self.statuses.contains(ran.status), "\(program), \(mutation.name): status \(ran.status)")
        let verdicts = ran.lines.map { $0["verdict"]?.string }
        #expect(verdicts.count == 2 && verdicts.last == "valid", "\(program), \(mutation.name): \(verdicts)")
        #expect((ran.status == 0) == (verdicts.first == "valid"), "\(program), \(mutation.name)")
    }

    @Test("the sizes and places that once ended the programs", arguments: programs)
    func crashes(_ program: String) async throws {
        var bundle = try EditableBundle(try await SmallBundle.revision.archive)
        try bundle.replace("\"sequence\":2,", by: "\"sequence\":9007199254740992,", in: BundlePath.bundle)
        let good = "\(place.path)/small.zip"
        try Data(try await SmallBundle.oneShot.archive).write(to: URL(fileURLWithPath: good))
        let place = "\(place.path)/audit-2026-01-r1.zip"
        let archive = try await SmallBundle.revision.archive
        let sizes = try ZipMutation.all(archive, paths: [BundlePath.metricTable]).filter {
            $0.value == .max && $0.place == "size of \(BundlePath.metricTable)"
        }
        for changed in try [bundle.packed()] + sizes.map({ try $0.applied(to: archive) }) {
            try Data(changed).write(to: URL(fileURLWithPath: place))
            let ran = try run(program, [place, good])
            #expect(ran.status == 10)
            #expect(ran.lines.map { $0["verdict"]?.string } == ["tampered", "valid"])
        }
        #expect(sizes.count == 1)
    }

    /// Files that are held as a whole, or parsed.
    private static let held = [
        BundlePath.bundle, BundlePath.rules, BundlePath.metrics, BundlePath.sources, BundlePath.series,
        BundlePath.dataPackage, BundlePath.verifyText, BundlePath.schema("findings"), BundlePath.metricTable,
        BundlePath.sourceTable, BundlePath.report, BundlePath.bagit, BundlePath.bagInfo, BundlePath.manifest,
        BundlePath.tagManifest, BundlePath.statement, BundlePath.signature,
    ]

    @Test("300 MB of zeros in a list, and a GB of blanks, in any file that is held take no memory", arguments: held)
    func largeFiles(_ path: String) async throws {
        let bundle = try EditableBundle(try await SmallBundle.revision.archive)
        let zeros = Array(repeatElement(Array("0,".utf8), count: 1 << 19).joined())
        let blanks = [UInt8](repeating: 0x20, count: 1 << 20)
        for (chunk, times) in [(zeros, 300), (blanks, 1024)] {
            let archive = try bundle.packed(repeating: chunk, times: times, in: path)
            for program in Self.programs {
                let file = "\(place.path)/audit-2026-01-r1.zip"
                try Data(archive).write(to: URL(fileURLWithPath: file))
                let ran = try run(program, [file])
                #expect(ran.lines.count == 1 && [10, 11, 12].contains(ran.status), "\(program): \(ran.status)")
            }
        }
    }

    /// Texts that take most memory for their bytes when they are parsed.
    private static let dense: [(open: String, part: String, close: String)] = [
        ("[0", ",0", "]"), ("[[]", ",[]", "]"), ("[{}", ",{}", "]"), ("[\"\"", ",\"\"", "]"),
        ("[{\"a\":0}", ",{\"a\":0}", "]"), ("[[[]]", ",[[]]", "]"),
    ]

    @Test(
        "JSON of the largest size that its kind can have is parsed in bounded memory",
        arguments: [BundlePath.bundle, BundlePath.rules, BundlePath.metrics, BundlePath.statement, BundlePath.series])
    func denseFiles(_ path: String) async throws {
        let original = try EditableBundle(try await SmallBundle.revision.archive)
        let size = VerifierLimits.bytes(of: path) - 100
        for text in Self.dense {
            var bundle = original
            let part = Array(text.part.utf8)
            var list = Array(text.open.utf8)
            list.reserveCapacity(size)
            while list.count + part.count < size { list += part }
            list += Array(text.close.utf8)
            let isList = path == BundlePath.series
            bundle.files[path] = isList ? Array("{\"places\":".utf8) + list + Array("}\n".utf8) : list + [0x0A]
            bundle.renewManifests()
            try bundle.signAnchor(with: TestKeys.trusted)
            let file = "\(place.path)/audit-2026-01-r1.zip"
            try Data(try bundle.packed()).write(to: URL(fileURLWithPath: file))
            for program in Self.programs {
                let ran = try run(program, [file])
                #expect(ran.lines.count == 1 && ran.status == 10, "\(program), \(text.part): \(ran.status)")
            }
        }
    }

    /// Lines with all values that fit into their bytes; they are refused by the number of these.
    struct DenseLines: Sendable, CustomTestStringConvertible {
        var path: String
        var open = "{\"a\":[0"
        var part = ",0"
        var close = "]}"
        var megabytes = 62
        var count = 1
        var program = "cartulary-verify"

        var testDescription: String { "\(count) of \(megabytes) MiB in \(path), \(program)" }

        static let all = [
            DenseLines(path: BundlePath.trail, program: "cartulary"), DenseLines(path: BundlePath.rejected),
            DenseLines(path: BundlePath.findings, program: "cartulary"),
            DenseLines(
                path: BundlePath.corrections,
                open: "{\"after\":null,\"before\":{\"deploymentId\":\"z\",\"row\":1,\"x\":[0",
                close: "]},\"deploymentId\":\"z\"}"),
            // Several at once would take the memory of each.
            DenseLines(
                path: BundlePath.trail, open: "{\"deploymentId\":\"z\",\"transitions\":[{}", part: ",{}", megabytes: 31,
                count: 5),
        ]

        var text: [UInt8] {
            var values = Array(part.utf8)
            while values.count < megabytes << 20 { values += values.prefix((megabytes << 20) - values.count) }
            values.removeLast(values.count % part.utf8.count)
            let line = Array(open.utf8) + values + Array(close.utf8)
            return Array("[\n".utf8) + [[UInt8]](repeating: line, count: count).joined(separator: Array(",\n".utf8))
                + Array("\n]\n".utf8)
        }
    }

    @Test("lines with as many values as they can hold are read in bounded memory", arguments: DenseLines.all)
    func denseLines(_ lines: DenseLines) async throws {
        var bundle = try EditableBundle(try await SmallBundle.revision.archive)
        bundle.files[lines.path] = lines.text
        bundle.renewManifests()
        try bundle.signAnchor(with: TestKeys.trusted)
        let file = "\(place.path)/audit-2026-01-r1.zip"
        try Data(try bundle.packed()).write(to: URL(fileURLWithPath: file))
        // Memory is what is tried here: programs that were built for debugging take their time for such a line.
        let ran = try run(lines.program, [file], seconds: 240)
        #expect(ran.lines.count == 1 && ran.status == 10, "status \(ran.status)")
    }

    @Test("an archive with a hostile value gets a verdict", arguments: programs)
    func archives(_ program: String) async throws {
        let archive = try SmallArchive(try await TestBundles.series.value)
        let arguments = ["--archive", archive.folder.path, "--verify-time", "2033-05-18T00:00:00Z"]
        #expect(try run(program, arguments).status == 0)
        let text = archive.files[Catalogue.file] ?? []
        let numbers = try JSONPlaces(text).numbers.filter { ["size", "last.sequence"].contains($0.place) }
        for number in numbers {
            try archive.write(number.applied(to: text), to: Catalogue.file)
            let ran = try run(program, arguments)
            #expect(ran.status == 13, "\(number.name)")
            #expect(ran.lines.last?["verdict"]?.string == "broken-chain", "\(number.name)")
        }
        #expect(!numbers.isEmpty)
    }
}
