package import AuditModel
import RecordContent
import StrictJSON

/// What a filtered bundle says of intake that may be of deployments outside it (docs/bundle-format.md, 7).
///
/// The writer makes these forms, and the verifier asks for them.
package enum Withheld {
    /// The name of every source.
    package static let sourceName = "withheld"
    /// The reason of a rejected record.
    package static let reason = "withheld: not certain to be of a deployment in this filtered bundle"
}

extension SourceSummary {
    /// The source without its own words and times: digest, size, form and counts stay.
    package var withheld: SourceSummary {
        var source = self
        source.name = Withheld.sourceName
        source.firstTime = nil
        source.lastTime = nil
        source.claims = [:]
        return source
    }
}

extension Finding {
    /// The finding without anything from a record: code, severity and position stay.
    package var withheld: Finding { Finding(code, severity: severity, position: position) }

    /// Whether the finding has nothing from a record; how many more there are is no such thing.
    package var isWithheld: Bool {
        var bare = withheld
        if let unlisted = UnlistedFindings(self) { bare = unlisted.added(to: bare) }
        return bare == self
    }
}

extension RejectedRecord {
    /// The record by digest and length alone.
    package var withheld: RejectedRecord {
        RejectedRecord(
            code: code, reason: Withheld.reason, position: position, sha256: sha256, byteCount: byteCount,
            rawBase64: nil, deploymentID: nil)
    }

    /// Whether the record is shown by digest and length alone.
    package var isWithheld: Bool { deploymentID == nil && rawBase64 == nil && reason == Withheld.reason }

    /// Whether all bytes of the record are kept, and can name no other deployment than its own.
    ///
    /// What is neither a whole JSON value nor one row of CSV may hold pieces of other records.
    package var isWhollyOfItsDeployment: Bool {
        guard let deploymentID, let raw = rawBase64.flatMap(Base64.decode), raw.count == byteCount else { return false }
        let own = NamedDeployment(deploymentID)
        if let value = try? JSONValue(parsing: raw) { return own.isAlone(in: value) }
        let row = Array(raw.reversed().drop { $0 == 0x0A || $0 == 0x0D }.reversed())
        guard !row.contains(0x0A), !row.contains(0x0D) else { return false }
        let rows = CSV.parse(row + [0x0A])
        return rows.count == 1 && rows[0].contains(where: own.isNamed) && rows[0].allSatisfy { own.isAlone(in: $0) }
    }
}

extension ConflictRecord {
    /// Whether one of the contradicting contents says that it is of another deployment.
    package var namesAnotherDeployment: Bool {
        ([kept] + others.map(\.content)).contains { content in
            guard let own = (try? JSONValue(parsing: content))?["deploymentId"] else { return false }
            return !(own.string?.utf8.elementsEqual(deploymentID.utf8) ?? false)
        }
    }
}
