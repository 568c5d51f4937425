import AuditModel
import RecordContent

extension RecordBatch {
    /// Appends another batch whose records stand on the given line of this one.
    mutating func append(_ other: RecordBatch, line: Int) {
        let offset = arena.bytes.count
        let checks = Int32(arena.checks.count)
        arena.bytes += other.arena.bytes
        arena.checks += other.arena.checks.map { ComplianceCheck(name: $0.name.moved(by: offset), passed: $0.passed) }
        transitions += other.transitions.map { entry in
            var entry = entry
            entry.move(by: offset, checks: checks)
            entry.position.line += line
            return entry
        }
        deployments += other.deployments.map { entry in
            var entry = entry
            entry.move(by: offset)
            entry.position.line += line
            return entry
        }
        rejections.append(other.rejections, line: line)
        notes += other.notes.map { entry in
            var entry = entry
            entry.position.line += line
            return entry
        }
        envelopes += other.envelopes.map { entry in
            var entry = entry
            entry.position.line += line
            return entry
        }
        unknownMembers.merge(other.unknownMembers) { ($0.count + $1.count, $0.first) }
        unreadLists.merge(other.unreadLists) { ($0.count + $1.count, $0.first) }
        claims.merge(other.claims) { own, _ in own }
        if metricAnswers == 0 { metricClaims = other.metricClaims }
        metricAnswers += other.metricAnswers
        shapes.formUnion(other.shapes)
    }

    /// Changes the position of every record, rejection and note, and of the first of each unknown member.
    mutating func mapPositions(_ transform: (RecordPosition) -> RecordPosition) {
        for index in transitions.indices { transitions[index].position = transform(transitions[index].position) }
        for index in deployments.indices { deployments[index].position = transform(deployments[index].position) }
        rejections.mapPositions(transform)
        for index in notes.indices { notes[index].position = transform(notes[index].position) }
        for index in envelopes.indices { envelopes[index].position = transform(envelopes[index].position) }
        unknownMembers = unknownMembers.mapValues { ($0.count, transform($0.first)) }
        unreadLists = unreadLists.mapValues { ($0.count, transform($0.first)) }
    }
}
