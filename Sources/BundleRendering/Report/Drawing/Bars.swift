/// Bars inside tables.
enum Bars {
    /// One bar of a share of the largest value.
    static func single(_ value: Int64, of largest: Int64, classes: String) -> String {
        var drawing = Drawing(bar: "bar")
        drawing.rect(classes, x: 0, y: 0, width: share(value, of: largest), height: 10)
        return drawing.markup
    }

    /// Parts one after the other, the whole as long as its share of the largest.
    static func stacked(_ parts: [(classes: String, value: Int64)], of largest: Int64) -> String {
        var drawing = Drawing(bar: "bar")
        var x = 0.0
        for part in parts where part.value > 0 {
            let width = share(part.value, of: largest)
            drawing.rect(part.classes, x: x, y: 0, width: width, height: 10)
            x += width
        }
        return drawing.markup
    }

    /// A share in percent with marks at the targets.
    static func gauge(percent: Double, classes: String, targets: [Int64]) -> String {
        var drawing = Drawing(bar: "bar gauge", height: 16)
        drawing.rect("ground", x: 0, y: 3, width: 100, height: 10)
        drawing.rect(classes, x: 0, y: 3, width: min(max(percent, 0), 100), height: 10)
        for target in targets { drawing.line("target", x: Double(target), y: 0, toX: Double(target), toY: 16) }
        return drawing.markup
    }

    /// On a logarithmic scale: a line from fastest to slowest, a bar from the median to the 95th percentile.
    static func spread(_ times: Spread, from low: Int64, to high: Int64) -> String {
        func place(_ value: Int64) -> Double {
            let (bottom, top) = (Drawing.logarithm(low), Drawing.logarithm(high))
            return top > bottom ? (Drawing.logarithm(value) - bottom) / (top - bottom) * 98 + 1 : 50
        }
        var drawing = Drawing(bar: "bar spread", height: 16)
        drawing.rect("ground", x: 0, y: 0, width: 100, height: 16)
        drawing.line(
            "range", x: place(times.fastest), y: 8, toX: max(place(times.slowest), place(times.fastest) + 0.6), toY: 8)
        let median = place(times.median)
        drawing.rect("confirmed", x: median, y: 3, width: max(place(times.p95) - median, 0.6), height: 10)
        drawing.line("target", x: median, y: 1, toX: median, toY: 15)
        return drawing.markup
    }

    /// The times of one transition in milliseconds.
    struct Spread {
        var fastest: Int64
        var median: Int64
        var p95: Int64
        var slowest: Int64
    }

    private static func share(_ value: Int64, of largest: Int64) -> Double {
        largest > 0 ? Double(value) / Double(largest) * 100 : 0
    }
}
