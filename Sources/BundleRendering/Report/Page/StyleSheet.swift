import StrictJSON
import Templates

/// The style of a page: the one that all share, and the running header and footer for paper.
struct StyleSheet {
    let text: String
    /// Base64 of the SHA-256, for the Content-Security-Policy.
    let digest: String

    /// The style of a report's page.
    init(name: String, contentRoot: String, toolVersion: String) {
        let root = "content root \(StyleSheet.plain(contentRoot.prefix(16)))…"
        self.init(Templates.reportStyle + StyleSheet.paper(name, root, toolVersion))
    }

    /// The style of an archive's page.
    init(archive: String, toolVersion: String) {
        self.init(Templates.reportStyle + Templates.catalogueStyle + StyleSheet.paper(archive, "archive", toolVersion))
    }

    private init(_ text: String) {
        self.text = text
        let bytes = Array(text.utf8)
        digest = Base64.encode(Array(ContentDigest.sha256(bytes.span, 0..<bytes.count)))
    }

    /// Each printed sheet says which bundle it belongs to.
    private static func paper(_ name: String, _ right: String, _ tool: String) -> String {
        """
        @page{size:A4;margin:19mm 15mm 18mm;\
        @top-left{content:"\(plain(name))"}@top-right{content:"\(right)"}\
        @bottom-left{content:"\(plain(tool)) · times are UTC · not proof by itself"}\
        @bottom-right{content:counter(page) " / " counter(pages)}}

        """
    }

    /// What may stand in a CSS string: nothing that could end it.
    private static func plain(_ text: some StringProtocol) -> String {
        let kept = text.utf8.filter {
            (0x30...0x39).contains($0) || (0x41...0x5A).contains($0) || (0x61...0x7A).contains($0)
                || [0x20, 0x2D, 0x2E, 0x5F].contains($0)
        }
        return String(decoding: kept.prefix(100), as: UTF8.self)
    }
}
