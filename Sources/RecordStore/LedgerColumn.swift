/// What deployments can be counted by.
package enum LedgerColumn: String, Sendable { case network, tokenType, deployedBy }
