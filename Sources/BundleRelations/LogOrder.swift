package import AuditModel
package import BundleFormat

/// The order of a log: it begins with a key and the breaks that it declares, runs follow each other, each ends with its
/// entry, and all entries of a run have its time of acceptance, which never goes back.
package struct LogOrder: Sendable {
    private let origin: String
    /// Whether the entries are those from the log's beginning on.
    private let isWhole: Bool
    /// The breaks that bundle.json shows.
    private let breaks: [[UInt8]]
    /// The latest time of acceptance so far.
    private var last: Timestamp?
    /// That of the run that has not ended yet, once one of its entries shows it.
    private var own: Timestamp?
    private var hasEntries = false
    private var isFirst = true
    /// Only keys, breaks and the ends of runs so far.
    private var isOpening: Bool
    private var declared: [[UInt8]] = []
    /// The number of the last run.
    private var number: Int?

    /// `lastBreak` is when the last of the breaks was declared: before everything else that the log has.
    package init(origin: String, breaks: [[UInt8]], lastBreak: Timestamp?, isWhole: Bool) {
        self.origin = origin
        self.breaks = breaks
        self.isWhole = isWhole
        isOpening = isWhole
        number = isWhole ? 0 : nil
        last = isWhole ? nil : lastBreak
    }

    /// Takes a record of before the entries that follow without a gap.
    package mutating func take(earlier received: Timestamp) -> [String] {
        defer { last = received }
        return last.map { received < $0 } ?? false ? ["was accepted before the entry before it"] : []
    }

    /// Takes an entry whose words are not known, or a record; nil if it does not show when it was accepted.
    package mutating func take(record received: Timestamp?) -> [String] {
        isOpening = false
        return accept(received)
    }

    /// Takes an entry that is no record.
    package mutating func take(_ entry: LogEntry) -> [String] {
        let isFirstOfRun = !hasEntries
        var problems = accept(entry.received, isKey: entry.isKey)
        switch entry.kind {
        case .key(let origin, _):
            if origin != self.origin { problems.append("is of the key of another log") }
            if !isFirstOfRun { problems.append("stands inside a run") }
        case .run(let run):
            if let last = self.number, run.number != last + 1 {
                problems.append("ends run \(run.number), expected \(last + 1)")
            }
            self.number = run.number
            hasEntries = false
            own = nil
        case .recovery(let words):
            // A break that the log declares is one that the bundle shows.
            if !breaks.contains(words) { problems.append("declares a break that bundle.json does not show") }
            if !isOpening { problems.append("declares a break behind other entries") }
            declared.append(words)
        case .request, .decision, .seal: isOpening = false
        }
        return problems
    }

    private mutating func accept(_ received: Timestamp?, isKey: Bool = false) -> [String] {
        var problems: [String] = []
        if isFirst, isWhole, !isKey { problems.append("begins the log, and is no key") }
        isFirst = false
        hasEntries = true
        guard let received else { return problems }
        if let own, own != received {
            problems.append("was accepted at \(received.text), and others of its run at \(own.text)")
        } else if let last, received < last {
            problems.append("was accepted at \(received.text), and what is before it at \(last.text)")
        }
        own = received
        last = received
        return problems
    }

    /// What is missing at the end.
    package func missing() -> [String] {
        var problems: [String] = []
        if hasEntries || isFirst { problems.append("the log does not end with the end of a run") }
        if isWhole, declared != breaks { problems.append("the log declares other breaks than bundle.json shows") }
        return problems
    }
}

extension LogEntry {
    fileprivate var isKey: Bool {
        if case .key = kind { true } else { false }
    }
}
