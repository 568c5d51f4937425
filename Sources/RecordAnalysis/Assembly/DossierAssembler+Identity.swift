import AuditModel
import BundleFormat
import RecordContent
import RecordIngest
import RecordIntake
import StrictJSON

extension DossierAssembler {
    /// Decides which transitions are the same, and which contradict each other.
    mutating func settleTransitions(_ tally: inout Tally) {
        rejectSurplus(&tally)
        var kept: [Candidate] = []
        kept.reserveCapacity(candidates.count)
        sortByID()
        var start = 0
        while start < order.count {
            var end = start + 1
            while end < order.count, compareID(order[start], order[end]) == 0 { end += 1 }
            kept.append(end - start == 1 ? candidates[order[start]] : settle(order[start..<end], &tally))
            start = end
        }
        settleRowTransitions(&kept, &tally)
        for candidate in kept {
            tally.sources[candidate.position.source].acceptedTransitions += 1
            adopt(candidate.transition, candidate.batch, id: candidate.transition.id)
            if keepsFirst { accepted.transitions.append(RecordReference(candidate.batch, Int(candidate.index))) }
            // What a ledger held of it was reported when that came.
            guard let futureAfter, candidate.transition.time > futureAfter, !candidate.replacesHeld else { continue }
            let id = dossier.bytes.text(candidate.transition.id)
            reportFuture(id, candidate.transition.time, position: candidate.position, tally: &tally)
        }
    }

    func reportFuture(_ id: String, _ time: Timestamp, position: SourcePosition, tally: inout Tally) {
        tally.findings.add(
            Finding(
                .timestampInFuture, deploymentID: dossier.idText, transitionID: id,
                expected: futureAfter.map { "no later than \($0.text)" }, actual: time.text, position: position))
    }

    /// Rejects what is beyond the limits of a deployment: the earliest transitions stay, in a ledger those that it holds.
    private mutating func rejectSurplus(_ tally: inout Tally) {
        let bytes = candidates.reduce(0) { $0 + $1.transition.lineBytes }
        if FormatLimits.transitions.certainlyHolds(candidates.count, bytes: bytes) { return }
        let sorted = candidates.indices.sorted { left, right in
            let own = candidates[left]
            let other = candidates[right]
            if isHeld(own.position) != isHeld(other.position) { return isHeld(own.position) }
            if own.transition.time != other.transition.time { return own.transition.time < other.transition.time }
            let comparison = compare(own, other, part: \.content)
            return comparison == 0 ? left < right : comparison < 0
        }
        let surplus = FormatLimits.transitions.surplus(of: sorted) {
            compare(candidates[$0], candidates[$1], part: \.content) == 0
        } share: {
            candidates[$0].transition.lineShare(in: records.arenas[candidates[$0].batch])
        }
        reject(
            surplus.sorted().map { (content(candidates[$0]), candidates[$0].position) },
            for: RejectedRecord.surplusReason, &tally)
        let removed = Set(surplus)
        candidates = candidates.indices.filter { !removed.contains($0) }.map { candidates[$0] }
    }

    /// Rejects records that could be read, but are too many.
    mutating func reject(
        _ surplus: [(content: [UInt8], position: SourcePosition)], for reason: String, _ tally: inout Tally
    ) {
        let problem = RecordProblem(.malformedRecord, reason)
        var lists = [RejectionList](repeating: RejectionList(), count: tally.sources.count)
        for (content, position) in surplus {
            lists[position.source].append(
                Rejection(
                    problem: problem, position: RecordPosition(line: position.line, offset: position.offset),
                    sha256: ContentDigest.hexadecimal(of: content), byteCount: content.count, raw: [],
                    deploymentID: dossier.idText))
            tally.sources[position.source].rejected += 1
        }
        for (source, list) in lists.enumerated() where !list.isEmpty {
            tally.surplus.add(list, source: source, firstLine: 0, keepsRaw: false)
        }
    }

    private func compareID(_ left: Int, _ right: Int) -> Int {
        dossier.bytes.compare(candidates[left].transition.id, candidates[right].transition.id)
    }

    /// Puts the candidates with an identifier in its order; those with the same one stay in the order of the sources.
    private mutating func sortByID() {
        let bytes = dossier.bytes
        let candidates = candidates
        order.removeAll(keepingCapacity: true)
        for index in candidates.indices where candidates[index].transition.hasOwnID { order.append(index) }
        order.sort { left, right in
            let comparison = bytes.compare(candidates[left].transition.id, candidates[right].transition.id)
            return comparison == 0 ? left < right : comparison < 0
        }
    }

