import Foundation
import StrictJSON
import Testing

@Suite("cartulary template")
struct TemplateCommandTests {
    @Test(
        "an example is taken without a finding, and makes a bundle that is valid", arguments: ["json", "ndjson", "csv"])
    func example(_ form: String) throws {
        let place = try CommandFolder.withKey()
        let made = try place.run("template", form, "--out", "example.\(form)")
        #expect(made.status == 0 && made.output == "example.\(form)\n")
        #expect(made.messages == "next: cartulary validate example.\(form)\n")
        #expect(try place.run("template", form).output == place.read("example.\(form)"))
        let validated = try place.run("validate", "example.\(form)", "--json", "--fail-on", "warning")
        #expect(validated.status == 0)
        #expect(validated.json["findings"]?.array?.isEmpty == true)
        #expect(validated.json["counts"]?["deployments"]?.integer == 2)
        #expect(try place.export(records: "example.\(form)").status == 0)
        #expect(try place.run("verify", "out/\(place.bundles[0])", "--trust", "key.allowed_signers").status == 0)
    }

    @Test("the examples show a deployment that was completed, and one that failed and was retried")
    func states() throws {
        let place = try CommandFolder()
        let value = try place.run("template", "json").json.array ?? []
        let histories = value.map { deployment in
            (deployment["statusHistory"]?.array ?? []).compactMap { $0["status"]?.string }
        }
        #expect(histories.map(\.last) == ["Completed", "Completed"])
        #expect(!histories[0].contains("Failed") && histories[0].contains("Indexed"))
        #expect(histories[1].contains("Failed") && histories[1].count { $0 == "Queued" } == 2)
    }

    @Test("an existing file is not overwritten, and another form is a usage error")
    func refused() throws {
        let place = try CommandFolder()
        _ = try place.write("mine", to: "a.json")
        let ran = try place.run("template", "json", "--out", "a.json")
        #expect(ran.status == 73 && ran.output.isEmpty, "\(ran.messages)")
        #expect(try place.read("a.json") == "mine")
        #expect(try place.run("template", "xml").status == 64)
        #expect(try place.run("template").status == 64)
        #expect(try place.run("template", "csv", "--out", "no/folder/a.csv").status != 0)
    }

    @Test("the schema is one of draft 2020-12, and names every status and category")
    func schema() throws {
        let place = try CommandFolder()
        let ran = try place.run("template", "schema")
        let value = try JSONValue(parsing: Array(ran.output.utf8.dropLast()))
        #expect(value["$schema"]?.string == "https://json-schema.org/draft/2020-12/schema")
        let statuses = value["$defs"]?["status"]?["enum"]?.array ?? []
        #expect(statuses.contains(.string("Cancelled")) && statuses.contains(.integer(7)) && statuses.count == 16)
        #expect(value["$defs"]?["category"]?["enum"]?.array?.count == 30)
    }

    @Test("the first file of docs/input.md is taken without a finding")
    func firstFile() throws {
        let place = try CommandFolder()
        let page = try String(contentsOf: CommandFolder.root.appending(path: "docs/input.md"), encoding: .utf8)
        let block = try #require(page.range(of: "```json\n"))
        _ = try place.write(String(page[block.upperBound...].prefix { $0 != "`" }), to: "records.ndjson")
        let ran = try place.run("validate", "records.ndjson", "--json", "--fail-on", "warning")
        #expect(ran.status == 0)
        #expect(ran.json["findings"]?.array?.isEmpty == true, "\(ran.output)")
        #expect(ran.json["counts"]?["accepted"]?.integer == 6)
    }
}
