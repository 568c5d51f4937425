/// Bars of deployments created and completed over time.
struct DayPicture {
    let bins: DayBins

    private static let (left, right, top, bottom) = (46.0, 896.0, 12.0, 138.0)

    /// What one bar stands for, in words.
    var unit: String { bins.unit == .week ? "week from Monday" : bins.unit.rawValue }

    var markup: String {
        let largest = max(bins.bins.map { max($0.created, $0.completed) }.max() ?? 1, 1)
        let created = bins.bins.map(\.created).reduce(0, +)
        let completed = bins.bins.map(\.completed).reduce(0, +)
        var drawing = Drawing(
            id: "days", width: 900, height: 166, classes: "days",
            title: "Deployments created and completed by \(bins.unit)",
            description: "\(HTML.count(bins.bins.count, "bar")) from \(bins.bins.first?.label ?? "") to "
                + "\(bins.bins.last?.label ?? ""); \(HTML.count(created)) created and \(HTML.count(completed)) completed in "
                + "all; the highest bar is \(HTML.count(largest)).")
        addScale(largest, &drawing)
        let step = (Self.right - Self.left) / Double(bins.bins.count)
        for (index, bin) in bins.bins.enumerated() {
            add(bin, x: Self.left + Double(index) * step, step: step, largest: largest, &drawing)
        }
        addLabels(step, &drawing)
        return drawing.markup
    }

    private func height(_ value: Int64, _ largest: Int64) -> Double {
        Double(value) / Double(largest) * (Self.bottom - Self.top)
    }

    private func addScale(_ largest: Int64, _ drawing: inout Drawing) {
        for value in largest % 2 == 0 || largest > 20 ? [0, largest / 2, largest] : [0, largest] {
            let y = Self.bottom - height(value, largest)
            drawing.line(value == 0 ? "axis" : "grid", x: Self.left, y: y, toX: Self.right, toY: y)
            drawing.text("tick end", x: Self.left - 6, y: y + 4, HTML.count(value))
        }
    }

    private func add(_ bin: DayBins.Bin, x: Double, step: Double, largest: Int64, _ drawing: inout Drawing) {
        guard bin.created + bin.completed > 0 else { return }
        let title = "\(bin.label): \(HTML.count(bin.created)) created, \(HTML.count(bin.completed)) completed"
        let width = min(step * 0.84, 46)
        let start = x + (step - width) / 2
        let (tall, inner) = (height(bin.created, largest), height(bin.completed, largest))
        drawing.rect("created", x: start, y: Self.bottom - tall, width: width, height: tall, title: title)
        let thin = max(width * 0.38, 1)
        drawing.rect(
            "completed", x: start + (width - thin) / 2, y: Self.bottom - inner, width: thin, height: inner, title: title
        )
    }

    private func addLabels(_ step: Double, _ drawing: inout Drawing) {
        let every = (bins.bins.count + 7) / 8
        for (index, bin) in bins.bins.enumerated() where index % every == 0 {
            let x = Self.left + (Double(index) + 0.5) * step
            drawing.line("axis", x: x, y: Self.bottom, toX: x, toY: Self.bottom + 4)
            drawing.text("tick mid", x: x, y: Self.bottom + 18, bin.label)
        }
    }
}
