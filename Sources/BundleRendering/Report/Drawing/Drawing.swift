/// A picture in SVG, without style attributes.
///
/// Coordinates are rounded to tenths, so that the text depends on the values alone.
struct Drawing {
    private var parts: [String]

    /// A picture with a title and a description for those who cannot see it.
    init(id: String, width: Int, height: Int, classes: String, title: String, description: String) {
        parts = [
            "<svg class=\"\(classes)\" viewBox=\"0 0 \(width) \(height)\" role=\"img\" "
                + "aria-labelledby=\"\(id)-title \(id)-desc\">",
            "<title id=\"\(id)-title\">\(HTML.escape(title))</title>",
            "<desc id=\"\(id)-desc\">\(HTML.escape(description))</desc>",
        ]
    }

    /// A bar beside a number that says the same, so that it is hidden from screen readers; 100 units wide.
    init(bar classes: String, height: Int = 10) {
        parts = [
            "<svg class=\"\(classes)\" viewBox=\"0 0 100 \(height)\" preserveAspectRatio=\"none\" aria-hidden=\"true\" "
                + "focusable=\"false\">"
        ]
    }

    var markup: String { parts.joined() + "</svg>" }

    /// Adds a rectangle; `title` is what a pointer that rests on it shows.
    mutating func rect(
        _ classes: String, x: Double, y: Double, width: Double, height: Double, radius: Int = 0, title: String? = nil
    ) {
        let corner = radius > 0 ? " rx=\"\(radius)\"" : ""
        let box = "x=\"\(Self.number(x))\" y=\"\(Self.number(y))\" width=\"\(Self.number(width))\" "
        let end = title.map { "><title>\(HTML.escape($0))</title></rect>" } ?? "/>"
        parts.append("<rect class=\"\(classes)\" \(box)height=\"\(Self.number(height))\"\(corner)\(end)")
    }

    mutating func line(_ classes: String, x: Double, y: Double, toX: Double, toY: Double) {
        parts.append(
            "<line class=\"\(classes)\" x1=\"\(Self.number(x))\" y1=\"\(Self.number(y))\" "
                + "x2=\"\(Self.number(toX))\" y2=\"\(Self.number(toY))\"/>")
    }

    /// Adds a path with an arrow's head at its end.
    mutating func arrow(_ classes: String, path: String, width: Double) {
        parts.append(
            "<path class=\"\(classes)\" d=\"\(path)\" stroke-width=\"\(Self.number(width))\" marker-end=\"url(#head)\"/>"
        )
    }

    mutating func text(_ classes: String, x: Double, y: Double, _ text: String) {
        parts.append(
            "<text class=\"\(classes)\" x=\"\(Self.number(x))\" y=\"\(Self.number(y))\">\(HTML.escape(text))</text>")
    }

    mutating func raw(_ markup: String) { parts.append(markup) }

    /// At most one decimal.
    static func number(_ value: Double) -> String {
        let tenths = Int((value * 10).rounded())
        let sign = tenths < 0 ? "-" : ""
        let (whole, rest) = tenths.magnitude.quotientAndRemainder(dividingBy: 10)
        return rest == 0 ? "\(sign)\(whole)" : "\(sign)\(whole).\(rest)"
    }

    /// The binary logarithm, linear between powers of two: exact on every machine, unlike a library's.
    static func logarithm(_ value: Int64) -> Double {
        guard value > 1 else { return 0 }
        let power = 63 - value.leadingZeroBitCount
        return Double(power) + Double(value) / Double(Int64(1) << Int64(power)) - 1
    }
}
