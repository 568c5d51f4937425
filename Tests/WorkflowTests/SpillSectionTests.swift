import AuditModel
import FileSystem
import Foundation
import RecordContent
import RecordIngest
import SourceText
import Testing

@testable import RecordAnalysis
@testable import RecordSpill

/// What is read back from a spill file is what was written, or an error.
@Suite("Sections of a spill file")
struct SpillSectionTests {
    /// A deployment record and two transitions, in which every field has several values.
    private static func lines(_ number: Int, of count: Int) -> String {
        let id = "d\(number * 7 % count)"
        let updated = number % 2 == 0 ? #","updatedAt":"2026-02-11T09:00:00Z""# : ""
        let checks = (0..<number % 4).map { #"{"checkName":"c\#($0)","passed":\#($0 % 2 == 0)}"# }.joined(
            separator: ",")
        let retry = ["", #","isRetryable":true"#, #","isRetryable":false,"suggestedRetryDelaySeconds":30"#][number % 3]
        return """
            {"deploymentId":"\(id)","createdAt":"2026-02-10T09:00:00Z"\(updated),"network":"n\(number % 3)","statusHistory":[]}
            {"id":"q\(number)","deploymentId":"\(id)","status":"Queued","timestamp":"2026-02-10T10:00:00Z"}
            {"deploymentId":"\(id)","status":"Failed","timestamp":"2026-02-12T10:00:0\(number % 10)",\
            "errorDetails":{"category":"NetworkError"\(retry)},"metadata":{"errorCategory":"UserRejection"},\
            "complianceChecks":[\(checks)],"durationFromPreviousStatusMs":\(number),"confirmedRound":7,\
            "transactionHash":"0x\(number)"}

            """
    }

    /// Records under `count` deployments as a run of two batches.
    private static func run(_ count: Int) -> RecordBatch {
        let text = (0..<count).map { lines($0, of: count) }.joined()
        var batches: [(batch: RecordBatch, firstLine: Int, number: Int)] = []
        for firstLine in [1, 1001] {
            var collector = RecordCollector(digestsRaw: true)
            collector.collectLines(Array(text.utf8), offset: firstLine * 100_000)
            var batch = collector.finishBatch()
            batch.sortByDeployment()
            batches.append((batch, firstLine, batches.count + 4))
        }
        return RecordBatch(merging: batches)
    }

    /// Every field of every record, with the bytes that it points to.
    private static func view(_ batch: RecordBatch) -> [String] {
        let bytes = batch.arena.bytes
        let transitions = batch.transitions.map { entry in
            let own = entry.transition
            let checks = own.checks.map { batch.arena.checks[Int($0)] }.map { "\(bytes.text($0.name))=\($0.passed)" }
            let texts = [entry.deploymentID, own.content, own.id, own.timestampAsReceived, own.transactionHash]
            return "\(texts.map(bytes.text)) \(Array(bytes[entry.rawDigest.range])) \(own.time.ticks) "
                + "\(own.statedDurationMs as Any) \(own.retryDelaySeconds as Any) \(own.isRetryable as Any) \(checks) "
                + "\(own.status) \(own.hasOwnID) \(own.hasConfirmedRound) \(own.detailsCategory as Any) "
                + "\(own.metadataCategory as Any) \(entry.continuesDeployment) \(entry.position) \(entry.deploymentHash) "
                + "\(entry.idHash) \(entry.stretch)"
        }
        let deployments = batch.deployments.map { entry in
            "\(bytes.text(entry.deploymentID)) \(bytes.text(entry.facts.content)) \(entry.facts.createdAt as Any) "
                + "\(entry.facts.updatedAt as Any) \(Array(bytes[entry.rawDigest.range])) \(entry.position) \(entry.isRow) "
                + "\(entry.deploymentHash) \(entry.stretch)"
        }
        return transitions + deployments
    }

    /// A run in a file of its own.
    private struct Written {
        let folder: Folder
        let file: SpillFile
        let run: SpilledSegment
        let view: [String]

        init(_ batch: RecordBatch) throws {
            folder = try Folder()
            file = try SpillFile(in: folder.path)
            run = try SpilledSegment(batch, to: file, at: 0)
            view = SpillSectionTests.view(batch)
        }

        func byte(_ offset: Int) throws -> UInt8 { try file.read(1, at: offset)[0] }

        /// The message of the error that loading everything gives; nil if it gives what was written.
        func failure() throws -> String? {
            do {
                #expect(SpillSectionTests.view(try run.load(from: nil, to: nil)) == view)
                return nil
            } catch let error as EnvironmentError {
                #expect(error.kind == .io)
                return error.message
            }
        }
    }

    @Test("give back every field, whole and by ranges of identifiers", arguments: [1, 40, 300])
    func roundTrip(count: Int) throws {
        let batch = Self.run(count)
        let written = try Written(batch)
        #expect(try written.failure() == nil)
        #expect(written.view.count == count * 6)
        if count > 1 {
            let own = batch.transitions.map(\.transition)
            #expect(!batch.arena.checks.isEmpty && own.contains { !$0.timestampAsReceived.isEmpty })
            #expect(own.contains { $0.isRetryable == true } && own.contains { $0.isRetryable == false })
            #expect(own.contains { $0.retryDelaySeconds == 30 && $0.detailsCategory != $0.metadataCategory })
            #expect(own.contains { $0.hasConfirmedRound && !$0.transactionHash.isEmpty && $0.statedDurationMs == 3 })
        }
        let bounds: [String?] = [nil, "a", "d0", "d1", "d17", "d2", "d299", "e"]
        for lower in bounds {
            for upper in bounds {
                let part = try written.run.load(from: lower.map { Array($0.utf8) }, to: upper.map { Array($0.utf8) })
                func isInside(_ id: ByteSlice) -> Bool {
                    let text = batch.arena.bytes.text(id)
                    return lower.map { text >= $0 } ?? true && upper.map { text < $0 } ?? true
                }
                var expected = batch
                expected.transitions.removeAll { !isInside($0.deploymentID) }
                expected.deployments.removeAll { !isInside($0.deploymentID) }
                #expect(Self.view(part) == Self.view(expected), "\(lower as Any) \(upper as Any)")
                let bytes = (expected.transitions.map(\.content) + expected.deployments.map(\.content)).map(\.count)
                #expect(part.arena.bytes.count >= bytes.reduce(0, +))
                if expected.isEmpty { #expect(part.arena.bytes.isEmpty) }
            }
        }
    }

    @Test("give back records of a megabyte, which end a section each")
    func largeRecords() throws {
        let message = String(repeating: "m", count: 1 << 20)
        var collector = RecordCollector()
        let lines = (0..<5).map {
            Text.transition("t\($0)", "d\($0)", "Queued", "2026-02-10T10:00:00Z", #","message":"\#(message)""#)
        }
        collector.collectLines(Array(lines.joined(separator: "\n").utf8), offset: 0)
        let written = try Written(RecordBatch(merging: [(collector.finishBatch(), 1, 0)]))
        #expect(written.view.count == 5)
        #expect(try written.failure() == nil)
        #expect(try written.run.load(from: Array("d2".utf8), to: Array("d3".utf8)).arena.bytes.count < 2 << 20)
    }

    @Test("with any byte changed are an error that names the directory")
    func flips() throws {
        var generator = SeededGenerator(seed: 6)
        let written = try Written(Self.run(5))
        for offset in 0..<written.run.end {
            let before = try written.byte(offset)
            _ = try written.file.write([before ^ UInt8.random(in: 1...255, using: &generator)], at: offset)
            let failure = try #require(try written.failure(), "byte \(offset)")
            #expect(failure.hasPrefix("cannot read back records that exceeded --memory: section at byte "))
            #expect(failure.contains(written.folder.path))
            _ = try written.file.write([before], at: offset)
        }
        #expect(try written.failure() == nil)
    }

    @Test("with a checksum that fits a changed byte are an error, or records with another value")
    func resealed() throws {
        var generator = SeededGenerator(seed: 7)
        let written = try Written(Self.run(3))
        let original = try written.file.read(written.run.end, at: 0)
        let section = try Self.firstLength(original)
        var refused = 0
        for offset in 0..<section - SpillSection.checksumBytes {
            var bytes = Array(original[..<section])
            bytes[offset] ^= UInt8.random(in: 1...255, using: &generator)
            let checksum = Checksum.crc32(bytes.span.extracting(0..<section - SpillSection.checksumBytes))
            for index in 0..<4 {
                bytes[section - 4 + index] = UInt8(truncatingIfNeeded: checksum >> (8 * UInt32(index)))
            }
            _ = try written.file.write(bytes, at: 0)
            do {
                _ = Self.view(try written.run.load(from: nil, to: nil))
                _ = Self.view(try written.run.load(from: Array("d2".utf8), to: Array("d4".utf8)))
            } catch let error as EnvironmentError {
                #expect(error.kind == .io)
                refused += 1
            }
        }
        // Header, slices, counts, flags and numbers of cases; not times, hashes and content.
        #expect(refused > 200 && refused < section)
    }

    /// The length of the section that bytes begin with, as its checksum tells: the sections of a run are in a row.
    private static func firstLength(_ bytes: [UInt8]) throws -> Int {
        let magic = Array("CSPL".utf8)
        let next = (4..<bytes.count - 4).first { Array(bytes[$0..<$0 + 4]) == magic }
        return try #require(next)
    }

    @Test("cut anywhere are an error, and so are sections in each other's place")
    func cuts() throws {
        let written = try Written(Self.run(5))
        let whole = try written.file.read(written.run.end, at: 0)
        let descriptor = try #require(try Self.scratchDescriptor(in: written.folder.path))
        for length in stride(from: written.run.end - 1, through: 0, by: -97) {
            #expect(ftruncate(descriptor, off_t(length)) == 0)
            let failure = try #require(try written.failure())
            #expect(failure.contains("the file was shortened while it was read"))
        }
        let first = try Self.firstLength(whole)
        var moved = [UInt8](repeating: 0, count: whole.count)
        moved.replaceSubrange(first..<whole.count, with: whole[..<(whole.count - first)])
        _ = try written.file.write(moved, at: 0)
        #expect(try written.failure() != nil)
        // The same records at another offset: each section is whole, and not the one that was asked for.
        let other = try SpilledSegment(Self.run(5), to: written.file, at: 1 << 20)
        _ = try written.file.write(try written.file.read(other.end - 1 << 20, at: 1 << 20), at: 0)
        #expect(try #require(try written.failure()).hasSuffix("the header is that of another section"))
    }

    @Test("of identifiers come back, and are an error once a byte is changed")
    func identifiers() async throws {
        let folder = try Folder()
        let file = try SpillFile(in: folder.path)
        // All in one bucket, so that it goes to the file; every hash under two deployments in the end.
        var held = SharedIdentifiers()
        var spilled = SharedIdentifiers(spillingTo: file)
        for first in [0, 20_000] {
            let entries = (0..<20_000).map { SharedIdentifiers.Entry(hash: $0 * 32, deployment: UInt32($0)) }
            try held.add(entries, firstDeployment: first)
            try spilled.add(entries, firstDeployment: first)
        }
        let suspects = try await held.suspects(threads: 2)
        #expect(suspects == Array(0..<40_000))
        #expect(try await spilled.suspects(threads: 2) == suspects)
        let offset = 12_345
        _ = try file.write([try file.read(1, at: offset)[0] ^ 4], at: offset)
        await #expect(throws: EnvironmentError.self) { try await spilled.suspects(threads: 2) }
    }

    @Test("end a run with an error if a byte changes between writing and reading")
    func damagedParts() async throws {
        let folder = try Folder()
        var options = AnalysisOptions()
        options.inputs = [
            try folder.write((0..<500).map { Text.transition("t\($0)", "d\($0)") + "\n" }.joined(), to: "a.ndjson")
        ]
        options.memory = MemoryBudget(size: 1, directory: folder.path)
        let (_, parts) = try await SourceLoader.parts(options)
        #expect(parts.isSpilled && parts.count > 1)
        let descriptor = try #require(try Self.scratchDescriptor(in: folder.path))
        var byte: UInt8 = 0
        #expect(pread(descriptor, &byte, 1, 9_999) == 1)
        byte ^= 1
        #expect(pwrite(descriptor, &byte, 1, 9_999) == 1)
        await #expect(throws: EnvironmentError.self) {
            for part in 0..<parts.count { _ = try await parts.load(part) }
        }
    }

    /// A file without a name is found among the descriptors of this process.
    private static func scratchDescriptor(in folder: String) throws -> Int32? {
        try FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd").compactMap(Int32.init).first { number in
            let target = try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/fd/\(number)")
            return target.map { $0.hasPrefix(folder + "/") && $0.hasSuffix("(deleted)") } ?? false
        }
    }
}
