internal import Mustache

/// The deployments of a page, and the way to the other pages.
struct DeploymentsView {
    /// A link to a page.
    ///
    /// Every page has one to each, so their number is the square of that of the pages: they are asked by name, since reflection
    /// would take a twentieth of an export of 10,000 deployments.
    struct Page: MustacheParent {
        let address: String
        let number: String
        let isCurrent: Bool
        let label: String

        func child(named name: String) -> Any? {
            switch name {
            case "address": address
            case "number": number
            case "isCurrent": isCurrent
            case "label": label
            default: nil
            }
        }
    }

    let isEmpty: Bool
    let rows: String
    let statement: String
    let hasPages: Bool
    let pages: [Page]
    let isCut: Bool
    let listed: String
    let total: String
    /// The way from this page to the directory `data/`.
    let data: String

    /// - Parameters:
    ///   - input: the report's input.
    ///   - paging: how the deployments divide.
    ///   - page: the page, from 0.
    init(_ input: ReportInput, _ paging: ReportPaging, page: Int) {
        var writer = DeploymentRows(home: page == 0 ? "" : "../report.html")
        for deployment in input.deployments[paging.range(page)] { writer.append(deployment) }
        rows = String(decoding: writer.bytes, as: UTF8.self)
        isEmpty = input.deployments.isEmpty
        statement = paging.statement(page)
        hasPages = paging.pages > 1
        pages = (0..<paging.pages).map { other in
            Page(
                address: paging.address(of: other, from: page), number: "\(other + 1)", isCurrent: other == page,
                label: paging.statement(other))
        }
        isCut = input.totalDeployments > input.deployments.count
        listed = HTML.count(input.deployments.count)
        total = HTML.count(input.totalDeployments)
        data = page == 0 ? "" : "../"
    }
}

/// How the deployments divide into pages of 250.
struct ReportPaging {
    /// So many rows open at once on any machine, and print as a booklet.
    static let size = 250

    private let rows: [Int: Int]
    private let count: Int

    init(_ deployments: [ReportDeployment]) {
        count = deployments.count
        rows = Dictionary(deployments.enumerated().map { ($1.row, $0 / Self.size) }) { first, _ in first }
    }

    /// At least one: `report.html`.
    var pages: Int { max((count + Self.size - 1) / Self.size, 1) }

    func range(_ page: Int) -> Range<Int> { page * Self.size..<min((page + 1) * Self.size, count) }

    /// Which deployments a page has: `1 to 250 of 1,000`.
    func statement(_ page: Int) -> String {
        let range = range(page)
        return "\(HTML.count(range.lowerBound + 1)) to \(HTML.count(range.upperBound)) of \(HTML.count(count))"
    }

    /// The path in the bundle.
    static func path(_ page: Int) -> String { page == 0 ? "data/report.html" : "data/report/\(name(page))" }

    /// The address of a page as a link on another.
    func address(of page: Int, from other: Int) -> String {
        switch (page, other) {
        case (0, 0): "#deployments"
        case (0, _): "../report.html#deployments"
        case (_, 0): "report/\(Self.name(page))"
        default: Self.name(page)
        }
    }

    /// The address of a row as a link on `report.html`; nil when no page has it.
    func link(row: Int) -> String? {
        rows[row].map { $0 == 0 ? "#row-\(row)" : "report/\(Self.name($0))#row-\(row)" }
    }

    private static func name(_ page: Int) -> String {
        let digits = "\(page + 1)"
        return "page-" + String(repeating: "0", count: max(4 - digits.utf8.count, 0)) + digits + ".html"
    }
}
