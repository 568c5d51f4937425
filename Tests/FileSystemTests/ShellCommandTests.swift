import FileSystem
import Foundation
import SystemPackage
import Testing

/// Words that mean something to a shell, to a terminal, or to an option parser.
private let words: [[UInt8]] =
    [
        "plain", "", " ", "mein archiv 100%", "it's", "\"", "'\"'", "$HOME", "$(touch pwned)", "`touch pwned`", "a;b",
        "a&b",
        "a|b", "a>b", "*", "?", "[a]", "{a,b}", "~", "~root", "#", "!", "!!", "'!'", "\\", "\\n", "'\\'", "=ls", "a=b",
        "-rf", "--", "größe", "漢字", "e\u{301}", "👩‍👩‍👧", "a\nb", "'a'\nb\\", "\t", "\r", "\u{1B}[2J", "\u{7F}",
        "\u{202E}abc", "\u{2028}", "\u{0}x", "\u{1B}33",
    ].map { Array($0.utf8).filter { $0 != 0 } } + [[0xFF], [0xC3], Array("caf".utf8) + [0xE9], Array(1...255)]

@Suite("Commands for a shell")
struct ShellCommandTests {
    private static let shells = ["/bin/bash", "/bin/zsh"].filter(FileManager.default.isExecutableFile)

    /// What a shell gives to a program as its words.
    private func read(_ command: ShellCommand, by shell: String) throws -> [[UInt8]] {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: shell)
        process.arguments = ["-c", command.description]
        let output = Pipe()
        process.standardOutput = output
        try process.run()
        let bytes = try output.fileHandleForReading.readToEnd() ?? Data()
        process.waitUntilExit()
        #expect(process.terminationStatus == 0, "\(command)")
        return bytes.split(separator: 0, omittingEmptySubsequences: false).dropLast().map(Array.init)
    }

    @Test("a shell reads each word as it was, whatever stands in it", arguments: words)
    func readsBack(_ word: [UInt8]) throws {
        let path = word.first == UInt8(ascii: "-") ? Array("./".utf8) + word : word
        for shell in Self.shells {
            let found = try read(ShellCommand("printf", "%s\\0", "x", .file(bytes: word), "y"), by: shell)
            #expect(found == [Array("x".utf8), path, Array("y".utf8)], "\(shell)")
        }
    }

    @Test("a command is one line that a terminal can show", arguments: words)
    func isOneLine(_ word: [UInt8]) {
        let command = ShellCommand("ls", .file(bytes: word)).description
        #expect(TerminalText.shown(command) == command)
    }

    @Test("a value that looks like an option is one word with its option")
    func options() throws {
        #expect("\(ShellCommand("x", .option("--name", "-y z"), .option("--to", "a")))" == "x '--name=-y z' --to a")
    }

    @Test("words are quoted no more than they need")
    func isReadable() {
        let command = ShellCommand(
            "cartulary", "run", "--config", .file("/etc/a-b_c.yaml"), .text("it's"), .text("a b"))
        #expect("\(command)" == "cartulary run --config /etc/a-b_c.yaml \"it's\" 'a b'")
        #expect("\(ShellCommand(cartulary: ["export", "--entity", "A b"]))" == "cartulary export --entity 'A b'")
    }

    @Test("a sentence quotes what stands in it")
    func hints() {
        let hint: Hint = "move \(.file("a b")) away, or: \(ShellCommand("rm", .file("$x")))"
        #expect("\(hint)" == "move 'a b' away, or: rm '$x'")
        #expect(Hint.command("ls", .file("a\nb")) == "ls $'a\\nb'")
    }

    @Test("the path of a name that is not UTF-8 stands in the hint byte by byte")
    func nameNotUTF8() throws {
        let error = FileSystemError(.open, "d/\\xFF", .ioError)
        #expect(EnvironmentError(error).hint == Hint.command("ls", "-ld", .file("d/\\xFF")))
        let raw = FileSystemError(
            .open, "d/\\xFF", reason: .passedOver(.nameNotUTF8), bytes: Array("d/".utf8) + [0xFF])
        #expect(EnvironmentError(raw).hint == "ls -ld $'d/\\377'")
    }
}
