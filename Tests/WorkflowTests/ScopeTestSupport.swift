import AuditModel
import Foundation

/// Generated records of deployments on two networks, which arrive in every way that is worth a finding.
///
/// Every text of a foreign record holds a secret: letters and digits that stand nowhere else.
struct TwoNetworks {
    static let own = "mainnet-v1.0"

    private var generator: SeededGenerator
    /// What a bundle of the own network may show, and what it must not, as it is written to files.
    private(set) var ownText = ""
    private(set) var foreignText = ""
    /// Files of both, by name.
    private(set) var files: [(name: String, text: String)] = []
    private(set) var foreignNetwork = ""
    private(set) var ownIDs: [String] = []
    private(set) var foreignIDs: [String] = []

    init(seed: UInt64) {
        generator = SeededGenerator(seed: seed)
        foreignNetwork = "testnet-" + secret()
        for month in [1, 2] {
            var lines: [(isOwn: Bool, text: String)] = []
            for _ in 0..<4 {
                lines += deployment(isOwn: true, month)
                lines += deployment(isOwn: false, month)
            }
            lines += loose(month)
            lines.shuffle(using: &generator)
            add(lines.map { (isOwn: $0.isOwn, text: $0.text + "\n") }, to: "records-\(secret())-\(month).ndjson")
            let envelope = envelope(month)
            add([(isOwn: false, text: envelope)], to: "\(foreignIDs[0])-\(month).json")
            add([(isOwn: true, text: Text.header)] + rows(month), to: "rows-\(month).csv")
        }
    }

    private mutating func add(_ pieces: [(isOwn: Bool, text: String)], to name: String) {
        files.append((name, pieces.map(\.text).joined()))
        ownText += pieces.filter(\.isOwn).map(\.text).joined()
        foreignText += pieces.filter { !$0.isOwn }.map(\.text).joined() + name + "\n"
    }

    private mutating func secret() -> String {
        let letters = Array("abcdefghijkmnpqrstuvwxyz23456789")
        return "zq" + String((0..<14).map { _ in generator.pick(letters) })
    }

    private mutating func time(_ month: Int, _ hour: Int) -> String {
        let day = Int.random(in: 10...28, using: &generator)
        let fraction = Int.random(in: 1_000_000...9_999_999, using: &generator)
        let minute = Int.random(in: 10...59, using: &generator)
        return "2026-0\(month)-\(day)T\(hour):\(minute):\(minute).\(fraction)"
    }

