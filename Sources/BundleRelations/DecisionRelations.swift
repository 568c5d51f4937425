package import AuditModel
package import BundleFormat

/// Decisions of the log beside the records that they replace and accept.
package struct DecisionRelations: Sendable {
    /// What the log says of a record that is superseded; nothing but its kind if a filter hides it.
    private struct Superseded {
        var kind: LogRecord.Kind
        var deploymentID: ArraySlice<UInt8>?
    }

    /// Entries before are not shown, unless their record is in the bundle.
    private let logStart: Int
    private var superseded: [Int: Superseded] = [:]
    /// The decision whose record comes next.
    private var waiting: (decision: LogEntry.Decision, received: Timestamp)?
    /// A decision that a filter withholds came last: a record that comes next is the one that it accepts.
    private var isBehindWithheld = false
    /// Entries that a decision replaced.
    package private(set) var replaced: Set<Int> = []
    /// Numbers in quarantine that decisions settled.
    private var settled: Set<Int> = []
    /// Records that decisions accepted and that are superseded themselves.
    private var revoked: [Int] = []
    /// Records that decisions accepted; no source brought them.
    package private(set) var accepted = Reconciliation()

    package init(logStart: Int) { self.logStart = logStart }

    /// Takes a decision.
    ///
    /// - Parameters:
    ///   - decision: what it says.
    ///   - index: its entry.
    ///   - received: when it was accepted.
    ///   - isInBundle: whether the record of an entry is in the bundle.
    /// - Returns: everything that does not fit.
    package mutating func take(
        _ decision: LogEntry.Decision, at index: Int, received: Timestamp, isInBundle: (Int) -> Bool
    ) -> [String] {
        var problems = endWaiting()
        if !decision.replaces.isEmpty { waiting = (decision, received) }
        for number in decision.settles where !settled.insert(number).inserted {
            problems.append("settles number \(number), which was settled before")
        }
        for entry in decision.replaces {
            let what = "replaces entry \(entry), which"
            if !replaced.insert(entry).inserted { problems.append("\(what) was replaced before") }
            guard entry >= logStart, let known = superseded[entry] else {
                if entry >= logStart || isInBundle(entry) { problems.append("\(what) is not superseded before it") }
                continue
            }
            if let id = known.deploymentID, !id.elementsEqual(decision.deploymentID.utf8) {
                problems.append("\(what) is of another deployment")
            }
            if (known.kind == .transition) != (decision.transitionID != nil) {
                problems.append("\(what) is a \(known.kind.name)")
            }
        }
        return problems
    }

    /// Takes a decision that a filter withholds: it is on a deployment outside the scope.
    package mutating func takeWithheld() -> [String] {
        defer { isBehindWithheld = true }
        return endWaiting()
    }

    /// Takes an entry that is neither a record nor a decision.
    package mutating func takeOther() -> [String] { endWaiting() }

    private mutating func endWaiting() -> [String] {
        isBehindWithheld = false
        defer { waiting = nil }
        return waiting == nil ? [] : ["stands where the record that a decision accepts has to follow"]
    }

    /// Takes a record that a filter hides.
    package mutating func take(hidden kind: LogRecord.Kind, at index: Int, _ place: Selection.Destination?) -> [String]
    {
        if place == .superseded { superseded[index] = Superseded(kind: kind) }
        if isBehindWithheld {
            isBehindWithheld = false
            count(kind, place)
            return []
        }
        guard let own = waiting?.decision else { return [] }
        waiting = nil
        count(kind, place)
        return kind == own.kind ? [] : ["is a \(kind.name), and a decision accepts a \(own.kind.name)"]
    }

    /// Takes a record with the digests of its content and of its bytes in a source, in hexadecimal.
    package mutating func take(
        _ record: LogRecord, at index: Int, _ place: Selection.Destination?, digests: (content: String, source: String)
    ) -> [String] {
        if place == .superseded {
            superseded[index] = Superseded(kind: record.kind, deploymentID: record.deploymentID)
        }
        if isBehindWithheld {
            isBehindWithheld = false
            count(record.kind, place)
            return ["is shown, and stands where the record of a decision on a withheld deployment does"]
        }
        guard let (own, received) = waiting.map({ ($0.decision, $0.received) }) else { return [] }
        waiting = nil
        count(record.kind, place)
        if place == .superseded { revoked.append(index) }
        // What it was read from is not kept of a contradicting record: the content stands for that.
        let isAccepted =
            record.kind == own.kind && record.deploymentID.elementsEqual(own.deploymentID.utf8)
            && digests == (own.accepted, own.accepted) && record.received == received
        return isAccepted ? [] : ["is not the record that the decision before it accepts"]
    }

    private mutating func count(_ kind: LogRecord.Kind, _ place: Selection.Destination?) {
        guard let place else { return }
        accepted.add(kind, place)
    }

    /// What is missing at the end.
    package func missing() -> [String] {
        (waiting == nil ? [] : ["the record that a decision accepts is missing"])
            + revoked.filter { !replaced.contains($0) }.map {
                "entry \($0): a decision accepted it, none replaced it, and it is said to be superseded"
            }
    }
}

extension LogEntry.Decision {
    fileprivate var kind: LogRecord.Kind { transitionID == nil ? .deployment : .transition }

    /// Whether it settles what contradicts a record; `kept` is the SHA-256 of what stood then.
    ///
    /// Of a transition one content stands, which stays unless it is replaced.
    package func settles(transition: String?, kept: String) -> Bool {
        transitionID == transition && (transition == nil || !replaces.isEmpty || accepted == kept)
    }
}

extension Reconciliation {
    /// Counts a record; columns of rows are none.
    package mutating func add(_ kind: LogRecord.Kind, _ place: Selection.Destination) {
        switch kind {
        case .transition: transitions[place.rawValue] += 1
        case .deployment: deploymentRecords[place.rawValue] += 1
        case .columns: break
        }
    }
}
