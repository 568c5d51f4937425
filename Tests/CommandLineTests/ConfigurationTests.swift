import ArgumentParser
import RunConfiguration
import Schedule
import Signing
import Spools
import Testing

@testable import cartulary

@Suite("Configurations")
struct ConfigurationTests {
    private static let right = """
        ledger: records.ledger
        key: archive-key
        sources:
          - name: feed
            spool: spool
            covers-until: marker
            marker: covers
        archives:
          - name: audit
            directory: archive
            period: month
            begin: 2026-01
            due-after: 3d
        """

    private static func read(
        _ text: String, _ overrides: Configuration.Overrides = Configuration.Overrides()
    ) throws -> Configuration {
        try Configuration.read(Array(text.utf8), path: "/etc/cartulary/c.yaml", overrides: overrides, cores: 2)
    }

    private static func problems(_ text: String) -> String {
        do {
            _ = try read(text)
            return ""
        } catch {
            return (error as? Configuration.Problems)?.messages.joined(separator: "\n") ?? "\(error)"
        }
    }

    @Test("paths are relative to its folder; what is not said has a default")
    func reads() throws {
        let configuration = try Self.read(Self.right)
        #expect(configuration.ledger.value == "/etc/cartulary/records.ledger" && configuration.threads.value == 2)
        #expect(configuration.sources[0].location == .spool("/etc/cartulary/spool"))
        #expect(configuration.archives[0].expects == ["feed"] && configuration.archives[0].delay == 3 * 86_400)
    }

    @Test("option before environment before file before default")
    func origins() throws {
        var overrides = Configuration.Overrides(threads: 3)
        overrides.environment = ["CARTULARY_WAIT": "7", "CARTULARY_THREADS": "5"]
        let configuration = try Self.read(Self.right + "\nwait: 9\n", overrides)
        #expect(configuration.threads.value == 3 && configuration.wait.value == 7)
        #expect(configuration.threads.origin.text("c") == "option")
        #expect(configuration.wait.origin.text("c") == "environment, CARTULARY_WAIT")
        #expect(configuration.key.origin.text("c") == "c:2")
    }

    @Test("memory for an ingest is half of the machine's, or what the file, the environment or the option says")
    func memory() throws {
        let standard = try Self.read(Self.right)
        #expect(standard.memory.value.bytes == MemorySize.default.bytes)
        #expect(standard.plan.memory == standard.memory.value.bytes)
        let own = try Self.read(Self.right + "\nmemory: 512M\n")
        #expect(own.plan.memory == 512 << 20 && own.memory.origin.text("c") == "c:14")
        var overrides = Configuration.Overrides()
        overrides.environment = ["CARTULARY_MEMORY": "1g"]
        #expect(try Self.read(Self.right + "\nmemory: 512M\n", overrides).plan.memory == 1 << 30)
        overrides.memory = MemorySize("256M")
        #expect(try Self.read(Self.right, overrides).plan.memory == 256 << 20)
        for text in ["255M", "1", "much", "-1G"] {
            let message = "c.yaml:14: memory of the configuration is \"\(text)\", expected 256M or more"
            #expect(Self.problems(Self.right + "\nmemory: \(text)\n").contains(message))
        }
    }

    @Test("the verification before a seal is left out if the configuration or the option says so, and not else")
    func sealVerification() throws {
        let standard = try Self.read(Self.right)
        #expect(standard.sealVerification.value == .always && standard.sealVerification.origin.text("c") == "default")
        let never = try Self.read(Self.right + "\nverify-before-seal: never\n")
        #expect(never.sealVerification.value == .never && never.sealVerification.origin.text("c") == "c:14")
        #expect(
            Self.problems(Self.right + "\nverify-before-seal: no\n").contains(
                "c.yaml:14: verify-before-seal of the configuration is \"no\", expected one of always, never"))
        let key = try PrivateKey(ed25519Seed: [UInt8](repeating: 7, count: 32), comment: "").publicKey
        for (configuration, words, isVerified) in [
            (standard, [], true), (standard, ["--no-verify-before-seal"], false), (never, [], false),
        ] as [(Configuration, [String], Bool)] {
            let inspection = try RunCommand.parse(words).inspection(of: configuration, key)
            #expect((inspection != nil) == isVerified)
        }
    }

    @Test("a key that systemd hands over is in its folder, which has to be there")
    func credentials() throws {
        let text = Self.right.replacing("key: archive-key", with: "key: credential:seal")
        #expect(Self.problems(text).contains("CREDENTIALS_DIRECTORY is not set"))
        var overrides = Configuration.Overrides()
        overrides.environment = ["CREDENTIALS_DIRECTORY": "/run/credentials/c"]
        #expect(try Self.read(text, overrides).key.value == "/run/credentials/c/seal")
    }

    @Test(
        "what is wrong is named",
        arguments: [
            ("perod: month", "unknown key \"perod\" in archive audit, did you mean period?"),
            ("network: []", "network of archive audit is an empty list"),
            ("expect: [nobody]", "expect of archive audit names \"nobody\", which is not a source"),
            ("status: [Done]", "status of archive audit names \"Done\""),
            ("lei: 5493001KJTIIGC8Y1R13", "is no LEI"), ("due-days: -1", "due-days of archive audit is \"-1\""),
            ("basis: null", "basis of archive audit is empty"), ("entity: \"  \"", "entity of archive audit is blank"),
        ])
    func archives(line: String, message: String) {
        #expect(Self.problems(Self.right + "\n    " + line + "\n").contains(message))
    }

    @Test(
        "what would be moved as records is refused",
        arguments: [
            ("marker: covers", "marker: spool/covers", "the marker of source feed is in the spool folder"),
            ("ledger: records.ledger", "ledger: ./spool/records.ledger", "the ledger is in the spool folder"),
            ("ledger: records.ledger", "ledger: archive-key", "ledger of the configuration is also the key's file"),
            (
                "begin: 2026-01", "begin: 2026-Q1",
                "begin of archive audit is \"2026-Q1\", expected a month such as 2026-02"
            ),
            ("due-after: 3d", "due-after: soon", "due-after of archive audit is \"soon\""),
            (
                "covers-until: marker", "zone: CET\n    covers-until: marker",
                "zone of source feed is \"CET\", expected Z or an offset such as +02:00"
            ),
            ("covers-until: marker", "covers-until: never", "covers-until of source feed is \"never\""),
            ("    spool: spool\n", "", "source feed needs either files or spool"),
        ])
    func places(before: String, after: String, message: String) {
        #expect(Self.problems(Self.right.replacing(before, with: after)).contains(message))
    }

    @Test("text that is no YAML, and nothing at all, are told")
    func broken() {
        #expect(Self.problems("a: [b").contains("not YAML"))
        #expect(Self.problems("").contains("empty, expected keys"))
    }
}
