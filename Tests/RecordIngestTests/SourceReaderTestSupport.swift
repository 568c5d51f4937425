import AuditModel
import RecordContent
import RecordIngest
import StrictJSON

/// A record as a test wants to see it.
struct SeenRecord: Equatable, CustomStringConvertible {
    /// `t` a transition, `d` a deployment record, `r` a CSV row's deployment columns, `x` a rejected record.
    var kind: String
    var deploymentID: String
    var id: String
    var line: Int
    var offset: Int

    var description: String { "\(kind) \(deploymentID)/\(id) line \(line) offset \(offset)" }
}

/// What reading a source gave.
struct SeenSource {
    var records: [SeenRecord] = []
    var contents: [String] = []
    var rejections: [Rejection] = []
    var notes: [IntakeNote] = []
    var claims: [String: String] = [:]
    var shapes: Set<String> = []
    var unknownMembers: [String: Int] = [:]
    var unreadLists: [String: Int] = [:]
    var envelopes: [EnvelopeClaims] = []
    var largestBatch = 0
    /// Bytes of the largest stretch or batch, contents and all.
    var largestArena = 0

    func of(_ kind: String) -> [SeenRecord] { records.filter { $0.kind == kind } }
    var counts: [String: Int] { Dictionary(grouping: records, by: \.kind).mapValues(\.count) }
    var codes: [FindingCode] { rejections.map(\.problem.code) }
    var reasons: [String] { rejections.map(\.problem.reason) }
}

enum Source {
    /// Reads bytes that arrive in pieces.
    static func read(_ bytes: [UInt8], piece: Int = 1 << 20) throws -> SeenSource {
        var position = 0
        return try read { buffer in
            let count = min(piece, buffer.count, bytes.count - position)
            bytes.withUnsafeBytes { source in
                buffer.copyMemory(from: UnsafeRawBufferPointer(rebasing: source[position..<position + count]))
            }
            position += count
            return count
        }
    }

    static func read(_ text: String, piece: Int = 1 << 20) throws -> SeenSource {
        try read(Array(text.utf8), piece: piece)
    }

    /// Reads pieces that are made while they are read.
    static func read(pieces: Int, _ piece: @escaping (Int) -> [UInt8], keep: Bool = true) throws -> SeenSource {
        var number = 0
        var rest: [UInt8] = []
        return try read(keep: keep) { buffer in
            // As a file does: a read brings as much as there is room for.
            while rest.count < buffer.count, number < pieces {
                rest += piece(number)
                number += 1
            }
            let count = min(buffer.count, rest.count)
            buffer.copyBytes(from: rest[..<count])
            rest.removeFirst(count)
            return count
        }
    }

    private static func read(
        keep: Bool = true, _ refill: @escaping (UnsafeMutableRawBufferPointer) throws -> Int
    ) throws -> SeenSource {
        var seen = SeenSource()
        let reader = SourceReader(refill: refill)
        var line = 1
        while let chunk = try reader.next() {
            var batch: RecordBatch
            switch chunk {
            case .batch(let own): batch = own
            case .lines(let bytes, let offset):
                var collector = RecordCollector()
                collector.collectLines(bytes, offset: offset)
                batch = collector.finishBatch()
            }
            seen.add(batch, firstLine: line, keepsContents: keep)
            line += batch.lineCount
        }
        return seen
    }
}

extension SeenSource {
    mutating func add(_ batch: RecordBatch, firstLine: Int, keepsContents: Bool) {
        let bytes = batch.arena.bytes
        largestArena = max(largestArena, bytes.count)
        largestBatch = max(largestBatch, batch.transitions.count + batch.deployments.count)
        func add(_ kind: String, _ deployment: String, id: String = "", at position: RecordPosition) {
            records.append(
                SeenRecord(
                    kind: kind, deploymentID: deployment, id: id, line: firstLine + position.line,
                    offset: position.offset))
        }
        for entry in batch.transitions {
            add("t", bytes.text(entry.deploymentID), id: bytes.text(entry.transition.id), at: entry.position)
            if keepsContents { contents.append(bytes.text(entry.transition.content)) }
        }
        for entry in batch.deployments {
            add(entry.isRow ? "r" : "d", bytes.text(entry.deploymentID), at: entry.position)
            if keepsContents { contents.append(bytes.text(entry.facts.content)) }
        }
        for entry in batch.rejections { add("x", entry.deploymentID ?? "", at: entry.position) }
        rejections += batch.rejections
        notes += batch.notes
        claims.merge(batch.claims) { own, _ in own }
        shapes.formUnion(batch.shapes)
        envelopes += batch.envelopes
        for (name, seen) in batch.unreadLists { unreadLists[name, default: 0] += seen.count }
        for (name, seen) in batch.unknownMembers { unknownMembers[name, default: 0] += seen.count }
    }
}

/// Texts of records.
enum Text {
    static func transition(_ id: String, _ deployment: String = "d", status: String = "Queued", more: String = "")
        -> String
    {
        #"{"id":"\#(id)","deploymentId":"\#(deployment)","status":"\#(status)","#
            + #""timestamp":"2026-02-19T10:17:01Z"\#(more)}"#
    }

    static func deployment(_ id: String, history: [String]? = nil) -> String {
        let entries = history.map { ",\"statusHistory\":[" + $0.joined(separator: ",") + "]" } ?? ""
        return #"{"deploymentId":"\#(id)","currentStatus":"Queued","network":"n"\#(entries)}"#
    }

    /// The offsets at which a marker begins.
    static func offsets(of marker: String, in text: String) -> [Int] {
        let bytes = Array(text.utf8)
        let wanted = Array(marker.utf8)
        guard bytes.count >= wanted.count else { return [] }
        return (0...(bytes.count - wanted.count)).filter {
            bytes[$0] == wanted[0] && bytes[$0..<$0 + wanted.count].elementsEqual(wanted)
        }
    }

    /// The line, from 1, of an offset.
    static func line(_ offset: Int, in text: String) -> Int { 1 + text.utf8.prefix(offset).count { $0 == 0x0A } }

    /// A text as System.Text.Json writes it inside a string.
    static func quoted(_ text: String) -> String {
        var result = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\n": result += "\\n"
            case "\r": result += "\\r"
            case "\\": result += "\\\\"
            case "\"", "+", "<", ">", "&", "'":
                let digits = String(scalar.value, radix: 16, uppercase: true)
                result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result + "\""
    }
}
