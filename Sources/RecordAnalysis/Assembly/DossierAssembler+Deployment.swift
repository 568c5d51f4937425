import AuditModel
import BundleFormat
import RecordContent
import RecordIngest
import RecordIntake
import StrictJSON

extension DossierAssembler {
    private struct DeploymentCandidate {
        var content: ByteSlice
        var updatedAt: Timestamp?
        var digest = ""
        var position: SourcePosition
        var reference: RecordReference
    }

    /// Merges the deployment's records into its members.
    mutating func mergeDeployments(_ deployment: Int, _ tally: inout Tally) {
        if adoptOnlyRecord(records.deployments[deployment], &tally) { return }
        var own: [DeploymentCandidate] = []
        var rows: [DeploymentCandidate] = []
        var known = (own: DistinctContents(), rows: DistinctContents())
        for reference in records.deployments[deployment] {
            let entry = records.batches[Int(reference.batch)].deployments[Int(reference.index)]
            let arena = records.arenas[Int(reference.batch)]
            let candidate = DeploymentCandidate(
                content: dossier.append(arena.span, entry.facts.content.range),
                updatedAt: entry.facts.updatedAt,
                position: records.position(entry.position, in: Int(reference.batch)), reference: reference)
            if entry.isRow {
                if isNew(candidate, among: rows, &known.rows) { rows.append(candidate) }
            } else if isNew(candidate, among: own, &known.own) {
                own.append(candidate)
            } else {
                countDuplicate(candidate, &tally)
            }
        }
        rejectSurplus(&own, &tally)
        if own.count > 1 { own = settleFixedMembers(own, &tally) }
        for candidate in own { tally.sources[candidate.position.source].acceptedDeployments += 1 }
        if keepsFirst { accepted.deployments += own.map(\.reference) }
        if let period { recordsAfter = own.count { isAfter($0, period) } }
        dossier.recordCount = own.count - recordsAfter
        guard mergesMembers || !rows.isEmpty else { return }
        mergeParts(own, rows, tally: &tally)
    }

    /// Rejects records beyond the limit of bytes: those of the earliest `updatedAt` stay, in a ledger those that it holds.
    private mutating func rejectSurplus(_ own: inout [DeploymentCandidate], _ tally: inout Tally) {
        let size = own.reduce(0) { $0 + $1.content.range.count }
        if FormatLimits.ownRecords.certainlyHolds(own.count, bytes: size) { return }
        let bytes = dossier.bytes
        let sorted = own.sorted { left, right in
            if isHeld(left.position) != isHeld(right.position) { return isHeld(left.position) }
            let times = (left.updatedAt ?? .unset, right.updatedAt ?? .unset)
            return times.0 == times.1 ? bytes.compare(left.content, right.content) < 0 : times.0 < times.1
        }
        let surplus = FormatLimits.ownRecords.surplus(of: sorted) { _, _ in
            false
        } share: {
            LineShare($0.content.range, in: bytes)
        }
        reject(
            surplus.map { (Array(bytes[$0.content.range]), $0.position) },
            for: RejectedRecord.recordSurplusReason, &tally)
        let removed = Set(surplus.map(\.content.start))
        own.removeAll { removed.contains($0.content.start) }
    }

    /// Takes the members of the deployment's only record, as nearly always, when nothing can contradict or cut it.
    ///
    /// Without the lists of candidates and parts an export takes a hundredth less time.
    private mutating func adoptOnlyRecord(_ references: ArraySlice<RecordReference>, _ tally: inout Tally) -> Bool {
        guard references.count == 1, let reference = references.first, period == nil, !keepsFirst else { return false }
        let batch = Int(reference.batch)
        let entry = records.batches[batch].deployments[Int(reference.index)]
        guard !entry.isRow, FormatLimits.ownRecords.certainlyHolds(1, bytes: entry.facts.content.range.count) else {
            return false
        }
        tally.sources[records.origins[batch].source].acceptedDeployments += 1
        dossier.recordCount = 1
        let arena = records.arenas[batch]
        let content = dossier.append(arena.span, entry.facts.content.range)
        guard mergesMembers else { return true }
        dossier.snapshots.append(content)
        MergedDeployment.read(content, in: &dossier)
        return true
    }

