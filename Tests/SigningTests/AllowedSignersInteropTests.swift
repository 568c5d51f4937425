import Foundation
import Signing
import Testing

/// One allowed signers file, looked up at a time for a namespace; KEY and OTHER stand for keys in it.
struct SignersCase: CustomTestStringConvertible {
    var file: String
    var namespace = "file"
    var time = "20200601120000Z"
    /// Seconds by which local time is ahead of UTC.
    var offset = 0
    /// Whether the file is refused here where ssh-keygen passes over a line or makes the best of it.
    var isStricter = false

    var testDescription: String { "\(file) \(namespace) \(time) \(offset)" }

    static let all: [SignersCase] = [
        .init(file: "a KEY"), .init(file: "a KEY comment"), .init(file: "  a\t KEY \t comment  "),
        .init(file: "a OTHER"),
        .init(file: "\"a\" KEY"), .init(file: "x,a,y KEY"), .init(file: "* KEY"), .init(file: "?,!b KEY"),
        .init(file: "a OTHER\na KEY"), .init(file: "# a KEY"), .init(file: "\n\n# c\n\na KEY\n"),
        .init(file: "a KEY\r\n"), .init(file: "a KEY comment\r\n"), .init(file: ""),
        // Namespaces.
        .init(file: "a namespaces=\"file\" KEY"), .init(file: "a namespaces=\"git\" KEY"),
        .init(file: "a namespaces=\"git,file\" KEY"), .init(file: "a NameSpaces=\"f*\" KEY"),
        .init(file: "a namespaces=\"f?le\" KEY"), .init(file: "a namespaces=\"*,!file\" KEY"),
        .init(file: "a namespaces=\"!git,*\" KEY"), .init(file: "a namespaces=\"!git\" KEY"),
        .init(file: "a namespaces=\"\" KEY"), .init(file: "a namespaces=\"FILE\" KEY"),
        .init(file: "a namespaces=\"x\\\"y,file\" KEY"), .init(file: "a namespaces=\"x y,file\" KEY"),
        .init(file: "a namespaces=\"file,\" KEY"), .init(file: "a namespaces=\",file\" KEY"),
        .init(file: "a namespaces=\"audit@*.org\" KEY", namespace: "audit@example.org"),
        .init(file: "a namespaces=\"git\" KEY\na namespaces=\"file\" KEY"),
        // Validity, with both ends.
        .init(file: "a valid-after=\"20200601120000Z\" KEY"), .init(file: "a valid-after=\"20200601120001Z\" KEY"),
        .init(file: "a valid-before=\"20200601120000Z\" KEY"), .init(file: "a valid-before=\"20200601115959Z\" KEY"),
        .init(file: "a valid-after=\"202006011200Z\" KEY"), .init(file: "a valid-before=\"202006011159Z\" KEY"),
        .init(file: "a valid-after=\"20200601Z\" KEY"), .init(file: "a valid-after=\"20200602Z\" KEY"),
        .init(file: "a valid-after=\"20200101Z\",valid-before=\"20201231Z\" KEY"),
        .init(file: "a valid-before=\"20190101Z\" KEY\na valid-after=\"20200101Z\" KEY"),
        .init(file: "a valid-before=\"20190101Z\" KEY\na valid-after=\"20210101Z\" KEY"),
        .init(file: "a namespaces=\"file\",valid-before=\"20210101Z\" KEY"),
        .init(file: "a valid-before=\"20240229Z\" KEY", time: "20240229Z"),
        .init(file: "a valid-before=\"20240229Z\" KEY", time: "20240229000001Z"),
        .init(file: "a valid-before=\"20380119031407Z\" KEY", time: "20380119031408Z"),
        .init(file: "a valid-before=\"20380119031408Z\" KEY", time: "20380119031408Z"),
        // Local times.
        .init(file: "a valid-after=\"202006011200\" KEY"), .init(file: "a valid-after=\"202006011201\" KEY"),
        .init(file: "a valid-after=\"202006012100\" KEY", offset: 32_400),
        .init(file: "a valid-after=\"202006012101\" KEY", offset: 32_400),
        .init(file: "a valid-before=\"202006010700\" KEY", offset: -18_000),
        .init(file: "a valid-before=\"202006010659\" KEY", offset: -18_000),
        .init(file: "a valid-before=\"202006011200Z\" KEY", offset: 32_400),
        // Certificate authorities are for certificates only.
        .init(file: "a cert-authority KEY"), .init(file: "a CERT-AUTHORITY,namespaces=\"file\" KEY"),
        .init(file: "a cert-authority KEY\na KEY"),
        // Lines that ssh-keygen cannot read either; it goes on with the next line.
        .init(file: "a unknown KEY"), .init(file: "a namespaces=file KEY"), .init(file: "a namespaces=\"file KEY"),
        .init(file: "a valid-after=\"2020\" KEY"), .init(file: "a valid-after=\"20201301Z\" KEY"),
        .init(file: "a valid-after=\"20200101Z\",valid-before=\"20200101Z\" KEY"),
        .init(file: "a namespaces=\"file\",namespaces=\"file\" KEY"), .init(file: "KEY"), .init(file: "a"),
        .init(file: "a cert-authority"), .init(file: "a ssh-ed25519 AAAA"), .init(file: "a ssh-ed25519 A"),
        .init(file: "a cert-authority,unknown KEY"), .init(file: "a namespaces=\"x\"y KEY"),
        // Principals that let nobody in.
        .init(file: "!a KEY"), .init(file: "a,!a KEY"), .init(file: "a,!* KEY"), .init(file: "!b,a KEY"),
        .init(file: "!a,!b KEY"), .init(file: "!a KEY\na KEY"), .init(file: "a*,!a* KEY"),
        // Where this reader is stricter.
        .init(file: "\u{FEFF}# c\na KEY", isStricter: true),
        .init(file: "a unknown KEY\na KEY", isStricter: true), .init(file: "a\"\" KEY", isStricter: true),
        .init(file: "a valid-before=\"20210229Z\" KEY", isStricter: true),
        .init(file: "a valid-before=\"20210101000060Z\" KEY", isStricter: true),
        .init(file: "a valid-after=\"20200101z\" KEY", isStricter: true),
    ]
}

