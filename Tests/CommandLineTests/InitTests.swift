import Foundation
import Installation
import RunConfiguration
import Schedule
import Testing

@testable import cartulary

@Suite("Setting up an archive")
struct InitTests {
    /// Names of folders that shells, systemd or cron would take for something else.
    static let names = [
        "mein archiv 100%", "%n %h 50%%", "$HOME $$ ${x}", "it's \"quoted\"", "'", "\"", "back\\slash\\\\two\\",
        "a\\%b %\\",
        "größe 漢字", "a;b & c | d > e", "$(touch pwned)", "-dash", "#x", "a: b # c", "[a]*?", "{a,b}", "~", "x,y=z@w+",
    ]

    private static let hasSystemd = FileManager.default.isExecutableFile(atPath: "/usr/bin/systemd-analyze")

    /// A folder in which `init` made an archive below a name.
    private func made(_ name: String, _ more: String...) throws -> (folder: CommandFolder, ran: Ran) {
        let folder = try CommandFolder()
        let ran = try folder.run(["init", "--period=day", "--covers-until=unchecked"] + more + ["--", name])
        try #require(ran.status == 0, "\(ran.messages)")
        return (folder, ran)
    }

    /// The command that cron hands to /bin/sh; versions differ in which backslashes they take away.
    private func command(_ line: String, popsBackslashes: Set<Character>) -> String {
        var result = ""
        var isEscaped = false
        for character in line.split(separator: " ", maxSplits: 5)[5].dropLast() {
            if character == "%", !isEscaped { break }
            if isEscaped, popsBackslashes.contains(character) { result.removeLast() }
            isEscaped = character == "\\" && !isEscaped
            result.append(character)
        }
        return result
    }

    @Test("the next steps and the line for cron work as they are printed, whatever the folder's name", arguments: names)
    func nextSteps(_ name: String) throws {
        let (folder, ran) = try made(name)
        let check = try #require(ran.line("next: "))
        let checked = try folder.shell(check)
        #expect(checked.status == 0, "\(check) \(checked.messages)")
        let trial = try #require(ran.messages.split(separator: "\n").first { $0.contains("--dry-run") })
        #expect(try folder.shell(String(trial)).status == 0)
        let line = try folder.read("\(name)/cartulary.crontab")
        for popped in [Set(), ["%"], ["%", "\\"]] as [Set<Character>] {
            let text = command(line, popsBackslashes: popped)
            let run = try folder.shell(text, program: "/bin/sh")
            #expect(run.status == 0, "\(text) \(run.messages)")
        }
        #expect(FileManager.default.fileExists(atPath: "\(folder.path)/\(name)/archive/catalogue.html") == false)
        #expect(!FileManager.default.fileExists(atPath: folder.path + "/pwned"))
    }

    @Test(
        "systemd takes the units, whatever the folder's name",
        .enabled(if: hasSystemd, "systemd-analyze is not installed"), arguments: names)
    func units(_ name: String) throws {
        let (folder, _) = try made(name)
        // The folder of a unit becomes an entry of a list that colons separate.
        let verified = try folder.shell(
            "mkdir units && cp \(ShellWord.quoted(name))/cartulary@* units && cd units && systemd-analyze verify ./*")
        #expect(verified.status == 0 && verified.messages.isEmpty, "\(verified.messages)")
    }

    @Test("text in a unit is read back by systemd's rules", arguments: names)
    func systemdText(_ name: String) throws {
        #expect(try SystemdReading.words(SystemdText.command(["/bin/x", name, "a"])) == ["/bin/x", name, "a"])
        #expect(try SystemdReading.paths(SystemdText.path("/" + name)) == ["/" + name])
        #expect(SystemdReading.specifiers(SystemdText.value(name)) == name)
    }

    @Test("the command for a user's crontab keeps what is in it")
    func crontab() throws {
        let (folder, ran) = try made("a b")
        let fake = """
            #!/bin/sh
            if [ "$1" = -l ]; then [ -f table ] || { echo no crontab >&2; exit 1; }; cat table; exit; fi
            [ "$1" = - ] || { echo "$*" >> wrong; exit 1; }
            cat > table.new && mv table.new table

            """
        _ = try folder.write(fake, to: "crontab")
        #expect(try folder.shell("chmod +x crontab").status == 0)
        let append = try #require(ran.messages.split(separator: "\n").last { $0.contains("crontab -l") })
        let command = "PATH=$PWD:$PATH; " + append.drop { $0 != "(" }
        #expect(try folder.shell(command).status == 0)
        let line = try folder.read("a b/cartulary.crontab")
        #expect(try folder.read("table") == line)
        _ = try folder.write("1 2 3 4 5 mine\n", to: "table")
        #expect(try folder.shell(command).status == 0)
        #expect(try folder.read("table") == "1 2 3 4 5 mine\n" + line)
        #expect(!FileManager.default.fileExists(atPath: folder.path + "/wrong"))
    }

    @Test("the file for /etc/cron.d names the user, and its own name has no dot")
    func cronFile() throws {
        let (folder, ran) = try made("site", "--name", "a.b")
        let fields = try folder.read("site/cartulary.cron").split(separator: " ")
        #expect(fields.prefix(5) == ["15", "*", "*", "*", "*"] && fields[5] == Substring(Location.userName))
        #expect(ran.messages.contains(" /etc/cron.d/cartulary-a-b\n"))
    }