    /// A deployment with its transitions, copies and contradictions.
    private mutating func deployment(isOwn: Bool, _ month: Int) -> [(isOwn: Bool, text: String)] {
        let id = "\(isOwn ? "own" : "other")-\(secret())"
        if isOwn { ownIDs.append(id) } else { foreignIDs.append(id) }
        let network = isOwn ? Self.own : foreignNetwork
        func record(_ name: String, _ type: String, created: String) -> String {
            Text.deployment(
                id,
                #","network":"\#(network)","tokenName":"\#(name)","tokenType":"\#(type)","createdAt":"\#(created)""#
                    + #","updatedAt":"\#(created)""#)
        }
        let created = time(month, 10) + "Z"
        let type = "T" + secret()
        var lines = [record(secret(), type, created: created), record(secret(), "T" + secret(), created: created)]
        lines.append(record(secret(), type, created: created))
        for (hour, status) in [(11, "Queued"), (12, "Submitted"), (13, "Pending")] {
            let identifier = secret()
            let stamp = time(month, hour)
            let line = Text.transition(identifier, id, status, stamp + "Z", #","message":"\#(secret())""#)
            lines += [line, line]
            lines.append(Text.transition(identifier, id, status, stamp + "Z", #","message":"\#(secret())""#))
            lines.append(Text.transition(secret(), id, status, time(month, hour)))
            lines.append(
                Text.transition(secret(), id, "Odd", time(month, hour) + "Z", #","message":"\#(secret())""#))
        }
        lines.append(Text.transition(secret(), id, "Confirmed", "2027" + time(month, 14).dropFirst(4) + "Z"))
        lines.append(
            #"{"deploymentId":"\#(id)","network":"\#(network)","statusHistory":["#
                + Text.transition(secret(), id, "Indexed", time(month, 19) + "Z") + ","
                + Text.transition(secret(), id, "Confirmed", time(month, 18) + "Z") + "]}")
        lines.append(Text.deployment(id, #","network":"\#(network)","\#(secret())":"\#(secret())""#))
        return lines.map { (isOwn: isOwn, text: $0) }
    }

    /// What belongs to no deployment, or pretends to.
    private mutating func loose(_ month: Int) -> [(isOwn: Bool, text: String)] {
        let own = ownIDs[ownIDs.count - 1]
        let other = foreignIDs[foreignIDs.count - 1]
        let shared = "shared-\(month)"
        let nested = Text.transition(secret(), other, "Queued", time(month, 15) + "Z", #","message":"\#(secret())""#)
        return [
            (false, #"{"tokenName":"\#(secret())","deployedBy":"#),
            (false, #"{"tokenName":"\#(secret())","deployedBy":"\#(secret())"}"#),
            // The beginning of one record, and the whole of another behind it.
            (false, #"{"deploymentId":"\#(own)","mess"# + Text.transition(secret(), other)),
            // An entry of another deployment in the history of one.
            (false, #"{"deploymentId":"\#(own)","statusHistory":[\#(nested)]}"#),
            (false, Text.transition(secret(), "orphan-\(secret())", "Queued", time(month, 16) + "Z")),
            (false, Text.transition(secret(), "orphan-\(secret())", "Odd", time(month, 16) + "Z")),
            (true, Text.transition(shared, own, "Failed", time(month, 20) + "Z")),
            (false, Text.transition(shared, other, "Failed", time(month, 20) + "Z")),
        ]
    }

    /// An envelope that says more of itself than its records do.
    private mutating func envelope(_ month: Int) -> String {
        let id = foreignIDs[foreignIDs.count - 1]
        return #"{"success":true,"requestedBy":"\#(secret())","totalCount":9,"page":1,"pageSize":1,"totalPages":9,"#
            + #""deployments":[{"deploymentId":"\#(id)","network":"\#(foreignNetwork)"}]}"#
    }

    private mutating func rows(_ month: Int) -> [(isOwn: Bool, text: String)] {
        let own = ownIDs[ownIDs.count - 1]
        let other = foreignIDs[foreignIDs.count - 1]
        return [
            (true, Text.row(own, "Odd", time(month, 17) + "Z", network: Self.own, message: secret())),
            (false, Text.row(other, "Odd", time(month, 17) + "Z", network: foreignNetwork, message: secret())),
            (false, Text.row(other, "Queued", time(month, 17) + "Z", network: foreignNetwork, message: secret())),
            (false, "\"\(other)\",\"\(secret())\"\n"), (false, "\"\(other)\"x,\"\(secret())\n"),
        ]
    }
}

/// Looks for texts in every file of a bundle, in its workbook, and in what is encoded in Base64.
enum LeakSearch {
    /// Runs of 12 bytes of `secret` that a bundle holds and neither `known` nor the bundle `baseline` does, up to 20.
    static func leaks(in bundle: String, secret: String, known: String, baseline: String) throws -> [String] {
        let folder = try Folder()
        let arguments = [
            bundle, try folder.write(secret, to: "secret"), try folder.write(known, to: "known"), baseline,
        ]
        let (status, output) = try python(["-c", script] + arguments)
        guard status == 0 else { return ["the search failed: \(output)"] }
        return output.split(separator: "\n").map(String.init)
    }

    /// What the reference verifier says of a bundle; nil if nothing differs.
    static func differences(_ bundle: String) throws -> String? {
        let verifier = Repository.root.appending(path: "docs/reference_verifier.py").path
        let (status, output) = try python([verifier, bundle])
        return status == 0 ? nil : output
    }

    static func python(_ arguments: [String]) throws -> (status: Int32, output: String) {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = ["python3"] + arguments
        let output = Pipe()
        process.standardOutput = output
        process.standardError = output
        try process.run()
        let text = try output.fileHandleForReading.readToEnd() ?? Data()
        process.waitUntilExit()
        return (process.terminationStatus, String(decoding: text, as: UTF8.self))
    }

    private static let script = """
        import base64, io, re, sys, zipfile
        def pieces(data):
            yield data
            if data[:2] == b"PK":
                with zipfile.ZipFile(io.BytesIO(data)) as archive:
                    for name in archive.namelist():
                        yield name.encode()
                        yield from pieces(archive.read(name))
            for text in re.findall(rb"[A-Za-z0-9+/]{16,}={0,2}", data):
                if len(text) % 4 == 0: yield base64.b64decode(text)
        def runs(path):
            with open(path, "rb") as file:
                return {piece[i:i + 12] for piece in pieces(file.read()) for i in range(len(piece) - 11)}
        bundle, secret, known, baseline = map(runs, sys.argv[1:])
        # Two times may end in the same few digits.
        masked = lambda run: re.sub(rb"[0-9]", b"0", run)
        forms = set(map(masked, known | baseline))
        chance = lambda run: sum(byte in b"0123456789" for byte in run) < 5 and masked(run) in forms
        found = sorted(run for run in (secret & bundle) - known - baseline if not chance(run))
        for run in found[:20]: print(ascii(run))
        """
}