    /// Of candidates with the same identifier keeps one, on contradiction the one that the rules name.
    private mutating func settle(_ group: ArraySlice<Int>, _ tally: inout Tally) -> Candidate {
        var distinct: [Candidate] = []
        var known = DistinctContents()
        for index in group {
            let candidate = candidates[index]
            if let same = find(candidate, among: distinct, &known) {
                keepLeastReceivedTime(&distinct[same], candidate)
                countDuplicate(candidate, &tally)
            } else {
                distinct.append(candidate)
            }
        }
        guard distinct.count > 1 else { return distinct[0] }
        return settleConflict(distinct, &tally)
    }

    private mutating func settleConflict(_ distinct: [Candidate], _ tally: inout Tally) -> Candidate {
        let digested = distinct.map { candidate in
            var candidate = candidate
            candidate.digest = ContentDigest.hexadecimal(of: content(candidate))
            return candidate
        }
        let sorted = digested.sorted { stands($0.position, $0.digest ?? "", before: $1.position, of: $1.digest ?? "") }
        let kept = sorted[0]
        let id = dossier.bytes.text(kept.transition.id)
        dossier.isDisputed = true
        for other in sorted.dropFirst() {
            tally.sources[other.position.source].conflicts += 1
            tally.findings.add(
                ConflictRecord.finding(
                    dossier.idText, id, kept: kept.digest ?? "", other: other.digest ?? "", at: other.position))
        }
        tally.conflicts.append(
            ConflictRecord(
                deploymentID: dossier.idText, transitionID: id,
                kept: content(kept),
                others: sorted.dropFirst().map {
                    (content($0), $0.position)
                }))
        return kept
    }

    func digest(_ slice: ByteSlice) -> String {
        ContentDigest.hexadecimal(ContentDigest.sha256(dossier.bytes.span, slice.range))
    }

    /// Equal records may have had their time written in several ways: the least text stands for all.
    private func keepLeastReceivedTime(_ kept: inout Candidate, _ other: Candidate) {
        if isHeld(kept.position) { return }
        let own = kept.transition.timestampAsReceived
        let new = other.transition.timestampAsReceived
        if own.isEmpty || (!new.isEmpty && compare(kept, other, part: \.timestampAsReceived) <= 0) { return }
        // The texts are of the same content, so the other record can stand for this one as a whole.
        let id = kept.transition.id
        kept.transition = other.transition
        kept.batch = other.batch
        kept.index = other.index
        kept.transition.id = id
    }

    private func countDuplicate(_ candidate: Candidate, _ tally: inout Tally) {
        tally.sources[candidate.position.source].duplicates += 1
        let id = candidate.transition.id
        tally.findings.add(
            Finding(
                .duplicateRecord, deploymentID: dossier.idText,
                transitionID: id.isEmpty ? nil : dossier.bytes.text(id), position: candidate.position))
    }

    /// The index of the candidate that has the same content; nil if none has.
    private func find(_ candidate: Candidate, among others: [Candidate], _ known: inout DistinctContents) -> Int? {
        known.find {
            compare(others[$0], candidate, part: \.content) == 0
        } hash: {
            let one = $0 < others.count ? others[$0] : candidate
            let arena = records.arenas[one.batch]
            return DistinctContents.hash(arena.span, one.transition.content.range)
        }
    }

    /// Decides which transitions without identifier are the same as another one (``RowSettlement``).
    private mutating func settleRowTransitions(_ kept: inout [Candidate], _ tally: inout Tally) {
        let identified = kept.count
        let all = kept + candidates.filter { !$0.transition.hasOwnID }
        guard all.count > identified else { return }
        let standing = RowSettlement.standing(identified: identified, count: all.count) {
            RowIndex.Moment(all[$0].transition)
        } content: {
            records.arenas[all[$0].batch][all[$0].transition.content.range]
        }
        var places = Array(0..<all.count)
        for number in identified..<all.count where standing[number - identified] == number {
            var assigned = all[number]
            let name = Array(ContentDigest.hexadecimal(of: content(assigned)).utf8)
            assigned.transition.id = dossier.append(name.span, 0..<name.count)
            places[number] = kept.count
            kept.append(assigned)
        }
        for number in identified..<all.count where standing[number - identified] != number {
            supersede(all[number], by: &kept[places[standing[number - identified]]], &tally)
        }
    }

    /// Counts a transition without identifier as a duplicate of the one that stands for it.
    private mutating func supersede(_ row: Candidate, by kept: inout Candidate, _ tally: inout Tally) {
        if compare(kept, row, part: \.content) == 0 { keepLeastReceivedTime(&kept, row) }
        if isHeld(row.position) {
            kept.replacesHeld = true
            superseded.append((RecordReference(row.batch, Int(row.index)), kept.transition.id))
        }
        countDuplicate(row, &tally)
    }
}
