package import AuditModel
package import Ledger
package import RecordAnalysis
package import Signing

/// How a plan is carried out this time.
package struct ScheduleOptions: Sendable {
    package var key: PrivateKey
    /// Keys that rotations kept beside it: a bundle of their time that has to be made again is signed with them.
    package var formerKeys: [PrivateKey] = []
    /// The file of the key, for commands that are proposed.
    package var keyPath = "KEY"
    /// The file of the configuration, likewise.
    package var configurationPath = "cartulary.yaml"
    /// What the clock says.
    package var now: Timestamp
    /// What the machine's clock says: nothing is removed earlier, whatever `now` is.
    package var clock: Timestamp
    /// Whether somebody said that `now` is right, though it lies ahead of the clock or long after the ledger was last written.
    package var isTimeConfirmed = false
    /// Whether somebody said that no other copy of the archives' folders is kept any more.
    package var isCopyConfirmed = false
    /// Sources of which somebody said that their spool is the folder to which files come, though its mark is gone or older.
    package var confirmedSpools: Set<String> = []
    var retentionTime: Timestamp { min(now, clock) }
    package var toolVersion: String
    /// Of a ledger that begins with this run (``LedgerIdentity``).
    package var identity: String?
    /// Seconds to wait for another run.
    package var wait = 0
    /// Says what would be done, and does nothing.
    package var isDryRun = false
    /// Where a dry run copies the ledger to, if there is something to be taken in.
    package var temporaryFolder = "/tmp"
    /// Periods of archives that are sealed though a source does not cover them, and why.
    package var uncovered: [Uncovered] = []
    package var progress: ProgressHandler?
    /// Judges a bundle before it is sealed; nil leaves it out.
    package var inspect: BundleInspection?
    package var report: @Sendable (ScheduleEvent) -> Void = { _ in }

    /// Whether somebody wants a period of an archive sealed for a reason.
    func overrides(_ archive: String) -> Bool { uncovered.contains { $0.archive == archive } }

    /// A period of an archive that somebody wants sealed for a reason.
    package struct Uncovered: Sendable {
        package var archive: String
        /// The period's label.
        package var period: String
        package var reason: String

        package init(_ archive: String, _ period: String, reason: String) {
            self.archive = archive
            self.period = period
            self.reason = reason
        }
    }

    package init(key: PrivateKey, now: Timestamp, toolVersion: String) {
        self.key = key
        self.now = now
        clock = now
        self.toolVersion = toolVersion
    }
}
