import ArgumentParser
import AuditModel
import BundleExport
import CommandLineInterface

extension Basis: ExpressibleByArgument {}

/// Which deployments a bundle holds.
struct SelectionOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "A year, quarter, month, week or day of UTC: 2026, 2026-Q1, 2026-02, 2026-W07, 2026-02-14.",
            valueName: "period"))
    var period: String?

    @Option(help: ArgumentHelp("The first instant of the period, in RFC 3339.", valueName: "time"))
    var from: String?

    @Option(help: ArgumentHelp("The first instant after the period, in RFC 3339.", valueName: "time"))
    var to: String?

    @Option(help: "What puts a deployment into the period: activity, or created.")
    var basis = Basis.activity

    @Option(help: ArgumentHelp("Only deployments on this network; may be repeated.", valueName: "name"))
    var network: [String] = []

    @Option(
        name: .customLong("token-type"), help: ArgumentHelp("Only this token type; may be repeated.", valueName: "type")
    )
    var tokenType: [String] = []

    @Option(
        name: .customLong("deployed-by"),
        help: ArgumentHelp("Only this deployer; may be repeated.", valueName: "address"))
    var deployedBy: [String] = []

    @Option(help: ArgumentHelp("Only deployments in this state; may be repeated.", valueName: "state"))
    var status: [String] = []

    mutating func validate() throws { _ = try selection() }

    func selection() throws -> Selection {
        var selection = Selection()
        selection.period = try timeRange()
        selection.basis = basis
        selection.networks = sorted(network)
        selection.tokenTypes = sorted(tokenType)
        selection.deployers = sorted(deployedBy)
        selection.statuses = try Set(status.map(state)).sorted()
        return selection
    }

    private func sorted(_ values: [String]) -> [String] {
        Array(Set(values)).sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    }

    private func state(_ name: String) throws -> DeploymentStatus {
        guard let status = DeploymentStatus(name: name) else {
            let names = DeploymentStatus.allCases.map(\.name).joined(separator: ", ")
            throw ValidationError("--status \"\(name)\", expected one of \(names)")
        }
        return status
    }

    private func timeRange() throws -> Period? {
        if let period {
            guard from == nil, to == nil else { throw ValidationError("--period excludes --from and --to") }
            guard let parsed = Period(label: period) else {
                throw ValidationError(
                    "--period \"\(period)\", expected a form such as 2026, 2026-Q1, 2026-02, 2026-W07 or 2026-02-14")
            }
            return parsed
        }
        guard let from, let to else {
            if from == nil, to == nil { return nil }
            throw ValidationError("--from and --to go together")
        }
        let bounds = (try TimeText.parse(from), try TimeText.parse(to))
        guard bounds.0 < bounds.1 else { throw ValidationError("--from \(from) is not before --to \(to)") }
        return Period(from: bounds.0, to: bounds.1)
    }

    /// The options in a fixed order, as `bundle.json` repeats them.
    func words() throws -> [String] { try selection().words }
}