    /// Whether a candidate is none of those before, which are known by their contents.
    private func isNew(
        _ candidate: DeploymentCandidate, among others: [DeploymentCandidate], _ known: inout DistinctContents
    ) -> Bool {
        let bytes = dossier.bytes
        let found = known.find {
            bytes.isEqual(others[$0].content, candidate.content)
        } hash: {
            DistinctContents.hash(bytes.span, ($0 < others.count ? others[$0] : candidate).content.range)
        }
        return found == nil
    }

    private func countDuplicate(_ candidate: DeploymentCandidate, _ tally: inout Tally) {
        tally.sources[candidate.position.source].duplicates += 1
        tally.findings.add(
            Finding(.duplicateRecord, deploymentID: dossier.idText, position: candidate.position))
    }

    /// Keeps the records that agree, in the members that cannot change, with those of lower SHA-256.
    private mutating func settleFixedMembers(
        _ candidates: [DeploymentCandidate], _ tally: inout Tally
    ) -> [DeploymentCandidate] {
        var sorted = candidates
        for index in sorted.indices { sorted[index].digest = digest(sorted[index].content) }
        sorted.sort { stands($0.position, $0.digest, before: $1.position, of: $1.digest) }
        var kept: [DeploymentCandidate] = []
        var contradicting: [DeploymentCandidate] = []
        var fixed = FixedMembers()
        for candidate in sorted {
            let content = candidate.content.range
            if let found = fixed.contradiction(content, in: dossier.bytes.span, isRow: false) {
                contradicting.append(candidate)
                tally.sources[candidate.position.source].conflicts += 1
                report(found.member, candidate, tally: &tally)
            } else {
                kept.append(candidate)
                fixed.add(content, in: dossier.bytes.span)
            }
        }
        keepConflicts(contradicting, beside: kept.first, &tally)
        return kept
    }

    private func report(_ member: String, _ candidate: DeploymentCandidate, tally: inout Tally) {
        tally.findings.add(ConflictRecord.finding(dossier.idText, member, at: candidate.position))
    }

    private mutating func keepConflicts(
        _ contradicting: [DeploymentCandidate], beside kept: DeploymentCandidate?, isCounted: Bool = true,
        _ tally: inout Tally
    ) {
        guard !contradicting.isEmpty, let kept else { return }
        dossier.isDisputed = true
        tally.conflicts.append(
            ConflictRecord(
                deploymentID: dossier.idText, transitionID: nil, kept: Array(dossier.bytes[kept.content.range]),
                others: contradicting.map { (Array(dossier.bytes[$0.content.range]), $0.position) },
                isCounted: isCounted))
    }

    /// Merges rows' columns and records, cut to what is known by the end of the period.
    private mutating func mergeParts(
        _ own: [DeploymentCandidate], _ rows: [DeploymentCandidate], tally: inout Tally
    ) {
        let rowMembers = mergedRows(settleRows(rows, beside: own, &tally))
        let cut = cutToPeriod(own)
        var parts = cut.sorted { precedes($0, $1) }.map(\.content)
        dossier.snapshots = parts
        if let rowMembers {
            if parts.isEmpty {
                return MergedDeployment.read(rowMembers, in: &dossier)
            }
            if adds(rowMembers, to: parts) {
                dossier.rowMembers = rowMembers
                parts.insert(rowMembers, at: 0)
            }
        }
        guard !parts.isEmpty else { return }
        MergedDeployment.read(MergedDeployment.merge(parts, in: &dossier), in: &dossier)
    }

