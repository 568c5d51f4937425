package import AuditModel

/// Finds the records that rows of CSV may have been made from, without comparing each row with each record.
///
/// It says what ``RowComparison/agrees(_:in:with:in:)`` says. A row is looked up by the texts of its columns; a table for that
/// is made for each set of columns that rows fill. What a record does not have agrees with everything, so a row is looked up once
/// for each set of its columns that records have: a handful, whatever the number of records.
package struct RowIndex {
    /// What a row and its record have in common before all else.
    package struct Moment: Hashable {
        let time: Timestamp
        let status: DeploymentStatus

        package init(_ transition: Transition) {
            time = transition.time
            status = transition.status
        }
    }

    private struct TableKey: Hashable {
        var moment: Moment
        var names: [ArraySlice<UInt8>]
        /// Whether a cell has line ends, and so is no export's.
        var hasLineEnds: [Bool]
    }

    /// The records of one moment by the texts of some columns.
    private struct Table {
        /// Which of the columns records have.
        var patterns: Set<[Bool]> = []
        var numbers: [[UInt8]: Int] = [:]
    }

    private var records: [Moment: [(number: Int, content: ArraySlice<UInt8>)]] = [:]
    private var tables: [TableKey: Table] = [:]

    package init() {}

    /// Adds a record, under a number that is higher than those before; all are added before a row is looked up.
    package mutating func add(_ number: Int, _ content: ArraySlice<UInt8>, at moment: Moment) {
        records[moment, default: []].append((number, content))
    }

    /// The first record that agrees with a row; nil if none does.
    package mutating func first(agreeing row: ArraySlice<UInt8>, at moment: Moment) -> Int? {
        first(agreeing: row, at: moment) { _ in true }
    }

    /// The first record that has each member of a row and agrees with it there; nil if none does.
    package mutating func first(containing row: ArraySlice<UInt8>, at moment: Moment) -> Int? {
        first(agreeing: row, at: moment) { pattern in pattern.allSatisfy { $0 } }
    }

    private mutating func first(
        agreeing row: ArraySlice<UInt8>, at moment: Moment, where isWanted: ([Bool]) -> Bool
    ) -> Int? {
        guard let records = records[moment] else { return nil }
        let cells = RowText.members(row)
        let key = TableKey(moment: moment, names: cells.map(\.name), hasLineEnds: cells.map(\.text.hasLineEnds))
        let table = tables[key] ?? RowIndex.table(records, key)
        tables[key] = table
        let isExact = cells.map { _ in true }
        var least: Int?
        for pattern in table.patterns where isWanted(pattern) {
            let texts = zip(cells, pattern).map { $1 ? $0.text : nil }
            guard let number = table.numbers[RowText.key(texts, isExact: isExact)] else { continue }
            least = min(least ?? number, number)
        }
        return least
    }

    private static func table(
        _ records: [(number: Int, content: ArraySlice<UInt8>)], _ key: TableKey
    ) -> Table {
        var table = Table()
        for (number, content) in records {
            let texts = RowText.counterparts(key.names, in: content)
            table.patterns.insert(texts.map { $0 != nil })
            let text = RowText.key(texts, isExact: key.hasLineEnds)
            table.numbers[text] = min(table.numbers[text] ?? number, number)
        }
        return table
    }
}

/// The text of a member, as rows and records are compared by it.
private struct RowText {
    /// The value without quotation marks.
    var text: ArraySlice<UInt8>
    /// Whether it had some, so that an export may have changed it.
    var isString: Bool

    init(_ value: ArraySlice<UInt8>) {
        isString = value.first == UInt8(ascii: "\"")
        text = isString ? value.dropFirst().dropLast() : value
    }

    /// The members of a canonical object.
    static func members(_ content: ArraySlice<UInt8>) -> [(name: ArraySlice<UInt8>, text: RowText)] {
        var members: [(name: ArraySlice<UInt8>, text: RowText)] = []
        // Indices of a slice's span begin with 0.
        let base = content.startIndex
        func slice(_ range: Range<Int>) -> ArraySlice<UInt8> {
            content[base + range.lowerBound..<base + range.upperBound]
        }
        var walk = CanonicalMembers(0..<content.count)
        while let member = walk.next(content.span) {
            members.append((slice(member.name), RowText(slice(member.value))))
        }
        return members
    }

    /// The texts of a record's members with the names of a row, in its order; nil for each that it does not have.
    static func counterparts(_ names: [ArraySlice<UInt8>], in record: ArraySlice<UInt8>) -> [RowText?] {
        let own = members(record)
        var next = 0
        return names.map { name in
            while next < own.count, own[next].name.lexicographicallyPrecedes(name) { next += 1 }
            return next < own.count && own[next].name == name ? own[next].text : nil
        }
    }

    /// Whether it has an escaped line feed or carriage return.
    var hasLineEnds: Bool {
        var isEscape = false
        for byte in text {
            if isEscape, byte == UInt8(ascii: "n") || byte == UInt8(ascii: "r") { return true }
            isEscape = !isEscape && byte == UInt8(ascii: "\\")
        }
        return false
    }

    /// Texts as one key; of each that need not be exact, what the source's export leaves of it.
    static func key(_ texts: [RowText?], isExact: [Bool]) -> [UInt8] {
        var key: [UInt8] = []
        for (text, isExact) in zip(texts, isExact) {
            key.append(text == nil ? 0 : 1)
            guard let text else { continue }
            text.append(to: &key, isExact: isExact)
            // No text holds it.
            key.append(0)
        }
        return key
    }

    private func append(to key: inout [UInt8], isExact: Bool) {
        guard !isExact, isString, text.contains(UInt8(ascii: "\\")) else { return key.append(contentsOf: text) }
        var isEscape = false
        for byte in text {
            guard isEscape else {
                isEscape = byte == UInt8(ascii: "\\")
                if !isEscape { key.append(byte) }
                continue
            }
            isEscape = false
            switch byte {
            case UInt8(ascii: "r"): break
            case UInt8(ascii: "n"): key.append(UInt8(ascii: " "))
            default: key += [UInt8(ascii: "\\"), byte]
            }
        }
    }
}
