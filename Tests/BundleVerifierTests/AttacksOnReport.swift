import BundleFormat
import Signing
import StrictJSON

extension Attack {
    private static let page = BundlePath.report

    private static func figure(_ value: String, _ form: String, _ text: String) -> String {
        "id=\"metric-successfulDeployments\" value=\"\(value)\" data-as=\"\(form)\">\(text)<"
    }

    /// Attacks on the figures of the report, signed again.
    static let onReport: [Attack] = [
        Attack("figure's text changed", check: "report") { bundle in
            try bundle.replace(
                figure("27", "count", "27"),
                by: figure("27", "count", "40"), in: page)
        },
        Attack("figure's value changed", check: "report") { bundle in
            try bundle.replace(
                figure("27", "count", "27"), by: figure("40", "count", "27"),
                in: page)
        },
        Attack("figure's text and value changed", check: "report") { bundle in
            try bundle.replace(
                figure("27", "count", "27"),
                by: figure("40", "count", "40"), in: page)
        },
        Attack("figure shown in another form", check: "report") { bundle in
            try bundle.replace(
                figure("27", "count", "27"),
                by: figure("27", "percent", "27.00 %"), in: page)
        },
        Attack("figure taken away", check: "report") { bundle in
            try bundle.replace(
                pattern: "<data id=\"metric-failedDeployments\"[^>]*>[^<]*</data>", by: "none", in: page)
        },
        Attack("figure of another metric", check: "report") { bundle in
            try bundle.replace("id=\"metric-failedDeployments\"", by: "id=\"metric-noSuchMetric\"", in: page)
        },
        Attack("figure twice", check: "report") { bundle in
            try bundle.replace(
                pattern: "(<data id=\"metric-failedDeployments\"[^>]*>[^<]*</data>)", by: "$1$1", in: page)
        },
        Attack("figure of a group changed", check: "report") { bundle in
            try bundle.replace(
                pattern: "(data-key=\"ValidationError\" value=\")1(\" data-as=\"count\">)1<",
                by: "$10$20<",
                in: page)
        },
        Attack("state of a row changed", check: "report") { bundle in
            try bundle.replace(
                pattern: "(data-field=\"state\" value=\")Submitted(\" data-as=\"text\">)Submitted<",
                by: "$1Completed$2Completed<", in: page)
        },
        Attack("transition of a row changed", check: "report") { bundle in
            try bundle.replace(
                pattern: "(data-sequence=\"2\" value=\"[^\"]*)refused(\" data-as=\"text\">[^<]*)refused<",
                by: "$1in-history$2in-history<", in: page)
        },
        Attack("transition of a row taken away", check: "report") { bundle in
            try bundle.replace(
                pattern: "<li[^>]*><data [^>]*\"transition\"[^>]*>[^<]*</data></li>", by: "", in: page)
        },
        Attack("row taken away", check: "report") { bundle in
            try bundle.replace(pattern: "<tbody id=\"row-8\">.*?</tbody>", by: "", in: page)
        },
        Attack("row twice", check: "report") { bundle in
            try bundle.replace(pattern: "(<tbody id=\"row-8\">.*?</tbody>)", by: "$1$1", in: page)
        },
        Attack("row that does not exist", check: "report") { bundle in
            try bundle.replace(pattern: "(data-row=\")8(\" data-field=\"state\")", by: "$1999$2", in: page)
        },
        Attack("row beyond every number", check: "report") { bundle in
            try bundle.replace(
                pattern: "(data-row=\")8(\" data-field=\"state\")", by: "$199999999999999999999$2", in: page)
        },
        Attack("element in capitals", check: "report") { bundle in
            let tag = "data id=\"metric-failedDeployments\""
            try bundle.replace("<" + tag, by: "<" + tag.replacing("data id", with: "DATA id"), in: page)
        },
        Attack("attributes in another order", check: "report") { bundle in
            try bundle.replace(
                pattern: "<data id=\"metric-failedDeployments\" value=\"(\\d+)\" data-as=\"count\">",
                by: "<data value=\"$1\" id=\"metric-failedDeployments\" data-as=\"count\">", in: page)
        },
        Attack("markup inside a figure", check: "report") { bundle in
            try bundle.replace(
                pattern: "(<data id=\"metric-failedDeployments\"[^>]*>)(\\d+)<", by: "$1<b>$2</b><", in: page)
        },
        Attack("figure without its end", check: "report") { bundle in
            try bundle.replace(
                pattern: "(<data id=\"metric-failedDeployments\"[^>]*>\\d+)</data>", by: "$1", in: page)
        },
        Attack("report emptied", check: "report") { $0.files[BundlePath.report] = [] },
        Attack("true body in a comment, and another beside it", check: "report") { bundle in
            try bundle.replace(
                pattern: "(?s)<main(.*)</main>", by: "<main><p>41 of 41 completed, no findings</p></main><!-- $1 -->",
                in: page)
        },
        Attack("true body in a template", check: "report") { bundle in
            try bundle.replace(
                pattern: "(?s)<main(.*)</main>", by: "<template>$1</template><main>no findings</main>", in: page)
        },
        Attack("a section that is hidden", check: "report") { bundle in
            try bundle.replace("<section id=\"findings\"", by: "<section hidden id=\"findings\"", in: page)
        },
        Attack("text from the style sheet", check: "report") { bundle in
            try bundle.replace("</style>", by: "h1::after{content:\" all completed\"}</style>", in: page)
        },
        Attack("another character set", check: "report") { bundle in
            try bundle.replace("charset=\"utf-8\"", by: "charset=\"utf-7\"", in: page)
        },
        Attack("a page that leads elsewhere", check: "report") { bundle in
            try bundle.replace(
                "<title>", by: "<meta http-equiv=\"refresh\" content=\"0;url=https://example.org/\"><title>", in: page)
        },
        Attack("a script and a remote picture", check: "report") { bundle in
            try bundle.replace(
                pattern: "<meta http-equiv=\"Content-Security-Policy\"[^>]*>",
                by: "<script src=\"https://example.org/x.js\"></script><img src=\"https://example.org/x.png\">",
                in: page)
        },
        Attack("a word of the prose changed", check: "report") { bundle in
            try bundle.replace("What this is, and what it is not", by: "What this is", in: page)
        },
        Attack("a picture changed", check: "report") { bundle in
            try bundle.replace(pattern: "<svg", by: "<svg opacity=\"0\"", in: page)
        },
        Attack("a figure that is shown of the head changed", check: "report") { bundle in
            try bundle.replace(pattern: "<footer", by: "<p>checked by the authority</p><footer", in: page)
        },
        Attack("a line end more", check: "report") { bundle in
            bundle.files[page] = try bundle.bytes(page) + [0x0A]
        },
        Attack("second page that repeats a row", check: "report") { bundle in
            bundle.files[BundlePath.reportPage(2)] = try bundle.bytes(BundlePath.report)
        },
    ]

