import BundleFormat

/// Finds every `<data>` element of a page of the report.
///
/// What an HTML parser could take for a `data` tag, in whatever spelling, is either a figure in the exact markup of
/// ``FigureMarkup`` or reported. The writer escapes every `<` of a text, so nothing else looks like one.
enum ReportFigures {
    /// What was found.
    enum Element: Sendable, Equatable {
        case figure(ReportFigure)
        /// A `data` tag that is not the writer's.
        case malformed(offset: Int, reason: String)
    }

    /// Calls `body` for every element, in order of the page.
    ///
    /// - Complexity: linear in the page; memory is that of one element.
    static func scan<Failure: Error>(
        _ page: Span<UInt8>, _ body: (Element) throws(Failure) -> Void
    ) throws(Failure) {
        var position = 0
        while position < page.count {
            guard page[position] == UInt8(ascii: "<"), let tag = dataTag(page, at: position) else {
                position += 1
                continue
            }
            switch tag {
            case .end:
                try body(.malformed(offset: position, reason: "end tag without a figure"))
                position += 1
            case .start:
                let (element, next) = read(page, at: position)
                try body(element)
                position = next
            }
        }
    }

    /// Returns the figures of a page, and separately what is malformed.
    static func all(
        _ page: [UInt8]
    ) -> (figures: [ReportFigure], malformed: [(offset: Int, reason: String)]) {
        var figures: [ReportFigure] = []
        var malformed: [(offset: Int, reason: String)] = []
        scan(page.span) { element in
            switch element {
            case .figure(let figure): figures.append(figure)
            case .malformed(let offset, let reason): malformed.append((offset, reason))
            }
        }
        return (figures, malformed)
    }

    private enum Tag {
        case start, end
    }

    private static func read(_ page: Span<UInt8>, at start: Int) -> (Element, next: Int) {
        do {
            let (figure, end) = try FigureMarkup.read(page, at: start)
            return (.figure(figure), end)
        } catch {
            return (.malformed(offset: start, reason: error.reason), start + 1)
        }
    }

    /// Whether an HTML parser reads the `<` at `start` as the beginning of a `data` tag.
    private static func dataTag(_ page: Span<UInt8>, at start: Int) -> Tag? {
        var position = start + 1
        var tag = Tag.start
        if position < page.count, page[position] == UInt8(ascii: "/") {
            tag = .end
            position += 1
        }
        for letter in [UInt8(ascii: "d"), UInt8(ascii: "a"), UInt8(ascii: "t"), UInt8(ascii: "a")] {
            guard position < page.count, page[position] | 0x20 == letter else { return nil }
            position += 1
        }
        guard position < page.count else { return tag }
        // The bytes that end a tag's name: white space, `/` and `>`.
        let ends: [UInt8] = [0x09, 0x0A, 0x0C, 0x0D, 0x20, 0x2F, 0x3E]
        return ends.contains(page[position]) ? tag : nil
    }
}

extension ReportFigure {
    /// Whether the text is the one that the value has.
    var textFitsValue: Bool {
        FigureText.render(value, as: kind).map { $0.utf8.elementsEqual(text.utf8) } ?? false
    }
}
