/// A deployment's own members, as a source recorded them: what findings and metrics need of a deployment record.
///
/// One value stands for one deployment. Records of one deployment that differ are merged before (docs/domain.md,
/// section 4), which this library does not do.
public struct DeploymentRecord: Sendable, Hashable {
    /// The identifier; compared by its UTF-8 bytes.
    public var id: String
    /// The network; nil or empty counts as the group `(none)`.
    public var network: String?
    /// The type of token; nil or empty counts as the group `(none)`.
    public var tokenType: String?
    /// `currentStatus` as the source states it, which findings compare with the derived state; nil if it does not.
    public var statedStatus: DeploymentStatus?
    /// When the source says that the deployment was created; nil if it does not.
    public var createdAt: Timestamp?
    /// When the source says that the deployment changed last; nil if it does not.
    public var updatedAt: Timestamp?
    /// The source's sentence on its compliance checks; nil or empty if there is none.
    public var complianceSummary: String?
    /// The identifier of the asset on its network; nil or empty if there is none yet.
    public var assetIdentifier: String?

    /// Makes a record; members that are not given are absent.
    public init(
        id: String, network: String? = nil, tokenType: String? = nil, statedStatus: DeploymentStatus? = nil,
        createdAt: Timestamp? = nil, updatedAt: Timestamp? = nil, complianceSummary: String? = nil,
        assetIdentifier: String? = nil
    ) {
        self.id = id
        self.network = network
        self.tokenType = tokenType
        self.statedStatus = statedStatus
        self.createdAt = createdAt
        self.updatedAt = updatedAt
        self.complianceSummary = complianceSummary
        self.assetIdentifier = assetIdentifier
    }
}
