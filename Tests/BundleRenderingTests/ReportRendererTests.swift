import AuditModel
import BundleFormat
import BundleRendering
import Crypto
import Testing

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

@Suite("Report pages")
struct ReportRendererTests {
    let renderer: ReportRenderer

    init() throws { renderer = try ReportRenderer() }

    func text(_ input: ReportInput) -> [String] {
        renderer.pages(input).map { String(decoding: $0.bytes, as: UTF8.self) }
    }

    @Test(
        "every figure of every page is in the exact markup and has the text of its value", arguments: [0, 1, 40, 600])
    func figures(count: Int) {
        for page in renderer.pages(ReportInputs.report(count, text: ReportInputs.hostile)) {
            let found = ReportFigures.all(page.bytes)
            #expect(found.malformed.isEmpty)
            #expect(found.figures.allSatisfy { $0.textFitsValue })
        }
    }

    @Test("every top-level number of the metrics stands exactly once on the first page", arguments: [0, 40])
    func headlines(count: Int) throws {
        let input = ReportInputs.report(count)
        let pages = renderer.pages(input)
        let stated = ReportFigures.all(pages[0].bytes).figures.compactMap { figure -> String? in
            if case .metric(let name) = figure.location { name } else { nil }
        }
        let numbers = input.metrics.values.compactMap { name, value -> String? in
            switch value {
            case .integer, .rate: name.text
            case .time, .group: nil
            }
        }
        #expect(stated.sorted() == numbers.sorted())
    }

    @Test("every deployment stands on one page, with its cells and its transitions")
    func deployments() {
        let input = ReportInputs.report(600)
        var ids: [Int: String] = [:]
        var transitions: [Int: [String]] = [:]
        for figure in renderer.pages(input).flatMap({ ReportFigures.all($0.bytes).figures }) {
            guard case .cell(let row, let field, let sequence) = figure.location else { continue }
            if field == "deploymentId" { #expect(ids.updateValue(figure.value, forKey: row) == nil) }
            guard let sequence else { continue }
            #expect(field == "transition" && sequence == transitions[row, default: []].count)
            transitions[row, default: []].append(figure.value)
        }
        #expect(ids.count == 600 && ids[17] == "deployment-17")
        #expect(transitions.values.allSatisfy { $0.count == 6 })
        #expect(transitions[0]?.first == "Queued 2026-01-01T00:00:00.0000000Z in-history")
        #expect(transitions[0]?.last == "Pending 2026-01-01T00:00:25.0000000Z refused")
    }

    @Test("pages have 250 deployments each and link to one another")
    func pages() {
        let pages = renderer.pages(ReportInputs.report(501))
        #expect(pages.map(\.path) == ["data/report.html", "data/report/page-0002.html", "data/report/page-0003.html"])
        let texts = pages.map { String(decoding: $0.bytes, as: UTF8.self) }
        #expect(texts[0].contains("href=\"report/page-0003.html\""))
        #expect(
            texts[1].contains("href=\"../report.html#deployments\"") && texts[1].contains("href=\"page-0003.html\""))
        #expect(texts[1].contains("href=\"../report.html#finding-transition-after-terminal\""))
        #expect(renderer.pages(ReportInputs.report(250)).count == 1)
    }

    @Test("the policy allows the page's own style and nothing else")
    func policy() throws {
        for page in text(ReportInputs.report(251)) {
            let style = try #require(page.between("<style>", "</style>"))
            let digest = Data(SHA256.hash(data: Data(style.utf8))).base64EncodedString()
            #expect(page.contains("style-src 'sha256-\(digest)'; base-uri 'none'; form-action 'none'\">"))
        }
    }

