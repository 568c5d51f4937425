/// The keys that may sign, for which namespaces and when: an allowed signers file of ssh-keygen(1).
package struct AllowedSigners: Hashable, Sendable {
    /// One line of the file.
    package struct Entry: Hashable, Sendable {
        /// The line of the file, from 1.
        package let line: Int

        /// The pattern list of principals as it stands in the file, without quotes around it; nil for a bare key.
        package let principals: String?

        /// The key; nil if it is of a kind that is not read here, so that the entry cannot match.
        package let key: PublicKey?

        /// Whether the key is an authority for certificates.
        ///
        /// Such an entry never matches, as certificates are not read here.
        package let isCertificateAuthority: Bool

        /// The pattern list of namespaces; nil for all.
        package let namespaces: String?

        /// The first second at which signatures count; nil for no limit.
        package let validAfter: KeyTime?

        /// The last second at which signatures count; nil for no limit.
        package let validBefore: KeyTime?
    }

    /// What the list says about a key.
    package enum Match: Hashable, Sendable {
        /// No entry has the key.
        case notListed
        /// An entry has the key, but its principals match nobody: `!a@b` takes one out, and lets none in.
        case noPrincipal(line: Int)
        /// An entry has the key, but for other namespaces.
        case wrongNamespace(line: Int)
        /// An entry has the key for the namespace, but only from a later second on.
        case notYetValid(line: Int, validAfter: KeyTime)
        /// An entry has the key for the namespace, but only up to an earlier second.
        case expired(line: Int, validBefore: KeyTime)
        /// An entry allows the signature. The principals are those of the file; nil for a bare key.
        case trusted(principals: String?, line: Int)

        /// Higher for an answer that is closer to trust.
        fileprivate var rank: Int {
            switch self {
            case .notListed: 0
            case .noPrincipal: 1
            case .wrongNamespace: 2
            case .notYetValid: 3
            case .expired: 4
            case .trusted: 5
            }
        }
    }

    /// The largest file that is read; a list of thousands of people is smaller.
    package static let maximumByteCount = 1 << 20

    /// The entries in the order of the file.
    package let entries: [Entry]

    /// Trusts one key for every namespace and time, without principals.
    ///
    /// - Parameter line: The line of a `.pub` file.
    /// - Throws: What `PublicKey.init(openSSHLine:)` throws.
    package init(publicKeyLine line: String) throws(SigningError) {
        let key = try PublicKey(openSSHLine: line)
        let entry = Entry(
            line: 1, principals: nil, key: key, isCertificateAuthority: false, namespaces: nil, validAfter: nil,
            validBefore: nil)
        entries = [entry]
    }

    /// Reads an allowed signers file.
    ///
    /// `ssh-keygen` passes over lines that it cannot read; here they are errors. Keys of kinds that are not read here
    /// are no errors, but do not match. Lines end in LF or CR LF.
    ///
    /// - Parameters:
    ///   - file: The bytes of the file.
    ///   - timeZoneOffset: Seconds by which local time is ahead of UTC, for times without `Z`. `ssh-keygen` takes the zone
    ///     of the computer; without an offset such a time is refused here, so that a file means the same everywhere.
    /// - Throws: `malformedSigners` or an error of the key of a line, with the number of the line.
    package init(parsing file: [UInt8], timeZoneOffset: Int? = nil) throws(SigningError) {
        guard file.count <= AllowedSigners.maximumByteCount else {
            let limit = AllowedSigners.maximumByteCount
            throw SigningError(.malformedSigners, "file too large \"\(file.count)\", expected at most \(limit) bytes")
        }
        // For ssh-keygen it is a part of the first name, which nobody means.
        guard !file.starts(with: [0xEF, 0xBB, 0xBF]) else {
            throw SigningError(.malformedSigners, "file begins with a byte order mark, expected UTF-8 without one")
        }
        var entries: [Entry] = []
        let lines = file.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
        for (index, line) in lines.enumerated() {
            let text = Array(line.last == UInt8(ascii: "\r") ? line.dropLast() : line)
            do {
                let parser = SignerLine(number: index + 1, timeZoneOffset: timeZoneOffset)
                if let entry = try parser.parse(text) { entries.append(entry) }
            } catch {
                throw error.at(line: index + 1)
            }
        }
        self.entries = entries
    }

    /// Looks up a key for a namespace and a time.
    ///
    /// Of several entries with the key the one closest to trust counts, as `ssh-keygen` takes the first that fits. It
    /// also asks for a principal; here it is for the caller to show the principals of the entry.
    ///
    /// - Parameters:
    ///   - key: The key that made a signature.
    ///   - namespace: The namespace of the signature.
    ///   - unixSeconds: The time to judge at, since 1970 in UTC. Both ends of a validity belong to it.
    /// - Returns: `trusted`, or how close the key came to it.
    package func match(key: PublicKey, namespace: String, at unixSeconds: Int64) -> Match {
        var best = Match.notListed
        for entry in entries where entry.key == key && !entry.isCertificateAuthority {
            let match = entry.match(namespace: namespace, at: unixSeconds)
            if match.rank > best.rank { best = match }
        }
        return best
    }
}

extension AllowedSigners.Entry {
    fileprivate func match(namespace: String, at unixSeconds: Int64) -> AllowedSigners.Match {
        if let principals, !PatternList(principals).matchesSomebody { return .noPrincipal(line: line) }
        if let namespaces, !PatternList(namespaces).matches(namespace) { return .wrongNamespace(line: line) }
        if let validAfter, unixSeconds < validAfter.unixSeconds {
            return .notYetValid(line: line, validAfter: validAfter)
        }
        if let validBefore, unixSeconds > validBefore.unixSeconds {
            return .expired(line: line, validBefore: validBefore)
        }
        return .trusted(principals: principals, line: line)
    }
}
