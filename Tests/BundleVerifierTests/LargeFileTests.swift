import BundleFormat
import BundleReading
import Testing

@testable import BundleVerifier

/// Files of a bundle that are far larger than they can be.
@Suite("Large files in a bundle")
struct LargeFileTests {
    private static func bundle(_ edit: (inout EditableBundle) throws -> Void) async throws -> UnverifiedBundle {
        var bundle = try EditableBundle(try await TestBundles.full.value)
        try edit(&bundle)
        try bundle.reseal(.trusted)
        return try UnverifiedBundle(bytes: try bundle.packed(), fileName: "\(bundle.name).zip")
    }

    private static func read(_ text: String) async throws -> (elements: [String], frame: String?) {
        let bundle = try await bundle { $0.write(text, to: BundlePath.sources) }
        var elements: [String] = []
        let frame = try ListFile.read(BundlePath.sources, list: "s", of: bundle) {
            elements.append(String(decoding: $0, as: UTF8.self))
            return true
        }
        return (elements, frame.map { String(decoding: $0, as: UTF8.self) })
    }

    @Test(
        "the elements of a list are read one by one, and what is in another form is left as it stands",
        arguments: [
            (
                #"{"a":1,"s":[{"x":[1,2]},{"y":"],[\"}"}],"t":{"s":[1,2]}}"#, [#"{"x":[1,2]}"#, #"{"y":"],[\"}"}"#],
                #"{"a":1,"s":[],"t":{"s":[1,2]}}"#
            ),
            (#"{"s":[1,"a,b"]}"#, ["1", #""a,b""#], #"{"s":[]}"#),
            (#"{"s":[],"t":1}"#, [], #"{"s":[],"t":1}"#),
            (#"{"s": [1]}"#, [], #"{"s": [1]}"#),
            (#"{"as":[1]}"#, [], #"{"as":[1]}"#),
            (#"{"a\"s":[1]}"#, [], #"{"a\"s":[1]}"#),
            (#"{"s":[1],"s":[2]}"#, ["1"], #"{"s":[],"s":[2]}"#),
            (#"[{"s":[1]}]"#, [], #"[{"s":[1]}]"#),
            (#"{"s":[,1]}"#, ["1"], #"{"s":[,]}"#),
            (#"{"s":[1,]}"#, ["1"], #"{"s":[,]}"#),
            (#"{"s":[1,,2]}"#, ["1", "2"], #"{"s":[,]}"#),
            (#"{"s":[1"#, [], #"{"s":["#),
        ])
    func lists(text: String, elements: [String], frame: String) async throws {
        let read = try await Self.read(text)
        #expect(read.elements == elements)
        #expect(read.frame == frame)
    }

    @Test("an element or a rest of over 1 MiB is not held")
    func longElement() async throws {
        let long = String(repeating: "1", count: ListFile.partBytes)
        await #expect(throws: ReadProblem.self) { try await Self.read("{\"s\":[\(long)]}") }
        await #expect(throws: ReadProblem.self) { try await Self.read("{\"t\":\(long)}") }
    }

    @Test("a file of another length than the computed one is not inflated")
    func lengths() async throws {
        let zeros = [UInt8](repeating: 0, count: 5 << 20)
        let bundle = try await Self.bundle { $0.files[BundlePath.verifyText] = zeros }
        #expect(bundle.isEqual(BundlePath.verifyText, to: []) == false)
        #expect(bundle.isEqual(BundlePath.verifyText, to: zeros) == true)
        #expect(bundle.isEqual(BundlePath.verifyText, to: zeros.dropLast() + [1]) == false)
        #expect(bundle.isEqual("data/none", to: []) == nil)
        #expect(throws: ReadProblem.self) { try bundle.bytes(BundlePath.verifyText) }
    }

    @Test(
        "a file whose digest is not the listed one is not parsed, and the check that needs it says so",
        arguments: [
            BundlePath.bundle, BundlePath.rules, BundlePath.sources, BundlePath.series, BundlePath.trail,
            BundlePath.findings, BundlePath.rejected, BundlePath.corrections, BundlePath.log, BundlePath.metrics,
        ])
    func altered(path: String) async throws {
        var bundle = try EditableBundle(try await SmallBundle.revision.archive)
        // JSON and a table as good as those before, but for a blank.
        bundle.files[path] = try bundle.bytes(path) + [0x20]
        let received = try UnverifiedBundle(bytes: try bundle.packed(), fileName: "\(bundle.name).zip")
        #expect(throws: ReadProblem.self) { try received.requireListed(path) }
        #expect(throws: ReadProblem.self) { try received.bytes(path) }
        #expect(EntryCursor(parsing: path, of: received) == nil)
        #expect(EntryCursor(comparing: path, of: received) != nil)
        let reader = LineArrayReader(path, of: received)
        #expect(reader.next() == nil && reader.problem?.contains("is not read: its SHA-256") == true)
        #expect(throws: ReadProblem.self) { try ListFile.read(path, list: "sources", of: received) { _ in true } }
        let report = await Verifier(trust: try TestKeys.trust(), time: 1_800_000_000, threads: 2).verify(received)
        #expect(report.verdict == .tampered)
        #expect(report.detail("payload-manifest").contains(path))
    }

    @Test("without the listed payload manifest nothing of the payload is parsed")
    func alteredManifest() async throws {
        var bundle = try EditableBundle(try await SmallBundle.oneShot.archive)
        bundle.files[BundlePath.manifest] = try bundle.bytes(BundlePath.manifest) + [0x20]
        let received = try UnverifiedBundle(bytes: try bundle.packed(), fileName: "\(bundle.name).zip")
        for path in bundle.files.keys where path.hasPrefix("data/") {
            #expect(throws: ReadProblem.self) { try received.requireListed(path) }
        }
        let report = await Verifier(trust: try TestKeys.trust(), time: 1_800_000_000, threads: 2).verify(received)
        #expect(report.failures.contains("payload-manifest") && report.failures.contains("tag-manifest"))
    }

    @Test(
        "a bundle with a file that is larger than its kind can be is never valid",
        arguments: [
            BundlePath.verifyText, BundlePath.metricTable, BundlePath.sourceTable, BundlePath.metrics, BundlePath.rules,
            BundlePath.sources, BundlePath.dataPackage, BundlePath.schema("findings"),
        ])
    func neverValid(path: String) async throws {
        let bundle = try await Self.bundle { $0.files[path] = [UInt8](repeating: 0, count: 5 << 20) }
        let report = await Verifier(trust: try TestKeys.trust(), time: 1_800_000_000, threads: 2).verify(bundle)
        #expect(report.verdict != .valid)
    }
}