    @Test(
        "no page has a script, a style attribute or an address outside the bundle",
        arguments: ["token", ReportInputs.hostile])
    func selfContained(text: String) {
        var input = ReportInputs.report(3, text: text)
        input.isFiltered = true
        input.filters = [(text, [text])]
        input.declared = [(text, text)]
        (input.name, input.command, input.asOfSource, input.toolVersion) = (text, text, text, text)
        (input.keyFingerprint, input.contentRoot, input.kind) = (text, text, text)
        input.samples = [ReportSample(.statusMismatch, row: 0, deploymentID: text, message: text)]
        input.findings = [(.statusMismatch, .error, 1)]
        input.rejections = [
            ReportRejection(source: text, line: 1, offset: 0, code: .malformedRecord, reason: text, deploymentID: text)
        ]
        var source = SourceSummary()
        (source.name, source.claims) = (text, [text: text])
        input.sources = [source]
        for page in self.text(input) {
            for forbidden in [
                "<script", "style=", "http:", "https:", "<!--", "src=", "url(http", "@import", "onclick='", "\"\u{301}",
            ] {
                #expect(!page.utf8.contains(forbidden), "\(forbidden)")
            }
        }
    }

    @Test("a filtered report says so before anything else")
    func filtered() throws {
        var input = ReportInputs.report(1)
        #expect(!(text(input).first ?? "").contains("PARTIAL"))
        input.isFiltered = true
        input.filters = [("network", ["mainnet-v1.0"])]
        let body = try #require(text(input).first?.between("<body>", "</header>"))
        let first = body.split(separator: "\n").first { !$0.hasPrefix("<header") }
        #expect(first?.hasPrefix("<p class=\"partial\"><strong>PARTIAL.</strong>") == true)
    }

    @Test("beyond the deployments listed the report says where the rest stands")
    func rest() throws {
        var input = ReportInputs.report(2)
        input.totalDeployments = 200_000
        let page = try #require(text(input).first)
        #expect(page.contains("2 of 200,000 deployments stand in this report"))
        #expect(page.contains("data/audit-trail.json"))
    }

    @Test("long texts and long histories are cut, and a cut text is no figure")
    func cut() throws {
        var input = ReportInputs.report(1)
        input.deployments[0].tokenName = String(repeating: "n", count: 100_000)
        input.deployments[0].transitions = (0..<100_000).map { _ in
            .init(.queued, ReportInputs.start, disposition: .repeat, inPeriod: true)
        }
        let page = try #require(renderer.pages(input).first)
        #expect(page.bytes.count < 200_000)
        let found = ReportFigures.all(page.bytes)
        #expect(found.figures.allSatisfy { $0.textFitsValue })
        #expect(!found.figures.contains { $0.location == .cell(row: 0, field: "tokenName", sequence: nil) })
        #expect(found.figures.contains { $0.location == .cell(row: 0, field: "transition", sequence: 99_999) })
        #expect(String(decoding: page.bytes, as: UTF8.self).contains("99,970 more"))
    }

    @Test("the same input gives the same bytes")
    func deterministic() {
        let input = ReportInputs.report(300)
        #expect(renderer.pages(input).map(\.bytes) == renderer.pages(input).map(\.bytes))
    }

    @Test("no id stands twice on a page")
    func ids() throws {
        var input = ReportInputs.report(3)
        input.findings = [(.successRateBelowTarget, .warning, 1), (.successRateBelowTarget, .error, 1)]
        let page = try #require(text(input).first)
        let ids = page.split(separator: " id=\"").dropFirst().compactMap { $0.split(separator: "\"").first }
        #expect(Set(ids).count == ids.count)
    }
}

extension String {
    fileprivate func between(_ start: String, _ end: String) -> String? {
        guard let first = firstRange(of: start), let last = self[first.upperBound...].firstRange(of: end) else {
            return nil
        }
        return String(self[first.upperBound..<last.lowerBound])
    }
}

extension StringProtocol {
    fileprivate func firstRange(of text: String) -> Range<Index>? { ranges(of: text).first }
}

extension String.UTF8View {
    /// Whether the bytes of a text stand anywhere: characters would hide a `<` before a combining mark.
    fileprivate func contains(_ text: String) -> Bool {
        let (bytes, wanted) = (Array(self), Array(text.utf8))
        guard bytes.count >= wanted.count else { return false }
        return (0...(bytes.count - wanted.count)).contains { start in
            bytes[start] == wanted[0] && bytes[start..<(start + wanted.count)].elementsEqual(wanted)
        }
    }
}
