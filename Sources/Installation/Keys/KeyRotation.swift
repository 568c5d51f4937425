package import AuditModel
import BundleFormat
import CommandLineInterface
import FileSystem
package import Signing

/// Puts a new key in the place of the one that signs, under the same path, so that configuration and units stay as they are.
///
/// The new private key gets its name last, in one step. Before that everything is ready for it: stopped at any point, the old
/// key signs on, the trust file lists both, and the next call goes on with the same new key.
package struct KeyRotation {
    /// What a rotation made.
    package struct Outcome: Sendable {
        /// Until when the old key counts.
        package var end: Timestamp
        package var old: PublicKey
        package var new: PublicKey
        /// Where the old private key stands now; the other files of the old key begin with this path.
        package var kept: String
        package var trustFile: String
        package var statement: String
    }

    let files: KeyPairFiles
    /// From when the new key counts.
    let now: Timestamp
    /// Until when the old key counts.
    let end: Timestamp

    /// A rotation of the key of some files.
    ///
    /// - Parameters:
    ///   - files: where the key stands.
    ///   - now: from when the new key counts.
    ///   - end: until when the old key counts.
    package init(_ files: KeyPairFiles, at now: Timestamp, oldUntil end: Timestamp) {
        self.files = files
        self.now = now
        self.end = end
    }

    /// Rotates the key.
    ///
    /// Throws a ``CommandError``, `FileSystemError` or `SigningError`; the old key signs on then.
    package func run() throws -> Outcome {
        let old = try KeyFile.read(files.path)
        try requireOfNow()
        let list = try TrustList(try trustText(old))
        let identity = list.principals(of: old.publicKey) ?? KeyRotation.name(old)
        let new = try nextKey(like: old, identity: identity)
        guard old.publicKey != new.publicKey else {
            throw CommandError(
                .usage, "\"\(nextPath)\" holds the key that signs now, expected another one",
                hint: .command("rm", .file(nextPath)))
        }
        let kept = try keptPath(old)
        try keep(old, at: kept)
        // What an interrupted rotation wrote into the trust file stays.
        let end = min(list.end(of: old.publicKey) ?? self.end, self.end)
        let statement = try writeStatement(old, new, from: now, until: end, path: kept + ".rotation")
        try DurableFile.replace(
            files.trustPath,
            with: Array(
                list.rotated(from: old.publicKey, to: new.publicKey, identity: identity, end: end).utf8))
        try DurableFile.replace(files.publicPath, with: try line(new, identity))
        try DurableFile.replace(files.pemPath, with: Array(new.publicKey.pem.utf8))
        try DurableFile.put(nextPath, inPlaceOf: files.path)
        return Outcome(
            end: end, old: old.publicKey, new: new.publicKey, kept: kept, trustFile: files.trustPath,
            statement: statement)
    }

    /// A key that a rotation kept signs nothing new: what replaces it would be a key that nobody uses.
    private func requireOfNow() throws {
        guard let dot = files.path.lastIndex(of: "."), UInt(files.path[dot...].dropFirst()) != nil else { return }
        let now = String(files.path[..<dot])
        guard FileStatus.exists(now), KeyFile.formerPaths(now).contains(files.path) else { return }
        throw CommandError(
            .usage, "key \"\(files.path)\" was kept by a rotation of \"\(now)\", expected the key that signs now",
            hint: .command("cartulary", "key", "rotate", "--key", .file(now)))
    }

    private var nextPath: String { files.path + ".next" }

    /// The key that an interrupted rotation made, or a new one of the same type.
    private func nextKey(like old: PrivateKey, identity: String) throws -> PrivateKey {
        if try FileName.isTaken(nextPath) { return try KeyFile.read(nextPath) }
        let key = try KeyPairFiles.key(identity, old.publicKey.type == .ed25519 ? .ed25519 : .ecdsaP256)
        try DurableFile.create(
            nextPath, holding: key.openSSHFile(checkInt: UInt32.random(in: 0 ... .max)), isSecret: true)
        return key
    }

    /// The trust file, or the line that it would have.
    private func trustText(_ old: PrivateKey) throws -> String {
        if FileStatus.exists(files.trustPath) {
            return String(decoding: try SmallFile.contents(files.trustPath), as: UTF8.self)
        }
        return KeyPairFiles.trustLine(KeyRotation.name(old), publicLine: try old.publicKey.openSSHLine())
    }

    /// The first number behind the path that no other key has.
    private func keptPath(_ old: PrivateKey) throws -> String {
        for number in 1... {
            let path = "\(files.path).\(number)"
            if try !FileName.isTaken(path) || KeyFile.read(path).publicKey == old.publicKey { return path }
        }
        return files.path
    }

    private func keep(_ old: PrivateKey, at path: String) throws {
        if try !FileName.isTaken(path) {
            try DurableFile.create(path, holding: try SmallFile.contents(files.path), isSecret: true)
        }
        try DurableFile.replace(path + ".pub", with: try line(old, old.comment))
    }

    private func line(_ key: PrivateKey, _ comment: String) throws -> [UInt8] {
        Array(try key.publicKey.openSSHLine(comment: comment).utf8)
    }

    /// A text that both keys sign, for those who trust one of them.
    private func writeStatement(
        _ old: PrivateKey, _ new: PrivateKey, from time: Timestamp, until end: Timestamp, path: String
    ) throws -> String {
        let text = """
            cartulary key rotation
            old key: \(try old.publicKey.openSSHLine())
            new key: \(try new.publicKey.openSSHLine())
            new key valid from: \(time.text)
            old key valid until: \(end.text)

            """
        let bytes = Array(text.split(separator: "\n").joined(separator: "\n").utf8) + [0x0A]
        try DurableFile.replace(path, with: bytes)
        for (key, suffix) in [(old, ".sig"), (new, ".new.sig")] {
            let signature = try SSHSignature(signing: bytes, namespace: SignatureNames.approvalNamespace, with: key)
            try DurableFile.replace(path + suffix, with: signature.armored)
        }
        return path
    }

    private static func name(_ key: PrivateKey) -> String {
        KeyPairFiles.isIdentity(key.comment) ? key.comment : "cartulary"
    }
}

