import AuditModel
import BundleFormat
import RecordContent
import RecordIngest
import StrictJSON

extension DossierAssembler {
    /// Decides which transitions are the same, and which contradict each other.
    mutating func settleTransitions(_ tally: inout Tally) {
        rejectSurplus(&tally)
        var kept: [Candidate] = []
        kept.reserveCapacity(candidates.count)
        let identified = candidates.indices.filter { candidates[$0].transition.hasOwnID }
        for group in groupsOfEqualID(identified) { kept.append(settle(group, &tally)) }
        for index in candidates.indices where !candidates[index].transition.hasOwnID {
            settleRow(candidates[index], &kept, &tally)
        }
        for candidate in kept {
            tally.sources[candidate.position.source].acceptedTransitions += 1
            dossier.transitions.append(candidate.transition)
            reportFuture(candidate, &tally)
        }
        if kept.count < candidates.count { dropUnusedChecks() }
    }

    private func reportFuture(_ candidate: Candidate, _ tally: inout Tally) {
        guard let futureAfter, candidate.transition.time > futureAfter else { return }
        tally.findings.add(
            Finding(
                .timestampInFuture, deploymentID: dossier.idText,
                transitionID: dossier.bytes.text(candidate.transition.id),
                expected: "no later than \(futureAfter.text)", actual: candidate.transition.time.text,
                position: candidate.position))
    }

    private mutating func rejectSurplus(_ tally: inout Tally) {
        guard candidates.count > IngestLimits.transitionsPerDeployment else { return }
        let surplus = candidates[IngestLimits.transitionsPerDeployment...]
        for candidate in surplus {
            let content = Array(dossier.bytes[candidate.transition.content.range])
            let reason = "over 100,000 transitions of one deployment"
            tally.rejections.append(
                RejectedRecord(
                    code: .malformedRecord, reason: reason, position: candidate.position,
                    sha256: ContentDigest.hexadecimal(of: content), byteCount: content.count, rawBase64: nil,
                    deploymentID: dossier.idText))
            tally.sources[candidate.position.source].rejected += 1
            tally.findings.add(
                Finding(
                    .malformedRecord, deploymentID: dossier.idText, actual: reason, position: candidate.position))
        }
        candidates.removeLast(surplus.count)
    }

    /// Candidates by identifier; inside a group in the order of the sources.
    private func groupsOfEqualID(_ indices: [Int]) -> [ArraySlice<Int>] {
        func compare(_ left: Int, _ right: Int) -> Int {
            dossier.bytes.compare(candidates[left].transition.id, candidates[right].transition.id)
        }
        let sorted = indices.sorted { left, right in
            let order = compare(left, right)
            return order == 0 ? left < right : order < 0
        }
        var groups: [ArraySlice<Int>] = []
        var start = 0
        while start < sorted.count {
            var end = start + 1
            while end < sorted.count, compare(sorted[start], sorted[end]) == 0 { end += 1 }
            groups.append(sorted[start..<end])
            start = end
        }
        return groups
    }

    /// Of candidates with the same identifier keeps one: the first, or on contradiction the lowest SHA-256.
    private mutating func settle(_ group: ArraySlice<Int>, _ tally: inout Tally) -> Candidate {
        var distinct: [Candidate] = []
        for index in group {
            let candidate = candidates[index]
            let same = distinct.firstIndex {
                dossier.bytes.compare($0.transition.content, candidate.transition.content) == 0
            }
            if let same {
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
            candidate.digest = digest(candidate.transition.content)
            return candidate
        }
        let sorted = digested.sorted { ($0.digest ?? "") < ($1.digest ?? "") }
        let kept = sorted[0]
        let id = dossier.bytes.text(kept.transition.id)
        dossier.isDisputed = true
        for other in sorted.dropFirst() {
            tally.sources[other.position.source].conflicts += 1
            tally.findings.add(
                Finding(
                    .conflictingRecord, deploymentID: dossier.idText, transitionID: id,
                    expected: "content with SHA-256 \(kept.digest ?? "")",
                    actual: "content with SHA-256 \(other.digest ?? "")", position: other.position))
        }
        tally.conflicts.append(
            ConflictRecord(
                deploymentID: dossier.idText, transitionID: id,
                kept: Array(dossier.bytes[kept.transition.content.range]),
                others: sorted.dropFirst().map {
                    (Array(dossier.bytes[$0.transition.content.range]), $0.position)
                }))
        return kept
    }

    func digest(_ slice: ByteSlice) -> String {
        ContentDigest.hexadecimal(ContentDigest.sha256(dossier.bytes.span, slice.range))
    }

    /// Equal records may have had their time written in several ways: the least text stands for all.
    private func keepLeastReceivedTime(_ kept: inout Candidate, _ other: Candidate) {
        let (own, new) = (kept.transition.timestampAsReceived, other.transition.timestampAsReceived)
        if own.isEmpty || (!new.isEmpty && dossier.bytes.compare(own, new) <= 0) { return }
        kept.transition.timestampAsReceived = new
    }

    private func countDuplicate(_ candidate: Candidate, _ tally: inout Tally) {
        tally.sources[candidate.position.source].duplicates += 1
        let id = candidate.transition.id
        tally.findings.add(
            Finding(
                .duplicateRecord, deploymentID: dossier.idText,
                transitionID: id.isEmpty ? nil : dossier.bytes.text(id), position: candidate.position))
    }

    /// A transition without identifier is the same event as one that agrees in every column it fills.
    private mutating func settleRow(_ row: Candidate, _ kept: inout [Candidate], _ tally: inout Tally) {
        for index in kept.indices
        where kept[index].transition.time == row.transition.time
            && kept[index].transition.status == row.transition.status
        {
            let (own, other) = (kept[index].transition.content, row.transition.content)
            let isSame =
                kept[index].transition.hasOwnID
                ? agrees(other, with: own) : dossier.bytes.compare(own, other) == 0
            if isSame {
                keepLeastReceivedTime(&kept[index], row)
                return countDuplicate(row, &tally)
            }
        }
        var assigned = row
        let name = Array(digest(row.transition.content).utf8)
        assigned.transition.id = dossier.append(name.span, 0..<name.count)
        kept.append(assigned)
    }

    /// Whether every member of one canonical record is absent from the other, or has the same text there.
    private func agrees(_ row: ByteSlice, with record: ByteSlice) -> Bool {
        let bytes = dossier.bytes.span
        var walk = CanonicalMembers(row.range)
        var other = CanonicalMembers(record.range)
        var counterpart = other.next(bytes)
        while let member = walk.next(bytes) {
            while let candidate = counterpart, compareBytes(bytes, candidate.name, bytes, member.name) < 0 {
                counterpart = other.next(bytes)
            }
            guard let found = counterpart, compareBytes(bytes, found.name, bytes, member.name) == 0 else { continue }
            if compareBytes(bytes, bare(found.value), bytes, bare(member.value)) != 0 { return false }
        }
        return true
    }

    /// A value without quotation marks: a CSV cell does not tell a number from a text.
    private func bare(_ value: Range<Int>) -> Range<Int> {
        dossier.bytes[value.lowerBound] == UInt8(ascii: "\"") ? value.lowerBound + 1..<value.upperBound - 1 : value
    }
}