    /// Attacks on what tells how the records came, and on the fixed texts, signed again.
    static let onIntake: [Attack] = [
        Attack("sums that do not add up", check: "sums") { try $0.add(1, to: "sums", "read") },
        Attack("sums changed in bundle.json alone", check: "sources") { bundle in
            try bundle.set(["sums", "duplicates"], to: .integer(5))
        },
        Attack("rejected records that are not kept", check: "rejected") { bundle in
            try bundle.add(1, to: "sums", "read")
            try bundle.add(1, to: "sums", "rejected")
        },
        Attack("sources that do not add up to the sums", check: "sources") { bundle in
            try bundle.add(1, to: "sums", "read")
            try bundle.add(1, to: "sums", "duplicates")
        },
        Attack("refused transitions said to be in history", check: "sums") { bundle in
            try bundle.add(-1, to: "sums", "refused")
            try bundle.add(1, to: "sums", "inHistory")
        },
        Attack("reconciliation moved outside the bundle", check: "sums") { bundle in
            try bundle.add(-1, to: "reconciliation", "transitions", "inBundle")
            try bundle.add(1, to: "reconciliation", "transitions", "before")
        },
        Attack("reconciliation lacks a destination", check: "sums") { bundle in
            try bundle.set(["reconciliation", "transitions", "after"], to: nil)
            try bundle.set(["reconciliation", "transitions", "after"], to: nil, in: BundlePath.sources)
        },
        Attack("negative sums", check: "sums") { bundle in
            try bundle.add(-1000, to: "sums", "read")
            try bundle.add(-1000, to: "sums", "accepted")
        },
        Attack("sum of deployments changed", check: "sums") { bundle in
            try bundle.add(1, to: "sums", "deployments")
        },
        Attack("source taken away", check: "sources") { bundle in
            try bundle.set(["sources"], to: .array([]), in: BundlePath.sources)
        },
        Attack("source renamed in sources.csv alone", check: "sources") { bundle in
            try bundle.replace("deployments.ndjson", by: "other.ndjson", in: BundlePath.sourceTable)
        },
        Attack("member added to sources.json", check: "sources") { bundle in
            try bundle.set(["note"], to: .string("audited"), in: BundlePath.sources)
        },
        Attack("sources.json with a blank more", check: "sources") {
            try $0.replace(",", by: ", ", in: BundlePath.sources)
        },
        Attack("rejected.json with a blank line", check: "rejected") { $0.write("[\n\n]\n", to: BundlePath.rejected) },
        Attack("rejected.json without an end", check: "rejected") { $0.write("[\n", to: BundlePath.rejected) },
        Attack("rejected.json with a lone comma", check: "rejected") { $0.write("[\n,\n]\n", to: BundlePath.rejected) },
        Attack("rejected record invented", check: "rejected") { bundle in
            bundle.write("[\n{\"kind\":\"rejected\"}\n]\n", to: BundlePath.rejected)
        },

        Attack("bundle.json with a blank more", check: "bundle-json") {
            try $0.replace(",", by: ", ", in: BundlePath.bundle)
        },
        Attack("member added to bundle.json", check: "description") { try $0.set(["grade"], to: .string("A")) },
        Attack("member taken from bundle.json", check: "description") { try $0.set(["tool"], to: nil) },
        Attack("format of another version", check: "description") { bundle in
            try bundle.set(["format"], to: .string("cartulary-audit-bundle/2"))
        },
        Attack("kind of a series", check: "description") { try $0.set(["kind"], to: .string("sealed")) },
        Attack("series invented", check: "description") { try $0.set(["series"], to: .object([:])) },
        Attack("name in bundle.json changed", check: "description") { try $0.set(["name"], to: .string("other")) },
        Attack("period invented", check: "histories") { bundle in
            try bundle.set(
                ["period"],
                to: .object([
                    "from": .string("2026-02-10T00:00:00.0000000Z"), "label": .null,
                    "to": .string("2026-02-11T00:00:00.0000000Z"),
                ]))
        },
        Attack("label of another period", check: "description") { bundle in
            try bundle.set(
                ["period"],
                to: .object([
                    "from": .string("2026-01-01T00:00:00.0000000Z"), "label": .string("2026-02"),
                    "to": .string("2027-01-01T00:00:00.0000000Z"),
                ]))
        },
        Attack("as-of time moved", check: "findings") { bundle in
            try bundle.set(["asOf", "time"], to: .string("2026-02-27T18:00:00.0000000Z"))
        },
        Attack("as-of time not canonical", check: "description") { bundle in
            try bundle.set(["asOf", "time"], to: .string("2026-03-01T00:00:00Z"))
        },
        Attack("filter invented", check: "description") { bundle in
            try bundle.set(["filters", "network"], to: .array([.string("base-mainnet")]))
        },
        Attack("filter that a deployment of the bundle does not match", check: "histories", on: .filtered) { bundle in
            try bundle.set(["filters", "tokenType"], to: .array([.string("ERC20_Mintable")]))
        },
        Attack("filter on transactions that the deployments do not name", check: "histories", on: .filtered) { bundle in
            try bundle.set(["filters", "transactionHash"], to: .array([.string("0x00")]))
        },
        Attack("filter on a state that there is not", check: "description", on: .filtered) { bundle in
            try bundle.set(["filters", "status"], to: .array([.string("Waiting")]))
        },
        Attack("filter that the format does not have", check: "description", on: .filtered) { bundle in
            try bundle.set(["filters", "tokenSymbol"], to: .array([]))
        },
        Attack("records left out by a filter that there is not", check: "sums", on: .filtered) { bundle in
            for path in [BundlePath.bundle, BundlePath.sources] {
                let count = try bundle.json(path)["reconciliation"]?["transitions"]?["leftOutByNetwork"] ?? .null
                try bundle.set(["reconciliation", "transitions", "leftOutByNetwork"], to: .integer(0), in: path)
                try bundle.set(["reconciliation", "transitions", "leftOutByToken"], to: count, in: path)
            }
        },
        Attack("sealed bundle of one deployment", check: "description", on: .sealed) { bundle in
            try bundle.set(["filters", "deploymentId"], to: .array([.string("x")]))
        },
        Attack("filtered bundle without its suffix", check: "description", on: .filtered) { bundle in
            try bundle.renameEverywhere("filtered")
        },
        Attack("filtered bundle said to be full", check: "description", on: .filtered) { bundle in
            try bundle.renameEverywhere("filtered")
            try bundle.set(["scope"], to: .string("full"))
        },
        Attack("filtered bundle said to be full, filters taken away", check: "sums", on: .filtered) { bundle in
            try bundle.renameEverywhere("filtered")
            try bundle.set(["scope"], to: .string("full"))
            try bundle.set(["filters", "network"], to: .array([]))
        },

        Attack("schema edited", check: "fixed-texts") { bundle in
            try bundle.replace("\"type\"", by: "\"title\"", in: BundlePath.schema("metrics"))
        },
        Attack("datapackage.json edited", check: "fixed-texts") { bundle in
            try bundle.replace("deploymentId", by: "deployment", in: BundlePath.dataPackage)
        },
        Attack("VERIFY.txt edited", check: "fixed-texts") { bundle in
            try bundle.replace("Do not trust a key", by: "Do trust a key", in: BundlePath.verifyText)
        },
        Attack("VERIFY.txt names another key", check: "fixed-texts") { bundle in
            let keys = (TestKeys.trusted.publicKey.fingerprint, TestKeys.other.publicKey.fingerprint)
            try bundle.replace(keys.0, by: keys.1, in: BundlePath.verifyText)
        },
        Attack("rules edited", check: "fixed-texts") { bundle in
            try bundle.replace("{\"from\":\"Submitted\",\"to\":\"Failed\"},", by: "", in: BundlePath.rules)
            try bundle.renewRulesDigest()
        },
        Attack("rules edited, digest of before", check: "fixed-texts") { bundle in
            try bundle.replace("\"Queued\"", by: "\"Waiting\"", in: BundlePath.rules)
        },
        Attack("threshold changed", check: "findings") { bundle in
            try bundle.set(
                ["thresholds", "inForce", "stuck-after-seconds"], to: .integer(999_999_999), in: BundlePath.rules)
            try bundle.renewRulesDigest()
        },
        Attack("default threshold changed", check: "fixed-texts") { bundle in
            try bundle.set(
                ["thresholds", "defaults", "stuck-after-seconds"], to: .integer(999_999_999), in: BundlePath.rules)
            try bundle.renewRulesDigest()
        },
    ]
}
