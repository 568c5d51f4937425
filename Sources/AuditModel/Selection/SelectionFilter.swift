/// What deployments can be chosen by, in the order in which filters are applied.
///
/// The raw value is the member of `filters` in `bundle.json`.
package enum SelectionFilter: String, CaseIterable, Sendable {
    case network, tokenType, deployedBy, status, deploymentId, assetIdentifier, transactionHash, token

    /// `allCases` would be a new array for every record.
    package static let all = Array(allCases)

    /// The option of the command line.
    package var option: StaticString {
        switch self {
        case .network: "--network"
        case .tokenType: "--token-type"
        case .deployedBy: "--deployed-by"
        case .status: "--status"
        case .deploymentId: "--deployment"
        case .assetIdentifier: "--asset"
        case .transactionHash: "--transaction"
        case .token: "--token"
        }
    }

    /// The words before a value, for people.
    package var label: String {
        switch self {
        case .network: "network"
        case .tokenType: "token type"
        case .deployedBy: "deployed by"
        case .status: "status"
        case .deploymentId: "deployment"
        case .assetIdentifier: "asset"
        case .transactionHash: "transaction"
        case .token: "token"
        }
    }

    /// Where the records go that the filter leaves out.
    package var destination: Selection.Destination {
        switch self {
        case .network: .leftOutByNetwork
        case .tokenType: .leftOutByTokenType
        case .deployedBy: .leftOutByDeployer
        case .status: .leftOutByStatus
        case .deploymentId: .leftOutByDeployment
        case .assetIdentifier: .leftOutByAsset
        case .transactionHash: .leftOutByTransaction
        case .token: .leftOutByToken
        }
    }

    /// The filter that leaves records out at a destination; nil for a destination of another kind.
    package init?(_ destination: Selection.Destination) {
        guard let filter = SelectionFilter.all.first(where: { $0.destination == destination }) else { return nil }
        self = filter
    }

    /// Whether a series of sealed bundles can have the filter.
    ///
    /// The others ask for single deployments: a bundle filtered by one answers a request, and is in no series.
    package var isOfSeries: Bool {
        switch self {
        case .network, .tokenType, .deployedBy, .status: true
        case .deploymentId, .assetIdentifier, .transactionHash, .token: false
        }
    }

    /// Whether values that differ only in the case of ASCII letters are the same: names are, identifiers are not.
    private var ignoresCase: Bool {
        switch self {
        case .network, .tokenType, .token: true
        case .deployedBy, .status, .deploymentId, .assetIdentifier, .transactionHash: false
        }
    }

    /// Whether a value of the filter matches one of a record.
    ///
    /// Values match by their bytes. Of names, and of `0x…` addresses and hashes, ASCII letters match in either case.
    package func matches(_ wanted: String, _ found: some Collection<UInt8>) -> Bool {
        let own = wanted.utf8
        // Lower case has as many bytes as upper case.
        guard own.count == found.count else { return false }
        if own.elementsEqual(found) { return true }
        guard ignoresCase || Self.isHexadecimal(own) else { return false }
        return zip(own, found).allSatisfy { Self.lowercased($0) == Self.lowercased($1) }
    }

    /// Whether a value of the filter matches a text of a record.
    package func matches(_ wanted: String, _ found: String) -> Bool { matches(wanted, found.utf8) }

    private static func isHexadecimal(_ text: String.UTF8View) -> Bool {
        text.prefix(2).map(lowercased).elementsEqual("0x".utf8)
    }

    private static func lowercased(_ byte: UInt8) -> UInt8 { (0x41...0x5A).contains(byte) ? byte | 0x20 : byte }
}

extension Dossier {
    /// Whether a text that a filter looks at satisfies a condition; absent texts are not asked about.
    ///
    /// A transaction is one that the deployment or any of its transitions names, a token is named by name or symbol. The
    /// state is no text of the deployment.
    package func contains(_ filter: SelectionFilter, where matches: (ArraySlice<UInt8>) -> Bool) -> Bool {
        func test(_ slice: ByteSlice) -> Bool { !slice.isEmpty && matches(bytes[slice.range]) }
        switch filter {
        case .network: return test(members.network)
        case .tokenType: return test(members.tokenType)
        case .deployedBy: return test(members.deployedBy)
        case .status: return false
        case .deploymentId: return test(id)
        case .assetIdentifier: return test(members.assetIdentifier)
        case .transactionHash: return test(members.transactionHash) || transitions.contains { test($0.transactionHash) }
        case .token: return test(members.tokenName) || test(members.tokenSymbol)
        }
    }
}
