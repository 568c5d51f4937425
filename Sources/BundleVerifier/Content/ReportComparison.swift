import AuditModel
import BundleFormat

/// Compares the `<data>` elements of the report with the data files (docs/bundle-format.md, 8).
enum ReportComparison {
    /// Deployments that the report must show, if there are as many.
    static let maximumDeployments = 5000
    /// Transitions shown of one deployment: the first 15 and the last 15 of more than 30.
    static let maximumTransitions = 30

    /// The elements of all pages: cells by row, figures apart, and what is wrong with the markup.
    struct Elements {
        var cells: [Int: [ReportFigure]] = [:]
        var figures: [(page: String, figure: ReportFigure)] = []
        var problems = ProblemList()
    }

    static func read(_ bundle: UnverifiedBundle) throws(ReadProblem) -> Elements {
        var elements = Elements()
        var number = 2
        var pages = [BundlePath.report]
        while bundle.entries[BundlePath.reportPage(number)] != nil {
            pages.append(BundlePath.reportPage(number))
            number += 1
        }
        var rowPages: [Int: String] = [:]
        for page in pages {
            guard let bytes = try bundle.bytes(page) else { continue }
            ReportFigures.scan(bytes.span) { element in
                elements.add(element, page, seen: &rowPages)
            }
        }
        return elements
    }

    /// Compares the cells of one deployment with its row of `deployments.csv`, which is `cells`, and its transitions.
    static func compare(
        _ figures: [ReportFigure], row: Int, with cells: [String], dossier: Dossier, history: History,
        problems: inout ProblemList
    ) {
        var seen: Set<String> = []
        var transitions = 0
        for figure in figures {
            guard case .cell(_, let field, let sequence) = figure.location else { continue }
            let expected: String?
            if field == "transition" {
                expected = sequence.flatMap { transition($0, of: dossier, history: history) }
                transitions += 1
            } else {
                expected = DeploymentTable.columns.firstIndex(of: field).flatMap { $0 < cells.count ? cells[$0] : nil }
            }
            if !seen.insert("\(field) \(sequence ?? -1)").inserted { problems.add("row \(row): \(field) stands twice") }
            if figure.kind != FigureKinds.ofColumn(field) {
                problems.add("row \(row): \(field) is shown as \(figure.kind.rawValue)")
            }
            guard let expected, expected.utf8.elementsEqual(figure.value.utf8) else {
                problems.add("row \(row): \(field) is \"\(figure.value)\", expected \"\(expected ?? "nothing")\"")
                continue
            }
        }
        let expected = min(dossier.transitions.count, maximumTransitions)
        if transitions != expected {
            problems.add("row \(row): \(transitions) transitions shown, expected \(expected)")
        }
        for field in ["deploymentId", "state"]
        where !seen.contains("\(field) -1") && !(field == "state" && history.state == nil) {
            problems.add("row \(row): \(field) is not shown")
        }
    }

    private static func transition(_ sequence: Int, of dossier: Dossier, history: History) -> String? {
        guard dossier.transitions.indices.contains(sequence) else { return nil }
        let transition = dossier.transitions[sequence]
        return "\(transition.status.name) \(transition.time.text) \(history.entries[sequence].disposition.name)"
    }

    /// Compares the figures with the metrics; every top-level number must stand in `report.html`, once.
    static func compare(_ elements: Elements, _ metrics: Metrics) -> ProblemList {
        var problems = elements.problems
        var seen: [String: Int] = [:]
        for (page, figure) in elements.figures {
            let value: MetricValue?
            let location: String
            let leaf: Substring
            switch figure.location {
            case .metric(let name):
                value = metrics[name]
                location = name
                leaf = Substring(name)
                if page == BundlePath.report { seen[name, default: 0] += 1 }
            case .member(let metric, let key):
                value = member(metric, key, of: metrics)
                location = "\(metric) \(key)"
                let isDurations = MetricDefinition.named(metric)?.unit == .durations
                leaf = isDurations ? "Ms" : key.split(separator: "/").last ?? ""
            case .cell: continue
            }
            let expected = value.map(MetricsFile.text)
            if let value, figure.kind != FigureKinds.ofMetric(value, leaf: leaf) {
                problems.add("\(page): \(location) is shown as \(figure.kind.rawValue)")
            }
            if expected.map({ !$0.utf8.elementsEqual(figure.value.utf8) }) ?? true {
                problems.add("\(page): \(location) is \"\(figure.value)\", expected \"\(expected ?? "nothing")\"")
            }
        }
        for definition in MetricDefinition.all {
            guard let value = metrics[definition.name], value.group == nil else { continue }
            if case .time = value { continue }
            if seen[definition.name] != 1 {
                problems.add(
                    "\(BundlePath.report): \(definition.name) stands \(seen[definition.name] ?? 0) times, expected once"
                )
            }
        }
        return problems
    }

    /// The value at a path of keys; a key may itself hold a slash, so every way to cut the path is tried.
    private static func member(_ metric: String, _ key: String, of metrics: Metrics) -> MetricValue? {
        func find(_ path: Substring, _ value: MetricValue) -> MetricValue? {
            guard let members = value.group else { return path.isEmpty ? value : nil }
            if let exact = members[ExactString(String(path))], exact.group == nil { return exact }
            for index in path.indices where path[index] == "/" {
                guard let inner = members[ExactString(String(path[..<index]))] else { continue }
                if let found = find(path[path.index(after: index)...], inner) { return found }
            }
            return nil
        }
        return metrics[metric].flatMap { find(Substring(key), $0) }
    }
}

extension ReportComparison.Elements {
    /// Adds an element of a page; `rowPages` says on which page each row was seen.
    fileprivate mutating func add(
        _ element: ReportFigures.Element, _ page: String, seen rowPages: inout [Int: String]
    ) {
        switch element {
        case .malformed(let offset, let reason): problems.add("\(page): byte \(offset): \(reason)")
        case .figure(let figure):
            if !figure.textFitsValue {
                problems.add("\(page): \"\(figure.text)\" is shown for the value \"\(figure.value)\"")
            }
            guard case .cell(let row, _, _) = figure.location else { return figures.append((page, figure)) }
            cells[row, default: []].append(figure)
            if let known = rowPages[row], known != page { problems.add("row \(row) stands on \(known) and on \(page)") }
            rowPages[row] = page
        }
    }
}

/// In what form a figure must be shown, so that 27 deployments cannot stand as 27 %.
private enum FigureKinds {
    static func ofColumn(_ column: String) -> FigureText.Kind {
        switch column {
        case "durationMs": .duration
        case "createdAt", "updatedAt", "firstTransitionAt", "lastTransitionAt": .time
        case "errors", "warnings", "transitions", "inHistory", "repeats", "refused", "attempts": .count
        default: .text
        }
    }

    /// A whole number whose name ends in `Ms` is a duration.
    static func ofMetric(_ value: MetricValue, leaf: Substring) -> FigureText.Kind {
        switch value {
        case .integer: leaf.hasSuffix("Ms") ? .duration : .count
        case .rate: .percent
        case .time(let time): time == nil ? .text : .time
        case .group: .text
        }
    }
}
