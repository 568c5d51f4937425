package import ArchiveFormat
package import AuditModel
package import BundleFormat
package import BundleReading
import StrictJSON

/// Compares bundles that are verified together: what no single one can tell.
///
/// The log of a sealed bundle says what came since the position before; a record that it sends to the period of another
/// has to be there. Bundles of one ledger, sealed ones of any archive and answers, are drawn from one log.
package struct SeriesAcross {
    private var all: [String: SeriesComparison] = [:]
    /// By the ledger's name in its checkpoints.
    private var ledgers: [String: LedgerComparison] = [:]
    /// Where each bundle stands, by the order in which they were added.
    private var places: [Place] = []
    private var listing = SequenceListing()

    /// Where a bundle stands in its series and among those of its ledger.
    private struct Place {
        var series: (name: String, index: Int)?
        var ledger: (origin: String, index: Int)?
    }

    package init() {}

    /// Adds a bundle; one without a ledger, or not in form, says nothing here.
    ///
    /// - Parameters:
    ///   - claims: the bundle.
    ///   - isTrusted: whether a trusted key signed it. Anybody can write a log of the same name: without a trusted key it
    ///     contradicts nobody's.
    /// - Returns: the earlier positions that it lists.
    @discardableResult
    package mutating func add(_ claims: BundleClaims, isTrusted: Bool = true) -> ArraySlice<SeriesPosition> {
        var place = Place()
        defer { places.append(place) }
        guard let description = claims.description.value, let anchor = claims.anchor else { return [] }
        let digest = ContentDigest.hexadecimal(of: anchor)
        var drawn = LedgerMember(description, digest: digest)
        guard let sealed = try? description.sealedClaims() else {
            if isTrusted, let drawn {
                place.ledger = add(drawn)
                TrailDigests.forEachRecord(claims.bundle) {
                    ledgers[drawn.origin]?.parts.add(content: $0, updatedAt: $1)
                }
            }
            return []
        }
        var member = SeriesMember(sealed, digest: digest)
        member.positions = listing.positions(claims)
        let name = String(decoding: sealed.seriesKey.bytes, as: UTF8.self)
        let origin = sealed.ledger.origin
        var ledger = ledgers.removeValue(forKey: origin) ?? LedgerComparison()
        let trails = TrailDigests(claims.bundle) { if isTrusted { ledger.parts.add(content: $0, updatedAt: $1) } }
        member.trails = trails
        member.deployments = trails.deployments
        all[name, default: SeriesComparison()].read(claims.bundle, &member) { row, entry in
            guard isTrusted else { return }
            ledger.add(row, entry, of: &drawn)
            ledger.parts.add(row)
        }
        if isTrusted, sealed.series.logStart < sealed.ledger.size {
            ledger.parts.add(part: sealed.series.logStart..<sealed.ledger.size)
        }
        ledgers[origin] = ledger
        place.series = (name, all[name, default: SeriesComparison()].add(member))
        if isTrusted, let drawn { place.ledger = add(drawn) }
        return member.positions
    }

    private mutating func add(_ drawn: LedgerMember) -> (origin: String, index: Int) {
        (drawn.origin, ledgers[drawn.origin, default: LedgerComparison()].add(drawn))
    }

    /// Adds what stands for a bundle that is gone; there is no verdict on it.
    package mutating func add(_ tombstone: Tombstone) {
        let name = String(decoding: tombstone.series.bytes, as: UTF8.self)
        _ = all[name, default: SeriesComparison()].add(SeriesMember(tombstone))
    }

    /// What is wrong with each bundle beside the others, in the order in which they were added; nil for one alone.
    package func problems() -> [[String]?] {
        let outlooks = all.mapValues(SeriesOutlook.init)
        let logs = ledgers.mapValues { ($0.problems(), PartRecords.Lookup($0.parts)) }
        return places.map { place in
            let log = place.ledger.flatMap { logs[$0.origin] }
            let series = place.series.flatMap { outlooks[$0.name]?.problems(of: $0.index, log?.1) }
            let ledger = place.ledger.flatMap { log?.0[$0.index] }
            guard series != nil || ledger != nil else { return nil }
            var problems = (series ?? []) + (ledger ?? [])
            if ledger != nil, let own = place.series, let parts = log?.1 {
                problems += outlooks[own.name]?.missing(parts, in: own.index) ?? []
            }
            return problems
        }
    }

    /// Whether the bundles show the log of each one's ledger from its beginning on, and so its breaks; in the order in which
    /// they were added.
    package func showsBreaks() -> [Bool] {
        places.map { place in place.ledger.flatMap { ledgers[$0.origin]?.isWhole } ?? false }
    }

    /// What is wrong with the tombstones beside each other and the bundles around them.
    package func tombstoneProblems() -> [String] {
        all.sorted { $0.key < $1.key }.flatMap { SeriesOutlook($0.value).tombstoneProblems() }
    }
}

