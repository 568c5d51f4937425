internal import AuditModel
internal import BundleFormat

/// Writes the deployments of a page, byte by byte: there may be 5,000 with six transitions each.
struct DeploymentRows {
    /// A deployment may have 50,000 transitions; the first and the last ones are shown.
    static let maximumTransitions = 30

    private(set) var bytes: [UInt8] = []
    /// The way from this page to `report.html`; empty on that page itself.
    private let home: String

    init(home: String) { self.home = home }

    /// Appends one deployment as a group of rows with the anchor `row-N`.
    mutating func append(_ deployment: ReportDeployment) {
        write("<tbody id=\"row-\(deployment.row)\"><tr><th scope=\"rowgroup\">")
        text("deploymentId", deployment.id, deployment: deployment)
        write("<span class=\"sub\"><span class=\"row\">row ")
        text("row", "\(deployment.row)", deployment: deployment)
        write("</span>")
        for (field, value) in [
            ("tokenName", deployment.tokenName), ("tokenType", deployment.tokenType), ("network", deployment.network),
        ] where !value.isEmpty {
            write(" · ")
            text(field, value, deployment: deployment)
        }
        write("</span></th>")
        appendState(deployment)
        appendTimes(deployment)
        appendFindings(deployment)
        write("</tr><tr class=\"line\"><td colspan=\"5\">")
        appendTransitions(deployment)
        appendCodes(deployment)
        write("</td></tr></tbody>\n")
    }

    private mutating func appendState(_ deployment: ReportDeployment) {
        guard let state = deployment.state else {
            return write("<td class=\"st\">no state</td>")
        }
        write("<td class=\"st \(state.name.lowercased())\">")
        text("state", state.name, deployment: deployment)
        write("</td>")
    }

    private mutating func appendTimes(_ deployment: ReportDeployment) {
        write("<td class=\"made\">")
        if let created = deployment.createdAt {
            figure("createdAt", created.text, kind: .time, deployment: deployment)
        } else {
            write("not stated")
        }
        write("</td><td class=\"took num\">")
        if let duration = deployment.durationMs {
            figure("durationMs", "\(duration)", kind: .duration, deployment: deployment)
        } else {
            write("–")
        }
        write("</td>")
    }

    private mutating func appendFindings(_ deployment: ReportDeployment) {
        write("<td class=\"found num\"><span\(deployment.errors > 0 ? " class=\"error\"" : "")>")
        figure("errors", "\(deployment.errors)", kind: .count, deployment: deployment)
        write(deployment.errors == 1 ? " error" : " errors")
        write("</span><span\(deployment.warnings > 0 ? " class=\"warning\"" : "")>")
        figure("warnings", "\(deployment.warnings)", kind: .count, deployment: deployment)
        write(deployment.warnings == 1 ? " warning</span></td>" : " warnings</span></td>")
    }

    private mutating func appendTransitions(_ deployment: ReportDeployment) {
        let events = deployment.transitions
        guard !events.isEmpty else { return write("<p class=\"none\">No transition was recorded.</p>") }
        TimelineStrip.append(events, to: &bytes)
        write("<ol class=\"moves\">")
        let half = Self.maximumTransitions / 2
        let isCut = events.count > Self.maximumTransitions
        for (sequence, event) in events.enumerated() {
            if isCut, sequence == half {
                write(
                    "<li class=\"gap\">\(HTML.count(events.count - 2 * half)) more, in <code>transitions.csv</code></li>"
                )
            }
            if isCut, sequence >= half, sequence < events.count - half { continue }
            append(event, sequence, deployment: deployment)
        }
        write("</ol>")
    }

    private mutating func append(_ event: ReportDeployment.Event, _ sequence: Int, deployment: ReportDeployment) {
        switch event.disposition {
        case .inHistory: write("<li>")
        case .repeat: write("<li class=\"rp\">")
        case .refused: write("<li class=\"rf\">")
        }
        var value: [UInt8] = Array(event.status.name.utf8)
        value.append(UInt8(ascii: " "))
        event.time.append(to: &value)
        value.append(UInt8(ascii: " "))
        value.append(contentsOf: event.disposition.name.utf8)
        FigureMarkup.appendTextCell(
            row: deployment.row, field: "transition", sequence: sequence, value: value, to: &bytes)
        write(event.inPeriod ? "</li>" : " <i>before</i></li>")
    }

    private mutating func appendCodes(_ deployment: ReportDeployment) {
        guard !deployment.findingCodes.isEmpty else { return }
        write("<p class=\"codes\">Findings: ")
        var seen: Set<FindingCode> = []
        for code in deployment.findingCodes where seen.insert(code).inserted {
            write(seen.count > 1 ? ", " : "")
            write("<a href=\"\(home)#finding-\(code.rawValue)\">\(code.rawValue)</a>")
        }
        write("</p>")
    }

    private mutating func text(_ field: String, _ value: String, deployment: ReportDeployment) {
        // What is cut is no copy of the value, so it is no figure.
        guard value.utf8.count <= HTML.maximumText else { return write(HTML.foreign(value)) }
        FigureMarkup.appendTextCell(row: deployment.row, field: field, value: Array(value.utf8), to: &bytes)
    }

    private mutating func figure(
        _ field: String, _ value: String, kind: FigureText.Kind, deployment: ReportDeployment
    ) {
        let location = ReportFigure.Location.cell(row: deployment.row, field: field, sequence: nil)
        guard let figure = ReportFigure(location, value: value, kind: kind) else {
            preconditionFailure("\(field) is not written in its kind's form")
        }
        FigureMarkup.append(figure, to: &bytes)
    }

    private mutating func write(_ markup: String) { bytes.append(contentsOf: markup.utf8) }
}
