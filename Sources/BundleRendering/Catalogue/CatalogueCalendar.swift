import ArchiveFormat
internal import AuditModel
internal import BundleFormat

/// The periods of an archive as a calendar.
enum CatalogueCalendar {
    struct Cell {
        let state: String
        let label: String
        let word: String
        /// nil for a period without a bundle.
        let path: String?
    }

    /// A year, or a month of days, as the template has it.
    struct Group {
        let title: String?
        /// List items, as markup: templates are slow, and seven years of days are many.
        let cells: String
    }

    /// The newest year or month first: that is what an operator looks for; `inYear`, if the page stands in a year's folder.
    static func groups(
        _ current: [CatalogueEntry], _ waiting: [Catalogue.Waiting], inYear: Bool
    ) -> [Group] {
        var groups: [(title: String?, cells: [Cell])] = []
        for entry in current { add(cell(entry, folder: inYear ? "../" : ""), entry.label, to: &groups) }
        for waiting in waiting {
            add(
                Cell(state: "open", label: part(waiting.label).cell, word: "open", path: nil), waiting.label,
                to: &groups)
        }
        return groups.reversed().map { group in
            Group(title: group.title, cells: group.cells.map(markup).joined())
        }
    }

    private static func markup(_ cell: Cell) -> String {
        let text = "\(HTML.escape(cell.label))<small>\(cell.word)</small>"
        let content = cell.path.map { "<a href=\"\(HTML.escape($0))\">\(text)</a>" } ?? "<span>\(text)</span>"
        return "<li class=\"\(cell.state)\">\(content)</li>\n"
    }

    private static func add(_ cell: Cell, _ label: String, to groups: inout [(title: String?, cells: [Cell])]) {
        let title = part(label).group
        if groups.last?.title != title || groups.isEmpty { groups.append((title: title, cells: [])) }
        groups[groups.count - 1].cells.append(cell)
    }

    private static func cell(_ entry: CatalogueEntry, folder: String) -> Cell {
        let (state, word) = word(entry)
        return Cell(
            state: state, label: part(entry.label).cell, word: word,
            path: entry.removed == nil ? folder + entry.path : nil)
    }

    private static func word(_ entry: CatalogueEntry) -> (state: String, word: String) {
        if entry.removed != nil { return ("removed", "removed") }
        if entry.uncovered != nil { return ("uncovered", "uncovered") }
        if entry.position.revision > 0 { return ("corrected", "r\(entry.position.revision)") }
        return entry.isLate ? ("late", "late") : ("ontime", "on time")
    }

    /// What a period's name says under its heading: of `2026-02-14` the day under the month, of `2026-W07` the week.
    private static func part(_ label: String) -> (group: String?, cell: String) {
        let parts = label.split(separator: "-", maxSplits: 2).map(String.init)
        switch parts.count {
        case 3: return ("\(parts[0])-\(parts[1])", parts[2])
        case 2: return (parts[0], parts[1])
        default: return (nil, label)
        }
    }
}
