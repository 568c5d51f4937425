import ArgumentParser
import AuditModel
import BundleExport
import CommandLineInterface

extension Basis: ExpressibleByArgument {}

/// Which deployments a bundle holds.
struct SelectionOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "A year, quarter, month, week or day in UTC: 2026, 2026-Q1, 2026-02, 2026-W07, 2026-02-14.",
            valueName: "period"),
        transform: SelectionOptions.period)
    var period: Period?

    @Option(
        help: ArgumentHelp("The first instant of the period, in RFC 3339.", valueName: "time"),
        transform: TimeText.parse)
    var from: Timestamp?

    @Option(
        help: ArgumentHelp("The first instant after the period, in RFC 3339.", valueName: "time"),
        transform: TimeText.parse)
    var to: Timestamp?

    @Option(help: "Select deployments that were active in the period, or that were created in it.")
    var basis = Basis.activity

    @Option(
        help: ArgumentHelp(
            "Only deployments on this network, in upper or lower case; may be repeated.", valueName: "name"))
    var network: [String] = []

    @Option(
        name: .customLong("token-type"),
        help: ArgumentHelp(
            "Only deployments of this token type, in upper or lower case; may be repeated.", valueName: "type"))
    var tokenType: [String] = []

    @Option(
        name: .customLong("deployed-by"),
        help: ArgumentHelp("Only deployments by this address; may be repeated.", valueName: "address"))
    var deployedBy: [String] = []

    @Option(
        help: ArgumentHelp("Only deployments in this state; may be repeated.", valueName: "state"),
        transform: SelectionOptions.status)
    var status: [DeploymentStatus] = []

    @Option(help: ArgumentHelp("Only the deployment with this identifier; may be repeated.", valueName: "id"))
    var deployment: [String] = []

    @Option(
        help: ArgumentHelp(
            "Only deployments of this asset or contract (assetIdentifier); may be repeated.", valueName: "id"))
    var asset: [String] = []

    @Option(
        help: ArgumentHelp(
            "Only deployments that name this transaction, in any of their records; may be repeated.", valueName: "hash")
    )
    var transaction: [String] = []

    @Option(
        help: ArgumentHelp(
            "Only deployments of the token with this name or symbol, in upper or lower case; may be repeated.",
            valueName: "name"))
    var token: [String] = []

    mutating func validate() throws {
        if period != nil, from != nil || to != nil { throw ValidationError("--period excludes --from and --to") }
        if (from == nil) != (to == nil) { throw ValidationError("--from and --to go together") }
        if let from, let to, from >= to {
            throw ValidationError("--from \(from.text) is not before --to \(to.text)")
        }
    }

    var selection: Selection {
        var selection = Selection()
        selection.period = period
        if let from, let to { selection.period = Period(from: from, to: to) }
        selection.basis = basis
        selection.networks = Selection.values(network)
        selection.tokenTypes = Selection.values(tokenType)
        selection.deployers = Selection.values(deployedBy)
        selection.statuses = Set(status).sorted()
        selection.deployments = Selection.values(deployment)
        selection.assets = Selection.values(asset)
        selection.transactions = Selection.values(transaction)
        selection.tokens = Selection.values(token)
        return selection
    }

    private static func period(_ text: String) throws -> Period {
        guard let period = Period(label: text) else {
            throw ValidationError("expected a form such as 2026, 2026-Q1, 2026-02, 2026-W07 or 2026-02-14, before 9981")
        }
        return period
    }

    private static func status(_ name: String) throws -> DeploymentStatus {
        guard let status = DeploymentStatus(name: name) else {
            let names = DeploymentStatus.allCases.map(\.name).joined(separator: ", ")
            throw ValidationError("expected one of \(names)")
        }
        return status
    }
}
