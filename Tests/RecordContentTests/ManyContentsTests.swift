import AuditModel
import RecordContent
import Testing

/// What finds equal and contradicting contents says the same as comparing each with each, and compares few.
@Suite("Many contents of one deployment")
struct ManyContentsTests {
    /// Numbers that look random and are the same in every execution.
    private struct Numbers {
        var state: UInt64
        mutating func next(_ bound: Int) -> Int {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int(state >> 33) % bound
        }
    }

    @Test(
        "equal contents are found whatever their number, and each is compared with few", arguments: [5, 9, 1000, 4000])
    func distinct(count: Int) {
        var numbers = Numbers(state: UInt64(count))
        var known = DistinctContents()
        var contents: [Int] = []
        var comparisons = 0
        for _ in 0..<count {
            let content = numbers.next(count)
            let expected = contents.firstIndex(of: content)
            let found = known.find {
                comparisons += 1
                return contents[$0] == content
            } hash: {
                ($0 < contents.count ? contents[$0] : content).hashValue
            }
            #expect(found == expected)
            if found == nil { contents.append(content) }
            #expect(known.count == contents.count)
        }
        #expect(comparisons <= count + 8 * 8)
    }

    @Test("equal hashes do not make contents the same")
    func equalHashes() {
        var known = DistinctContents()
        for content in 0..<50 { #expect(known.find(isSame: { $0 == content }, hash: { _ in 7 }) == nil) }
        for content in 0..<50 { #expect(known.find(isSame: { $0 == content }, hash: { _ in 7 }) == content) }
    }

    @Test("a contradiction is that with the first record, and of its first member", arguments: 0..<40)
    func contradictions(seed: Int) {
        var numbers = Numbers(state: UInt64(seed))
        let values = [#""a b""#, #""a\nb""#, #""a\r\nb""#, "1", #""1""#]
        let isRow = seed % 2 == 0
        var bytes: [UInt8] = []
        var kept: [Range<Int>] = []
        var fixed = FixedMembers()
        for _ in 0..<60 {
            let members = ["createdAt", "deployedBy", "network", "other", "tokenType"].compactMap { name in
                numbers.next(3) == 0 ? nil : "\"\(name)\":\(values[numbers.next(name == "network" ? 5 : 2)])"
            }
            let start = bytes.count
            bytes += Array("{\(members.joined(separator: ","))}".utf8)
            let content = start..<bytes.count
            let expected = kept.enumerated().lazy.compactMap { holder, record in
                Self.difference(record, content, in: bytes, isRow: isRow).map { (holder, $0) }
            }.first
            let found = fixed.contradiction(content, in: bytes.span, isRow: isRow)
            #expect(found?.holder == expected?.0)
            #expect(found?.member == expected?.1)
            guard found == nil else { continue }
            kept.append(content)
            fixed.add(content, in: bytes.span)
        }
    }

    /// The first fixed member of a record that another content contradicts.
    private static func difference(_ record: Range<Int>, _ content: Range<Int>, in bytes: [UInt8], isRow: Bool)
        -> String?
    {
        let own = members(record, bytes)
        let other = members(content, bytes)
        return own.first { member in
            guard MergedDeployment.fixedMembers.contains(member.name),
                let found = other.first(where: { $0.name == member.name })
            else { return false }
            return isRow
                ? !RowComparison.agrees(cell: found.value, in: bytes.span, with: member.value, in: bytes.span)
                : bytes[found.value] != bytes[member.value]
        }?.name
    }

    private static func members(_ content: Range<Int>, _ bytes: [UInt8]) -> [(name: String, value: Range<Int>)] {
        var members: [(name: String, value: Range<Int>)] = []
        var walk = CanonicalMembers(content)
        while let member = walk.next(bytes.span) {
            members.append((String(decoding: bytes[member.name], as: UTF8.self), member.value))
        }
        return members
    }

    @Test("a row is found to be of the same record as by comparing it with each", arguments: 0..<40)
    func rows(seed: Int) {
        var numbers = Numbers(state: UInt64(seed))
        let values = [
            #""ab""#, #""a b""#, #""a\nb""#, #""a\r\nb""#, #""a\\nb""#, #""a\\\nb""#, "1", #""1""#, #"{"a":"b\n"}"#,
            #""{\"a\":\"b\\n\"}""#,
        ]
        func content(_ names: [String]) -> [UInt8] {
            let members = names.compactMap { name in
                numbers.next(4) == 0 ? nil : "\"\(name)\":\(values[numbers.next(seed % 2 == 0 ? 3 : values.count)])"
            }
            return Array("{\(members.joined(separator: ","))}".utf8)
        }
        var moments = [Transition(), Transition()]
        moments[1].status = .submitted
        var index = RowIndex()
        let records = (0..<40).map { number in
            (content: content(["id", "message", "reasonCode", "x"]), moment: moments[number % 2])
        }
        for (number, record) in records.enumerated() {
            index.add(number, record.content[...], at: RowIndex.Moment(record.moment))
        }
        for number in 0..<80 {
            let row = content(["actor", "message", "reasonCode"])
            let moment = moments[number % 2]
            let expected = records.firstIndex { record in
                record.moment.status == moment.status
                    && RowComparison.agrees(
                        0..<row.count, in: row.span, with: 0..<record.content.count, in: record.content.span)
            }
            #expect(index.first(agreeing: row[...], at: RowIndex.Moment(moment)) == expected)
        }
    }
}
