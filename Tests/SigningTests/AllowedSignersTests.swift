import Signing
import StrictJSON
import Testing

@Suite("Allowed signers")
struct AllowedSignersTests {
    /// 2020-01-01 00:00:00 UTC.
    static let newYear: Int64 = 1_577_836_800

    static func key(_ seed: UInt8 = 1) throws -> String {
        String(try Keys.ed25519(seed).publicKey.openSSHLine().dropLast())
    }

    static func parse(_ text: String, offset: Int = 0) throws -> AllowedSigners {
        try AllowedSigners(parsing: Array(text.utf8), timeZoneOffset: offset)
    }

    static func match(_ text: String, _ namespace: String = "file", at time: Int64 = newYear) throws
        -> AllowedSigners.Match
    {
        try parse(text).match(key: Keys.ed25519().publicKey, namespace: namespace, at: time)
    }

    @Test("a file with comments, blank lines, CR LF and several kinds of lines")
    func file() throws {
        let ecdsa = try Keys.ecdsa().publicKey
        let text = """
            # comment

              \t
             # "indented
            alice@example.org,bob@* \(try Self.key()) a comment "with a quote\r
            "carol c" cert-authority,namespaces="file,git" \(try Self.key(2))
            dave valid-after="20200101Z",valid-before="202001011230Z"\t\(try ecdsa.openSSHLine())
            erin ssh-rsa \(Base64.encode(wire("ssh-rsa") + wire([1, 0, 1])))
            """
        let signers = try Self.parse(text)
        #expect(signers.entries.map(\.line) == [5, 6, 7, 9])
        #expect(signers.entries.map(\.principals) == ["alice@example.org,bob@*", "carol c", "dave", "erin"])
        #expect(signers.entries.map(\.isCertificateAuthority) == [false, true, false, false])
        #expect(signers.entries.map(\.namespaces) == [nil, "file,git", nil, nil])
        #expect(signers.entries.map(\.validAfter?.unixSeconds) == [nil, nil, Self.newYear, nil])
        #expect(signers.entries.map(\.validBefore?.unixSeconds) == [nil, nil, Self.newYear + 45_000, nil])
        #expect(signers.entries.map { $0.key == nil } == [false, false, false, true])
        #expect(signers.entries[2].key == ecdsa)
        #expect(try Self.parse("").entries == [])
    }

    @Test("each answer that a line can give")
    func answers() throws {
        let key = try Self.key()
        #expect(try Self.match("a \(key)") == .trusted(principals: "a", line: 1))
        #expect(try Self.match("\n\"a b\" \(key)") == .trusted(principals: "a b", line: 2))
        #expect(try Self.match("a \(Self.key(2))") == .notListed)
        #expect(try Self.match("") == .notListed)
        #expect(try Self.match("a cert-authority \(key)") == .notListed)
        #expect(try Self.match("a namespaces=\"git\" \(key)") == .wrongNamespace(line: 1))
        let window = "a valid-after=\"20200101Z\",valid-before=\"20200102Z\" \(key)"
        let start = Self.newYear
        let end = Self.newYear + 86_400
        #expect(try Self.match(window, at: start - 1) == .notYetValid(line: 1, validAfter: KeyTime(unixSeconds: start)))
        #expect(try Self.match(window, at: start) == .trusted(principals: "a", line: 1))
        #expect(try Self.match(window, at: end) == .trusted(principals: "a", line: 1))
        #expect(try Self.match(window, at: end + 1) == .expired(line: 1, validBefore: KeyTime(unixSeconds: end)))
    }

