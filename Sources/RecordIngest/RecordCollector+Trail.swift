import AuditModel
import RecordContent
import StrictJSON

/// Lines of the audit trail of a bundle (docs/bundle-format.md, 5.1).
extension RecordCollector {
    /// Reads the records that a line holds whole, or refuses the line by name.
    ///
    /// A line has each transition, and each deployment record or the only one. It lacks what the bundle left out of its
    /// period, and the contents that contradict those it shows.
    mutating func collectTrailLine(
        _ object: Int, in bytes: Span<UInt8>, shape: ObjectShape, at position: RecordPosition
    ) {
        let line = TrailLine(object, parser.tape, in: bytes)
        let owner = shape.deploymentID(parser.tape, in: bytes)
        if let reason = owner == nil ? "whose deploymentId is no text" : line.refusal {
            let problem = RecordProblem(.malformedRecord, "a line of a bundle's audit-trail.json, \(reason)")
            return reject(bytes, parser.tape.tokens[object].range, at: position, for: problem)
        }
        batch.shapes.insert("audit-trail")
        let mark = trailMark
        let tape = parser.tape
        rejectUnread(of: object, knowing: TrailLine.members, tape, in: bytes, at: position)
        let start = tape.tokens[object]
        var own = position
        var previous = start
        for (value, isRow) in line.deployments.sorted(by: { $0.value < $1.value }) {
            own = own.moved(from: previous, to: parser.tape.tokens[value], in: bytes)
            previous = parser.tape.tokens[value]
            collectTrailDeployment(value, of: owner, isRow: isRow, in: bytes, at: own)
        }
        collectTrailTransitions(line.transitions, of: owner, from: start, in: bytes, at: position)
        rejectContradictions(line.derived, merged: line.merged, of: owner, since: mark, in: bytes, at: position)
    }

    private mutating func collectTrailDeployment(
        _ value: Int, of owner: [UInt8]?, isRow: Bool, in bytes: Span<UInt8>, at position: RecordPosition
    ) {
        let range = parser.tape.tokens[value].range
        let mark = batch.arena.bytes.count
        reader.notes.reset()
        do throws(RecordProblem) {
            let read = try reader.deployment(value, parser.tape, in: bytes, into: &batch.arena)
            guard batch.arena.bytes[read.deploymentID.range].elementsEqual(owner ?? []) else {
                batch.arena.bytes.removeLast(batch.arena.bytes.count - mark)
                throw RecordProblem(.malformedRecord, "deploymentId differs from that of the line it stands in")
            }
            batch.deployments.append(
                IngestedDeployment(
                    facts: read.facts, deploymentID: read.deploymentID, position: position, isRow: isRow,
                    deploymentHash: batch.arena.hash(read.deploymentID), rawDigest: keepDigest(bytes, range)))
            keepNotes(read.deploymentID, .none, in: bytes, at: position)
        } catch {
            reject(bytes, range, at: position, for: error)
        }
    }

    private mutating func collectTrailTransitions(
        _ transitions: Int, of owner: [UInt8]?, from start: JSONToken, in bytes: Span<UInt8>,
        at position: RecordPosition
    ) {
        let tape = parser.tape
        var own = position
        var previous = start
        tape.forEachElement(of: transitions) { element in
            let token = tape.tokens[element]
            own = own.moved(from: previous, to: token, in: bytes)
            previous = token
            guard let record = tape.member("record", of: element, in: bytes), tape.tokens[record].kind == .object else {
                let problem = RecordProblem(.malformedRecord, "record missing in a bundle's audit-trail.json")
                return reject(bytes, token.range, at: own, for: problem)
            }
            rejectUnread(of: element, knowing: ["record"], tape, in: bytes, at: own)
            if let received = tape.member("timestampAsReceived", of: element, in: bytes),
                tape.tokens[received].kind == .string
            {
                var text: [UInt8] = []
                JSONString.unescape(bytes, tape.tokens[received].inner, into: &text)
                reader.receivedTime = text
            }
            collectTransition(record, in: bytes, parent: owner, at: own)
            reader.receivedTime = nil
        }
    }
}

/// Where the records of a trail's line stand.
private struct TrailLine {
    /// Why the line does not hold its records whole, as the end of a sentence; nil if it does.
    var refusal: String?
    /// Deployment records, and the columns of CSV rows.
    var deployments: [(value: Int, isRow: Bool)] = []
    var transitions = 0
    /// What follows from the transitions.
    var derived: Int?
    /// The deployment, if it is merged from records that stand beside it.
    var merged: Int?

    /// The members that are read, or follow from those that are.
    static let members: [StaticString] = [
        "deployment", "deploymentId", "derived", "row", "rowMembers", "snapshots", "transitions",
    ]

    init(_ object: Int, _ tape: JSONTape, in bytes: Span<UInt8>) {
        func member(_ name: StaticString, of object: Int) -> Int? {
            tape.member(name, of: object, in: bytes).flatMap { tape.tokens[$0].kind == .null ? nil : $0 }
        }
        let derived = member("derived", of: object) ?? object
        transitions = member("transitions", of: object) ?? object
        if member("snapshotAfterPeriod", of: object) != nil {
            refusal = "whose deployment changed after the period, so that it is not whole there"
        } else if member("disputed", of: derived).map({ tape.tokens[$0].kind }) != .false {
            refusal = "whose deployment is disputed, so that not all its records are there"
        }
        self.derived = derived == object ? nil : derived
        let rows = member("rowMembers", of: object)
        if let rows { deployments.append((rows, true)) }
        let deployment = member("deployment", of: object)
        let count = member("recordCount", of: derived).map { tape.tokens[$0] }
        func counts(_ number: Int) -> Bool {
            count.map { $0.kind == .number && WholeNumber(bytes, $0.range)?.signed == Int64(number) } ?? true
        }
        if let snapshots = member("snapshots", of: object) {
            guard tape.tokens[snapshots].kind == .array else {
                refusal = "whose snapshots are no list"
                return
            }
            let before = deployments.count
            tape.forEachElement(of: snapshots) { deployments.append(($0, false)) }
            let number = deployments.count - before
            if number == 0 { refusal = refusal ?? "whose snapshots are an empty list" }
            if !counts(number) { refusal = refusal ?? TrailLine.miscounted(count, number, in: bytes) }
            merged = deployment
        } else if let deployment {
            if rows != nil { refusal = refusal ?? "with rowMembers but without snapshots" }
            deployments.append((deployment, count != nil && counts(0)))
            if !counts(0), !counts(1) { refusal = refusal ?? TrailLine.miscounted(count, 1, in: bytes) }
        } else {
            if rows != nil { refusal = refusal ?? "with rowMembers but without snapshots" }
            if !counts(0) { refusal = refusal ?? TrailLine.miscounted(count, 0, in: bytes) }
        }
    }

    private static func miscounted(_ count: JSONToken?, _ number: Int, in bytes: Span<UInt8>) -> String {
        let found = count.map { FoundValue.text($0, bytes) } ?? "absent"
        return "whose recordCount is \(found), expected \(number) as it has records of its deployment"
    }
}
