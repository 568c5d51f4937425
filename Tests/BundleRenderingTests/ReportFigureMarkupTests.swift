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

    @Test("texts that differ only by normalisation are different figures")
    func exactEquality() {
        let composed = ReportFigure(.metric("a"), value: "é", kind: .text, text: "é")
        let decomposed = ReportFigure(.metric("a"), value: "e\u{301}", kind: .text, text: "e\u{301}")
        #expect(composed != decomposed)
        #expect(composed.textFitsValue)
        #expect(!ReportFigure(.metric("a"), value: "é", kind: .text, text: "e\u{301}").textFitsValue)
    }
}