@Suite(
    "The stock ssh-keygen reads allowed signers alike",
    .enabled(if: Tool.isInstalled("ssh-keygen"), "ssh-keygen is not installed"))
struct AllowedSignersInteropTests {
    @Test("both say the same about a file", arguments: SignersCase.all)
    func agrees(test: SignersCase) throws {
        let directory = try TemporaryDirectory()
        let key = try Keys.ed25519()
        let other = try Keys.ed25519(9)
        let file = test.file
            .replacing("KEY", with: String(try key.publicKey.openSSHLine().dropLast()))
            .replacing("OTHER", with: String(try other.publicKey.openSSHLine().dropLast()))
        try directory.write(file, to: "signers")
        try directory.write("text", to: "text")
        let signature = try SSHSignature(signing: Array("text".utf8), namespace: test.namespace, with: key)
        try directory.write(signature.armored, to: "text.sig")
        // A POSIX zone counts the other way: hours by which it is behind UTC.
        let status = try directory.run(
            "ssh-keygen", "-Y", "verify", "-f", "signers", "-I", "a", "-n", test.namespace, "-s", "text.sig",
            "-Overify-time=\(test.time)", input: "text", environment: ["TZ": "XYZ\(-test.offset / 3_600)"]
        ).status
        let isTrusted = try Self.isTrusted(file, test, key: key.publicKey)
        #expect((isTrusted == true || test.isStricter) == (status == 0))
        if test.isStricter { #expect(isTrusted == nil) }
    }

    /// What this reader says; nil if it refuses the file.
    static func isTrusted(_ file: String, _ test: SignersCase, key: PublicKey) throws -> Bool? {
        let time = try #require(try? timeOf(test.time))
        do {
            let signers = try AllowedSigners(parsing: Array(file.utf8), timeZoneOffset: test.offset)
            switch signers.match(key: key, namespace: test.namespace, at: time) {
            case .trusted: return true
            case .notListed, .noPrincipal, .wrongNamespace, .notYetValid, .expired: return false
            }
        } catch {
            return nil
        }
    }

    /// Foundation's reading of a time in UTC.
    static func timeOf(_ text: String) throws -> Int64 {
        let formatter = DateFormatter()
        formatter.locale = Locale(identifier: "en_US_POSIX")
        formatter.timeZone = TimeZone(secondsFromGMT: 0)
        formatter.dateFormat = text.count == 9 ? "yyyyMMdd'Z'" : "yyyyMMddHHmmss'Z'"
        return Int64(try #require(formatter.date(from: text)).timeIntervalSince1970)
    }
}
