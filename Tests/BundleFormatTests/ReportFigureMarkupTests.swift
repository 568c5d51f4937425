import BundleFormat
import Testing

@Suite("Markup of figures")
struct ReportFigureMarkupTests {
    static let hostile = [
        "", "plain", "&<>\"'", "&amp;", "</data>", "\u{0600}<script>", "\"\u{301}", "\u{202E}x\u{2066}", "e\u{301}",
        "\0\n\r\t", "<data id=\"metric-x\" value=\"1\" data-as=\"count\">1</data>", "日本語 🏳️‍🌈",
    ]

    static var figures: [ReportFigure] {
        hostile.flatMap { text -> [ReportFigure] in
            [
                ReportFigure(.metric(text), value: text, kind: .text, text: text),
                ReportFigure(.member(metric: "byNetwork", key: text), value: "7", kind: .count, text: text),
                ReportFigure(.cell(row: 0, field: text, sequence: nil), value: text, kind: .duration, text: "x"),
                ReportFigure(
                    .cell(row: 12_345_678, field: "transition", sequence: 10), value: text, kind: .text, text: text),
            ]
        }
    }

    static func written(_ figure: ReportFigure) -> [UInt8] {
        var page: [UInt8] = []
        FigureMarkup.append(figure, to: &page)
        return page
    }

    @Test("what is written reads back as it was")
    func roundTrip() {
        for figure in Self.figures {
            let found = ReportFigures.all(Self.written(figure))
            #expect(found.figures == [figure])
            #expect(found.malformed.isEmpty)
        }
    }

    @Test("whatever one changed byte leaves readable is written back as those bytes")
    func malleability() {
        for figure in Self.figures.prefix(12) {
            let bytes = Self.written(figure)
            for index in bytes.indices {
                for byte in [UInt8(ascii: " "), UInt8(ascii: "\""), UInt8(ascii: "<"), UInt8(ascii: "0"), 0xFF, 0x26] {
                    var changed = bytes
                    changed[index] = byte
                    let found = ReportFigures.all(changed)
                    guard found.malformed.isEmpty, let first = found.figures.first else { continue }
                    #expect(found.figures.count == 1 && Self.written(first) == changed)
                }
            }
        }
    }

    @Test("figures are found among other markup, in order")
    func scanned() {
        let page = """
            <p><datalist></datalist><data id="metric-a" value="1" data-as="count">1</data>&lt;data <b>x</b>\
            <data data-row="3" data-field="transition" data-sequence="0" value="Queued" data-as="text">Queued</data></p>
            """
        let found = ReportFigures.all(Array(page.utf8))
        #expect(
            found.figures.map(\.location) == [.metric("a"), .cell(row: 3, field: "transition", sequence: 0)])
        #expect(found.malformed.isEmpty)
    }

    @Test(
        "a data tag in any other spelling is reported, and the figure behind it still read",
        arguments: [
            "<data>1</data>", "<DATA id=\"metric-a\" value=\"1\" data-as=\"count\">1</DATA>", "<data", "</data >",
            "<Data/>",
            "<data\nid=\"metric-a\" value=\"1\" data-as=\"count\">1</data>",
            "<data value=\"1\" id=\"metric-a\" data-as=\"count\">1</data>",
            "<data id='metric-a' value=\"1\" data-as=\"count\">1</data>",
            "<data id=\"metric-a\" value=\"1\" data-as=\"counts\">1</data>",
            "<data id=\"metric-a\" value=\"1\" data-as=\"count\" hidden>1</data>",
            "<data id=\"metric-a\"  value=\"1\" data-as=\"count\">1</data>",
            "<data id=\"metric-a\" value=\"1\" data-as=\"count\"><b>1</b></data>",
            "<data id=\"metric-a\" value=\"&#x31;\" data-as=\"count\">1</data>",
            "<data id=\"metric-a\" value=\"1\" data-as=\"count\">1&nbsp;</data>",
            "<data id=\"metric-a\" value=\"1\" data-as=\"count\">1</DATA>",
            "<data data-row=\"01\" data-field=\"row\" value=\"1\" data-as=\"text\">1</data>",
            "<data data-row=\"-1\" data-field=\"row\" value=\"1\" data-as=\"text\">1</data>",
            "<data data-row=\"1111111111111111111\" data-field=\"row\" value=\"1\" data-as=\"text\">1</data>",
            "<data data-metric=\"a\" value=\"1\" data-as=\"count\">1</data>",
        ])
    func malformed(markup: String) {
        let good = "<data id=\"metric-b\" value=\"2\" data-as=\"count\">2</data>"
        let found = ReportFigures.all(Array((markup + " " + good).utf8))
        #expect(!found.malformed.isEmpty)
        #expect(found.malformed.first?.offset == 0)
        #expect(found.figures.last?.location == .metric("b"))
    }

    @Test("bytes that are no UTF-8 are no figure")
    func invalidText() {
        var page = Array("<data id=\"metric-a\" value=\"x\" data-as=\"text\">x</data>".utf8)
        page[24] = 0xC0
        #expect(ReportFigures.all(page).figures.isEmpty)
    }

    @Test("texts that differ only by normalisation are different figures")
    func exactEquality() {
        let composed = ReportFigure(.metric("a"), value: "é", kind: .text, text: "é")
        let decomposed = ReportFigure(.metric("a"), value: "e\u{301}", kind: .text, text: "e\u{301}")
        #expect(composed != decomposed)
        #expect(composed.textFitsValue)
        #expect(!ReportFigure(.metric("a"), value: "é", kind: .text, text: "e\u{301}").textFitsValue)
    }

    @Test("a page of nothing but beginnings takes time in proportion to its length")
    func linear() {
        func seconds(_ count: Int) -> Duration {
            let page = Array(String(repeating: "<data id=\"metric-", count: count).utf8)
            return ContinuousClock().measure { _ = ReportFigures.all(page) }
        }
        let (small, large) = (seconds(2000), seconds(40_000))
        #expect(large < small * 200)
    }
}
