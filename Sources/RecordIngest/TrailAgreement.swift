import AuditModel
import RecordContent
import StrictJSON

/// What a line of a bundle's audit trail says besides its records, held against them (docs/bundle-format.md, 5.1).
///
/// A reader takes the records alone. What contradicts them would be passed over, so it is rejected.
extension RecordCollector {
    /// How many records, and bytes of them, were there before a line.
    struct TrailMark {
        var transitions: Int
        var deployments: Int
        var rejections: Int
        var bytes: Int
    }

    var trailMark: TrailMark {
        TrailMark(
            transitions: batch.transitions.count, deployments: batch.deployments.count,
            rejections: batch.rejections.count, bytes: batch.arena.bytes.count)
    }

    /// Rejects members of a line that contradict its records; one of which a record was rejected says nothing of the others.
    mutating func rejectContradictions(
        _ derived: Int?, merged: Int?, of owner: [UInt8]?, since mark: TrailMark, in bytes: Span<UInt8>,
        at position: RecordPosition
    ) {
        guard batch.rejections.count == mark.rejections else { return }
        let contradictions = [
            derived.flatMap { contradiction(of: $0, since: mark, in: bytes) },
            merged.flatMap { contradiction(ofMerged: $0, since: mark, in: bytes) },
        ].compactMap(\.self)
        for (value, reason) in contradictions {
            let problem = RecordProblem(.malformedRecord, "a line of a bundle's audit-trail.json, \(reason)")
            let id = owner.map { String(decoding: $0, as: UTF8.self) }
            reject(bytes, parser.tape.tokens[value].range, at: position, for: problem, deploymentID: id)
        }
    }

    /// What of `derived` does not follow from the transitions of its line.
    private func contradiction(
        of derived: Int, since mark: TrailMark, in bytes: Span<UInt8>
    ) -> (value: Int, reason: String)? {
        var dossier = Dossier()
        dossier.bytes = Array(batch.arena.bytes[mark.bytes...])
        dossier.transitions = batch.transitions[mark.transitions...].map { entry in
            var transition = entry.transition
            transition.move(by: -mark.bytes, checks: 0)
            return transition
        }
        var history = History()
        history.build(&dossier)
        // Which of several orders of one time counts may rest on identifiers that are not known here.
        guard history.ambiguousGroups.isEmpty else { return nil }
        func time(_ index: Int) -> String? { index < 0 ? nil : dossier.transitions[index].time.text }
        let expected: [(StaticString, String?)] = [
            ("state", history.state?.name), ("attempts", "\(history.attempts)"),
            ("firstTransitionAt", time(history.first)), ("lastTransitionAt", time(history.last)),
        ]
        for (name, expected) in expected {
            guard let value = parser.tape.member(name, of: derived, in: bytes) else { continue }
            let token = parser.tape.tokens[value]
            let isSame =
                switch token.kind {
                case .string: text(token.inner, in: bytes) == expected
                case .number: text(token.range, in: bytes) == expected
                case .null: expected == nil
                case .object, .array, .true, .false: false
                }
            if isSame { continue }
            let found = FoundValue.text(token, bytes)
            let wanted = expected.map { "\($0) by its transitions" } ?? "none, as no transition is in its history"
            return (derived, "whose \(name) is \(found), expected \(wanted)")
        }
        return nil
    }

    /// Whether the deployment that a line shows is not what its records give.
    private func contradiction(
        ofMerged value: Int, since mark: TrailMark, in bytes: Span<UInt8>
    ) -> (value: Int, reason: String)? {
        var dossier = Dossier()
        var parts: [(key: (Int, Timestamp, String), content: ByteSlice)] = []
        for entry in batch.deployments[mark.deployments...] {
            let range = entry.facts.content.range
            let content = dossier.append(batch.arena.bytes.span, range)
            // Columns of rows come first of all, then records without a time, then by digest, the greatest first.
            let rank = entry.isRow ? 0 : entry.facts.updatedAt == nil ? 1 : 2
            let digest = ContentDigest.hexadecimal(ContentDigest.sha256(batch.arena.bytes.span, range))
            parts.append(((rank, entry.facts.updatedAt ?? .unset, digest), content))
        }
        let sorted = parts.sorted { one, other in
            if (one.key.0, one.key.1) != (other.key.0, other.key.1) {
                return (one.key.0, one.key.1) < (other.key.0, other.key.1)
            }
            return one.key.2 > other.key.2
        }
        let merged = MergedDeployment.merge(sorted.map(\.content), in: &dossier)
        var arena = RecordArena()
        var reader = RecordReader()
        reader.hasOneNumberForm = self.reader.hasOneNumberForm
        let read = try? reader.deployment(value, parser.tape, in: bytes, into: &arena)
        if let read, arena.bytes[read.facts.content.range].elementsEqual(dossier.bytes[merged.range]) { return nil }
        return (value, "whose deployment is not what its snapshots give, expected them merged")
    }

    private func text(_ range: Range<Int>, in bytes: Span<UInt8>) -> String {
        var text: [UInt8] = []
        JSONString.unescape(bytes, range, into: &text)
        return String(decoding: text, as: UTF8.self)
    }
}