/// The lines of a trust file, of which those of one key are changed.
private struct TrustList {
    private var lines: [String]
    private let signers: AllowedSigners

    init(_ text: String) throws {
        signers = try AllowedSigners(parsing: Array(text.utf8))
        lines = text.split(separator: "\n", omittingEmptySubsequences: false).map { line in
            line.last == "\r" ? String(line.dropLast()) : String(line)
        }
        if lines.last?.isEmpty == true { lines.removeLast() }
    }

    private func entries(_ key: PublicKey) -> [AllowedSigners.Entry] {
        signers.entries.filter { $0.key == key && !$0.isCertificateAuthority }
    }

    /// Whom the file names as the owner of a key.
    func principals(of key: PublicKey) -> String? { entries(key).first?.principals }

    /// Until when a key counts; nil if the file does not say.
    func end(of key: PublicKey) -> Timestamp? {
        entries(key).compactMap(\.validBefore).min().map { Timestamp(unixSeconds: $0.unixSeconds) }
    }

    /// The file with an end of the old key, and the new one; all other lines stay.
    ///
    /// The new key gets no beginning. A bundle states the time that it is about, which is before that of its signature: the
    /// period that ended before the rotation is sealed after it, and an answer may be about any time. Whoever verifies as of that
    /// time would be told that the key was not valid yet. A beginning keeps nobody out, either: signatures name no time.
    func rotated(
        from old: PublicKey, to new: PublicKey, identity: String, end: Timestamp
    ) throws -> String {
        var lines = lines
        for entry in entries(old) {
            let end = min(entry.validBefore?.unixSeconds ?? .max, end.unixSeconds)
            lines[entry.line - 1] = try TrustList.line(
                entry.principals ?? identity, entry.namespaces, after: entry.validAfter?.unixSeconds, before: end,
                key: old)
        }
        if entries(old).isEmpty {
            lines.append(try TrustList.line(identity, nil, after: nil, before: end.unixSeconds, key: old))
        }
        if entries(new).isEmpty {
            let namespaces = entries(old).first.map(\.namespaces) ?? nil
            lines.append(
                try TrustList.line(identity, namespaces, after: nil, before: nil, key: new))
        }
        return lines.joined(separator: "\n") + "\n"
    }

    private static func line(
        _ principals: String, _ namespaces: String?, after: Int64?, before: Int64?, key: PublicKey
    ) throws -> String {
        let standard = "\(SignatureNames.bundleNamespace),\(SignatureNames.approvalNamespace)"
        var options = ["namespaces=\"\(namespaces ?? standard)\""]
        if let after { options.append("valid-after=\"\(text(after))\"") }
        if let before { options.append("valid-before=\"\(text(before))\"") }
        let name = principals.contains(" ") ? "\"\(principals)\"" : principals
        let fields = try key.openSSHLine().split(whereSeparator: \.isWhitespace).prefix(2)
        return "\(name) \(options.joined(separator: ",")) \(fields.joined(separator: " "))"
    }

    /// A time in UTC as allowed_signers have it: `20270101000000Z`.
    private static func text(_ unixSeconds: Int64) -> String {
        Timestamp(unixSeconds: unixSeconds).text.prefix(19).filter(\.isNumber) + "Z"
    }
}
