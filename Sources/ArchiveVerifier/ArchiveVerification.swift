import ArchiveFormat
import BundleFormat
import BundleReading
package import BundleVerifier
package import FileSystem
package import Signing
import StrictJSON
import ZipFormat

/// Verifies the folder of an archive: every bundle, and that they are all.
package struct ArchiveVerification: Sendable {
    /// Which of the bundles are verified as a whole this time: every `count`-th, from the `number`-th on.
    package struct Subset: Sendable {
        package var number: Int
        package var count: Int

        /// Reads `3/12`; nil for anything else.
        package init?(_ text: String) {
            let parts = text.split(separator: "/", omittingEmptySubsequences: false).map { Int($0) }
            guard parts.count == 2, let number = parts[0], let count = parts[1], (1...1000).contains(count),
                (1...count).contains(number)
            else { return nil }
            self.number = number
            self.count = count
        }

        func contains(_ sequence: Int) -> Bool { sequence % count == number % count }
    }

    private let verification: Verification
    private let trust: AllowedSigners
    private let time: Int64
    package var subset: Subset?
    /// Bundles that were valid in an earlier run, by the digests of what is signed and of the file; and where new ones go.
    package var earlier: Set<String> = []
    package var remember: @Sendable (String) -> Void = { _ in }
    /// Whether bundles are remembered, for which each file is read once more.
    package var resumes = false
    /// Called before each bundle with its number and how many there are.
    package var progress: (@Sendable (Int, Int) -> Void)?

    package init(_ verification: Verification, trust: AllowedSigners, time: Int64) {
        self.verification = verification
        self.trust = trust
        self.time = time
    }

    /// Verifies the folder at `path` and returns the exit status.
    ///
    /// Throws only if the folder itself cannot be read.
    package func verify(_ path: String) async throws(FileSystemError) -> Int32 {
        var attempt = try await attempt(path)
        for _ in 1..<ArchiveVerification.maximumAttempts where !attempt.isSound {
            // A run that works meanwhile moves on what was read: only a folder that stays the same is wrong.
            guard try ArchiveFolder.settled(path) != attempt.checks.folder else { break }
            attempt = try await self.attempt(path)
        }
        // Five lines for each valid bundle would hide the rest.
        for entry in attempt.state.reports
        where entry.report.verdict != .valid || verification.isVerbose || verification.printsJSON {
            verification.show(entry.report, entry.path)
        }
        return summarize(path, attempt.state, checks: attempt.checks)
    }

    /// Times that a folder is read that changes while it is.
    private static let maximumAttempts = 5

    /// What was found in a folder, as it was when its files were listed.
    private struct Attempt {
        let state: State
        let checks: ArchiveChecks

        var isSound: Bool {
            checks.problems.isEmpty && state.reports.allSatisfy { $0.report.verdict == .valid }
        }
    }

    private func attempt(_ path: String) async throws(FileSystemError) -> Attempt {
        let folder = try ArchiveFolder.settled(path)
        var state = State()
        // From the newest: a bundle vouches for the earlier ones, whose digests it lists.
        let files = openBundles(folder, path, state: &state).sorted {
            ($0.member?.position.sequence ?? 0) > ($1.member?.position.sequence ?? 0)
        }
        for (number, file) in files.enumerated() {
            progress?(number + 1, files.count)
            do throws(FileSystemError) {
                try await verify(file, in: path, state: &state)
            } catch {
                state.unreadable.append("\(file.path) cannot be read: \(error)")
            }
        }
        let keys = trust.trustedKeys(at: time)
        let tombstones = TombstoneReading(folder.tombstones, keys: keys, time: time)
        applyTombstones(tombstones, &state)
        for (number, problems) in state.across.problems().enumerated() {
            if let problems { state.reports[number].report.add(across: problems) }
        }
        state.reports.sort { $0.path < $1.path }
        var checks = ArchiveChecks(
            members: state.members, foreign: state.foreign, folder: folder, keys: keys)
        checks.run(unreadable: state.unreadable + tombstones.problems)
        return Attempt(state: state, checks: checks)
    }

    /// Lets tombstones stand for the bundles that are gone; one that is still there speaks for itself.
    private func applyTombstones(_ reading: TombstoneReading, _ state: inout State) {
        let present = Dictionary(
            state.members.map { ($0.position.sequence, $0) }, uniquingKeysWith: { first, _ in first })
        for tombstone in reading.tombstones {
            if let member = present[tombstone.entry.position.sequence] {
                guard member.position != tombstone.entry.position else { continue }
                state.unreadable.append("\(Tombstones.file) names another bundle than \(member.path)")
            } else {
                state.across.add(tombstone)
                state.members.append(ArchiveChecks.Member(tombstone))
            }
        }
    }

    private struct State {
        var reports: [(path: String, report: VerificationReport, isWhole: Bool)] = []
        var members: [ArchiveChecks.Member] = []
        /// Files that are no sealed bundles.
        var foreign: [String] = []
        var across = SeriesAcross()
        var earlier = 0
        /// Files that could not be read, with the reason.
        var unreadable: [String] = []
        /// Digests that bundles list which are valid.
        var vouched: Set<String> = []
    }

    /// A file of the folder, and what it says of itself; nil if it is no sealed bundle.
    private struct File {
        var path: String
        var member: ArchiveChecks.Member?
    }

    private func openBundles(_ folder: ArchiveFolder, _ path: String, state: inout State) -> [File] {
        var files: [File] = []
        for file in folder.bundles {
            do throws(FileSystemError) {
                let claims = BundleClaims(try UnverifiedBundle(path: "\(path)/\(file)"))
                files.append(File(path: file, member: ArchiveChecks.Member(claims, path: file)))
            } catch {
                state.unreadable.append("\(file) cannot be read: \(error)")
            }
        }
        return files
    }

    private func verify(_ file: File, in path: String, state: inout State) async throws(FileSystemError) {
        let claims = BundleClaims(try UnverifiedBundle(path: "\(path)/\(file.path)"))
        let mark = try file.member.map { (member) throws(FileSystemError) in
            "\(member.position.digest) \(try digest(claims.bundle))"
        }
        let isKnown = mark.map(earlier.contains) ?? false
        let isChosen = file.member.flatMap { member in subset?.contains(member.position.sequence) } ?? true
        let isWhole = isChosen && !isKnown
        var report = await report(claims, by: verification.verifier, isWhole: isWhole)
        if report.verdict == .untrusted, let member = file.member, state.vouched.contains(member.position.digest),
            let earlier = formerVerifier(claims)
        {
            report = await self.report(claims, by: earlier, isWhole: isWhole)
            report.addVouched()
        }
        let listed = state.across.add(claims)
        if report.verdict == .valid { state.vouched.formUnion(listed.map(\.digest)) }
        if isKnown { state.earlier += 1 }
        if isWhole, report.verdict == .valid, let mark { remember(mark) }
        state.reports.append((file.path, report, isWhole))
        if let member = file.member {
            state.members.append(member)
        } else {
            state.foreign.append(file.path)
        }
    }

    private func report(_ claims: BundleClaims, by verifier: Verifier, isWhole: Bool) async -> VerificationReport {
        isWhole ? await verifier.verify(claims) : verifier.head(claims)
    }

    /// SHA-256 of the file, so that one that was changed since is not taken for the one that was valid.
    private func digest(_ bundle: UnverifiedBundle) throws(FileSystemError) -> String {
        resumes ? try bundle.archive.store.sha256() : ""
    }

    /// A verifier of the time at which the key of a bundle still counted; nil if it never did.
    ///
    /// Only for a bundle that a later one vouches for: a key that has ended may be in other hands.
    private func formerVerifier(_ claims: BundleClaims) -> Verifier? {
        let ends = Set(trust.entries.compactMap(\.validBefore?.unixSeconds)).filter { $0 < time }
        return ends.sorted().map(verification.verifier.judging).first { $0.head(claims).verdict == .valid }
    }

    /// A series that is broken outranks what is wrong with a bundle: the bundles are then not what they are taken for.
    private func verdict(
        _ verdicts: [VerificationReport.Verdict], _ checks: ArchiveChecks
    ) -> VerificationReport.Verdict {
        if verdicts.isEmpty { return .nothingVerified }
        if verdicts.allSatisfy({ $0 == .untrusted }) { return .untrusted }
        if !checks.problems.isEmpty { return .brokenChain }
        return VerificationReport.Verdict.allCases.first(where: verdicts.contains) ?? .nothingVerified
    }

    /// Says what was expected, what was found, and every problem of the whole; returns the exit status.
    private func summarize(_ path: String, _ state: State, checks: ArchiveChecks) -> Int32 {
        let reports = state.reports.map(\.report)
        let verdict = verdict(reports.map(\.verdict), checks)
        let whole = state.reports.filter(\.isWhole)
        let counts = ArchiveCounts(
            expected: checks.expected, found: reports.count, removed: checks.members.count(where: \.isRemoved),
            verified: whole.count, valid: whole.count { $0.report.verdict == .valid }, validEarlier: state.earlier)
        if verification.printsJSON {
            verification.write(.object(json(path, verdict, counts: counts, problems: checks.problems)))
        } else if !verification.isQuiet || verdict != .valid {
            verification.write(.archive(path: path, verdict))
            verification.write(.archiveCounts(counts))
            if verification.isVerbose || verdict == .valid {
                verification.write(
                    .notCompared(
                        [Catalogue.page, "times of sealing", "what waits", "the last fixity check"]
                            + checks.folder.setAside.map { "\($0), which a repair set aside" }))
            }
            for problem in checks.problems { verification.write(.archiveProblem(problem)) }
        }
        return verdict.exitStatus
    }

    private func json(
        _ path: String, _ verdict: VerificationReport.Verdict, counts: ArchiveCounts, problems: [String]
    ) -> JSONValue {
        .object([
            "archive": .string(path), "earlier": .integer(Int64(counts.validEarlier)),
            "expected": counts.expected.map { .integer(Int64($0)) } ?? .null,
            "format": .string(VerificationText.answerFormat), "found": .integer(Int64(counts.found)),
            "problems": .array(problems.map(JSONValue.string)),
            "removed": .integer(Int64(counts.removed)), "valid": .integer(Int64(counts.valid)),
            "verdict": .string(verdict.rawValue), "verified": .integer(Int64(counts.verified)),
        ])
    }
}
