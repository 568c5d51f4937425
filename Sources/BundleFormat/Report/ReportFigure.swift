/// One `<data>` element of the report: what it states and where that stands in the bundle.
package struct ReportFigure: Sendable {
    /// What the figure is a copy of.
    package enum Location: Sendable {
        /// A top-level number of `metrics.json`: `id="metric-NAME"`.
        case metric(String)
        /// A member below one: `data-metric` and `data-key`, the path of keys joined by `/`.
        case member(metric: String, key: String)
        /// A cell of `deployments.csv`, or with a sequence a transition: `data-row`, `data-field`, `data-sequence`.
        case cell(row: Int, field: String, sequence: Int?)
    }

    package var location: Location
    /// The value as the bundle's data files have it.
    package var value: String
    package var kind: FigureText.Kind
    /// What a reader sees.
    package var text: String

    package init(_ location: Location, value: String, kind: FigureText.Kind, text: String) {
        self.location = location
        self.value = value
        self.kind = kind
        self.text = text
    }

    /// A figure with the text that its value has; nil when the value is not one of that kind.
    package init?(_ location: Location, value: String, kind: FigureText.Kind) {
        guard let text = FigureText.render(value, as: kind) else { return nil }
        self.init(location, value: value, kind: kind, text: text)
    }
}

/// Equality is that of bytes: texts that differ only by Unicode normalisation are different figures.
extension ReportFigure: Equatable {
    package static func == (left: Self, right: Self) -> Bool {
        left.location == right.location && left.kind == right.kind && left.value.utf8.elementsEqual(right.value.utf8)
            && left.text.utf8.elementsEqual(right.text.utf8)
    }
}

extension ReportFigure.Location: Equatable {
    package static func == (left: Self, right: Self) -> Bool {
        switch (left, right) {
        case (.metric(let a), .metric(let b)): a.utf8.elementsEqual(b.utf8)
        case (.member(let a, let x), .member(let b, let y)):
            a.utf8.elementsEqual(b.utf8) && x.utf8.elementsEqual(y.utf8)
        case (.cell(let a, let x, let i), .cell(let b, let y, let j)):
            a == b && i == j && x.utf8.elementsEqual(y.utf8)
        case (.metric, _), (.member, _), (.cell, _): false
        }
    }
}
