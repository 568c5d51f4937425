package import AuditModel
package import BundleFormat
import RecordContent

/// The member `command` of `bundle.json`: its words, taken one after the other in their fixed order.
package struct CommandRelations: Sendable {
    private let selection: Selection
    private let declared: [String: String]
    private let thresholds: Thresholds
    private let asOf: Timestamp?
    private let name: String
    private let kind: BundleKind
    private let archive: String?
    /// Words that were not taken yet.
    private var rest: ArraySlice<String>
    private var problems: [String] = []

    /// What `bundle.json` and `rules.json` say.
    ///
    /// - Parameters:
    ///   - command: the words.
    ///   - selection: period, basis and filters.
    ///   - declared: the declarations.
    ///   - thresholds: those of `rules.json`.
    ///   - asOf: the as-of time, if its source is `option`.
    ///   - name: the bundle's name.
    ///   - kind: the kind of bundle.
    ///   - archive: the archive of a sealed bundle's series.
    package init(
        _ command: [String], selection: Selection, declared: [String: String], thresholds: Thresholds,
        asOf: Timestamp?, name: String, kind: BundleKind, archive: String?
    ) {
        self.selection = selection
        self.declared = declared
        self.thresholds = thresholds
        self.asOf = asOf
        self.name = name
        self.kind = kind
        self.archive = archive
        rest = command[...]
    }

    /// Whether the command kept rejected records by digest alone.
    package private(set) var keepsDigestsOnly = false

    /// Everything that does not fit.
    package mutating func check() -> [String] {
        require(["export"], "export")
        require(selection.words, "the period, basis and filters of the bundle")
        checkName()
        checkTime()
        while let limit = take("--threshold") { check(limit: limit) }
        require(Declared.words(declared), "the declarations of the bundle")
        if let form = take("--rejected") {
            keepsDigestsOnly = form == "digest-only"
            if !keepsDigestsOnly { problems.append("it has --rejected \"\(form)\"") }
        }
        if rest.first == "--allow-empty" { rest.removeFirst() }
        checkArchive()
        if rest == WorkbookChoice.never.words[...] { rest = [] }
        if let word = rest.first { problems.append("\"\(word)\" is one word too many, or not in its place") }
        return problems
    }

    private mutating func take(_ option: String) -> String? {
        guard rest.first == option, rest.count > 1 else { return nil }
        rest.removeFirst()
        return rest.removeFirst()
    }

    private mutating func require(_ words: [String], _ what: String) {
        if rest.starts(with: words, by: { $0.utf8.elementsEqual($1.utf8) }) {
            rest.removeFirst(words.count)
        } else {
            problems.append("it does not have the words of \(what)")
        }
    }

    private mutating func checkName() {
        guard let name = take("--name") else { return }
        if kind == .oneShot, name != self.name, name + BundleName.partialSuffix != self.name {
            problems.append("it names the bundle \"\(name)\"")
        }
        if kind == .sealed { problems.append("it names a sealed bundle") }
    }

    private mutating func checkTime() {
        if take("--as-of") != asOf?.text { problems.append("its as-of time is not the bundle's") }
    }

    private mutating func check(limit: String) {
        let parts = limit.split(separator: "=", maxSplits: 1).map(String.init)
        let path = Thresholds.all.first { $0.name == parts.first }?.path
        if parts.count != 2 || path.map({ "\(thresholds[keyPath: $0])" }) != parts.last {
            problems.append("the threshold \(limit) is not that of \(BundlePath.rules)")
        }
    }

    private mutating func checkArchive() {
        let named = take("--archive")
        if kind == .oneShot, named != nil { problems.append("it names an archive without a ledger") }
        if let named, let archive, named != archive { problems.append("it names the archive \"\(named)\"") }
    }
}

/// The as-of time beside where it is said to come from (docs/domain.md, section 9).
package enum AsOfRelations {
    /// Why they do not fit; nil if they do.
    ///
    /// `latest` is the latest time in any history of the bundle.
    package static func problem(
        _ time: Timestamp, from source: String, kind: BundleKind, period: Period?, latest: Timestamp?
    ) -> String? {
        switch source {
        case _ where kind == .sealed && source != "period-end": "a sealed bundle is as of its period's end"
        case "option": nil
        case "period-end": period?.to == time ? nil : "it is said to be the period's end, and is not"
        case _ where period != nil: "a bundle of a period is as of its end, or of a time that was given"
        case "latest-record": latest == time ? nil : "it is said to be the latest record's time, and is not"
        case "epoch":
            latest == nil && time == Timestamp(unixSeconds: 0) ? nil : "there are records, or it is not 1970-01-01"
        case "clock": latest.map { time < $0 } ?? false ? nil : "no record is later than the clock"
        default: nil
        }
    }

    /// The time behind which a record of files is a finding; nil if the bundle does not say.
    ///
    /// Otherwise the machine's clock decided it, which no member says, or the times at which runs accepted records.
    package static func futureAfter(_ time: Timestamp, from source: String, kind: BundleKind) -> Timestamp? {
        switch source {
        case _ where kind != .oneShot: nil
        case "option": time
        case "clock": time.adding(seconds: FutureTime.clockTolerance)
        default: nil
        }
    }
}
