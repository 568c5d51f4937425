import AuditModel
import RecordContent
import StrictJSON

/// Takes parsed values into a batch: records are accepted or rejected, envelopes are handed back.
package struct RecordCollector: Sendable {
    package private(set) var batch = RecordBatch()
    private var parser = JSONParser()
    private var reader = RecordReader()
    /// Whether the digest of the bytes of each record is kept.
    private let digestsRaw: Bool

    package init(digestsRaw: Bool = false) { self.digestsRaw = digestsRaw }

    /// The batch so far; the next one begins empty.
    package mutating func takeBatch() -> RecordBatch {
        defer { batch = RecordBatch() }
        return batch
    }

    /// Reads lines of JSON, one value a line, as a stretch of NDJSON.
    ///
    /// The stretch begins at `offset` in the source.
    package mutating func takeLines(_ bytes: [UInt8], offset: Int) {
        // Canonical contents are about as long as their lines; growing by doubling would hold half the memory idle.
        batch.arena.bytes.reserveCapacity(bytes.count + bytes.count / 16)
        let span = bytes.span
        var start = 0
        while start < span.count {
            let end = span.indexOfLineEnd(from: start)
            let place = RecordPlace(line: batch.lineCount, offset: offset + start)
            takeLine(span, start..<end, place)
            start = end + 1
            batch.lineCount += 1
        }
        batch.shapes.insert("ndjson")
    }

    private mutating func takeLine(_ bytes: Span<UInt8>, _ line: Range<Int>, _ place: RecordPlace) {
        let first = bytes.skippingWhitespace(from: line.lowerBound, to: line.upperBound)
        guard first < line.upperBound else { return }
        guard line.count <= IngestLimits.recordBytes else {
            return reject(RecordProblem(.malformedRecord, "over 16 MiB"), bytes, line, place)
        }
        if !takeDocument(bytes, line, place) { rejectUnreadable(bytes, line, place) }
    }

    private var failure: JSONError?

    /// Parses one JSON text and takes what is in it; false, and nothing taken, if it is not JSON.
    mutating func takeDocument(
        _ bytes: Span<UInt8>, _ range: Range<Int>, _ place: RecordPlace, isElement: Bool = false
    ) -> Bool {
        do throws(JSONError) {
            try parser.parseDocument(bytes, range)
        } catch {
            failure = error
            return false
        }
        if parser.tape.tokens[0].kind == .array, !isElement {
            let tape = parser.tape
            tape.forEachElement(of: 0) { takeValue($0, bytes, place.moved(to: tape.tokens[$0], range)) }
        } else {
            takeValue(0, bytes, place.moved(to: parser.tape.tokens[0], range))
        }
        return true
    }

    mutating func rejectUnreadable(_ bytes: Span<UInt8>, _ range: Range<Int>, _ place: RecordPlace) {
        let reason = failure.map { "\($0.reason) at byte \($0.offset - range.lowerBound)" } ?? "not JSON"
        reject(RecordProblem(.malformedRecord, reason), bytes, range, place)
    }

    private mutating func takeValue(_ value: Int, _ bytes: Span<UInt8>, _ place: RecordPlace) {
        let tape = parser.tape
        guard tape.tokens[value].kind == .object else {
            let problem = RecordProblem(.malformedRecord, "\(tape.tokens[value].kind), expected an object")
            return reject(problem, bytes, tape.tokens[value].range, place)
        }
        let layout = reader.layout(value, tape, in: bytes)
        let shape = ObjectShape(layout, reader.keys, tape)
        switch shape.kind {
        case .envelope: takeEnvelope(shape, value, bytes, place)
        case .transition: takeTransition(value, bytes, nil, place, layout)
        case .deployment: takeDeployment(shape, value, bytes, place, layout)
        case .unknown:
            let problem = RecordProblem(.malformedRecord, "neither a deployment nor a transition: deploymentId missing")
            reject(problem, bytes, tape.tokens[value].range, place)
        }
    }

    /// Takes a transition; `layout` is the object's own if the reader found that last.
    mutating func takeTransition(
        _ object: Int, _ bytes: Span<UInt8>, _ parent: [UInt8]?, _ place: RecordPlace, _ layout: MemberLayout? = nil
    ) {
        reader.notes.reset()
        do throws(RecordProblem) {
            let read = try reader.transition(
                object, parser.tape, in: bytes, parent: parent, layout: layout, into: &batch.arena)
            batch.transitions.append(
                IngestedTransition(
                    transition: read.facts, deploymentID: read.deploymentID, place: place,
                    deploymentHash: batch.arena.hash(read.deploymentID),
                    idHash: read.facts.hasOwnID ? batch.arena.hash(read.facts.id) : 0,
                    rawDigest: rawDigest(bytes, parser.tape.tokens[object].range)))
            note(read.deploymentID, read.facts.hasOwnID ? read.facts.id : .none, bytes, place)
        } catch {
            let id = parent.map { String(decoding: $0, as: UTF8.self) }
            reject(error, bytes, parser.tape.tokens[object].range, place, deploymentID: id)
        }
    }

    /// Takes a deployment's own members and the entries of its status history.
    private mutating func takeDeployment(
        _ shape: ObjectShape, _ object: Int, _ bytes: Span<UInt8>, _ place: RecordPlace, _ layout: MemberLayout
    ) {
        reader.notes.reset()
        do throws(RecordProblem) {
            let read = try reader.deployment(object, parser.tape, in: bytes, layout: layout, into: &batch.arena)
            batch.deployments.append(
                IngestedDeployment(
                    facts: read.facts, deploymentID: read.deploymentID, place: place, isRow: false,
                    deploymentHash: batch.arena.hash(read.deploymentID),
                    rawDigest: rawDigest(bytes, parser.tape.tokens[object].range)))
            note(read.deploymentID, .none, bytes, place)
        } catch {
            reject(error, bytes, parser.tape.tokens[object].range, place)
        }
        guard let history = shape.history else {
            batch.shapes.insert("records")
            return
        }
        batch.shapes.insert("audit-trail")
        takeHistory(history, of: object, parent: shape.deploymentID(parser.tape, bytes), bytes, place)
    }

    private mutating func takeHistory(
        _ history: Int, of object: Int, parent: [UInt8]?, _ bytes: Span<UInt8>, _ place: RecordPlace
    ) {
        let first = batch.transitions.count
        var index = 0
        let tape = parser.tape
        var (own, previous) = (place, tape.tokens[object])
        tape.forEachElement(of: history) { element in
            let token = tape.tokens[element]
            own = own.moved(from: previous, to: token, bytes)
            previous = token
            index += 1
            if index > IngestLimits.transitionsPerDeployment {
                let problem = RecordProblem(.malformedRecord, "over 100,000 transitions in one history")
                reject(problem, bytes, token.range, own)
            } else if token.kind == .object {
                takeTransition(element, bytes, parent, own)
            } else {
                let problem = RecordProblem(.malformedRecord, "\(token.kind) in a status history, expected an object")
                reject(problem, bytes, token.range, own)
            }
        }
        noteOrder(from: first)
    }

    private mutating func noteOrder(from first: Int) {
        for index in stride(from: first + 1, to: batch.transitions.count, by: 1) {
            let (earlier, later) = (batch.transitions[index - 1], batch.transitions[index])
            guard later.transition.time < earlier.transition.time else { continue }
            add(.outOfOrderRecord, later.deploymentID, later.transition.id, later.place)
        }
    }

    private mutating func note(
        _ deploymentID: ByteSlice, _ transitionID: ByteSlice, _ bytes: Span<UInt8>, _ place: RecordPlace
    ) {
        if reader.notes.hasTimeWithoutZone { add(.timestampWithoutZone, deploymentID, transitionID, place) }
        for name in reader.notes.unknownMembers {
            var text: [UInt8] = []
            JSONString.unescape(bytes, name, into: &text)
            batch.unknownMembers[String(decoding: text, as: UTF8.self), default: (0, place)].count += 1
        }
    }

    private mutating func add(
        _ code: FindingCode, _ deploymentID: ByteSlice, _ transitionID: ByteSlice, _ place: RecordPlace
    ) {
        let id = transitionID.isEmpty ? nil : batch.arena.bytes.text(transitionID)
        batch.notes.append(
            IntakeNote(
                code: code, place: place, deploymentID: batch.arena.bytes.text(deploymentID), transitionID: id))
    }

    /// Keeps a record that is not accepted.
    mutating func reject(
        _ problem: RecordProblem, _ bytes: Span<UInt8>, _ range: Range<Int>, _ place: RecordPlace,
        deploymentID: String? = nil
    ) {
        var raw: [UInt8] = []
        raw.append(bytes, range.prefix(Rejection.maximumRawBytes))
        batch.rejections.append(
            Rejection(
                problem: problem, place: place,
                sha256: ContentDigest.hexadecimal(ContentDigest.sha256(bytes, range)), byteCount: range.count,
                raw: raw, deploymentID: deploymentID ?? readableID(bytes, range)))
    }

    /// The deployment's identifier, if the text is still the one that was parsed last and has one.
    private func readableID(_ bytes: Span<UInt8>, _ range: Range<Int>) -> String? {
        guard failure == nil || failure?.offset ?? 0 < range.lowerBound else { return nil }
        guard let object = parser.tape.tokens.firstIndex(where: { $0.range == range && $0.kind == .object }),
            let id = parser.tape.member("deploymentId", of: object, in: bytes),
            parser.tape.tokens[id].kind == .string
        else { return nil }
        var text: [UInt8] = []
        JSONString.unescape(bytes, parser.tape.tokens[id].inner, into: &text)
        guard Identifier.isValid(text.span, 0..<text.count) else { return nil }
        return String(decoding: text, as: UTF8.self)
    }

    mutating func reject(_ rejection: Rejection) { batch.rejections.append(rejection) }

    /// Bytes of content in the batch so far.
    var arenaBytes: Int { batch.arena.bytes.count }

    mutating func noteShape(_ shape: String) { batch.shapes.insert(shape) }

    mutating func append(_ other: RecordBatch, line: Int) { batch.append(other, line: line) }

    /// Parses one entry of a status history and takes it; false if it is not JSON.
    mutating func takeHistoryEntry(
        _ bytes: Span<UInt8>, _ range: Range<Int>, _ parent: [UInt8]?, _ place: RecordPlace
    ) -> Bool {
        do throws(JSONError) {
            try parser.parseDocument(bytes, range)
        } catch {
            failure = error
            return false
        }
        guard parser.tape.tokens[0].kind == .object else {
            let problem = RecordProblem(.malformedRecord, "\(parser.tape.tokens[0].kind) in a status history")
            reject(problem, bytes, range, place)
            return true
        }
        takeTransition(0, bytes, parent, place)
        return true
    }

    // MARK: Envelopes and rows

    /// Takes an API response that is at hand as a whole.
    private mutating func takeEnvelope(
        _ shape: ObjectShape, _ object: Int, _ bytes: Span<UInt8>, _ place: RecordPlace
    ) {
        batch.shapes.insert("envelope")
        let tape = parser.tape
        var nested: [(text: [UInt8], place: RecordPlace)] = []
        tape.forEachMember(of: object) { key, value in
            let token = tape.tokens[value]
            let holders: [StaticString] = ["deployment", "deployments", "data"]
            if holders.contains(where: { tape.isName(key, $0, in: bytes) }) {
                switch token.kind {
                case .object: takeValue(value, bytes, place.moved(from: tape.tokens[object], to: token, bytes))
                case .array:
                    var (own, previous) = (place, tape.tokens[object])
                    tape.forEachElement(of: value) {
                        own = own.moved(from: previous, to: tape.tokens[$0], bytes)
                        previous = tape.tokens[$0]
                        takeValue($0, bytes, own)
                    }
                case .string:
                    var text: [UInt8] = []
                    text.append(bytes, token.range)
                    nested.append((text, place.moved(from: tape.tokens[object], to: token, bytes)))
                case .number, .true, .false, .null: break
                }
            } else {
                claim(tape.tokens[key].inner, token, bytes)
            }
        }
        for string in nested { takeNested(string.text, string.place) }
    }

    /// Takes what an envelope says of itself.
    mutating func claim(_ name: Range<Int>, _ token: JSONToken, _ bytes: Span<UInt8>) {
        guard token.kind != .object, token.kind != .array, token.kind != .null else { return }
        var (key, text): ([UInt8], [UInt8]) = ([], [])
        JSONString.unescape(bytes, name, into: &key)
        if token.kind == .string {
            JSONString.unescape(bytes, token.inner, into: &text)
        } else {
            text.append(bytes, token.range)
        }
        guard text.count <= 256, key.count <= 256, batch.claims.count < 64 else { return }
        batch.claims[String(decoding: key, as: UTF8.self)] = String(decoding: text, as: UTF8.self)
    }

    /// Reads the JSON or CSV inside a JSON string, quotation marks included.
    private mutating func takeNested(_ string: [UInt8], _ place: RecordPlace) {
        let window = ByteWindow(string, offset: place.offset)
        window.position = 1
        let text = EscapedText(window)
        let inner = SourceReader(text: text, digestsRaw: digestsRaw)
        while let chunk = try? inner.next() {
            var part: RecordBatch
            switch chunk {
            case .lines(let bytes, let offset):
                var collector = RecordCollector(digestsRaw: digestsRaw)
                collector.takeLines(bytes, offset: offset)
                part = collector.takeBatch()
            case .batch(let batch): part = batch
            }
            text.place(&part)
            batch.append(part, line: place.line)
        }
    }

    /// Reads one CSV row that was written as an object of transition members and one of deployment members.
    mutating func takeRow(_ row: CSVRow, _ place: RecordPlace) {
        guard takeDocumentAsTransition(row.transition, row.raw, place) else { return }
        guard !row.deployment.isEmpty, row.deployment != lastRowMembers else { return }
        lastRowMembers = row.deployment
        let span = row.deployment.span
        guard (try? parser.parseDocument(span, 0..<span.count)) != nil,
            let read = try? reader.deployment(0, parser.tape, in: span, into: &batch.arena)
        else { return }
        batch.deployments.append(
            IngestedDeployment(
                facts: read.facts, deploymentID: read.deploymentID, place: place, isRow: true,
                deploymentHash: batch.arena.hash(read.deploymentID),
                rawDigest: rawDigest(row.raw.span, 0..<row.raw.count)))
    }

    /// Puts the digest of a record's bytes behind its content, if digests are wanted.
    private mutating func rawDigest(_ bytes: Span<UInt8>, _ range: Range<Int>) -> ByteSlice {
        digestsRaw ? batch.arena.keep(Array(ContentDigest.sha256(bytes, range))) : .none
    }

    /// Takes a record that a ledger holds, by its canonical content; `place` tells where it stands there.
    ///
    /// Returns false if the content is not that of such a record.
    package mutating func takeStored(
        transition text: [UInt8], asReceived: [UInt8]?, _ place: RecordPlace
    ) -> Bool {
        guard (try? parser.parseDocument(text.span, 0..<text.count)) != nil else { return false }
        let before = batch.transitions.count
        takeTransition(0, text.span, nil, place)
        guard batch.transitions.count > before else { return false }
        if let asReceived { batch.transitions[before].transition.timestampAsReceived = batch.arena.keep(asReceived) }
        return true
    }

    /// Takes a deployment record, or the columns of CSV rows, that a ledger holds.
    ///
    /// Returns false if the content is not that of such a record.
    package mutating func takeStored(
        deployment text: [UInt8], isRow: Bool, _ place: RecordPlace
    ) -> Bool {
        let span = text.span
        guard (try? parser.parseDocument(span, 0..<span.count)) != nil,
            let read = try? reader.deployment(0, parser.tape, in: span, into: &batch.arena)
        else { return false }
        batch.deployments.append(
            IngestedDeployment(
                facts: read.facts, deploymentID: read.deploymentID, place: place, isRow: isRow,
                deploymentHash: batch.arena.hash(read.deploymentID)))
        return true
    }

    private var lastRowMembers: [UInt8] = []

    private mutating func takeDocumentAsTransition(_ object: [UInt8], _ raw: [UInt8], _ place: RecordPlace) -> Bool {
        let span = object.span
        let before = batch.rejections.count
        do throws(JSONError) {
            try parser.parseDocument(span, 0..<span.count)
        } catch {
            reject(RecordProblem(.malformedRecord, error.reason), raw.span, 0..<raw.count, place)
            return false
        }
        takeTransition(0, span, nil, place)
        guard batch.rejections.count > before, let problem = batch.rejections.popLast() else {
            // The row is what was received; the object was written here.
            let digest = rawDigest(raw.span, 0..<raw.count)
            batch.transitions[batch.transitions.count - 1].rawDigest = digest
            return true
        }
        reject(problem.problem, raw.span, 0..<raw.count, place, deploymentID: problem.deploymentID)
        return false
    }
}
