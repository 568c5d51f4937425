import ArchiveFormat
import BundleComparison
import BundleFormat
import BundleReading
import BundleVerifier
package import FileSystem
package import Signing
import StrictJSON
package import VerificationAnswers

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
    /// What earlier runs saw, which has to be there still; nil if nothing is remembered.
    package var memory: ArchiveMemory?
    /// Called with what this run saw.
    package var remember: @Sendable (ArchiveMemory.Mark) -> Void = { _ in }
    /// A checkpoint that a recipient kept, from which the archive has to have grown.
    package var since: SignedNote?
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
        let showsBreaks = state.across.showsBreaks()
        for (number, problems) in state.across.problems().enumerated() {
            if let problems { state.reports[number].report.add(across: problems, showsBreaks: showsBreaks[number]) }
        }
        state.reports.sort { $0.path < $1.path }
        let seals = state.members.first.map { state.across.seals(ofSeries: $0.series) } ?? [:]
        let lastEntries = state.members.first.map { state.across.lastEntries(ofSeries: $0.series) } ?? [:]
        var checks = ArchiveChecks(
            members: state.members, foreign: state.foreign, folder: folder, keys: keys, seals: seals,
            lastEntries: lastEntries)
        checks.run(unreadable: state.unreadable + tombstones.problems + state.across.tombstoneProblems())
        compareWithMemory(&checks)
        return Attempt(state: state, checks: checks)
    }

    private func compareWithMemory(_ checks: inout ArchiveChecks) {
        for checkpoint in memory?.checkpoints ?? [] { checks.requireGrowth(from: checkpoint, by: "an earlier run") }
        checks.requireSeen(memory?.bundles ?? [:])
        guard let since, let checkpoint = try? Checkpoint(text: since.text) else { return }
        // The key may have ended since.
        let keys = trust.entries.compactMap(\.key)
        guard keys.contains(where: { since.isSigned(by: $0, name: checkpoint.origin) }) else {
            return checks.add("the checkpoint of --since is not signed by a key of the trust file")
        }
        checks.requireGrowth(from: checkpoint, by: "the checkpoint of --since")
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
        let mark = file.member.map { member in
            ArchiveMemory.Mark.bundle(sequence: member.position.sequence, digest: member.position.digest)
        }
        let isKnown = file.member.map { memory?.bundles[$0.position.sequence] == $0.position.digest } ?? false
        let isChosen = file.member.flatMap { member in subset?.contains(member.position.sequence) } ?? true
        let depth: VerificationDepth = isKnown ? .bytes : isChosen ? .whole : .head
        var report = await report(claims, by: verification.verifier, depth)
        if report.verdict == .untrusted, let member = file.member, state.vouched.contains(member.position.digest),
            let earlier = formerVerifier(claims)
        {
            report = await self.report(claims, by: earlier, depth)
            report.addVouched()
        }
        let listed = state.across.add(claims, isTrusted: report.keyFingerprint != nil)
        if report.verdict == .valid { state.vouched.formUnion(listed.map(\.digest)) }
        if isKnown, report.verdict == .valid { state.earlier += 1 }
        if depth == .whole, memory != nil, report.verdict == .valid, let mark { remember(mark) }
        state.reports.append((file.path, report, depth == .whole))
        if let member = file.member {
            state.members.append(member)
        } else {
            state.foreign.append(file.path)
        }
    }

    /// Checks as much of a bundle as is asked for.
    ///
    /// Nothing that stands in the file of --resume makes bytes valid that no trusted key signed.
    private func report(_ claims: BundleClaims, by verifier: Verifier, _ depth: VerificationDepth) async
        -> VerificationReport
    {
        switch depth {
        case .head: verifier.head(claims)
        case .bytes: await verifier.integrity(claims)
        case .whole: await verifier.verify(claims)
        }
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
        let facts = ArchiveFacts(checks.members, at: time)
        if verdict == .valid, memory != nil, let checkpoint = checks.checkpoint,
            !(memory?.checkpoints.contains(checkpoint) ?? false)
        {
            remember(.checkpoint(checkpoint))
        }
        if verification.printsJSON {
            let answer = json(path, verdict, counts: counts, problems: checks.problems)
            verification.write(.object(.object(answer.merging(facts?.json ?? [:]) { $1 })))
        } else if !verification.isQuiet || verdict != .valid {
            verification.write(.archive(path: path, verdict))
            for line in facts?.lines ?? [] { verification.write(line) }
            verification.write(.archiveCounts(counts))
            if verification.isVerbose || verdict == .valid {
                let untimed = checks.untimed
                let times =
                    untimed.count == 1
                    ? "the time of sealing of \(untimed[0].position.name)" : "\(untimed.count) times of sealing"
                verification.write(
                    .notCompared(
                        [Catalogue.page, times, "what waits", "the last fixity check"]
                            + checks.folder.setAside.map { "\($0), which a repair set aside" }))
            }
            for problem in checks.problems { verification.write(.archiveProblem(problem)) }
        }
        return verdict.exitStatus
    }

    private func json(
        _ path: String, _ verdict: VerificationReport.Verdict, counts: ArchiveCounts, problems: [String]
    ) -> [String: JSONValue] {
        [
            "archive": .string(path), "earlier": .integer(Int64(counts.validEarlier)),
            "expected": counts.expected.map { .integer(Int64($0)) } ?? .null,
            "format": .string(VerificationText.answerFormat), "found": .integer(Int64(counts.found)),
            "problems": .array(problems.map(JSONValue.string)),
            "removed": .integer(Int64(counts.removed)), "valid": .integer(Int64(counts.valid)),
            "status": .integer(Int64(verdict.exitStatus)), "verdict": .string(verdict.rawValue),
            "verified": .integer(Int64(counts.verified)),
        ]
    }
}