    /// Keeps the rows' columns that agree, in the members that cannot change, with the records and with each other.
    private mutating func settleRows(
        _ rows: [DeploymentCandidate], beside own: [DeploymentCandidate], _ tally: inout Tally
    ) -> [DeploymentCandidate] {
        var sorted = rows
        if rows.count > 1 {
            for index in sorted.indices { sorted[index].digest = digest(sorted[index].content) }
            sorted.sort { stands($0.position, $0.digest, before: $1.position, of: $1.digest) }
        }
        var kept: [DeploymentCandidate] = []
        var fixed = FixedMembers()
        for record in own { fixed.add(record.content.range, in: dossier.bytes.span) }
        for row in sorted {
            let content = row.content.range
            if let found = fixed.contradiction(content, in: dossier.bytes.span, isRow: true) {
                let other = found.holder < own.count ? own[found.holder] : kept[found.holder - own.count]
                // That two contradict each other that a ledger holds was reported when the later one came.
                guard !isHeld(other.position) || !isHeld(row.position) else { continue }
                var contradicting = row
                // Where columns stood that a ledger holds is not known: what contradicts them now has a position.
                if isHeld(row.position) { contradicting.position = other.position }
                report(found.member, contradicting, tally: &tally)
                keepConflicts([contradicting], beside: other, isCounted: false, &tally)
            } else {
                kept.append(row)
                fixed.add(content, in: dossier.bytes.span)
            }
        }
        if keepsFirst { accepted.deployments += kept.map(\.reference) }
        // Merged by SHA-256, whatever came first: the lowest wins.
        return keepsFirst ? kept.sorted { $0.digest < $1.digest } : kept
    }

    /// The columns of all rows, which come by SHA-256; the lowest is merged last so that it wins.
    private mutating func mergedRows(_ rows: [DeploymentCandidate]) -> ByteSlice? {
        guard !rows.isEmpty else { return nil }
        return MergedDeployment.merge(rows.reversed().map(\.content), in: &dossier)
    }

    /// Leaves out the records of after the period's end; when there are no others they give what cannot change.
    private mutating func cutToPeriod(_ own: [DeploymentCandidate]) -> [DeploymentCandidate] {
        guard recordsAfter > 0, let period else { return digested(own) }
        guard recordsAfter == own.count else {
            return digested(own.filter { !isAfter($0, period) })
        }
        dossier.snapshotAfterPeriod = true
        let fixed = digested(own).sorted { precedes($0, $1) }.map {
            MergedDeployment.reduceToFixedMembers($0.content, in: &dossier)
        }
        var merged = own[0]
        merged.updatedAt = nil
        merged.content = fixed.count == 1 ? fixed[0] : MergedDeployment.merge(fixed, in: &dossier)
        return [merged]
    }

    private func isAfter(_ candidate: DeploymentCandidate, _ period: Period) -> Bool {
        candidate.updatedAt.map { $0 >= period.to } ?? false
    }

    private func digested(_ candidates: [DeploymentCandidate]) -> [DeploymentCandidate] {
        guard candidates.count > 1 else { return candidates }
        return candidates.map { candidate in
            var candidate = candidate
            candidate.digest = digest(candidate.content)
            return candidate
        }
    }

    /// By `updatedAt`, absent first; then by SHA-256, descending, so that the lowest is merged last and wins.
    private func precedes(_ left: DeploymentCandidate, _ right: DeploymentCandidate) -> Bool {
        if left.updatedAt != right.updatedAt {
            guard let a = left.updatedAt else { return true }
            guard let b = right.updatedAt else { return false }
            return a < b
        }
        return left.digest > right.digest
    }

    /// Whether rows have a member that no record has.
    private func adds(_ rows: ByteSlice, to parts: [ByteSlice]) -> Bool {
        let bytes = dossier.bytes
        var known: Set<ArraySlice<UInt8>> = []
        for part in parts {
            var walk = CanonicalMembers(part.range)
            while let member = walk.next(bytes.span) { known.insert(bytes[member.name]) }
        }
        var walk = CanonicalMembers(rows.range)
        while let member = walk.next(bytes.span) {
            if !known.contains(bytes[member.name]) { return true }
        }
        return false
    }
}
