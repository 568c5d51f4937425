extension LedgerWriter {
    /// What is known of a deployment besides its entries; can be made again from them.
    package struct DeploymentState: Sendable, Equatable {
        /// The day of its creation, since 0001-01-01; nil if nothing tells.
        package let day: Int?
        /// It has a transition from before the day of its creation, or none that tells one: no day says where it belongs.
        package let isSpread: Bool
        /// Deployment records, and transitions (superseded rows included).
        package let records: Int
        package let transitions: Int
        /// Accepted rows for which a record with an identifier stands now.
        package let superseded: Int
        package let network: [UInt8]?
        package let tokenType: [UInt8]?
        package let deployedBy: [UInt8]?
        /// The days on which it was created or has transitions, and how many of these.
        package let activity: [Int: Int]

        package init(
            day: Int?, isSpread: Bool, records: Int, transitions: Int, superseded: Int, network: [UInt8]?,
            tokenType: [UInt8]?, deployedBy: [UInt8]?, activity: [Int: Int]
        ) {
            self.day = day
            self.isSpread = isSpread
            self.records = records
            self.transitions = transitions
            self.superseded = superseded
            self.network = network
            self.tokenType = tokenType
            self.deployedBy = deployedBy
            self.activity = activity
        }
    }
}