    @Test("of several lines the one closest to trust counts, in any order")
    func mostFavourable() throws {
        let key = try Self.key()
        let lines = [
            "other \(try Self.key(2))", "a namespaces=\"git\" \(key)", "b valid-after=\"20210101Z\" \(key)",
            "c valid-before=\"20190101Z\" \(key)", "d \(key)", "e \(key)",
        ]
        let expected: [AllowedSigners.Match] = [
            .notListed, .wrongNamespace(line: 2),
            .notYetValid(line: 3, validAfter: KeyTime(unixSeconds: Self.newYear + 366 * 86_400)),
            .expired(line: 4, validBefore: KeyTime(unixSeconds: Self.newYear - 365 * 86_400)),
            .trusted(principals: "d", line: 5),
            .trusted(principals: "d", line: 5),
        ]
        for count in lines.indices {
            #expect(try Self.match(lines[...count].joined(separator: "\n")) == expected[count])
        }
        let reversed = lines.reversed().joined(separator: "\n")
        #expect(try Self.match(reversed) == .trusted(principals: "e", line: 1))
    }

    @Test("the line of a .pub file is one key for everything")
    func publicKeyLine() throws {
        let key = try Keys.ecdsa().publicKey
        let signers = try AllowedSigners(publicKeyLine: key.openSSHLine(comment: "comment"))
        for time: Int64 in [.min, 0, .max] {
            #expect(signers.match(key: key, namespace: "any", at: time) == .trusted(principals: nil, line: 1))
        }
        #expect(signers.match(key: try Keys.ed25519().publicKey, namespace: "any", at: 0) == .notListed)
        #expect(code { _ = try AllowedSigners(publicKeyLine: "a \(Self.key())") } == .malformedPublicKey)
    }

    @Test(
        "a time of a key is shown in RFC 3339",
        arguments: [
            (1, "1970-01-01T00:00:01Z"), (1_582_934_400, "2020-02-29T00:00:00Z"),
            (951_868_799, "2000-02-29T23:59:59Z"), (1 << 31, "2038-01-19T03:14:08Z"),
            (4_107_542_400, "2100-03-01T00:00:00Z"), (253_402_300_799, "9999-12-31T23:59:59Z"),
            (1_767_225_599, "2025-12-31T23:59:59Z"), (1_767_225_600, "2026-01-01T00:00:00Z"),
        ] as [(Int64, String)])
    func description(seconds: Int64, text: String) {
        #expect("\(KeyTime(unixSeconds: seconds))" == text)
    }

    @Test(
        "times are read to the second, with or without a zone",
        arguments: [
            ("20200101Z", 0, 1_577_836_800), ("20200101", 0, 1_577_836_800), ("20200101", 3_600, 1_577_833_200),
            ("20200101", -18_000, 1_577_854_800), ("20200101Z", 3_600, 1_577_836_800), ("19700101000001Z", 0, 1),
            ("202002290000Z", 0, 1_582_934_400), ("20000229235959Z", 0, 951_868_799), ("20380119031408Z", 0, 1 << 31),
            ("20991231Z", 0, 4_102_358_400), ("21000301Z", 0, 4_107_542_400), ("99991231235959Z", 0, 253_402_300_799),
            ("19720301Z", 0, 68_256_000), ("20240301Z", 0, 1_709_251_200),
        ])
    func times(text: String, offset: Int, expected: Int64) throws {
        let signers = try Self.parse("a valid-after=\"\(text)\" \(Self.key())", offset: offset)
        #expect(signers.entries.first?.validAfter?.unixSeconds == expected)
    }

    @Test(
        "times that no calendar or clock has are refused",
        arguments: [
            "", "Z", "2020", "202001", "2020010", "202001011", "2020010112", "2020010112000", "202001011200000",
            "20200001Z", "20201301Z", "20200100Z", "20200132Z", "20200431Z", "20190229Z", "21000229Z", "202001012400Z",
            "202001010060Z", "20200101000060Z", "2020-101Z", "20200101z", "20200101UTC", "20200101ZZ", " 20200101Z",
            "19700101Z", "19691231Z", "00000101Z", "２０２００１０１",
        ])
    func noTimes(text: String) throws {
        let line = "a valid-after=\"\(text)\" \(try Self.key())"
        #expect(code { _ = try Self.parse(line) } == .malformedSigners)
    }

