import FileSystem

/// Why a sealed bundle cannot be made again with the bytes that were sealed.
package struct SealNotRemade: Error {
    /// What is missing.
    package enum Cause: Sendable {
        /// The key that sealed it, by its fingerprint, is none of those that were given.
        case keyMissing(fingerprint: String)
        /// Its key is there; the version that sealed it made other bytes.
        case otherBytes(version: String)
    }

    package let name: String
    package let cause: Cause

    /// What a command says that cannot go on without the bundle.
    var problem: EnvironmentError {
        switch cause {
        case .keyMissing(let fingerprint):
            EnvironmentError(
                .brokenChain,
                "\"\(name)\" was sealed with key \(fingerprint), expected that key as KEY, or beside it as KEY.1, KEY.2 and so on, as "
                    + "rotations keep it; nothing is changed",
                hint:
                    "put the key that sealed it back beside the key of now, under the next free number, and repeat the command"
            )
        case .otherBytes(let version):
            EnvironmentError(
                .brokenChain,
                "this version would make other bytes of \"\(name)\" than version \(version) sealed; nothing is changed",
                hint: "use version \(.text(version)) of cartulary for this command")
        }
    }
}
