import ArgumentParser
import CommandLineInterface
import FileSystem
import InputReference

struct TemplateCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "template",
        abstract: "Write an example of input, or the JSON Schema of input records.",
        discussion: """
            EXAMPLES
              cartulary template json > records.json
              cartulary template csv --out records.csv
              cartulary template schema --out input.schema.json

            Each example has every member or column that is read, and validate and export take it without a finding. \
            docs/input.md says what else is read. An existing file is not overwritten.
            """)

    @Argument(help: ArgumentHelp("What to write: json, ndjson, csv or schema.", valueName: "form"))
    var form: InputTemplate

    @Option(
        help: ArgumentHelp("The file to create; without it, standard output.", valueName: "file"), completion: .file())
    var out: String?

    @Flag(name: [.short, .long], help: "Print only results and errors.")
    var quiet = false

    func run() throws {
        guard let out else { return Console.result(String(decoding: form.bytes.dropLast(), as: UTF8.self)) }
        try DurableFile.create(out, holding: form.bytes)
        Console.result(out)
        guard form != .schema else { return }
        Console(isQuiet: quiet).note("next: \(ShellCommand("cartulary", "validate", .file(out)))")
    }
}

extension InputTemplate: ExpressibleByArgument {}