    @Test(
        "namespace patterns",
        arguments: [
            ("file", true), ("git,file", true), ("*", true), ("f*", true), ("*e", true), ("f?l?", true),
            ("f*l*e", true), ("file*", true), ("**", true), ("?*?", true), ("fil", false), ("ile", false),
            ("filee", false), ("FILE", false), ("?", false), ("", false), ("git", false), ("!file,*", false),
            ("*,!file", false), ("!git", false),
            ("!git,*", true), ("!g*,f*", true), (",file", true), ("file,", true), ("fi\\\"le", false), ("*i*f*", false),
        ])
    func patterns(pattern: String, isMatch: Bool) throws {
        let match = try Self.match("a namespaces=\"\(pattern)\" \(Self.key())")
        #expect(match == (isMatch ? .trusted(principals: "a", line: 1) : .wrongNamespace(line: 1)))
    }

    @Test("option names have any case, and quotes in values are escaped")
    func options() throws {
        let signers = try Self.parse("a Cert-Authority,NAMESPACES=\"a\\\"b c\" \(Self.key())")
        #expect(signers.entries.first?.isCertificateAuthority == true)
        #expect(signers.entries.first?.namespaces == "a\"b c")
    }

    static let malformed = [
        "a", "a cert-authority", "a cert-authority, KEY", "a ,cert-authority KEY", "a cert-authority,,x KEY",
        "a namespaces KEY", "a namespaces= KEY", "a namespaces=file KEY", "a namespaces=\"file KEY",
        "a namespaces=\"x\"y KEY", "a namespaces=\"x\",namespaces=\"y\" KEY", "a cert-authority,cert-authority KEY",
        "a unknown KEY", "a no-touch-required KEY", "a valid-after=\"20200101Z\",valid-before=\"20200101Z\" KEY",
        "a cert-authority=\"x\" KEY", "\"a KEY", "\"\" KEY", "a\"b\" KEY", "\"a\"b KEY", "KEY", "a ssh-ed25519",
        "a\u{0} KEY", "a KEY \u{1B}[2J", "a\u{0B}KEY",
    ]

    @Test("a malformed line is refused with its number", arguments: malformed)
    func malformedLines(line: String) throws {
        let text = "# first\n\n" + line.replacing("KEY", with: try Self.key()) + "\n"
        let error = #expect(throws: SigningError.self) { try Self.parse(text) }
        #expect(error?.code == .malformedSigners)
        #expect(error?.line == 3)
        #expect(error.map { "\($0)".hasPrefix("line 3: ") } == true)
    }

    @Test("a malformed or dangerous key is refused with its line")
    func keys() throws {
        let small = Base64.encode(wire("ssh-ed25519") + wire([1] + [UInt8](repeating: 0, count: 31)))
        let rsa = Base64.encode(wire("ssh-rsa") + wire([1]))
        let expected: [(String, SigningError.Code)] = [
            ("ssh-ed25519 AAAA", .malformedPublicKey), ("ssh-ed25519 AAA", .malformedPublicKey),
            ("ssh-ed25519 \(rsa)", .malformedPublicKey), ("ssh-ed25519 \(small)", .invalidPublicKey),
            ("ssh-rsa AAAA", .malformedPublicKey), ("ssh-dss \(rsa)", .malformedPublicKey),
        ]
        for (key, expectedCode) in expected {
            let error = #expect(throws: SigningError.self) { try Self.parse("\n\na \(key)") }
            #expect(error?.code == expectedCode && error?.line == 3)
        }
        let other = try Self.parse("a sk-ssh-ed25519@openssh.com \(Base64.encode(wire("sk-ssh-ed25519@openssh.com")))")
        #expect(other.entries.count == 1 && other.entries.first?.key == nil)
    }

    @Test("bytes that are not UTF-8 and files beyond the limit are refused")
    func limits() {
        #expect(code { _ = try AllowedSigners(parsing: [0x23, 0xFF]) } == .malformedSigners)
        let spaces = [UInt8](repeating: 0x20, count: AllowedSigners.maximumByteCount)
        #expect(code { _ = try AllowedSigners(parsing: spaces) } == nil)
        #expect(code { _ = try AllowedSigners(parsing: spaces + [0x20]) } == .malformedSigners)
    }
}