    @Test("several archives have units of their own")
    func instances() throws {
        let folder = try CommandFolder()
        for name in ["one", "two"] {
            let ran = try folder.run("init", name, "--name", name)
            #expect(ran.messages.contains("enable --now cartulary@\(name).timer\n"))
            #expect(FileManager.default.fileExists(atPath: "\(folder.path)/\(name)/cartulary@\(name).service"))
            #expect(FileManager.default.fileExists(atPath: "\(folder.path)/\(name)/cartulary@\(name).timer"))
        }
    }

    @Test("below /var/lib the service has a user, and those who feed it a group that reaches the spool and no more")
    func systemService() throws {
        let folder = try CommandFolder()
        let data = "/var/lib/cartulary-\(UUID().uuidString)/a b"
        let ran = try folder.run("init", "site", "--data", data)
        #expect(ran.status == 0)
        #expect(!FileManager.default.fileExists(atPath: data), "its folders are made with their user")
        let service = try folder.read("site/cartulary@audit.service")
        #expect(service.contains("\nUser=cartulary\n") && service.contains("\nReadWritePaths=\"\(data)\"\n"))
        #expect(!service.contains("DynamicUser") && !service.contains("StateDirectory"))
        let script = try folder.read("site/prepare.sh")
        #expect(try folder.shell("sh -n site/prepare.sh").status == 0)
        #expect(script.contains("install -d -o cartulary -g cartulary -m 0711 '\(data)'\n"))
        #expect(script.contains("install -d -o cartulary -g cartulary-feed -m 2770 '\(data)/spool'\n"))
        #expect(script.contains("install -d -o cartulary -g cartulary-feed -m 2770 '\(data)/markers'\n"))
        #expect(try folder.read("site/cartulary.yaml").contains("    marker: \"\(data)/markers/records-cover\"\n"))
        #expect(try folder.read("site/cartulary.cron").hasPrefix("15 * * * * cartulary /"))
    }

    @Test(
        "a folder whose name no unit can hold is refused before anything is made",
        arguments: ["a\nb", "a\u{1B}b", "\u{7F}"])
    func refused(_ name: String) throws {
        let folder = try CommandFolder()
        let ran = try folder.run("init", name)
        #expect(ran.status == 64 && ran.messages.contains("control character"), "\(ran.messages)")
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == [])
    }

    @Test(
        "text in YAML is read back",
        arguments: names + ["", "null", "1", "yes", "a\nb", "\u{85}\u{2028}", "-", ".", "2026-01"])
    func yaml(_ text: String) throws {
        let yaml = """
            ledger: \(YAMLText.quoted("x" + text))
            key: archive-key
            sources: [{name: a, spool: spool, covers-until: unchecked}]
            archives: [{name: audit, directory: \(YAMLText.scalar("d" + text)), period: month, begin: 2026-01}]
            """
        let read = try Configuration.read(
            Array(yaml.utf8), path: "c.yaml", overrides: Configuration.Overrides(), cores: 1)
        #expect(read.ledger.value == "x" + text && read.archives.first?.directory == "d" + text)
    }
}

/// Words for a shell in tests, by the rule of POSIX alone.
enum ShellWord {
    static func quoted(_ word: String) -> String {
        "./'" + word.replacingOccurrences(of: "'", with: "'\\''") + "'"
    }
}

/// What systemd makes of text in a unit: extract_first_word() and the specifiers of systemd 252, as far as units of `init` use them.
enum SystemdReading {
    struct Malformed: Error {}

    /// The words of `ExecStart`: quotes, escapes, specifiers, then variables in all but the program.
    static func words(_ line: String) throws -> [String] {
        try split(line).enumerated().map { index, word in
            let text = specifiers(word)
            return index == 0 ? text : try variables(text)
        }
    }

    /// The words of `ReadWritePaths`: quotes, escapes and specifiers.
    static func paths(_ line: String) throws -> [String] { try split(line).map(specifiers) }

    static func specifiers(_ text: String) -> String {
        var result = ""
        var isSpecifier = false
        for character in text {
            if isSpecifier {
                result += character == "%" ? "%" : "<\(character)>"
                isSpecifier = false
            } else if character == "%" {
                isSpecifier = true
            } else {
                result.append(character)
            }
        }
        return result
    }

    private static func variables(_ text: String) throws -> String {
        var result = ""
        var rest = Substring(text)
        while let character = rest.popFirst() {
            if character == "$" {
                guard rest.popFirst() == "$" else { throw Malformed() }
            }
            result.append(character)
        }
        return result
    }

    private static func split(_ line: String) throws -> [String] {
        var words: [String] = []
        var word: String?
        var quote: Character?
        var rest = Substring(line)
        while let character = rest.popFirst() {
            if character == "\\" {
                guard let next = rest.popFirst(), "\\\"'".contains(next) else { throw Malformed() }
                word = (word ?? "") + String(next)
            } else if character == quote {
                quote = nil
            } else if quote == nil, "\"'".contains(character) {
                quote = character
                word = word ?? ""
            } else if quote == nil, character == " " {
                if let word { words.append(word) }
                word = nil
            } else {
                word = (word ?? "") + String(character)
            }
        }
        guard quote == nil else { throw Malformed() }
        return words + (word.map { [$0] } ?? [])
    }
}
