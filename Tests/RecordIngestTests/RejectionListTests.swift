import AuditModel
import RecordContent
import RecordIngest
import StrictJSON
import Testing

/// What rejected records are kept as.
@Suite("A list of rejected records")
struct RejectionListTests {
    private static func rejection(
        _ number: Int, raw: [UInt8], byteCount: Int? = nil, id: String? = nil, reason: String = "no record"
    ) -> Rejection {
        Rejection(
            problem: RecordProblem(number % 2 == 0 ? .malformedRecord : .unreadMember, reason),
            position: RecordPosition(line: number, offset: 10 * number),
            sha256: ContentDigest.hexadecimal(of: byteCount == nil ? raw : raw + [number == 0 ? 0 : 1]),
            byteCount: byteCount ?? raw.count, raw: raw, deploymentID: id)
    }

    @Test("what was put in comes out as it was")
    func roundTrip() {
        var all = [
            Self.rejection(0, raw: []), Self.rejection(1, raw: Array("{}".utf8), id: "d"),
            Self.rejection(2, raw: Array("cut".utf8), byteCount: 4, id: "d"),
            Self.rejection(3, raw: [0xFF, 0], byteCount: 3, id: "é"), Self.rejection(4, raw: [1], reason: ""),
        ]
        for number in 5..<300 {
            all.append(
                Self.rejection(
                    number, raw: Array("\(number)".utf8), id: number % 3 == 0 ? nil : "d\(number / 7)",
                    reason: "reason \(number % 150)"))
        }
        var list = RejectionList()
        for rejection in all { list.append(rejection) }
        #expect(list.count == all.count)
        for (kept, rejection) in zip(list, all) {
            #expect(kept.problem == rejection.problem)
            #expect(kept.position == rejection.position)
            #expect(kept.sha256 == rejection.sha256)
            #expect(kept.byteCount == rejection.byteCount)
            #expect(kept.raw == rejection.raw)
            #expect(kept.deploymentID == rejection.deploymentID)
        }
    }

    @Test("a hundred thousand elements that are no records take under 80 bytes each")
    func memory() throws {
        let count = 100_000
        let seen = try Source.lists("[" + Array(repeating: "{}", count: count).joined(separator: ",") + "]")
        #expect(seen.reduce(0) { $0 + $1.count } == count)
        #expect(seen.reduce(0) { $0 + $1.memorySize } < 80 * count)
    }

    @Test("rows that are rejected keep their own bytes once, and their reasons")
    func rows() throws {
        let rows = (0..<50).map { "d\($0),\($0 % 7 == 0 ? "Nothing" : "Queued"),no time \($0)\n" }
        let lists = try Source.lists("DeploymentId,Status,Timestamp\n" + rows.joined())
        let rejections = lists.flatMap { Array($0) }
        #expect(rejections.map { String(decoding: $0.raw, as: UTF8.self) } == rows)
        #expect(rejections.map(\.deploymentID) == (0..<50).map { "d\($0)" })
        #expect(rejections.allSatisfy { !$0.problem.reason.isEmpty && !$0.problem.reason.contains("\u{0}") })
        #expect(Set(rejections.map(\.problem.reason)).count > 1)
    }
}

extension Source {
    /// The rejected records of a text, batch by batch.
    fileprivate static func lists(_ text: String) throws -> [RejectionList] {
        let bytes = Array(text.utf8)
        var position = 0
        let reader = SourceReader { buffer in
            let count = min(buffer.count, bytes.count - position)
            buffer.copyBytes(from: bytes[position..<position + count])
            position += count
            return count
        }
        var lists: [RejectionList] = []
        while let chunk = try reader.next() {
            guard case .batch(let batch) = chunk else { continue }
            lists.append(batch.rejections)
        }
        return lists
    }
}