extension SeriesAcross {
    /// What the logs of the bundles of a series say was sealed, by position; of several, the first that was added.
    package func seals(ofSeries series: String) -> [Int: LogEntry.Seal] {
        var seals: [Int: LogEntry.Seal] = [:]
        for member in all[series]?.members ?? [] {
            for seal in member.seals where seals[seal.position.sequence] == nil { seals[seal.position.sequence] = seal }
        }
        return seals
    }

    /// When the last entry of the log of each bundle of a series was accepted, by position.
    package func lastEntries(ofSeries series: String) -> [Int: Timestamp] {
        Dictionary(
            (all[series]?.members ?? []).compactMap { member in
                member.lastReceived.map { (member.series.sequence, $0) }
            }, uniquingKeysWith: max)
    }
}

/// The lists of earlier positions of bundles, of which each begins as those of later ones do.
private struct SequenceListing {
    private var known: (text: [UInt8], positions: [SeriesPosition], ends: [Int]) = ([], [], [])

    /// Decodes a list; one that begins as one that was decoded is the beginning of that.
    mutating func positions(_ claims: BundleClaims) -> ArraySlice<SeriesPosition> {
        guard let text = claims.bundle.content(BundlePath.series) else { return [] }
        // What stands behind the last position: the ends of the list, of the object and of the line.
        let length = text.count - 3
        if length > 0, known.text.count >= length, text[..<length] == known.text[..<length],
            let count = known.ends.firstIndex(of: length)
        {
            return known.positions[...count]
        }
        let positions = claims.series().value?.positions ?? []
        if positions.count > known.positions.count { remember(positions, text, length: length) }
        return positions[...]
    }

    /// Keeps a list if the text ends with the canonical form of its positions: else nobody knows where they stand in it.
    private mutating func remember(_ positions: [SeriesPosition], _ text: [UInt8], length: Int) {
        var list: [UInt8] = []
        var ends: [Int] = []
        for position in positions {
            if !list.isEmpty { list.append(UInt8(ascii: ",")) }
            list += position.value.bytes
            ends.append(list.count)
        }
        guard length >= list.count, text[(length - list.count)..<length] == list[...] else { return }
        known = (text, positions, ends.map { length - list.count + $0 })
    }
}

/// The bundles of one series and the entries of its log that they show.
struct SeriesComparison {
    private(set) var members: [SeriesMember] = []
    /// The records that have a time, by the number of their entry.
    private(set) var records: [Int: ShownRecord] = [:]
    /// The entries that decisions replaced, with the number of the decision.
    private(set) var replaced: [Int: Int] = [:]

    /// Adds a bundle, and returns where it stands.
    fileprivate mutating func add(_ member: SeriesMember) -> Int {
        members.append(member)
        return members.count - 1
    }

    /// Reads the log of a bundle; `take` is given each line, and its entry if that is no record.
    fileprivate mutating func read(
        _ bundle: UnverifiedBundle, _ member: inout SeriesMember, take: (LogRow, LogEntry?) -> Void
    ) {
        guard let cursor = EntryCursor(parsing: BundlePath.log, of: bundle), cursor.consume(CSV.row(LogRow.columns))
        else {
            return
        }
        while let line = cursor.nextLine() {
            guard let row = LogRow(line: line) else { continue }
            switch row.entry {
            case .record(let record):
                take(row, nil)
                member.lastReceived = max(member.lastReceived ?? record.received, record.received)
                let shown = read(record, row, for: &member)
                if records[row.index] == nil { records[row.index] = shown }
            case .other(let body):
                let entry = LogEntry(body)
                take(row, entry)
                if let entry { read(entry, row.index, for: &member) }
            case .hidden, .withheld: take(row, nil)
            }
        }
        member.inBundle.sort()
        member.events.sort()
    }

    private func read(
        _ record: LogRecord, _ row: LogRow, for member: inout SeriesMember
    ) -> ShownRecord? {
        let deployment = ShortDigest(Array(record.deploymentID))
        let event = ShortDigest(record.event)
        if row.destination == .inBundle {
            member.inBundle.append(row.index)
            member.deployments.insert(deployment)
            member.events.append(event)
        }
        guard let time = record.time, record.kind != .columns else { return nil }
        return ShownRecord(isTransition: record.kind == .transition, time: time, deployment: deployment, event: event)
    }

    /// Reads an entry that is no record: what a decision replaces, and what was sealed.
    private mutating func read(_ entry: LogEntry, _ index: Int, for member: inout SeriesMember) {
        member.lastReceived = max(member.lastReceived ?? entry.received, entry.received)
        switch entry.kind {
        case .decision(let decision): for entry in decision.replaces { replaced[entry] = index }
        case .seal(let seal): if seal.series == member.seriesName { member.seals.append(seal) }
        case .key, .run, .request, .recovery: break
        }
    }
}
