import RecordContent

/// A column of a CSV, and the member that its cells fill.
package struct CSVColumn: Sendable {
    /// The name in the header.
    package let name: String
    /// The name of the member.
    package let member: String
    /// Whether it is a member of the deployment, and not of the transition.
    package let isDeployment: Bool
    /// Whether digits are a number, and no text.
    let isNumber: Bool
    /// Whether its cells name a deployment; that of a column of another name may be another one.
    let namesDeployment: Bool

    init(_ name: String, as member: String, isDeployment: Bool = false, isNumber: Bool = false) {
        self.name = name
        self.member = member
        self.isDeployment = isDeployment
        self.isNumber = isNumber
        namesDeployment = NamedDeployment.isNaming(name)
    }

    /// The service's own columns, in its order.
    package static let all: [CSVColumn] = [
        CSVColumn("DeploymentId", as: "deploymentId"),
        CSVColumn("TokenType", as: "tokenType", isDeployment: true),
        CSVColumn("TokenName", as: "tokenName", isDeployment: true),
        CSVColumn("TokenSymbol", as: "tokenSymbol", isDeployment: true),
        CSVColumn("Network", as: "network", isDeployment: true),
        CSVColumn("DeployedBy", as: "deployedBy", isDeployment: true),
        CSVColumn("AssetIdentifier", as: "assetIdentifier", isDeployment: true),
        CSVColumn("TransactionHash", as: "transactionHash"),
        CSVColumn("Status", as: "status", isNumber: true),
        CSVColumn("Timestamp", as: "timestamp"),
        CSVColumn("Message", as: "message"),
        CSVColumn("ReasonCode", as: "reasonCode"),
        CSVColumn("ActorAddress", as: "actorAddress"),
        CSVColumn("ConfirmedRound", as: "confirmedRound", isNumber: true),
        CSVColumn("ErrorMessage", as: "errorMessage"),
        CSVColumn("DurationFromPreviousMs", as: "durationFromPreviousStatusMs", isNumber: true),
    ]

    static let named = Dictionary(uniqueKeysWithValues: all.map { ($0.name, $0) })
    /// The columns that a header must have: every row is a transition.
    package static let required = ["DeploymentId", "Status", "Timestamp"]
}
