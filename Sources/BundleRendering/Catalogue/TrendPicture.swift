import ArchiveFormat
internal import BundleFormat

/// Bars of deployments and of findings over the periods, or the months, of an archive; neighbours share a bar when there are
/// many.
struct TrendPicture {
    private static let maximumBars = 120
    private static let (left, right, top, bottom) = (62.0, 896.0, 12.0, 138.0)

    private let bins: [CatalogueFigures]
    /// Points in one bar.
    private let size: Int
    private let areMonths: Bool
    /// Whether there is more than one point.
    let hasMany: Bool

    init(_ points: [CatalogueFigures], areMonths: Bool) {
        self.areMonths = areMonths
        hasMany = points.count > 1
        size = max(1, (points.count + Self.maximumBars - 1) / Self.maximumBars)
        bins = stride(from: 0, to: points.count, by: size).map { [size] start in
            var bin = points[start]
            for point in points[start + 1..<min(start + size, points.count)] { bin.add(point) }
            return bin
        }
    }

    var deployments: String {
        picture(
            "trend-deployments", "Deployments by period",
            [("completed", \.completed), ("failed", \.failed), ("rest", \.others)])
    }

    var deploymentsNote: String {
        "Deployments with activity in \(unit): completed below, failed and all others above. A deployment counts in each "
            + "period in which something happened to it, so periods do not add up to deployments."
    }

    var findings: String {
        picture("trend-findings", "Findings by period", [("failed", \.errors), ("open", \.warnings)])
    }

    var findingsNote: String { "Findings in \(unit): errors below, warnings above." }

    private var unit: String {
        if areMonths {
            return size == 1 ? "the periods of each month" : "the periods of \(HTML.count(size)) months a bar"
        }
        return size == 1 ? "each period" : "\(HTML.count(size)) periods a bar"
    }

    private func picture(
        _ id: String, _ title: String, _ parts: [(classes: String, value: KeyPath<CatalogueFigures, Int>)]
    )
        -> String
    {
        func sum(_ bin: CatalogueFigures) -> Int { parts.map { bin[keyPath: $0.value] }.reduce(0, +) }
        let largest = max(bins.map(sum).max() ?? 1, 1)
        var drawing = Drawing(
            id: id, width: 900, height: 166, classes: "days", title: title,
            description:
                "\(HTML.count(bins.count, "bar")) from \(bins.first?.label ?? "") to \(bins.last?.label ?? ""); the "
                + "highest is \(HTML.count(largest)).")
        for value in largest > 20 ? [0, largest / 2, largest] : [0, largest] {
            let y = Self.bottom - height(value, largest)
            drawing.line(value == 0 ? "axis" : "grid", x: Self.left, y: y, toX: Self.right, toY: y)
            drawing.text("tick end", x: Self.left - 6, y: y + 4, HTML.count(value))
        }
        let step = (Self.right - Self.left) / Double(max(bins.count, 1))
        for (index, bin) in bins.enumerated() {
            var y = Self.bottom
            let width = min(step * 0.8, 46)
            for part in parts where bin[keyPath: part.value] > 0 {
                let tall = height(bin[keyPath: part.value], largest)
                y -= tall
                drawing.rect(
                    part.classes, x: Self.left + Double(index) * step + (step - width) / 2, y: y, width: width,
                    height: tall,
                    title: "\(bin.label): \(HTML.count(bin[keyPath: part.value]))")
            }
        }
        addLabels(step, &drawing)
        return drawing.markup
    }

    private func height(_ value: Int, _ largest: Int) -> Double {
        Double(value) / Double(largest) * (Self.bottom - Self.top)
    }

    private func addLabels(_ step: Double, _ drawing: inout Drawing) {
        let every = (bins.count + 7) / 8
        for (index, bin) in bins.enumerated() where index % every == 0 {
            let x = Self.left + (Double(index) + 0.5) * step
            drawing.line("axis", x: x, y: Self.bottom, toX: x, toY: Self.bottom + 4)
            drawing.text("tick mid", x: x, y: Self.bottom + 18, bin.label)
        }
    }
}

extension CatalogueFigures {
    /// Deployments that neither completed nor failed.
    fileprivate var others: Int { max(0, deployments - completed - failed) }
}
