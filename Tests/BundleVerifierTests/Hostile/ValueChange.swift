import AuditModel
import BundleFormat
import Signing
import StrictJSON

/// A change to one place of a bundle by who holds the key: what is above the place is made again and signed.
///
/// Members of the other JSON files are those of ``MemberChange``.
struct ValueChange: Sendable {
    /// Where a bundle is changed.
    enum Group: String, CaseIterable, Sendable {
        case schemas, statement, tables, log, pages, workbook, texts, signatures
    }

    /// The file, and its member, column, element, part or line, as the tables of given members name it.
    var place: String
    /// What becomes of it.
    var kind: String
    /// Changes the bundle, and makes again manifests and signatures as far as they are not what is changed.
    var apply: @Sendable (inout EditableBundle) async throws -> Void

    var name: String { "\(place): \(kind)" }

    /// Every change of a group.
    static func all(_ group: Group, of bundle: EditableBundle) async throws -> [ValueChange] {
        switch group {
        case .schemas: try schemas(bundle)
        case .statement: try statement(bundle)
        case .tables: try tables(bundle)
        case .log: try log(bundle)
        case .pages: try pages(bundle)
        case .workbook: try await workbook(bundle)
        case .texts: try texts(bundle)
        case .signatures: try signatures(bundle)
        }
    }
}

// MARK: - JSON

extension ValueChange {
    private static func schemas(_ bundle: EditableBundle) throws -> [ValueChange] {
        try bundle.files.keys.filter { $0.hasPrefix("data/schema/") }.sorted().flatMap { path -> [ValueChange] in
            members(of: try bundle.json(path), path).map { change in
                ValueChange(place: change.place, kind: change.kind.rawValue) { edited in
                    guard try change.apply(to: &edited) else { return }
                    try edited.reseal(.trusted)
                }
            }
        }
    }

    private static func members(of value: JSONValue, _ path: String) -> [MemberChange] {
        var changes: [MemberChange] = []
        MemberChange.collect(value, path, steps: [], into: &changes)
        return changes
    }

    /// The envelope's members as they stand, and those of the statement in it, which is signed again.
    private static func statement(_ bundle: EditableBundle) throws -> [ValueChange] {
        let path = BundlePath.statement
        let envelope = try bundle.json(path)
        let payload = try JSONValue(parsing: Base64.decode(envelope["payload"]?.string ?? "") ?? [])
        let outside = members(of: envelope, path).map { change in
            ValueChange(place: change.place, kind: change.kind.rawValue) { edited in
                edited.files[path] = (change.changed(envelope, change.steps[...]) ?? .null).file
            }
        }
        let inside = members(of: payload, path).map { change in
            ValueChange(place: "\(path) payload \(change.place)", kind: change.kind.rawValue) { edited in
                let statement = (change.changed(payload, change.steps[...]) ?? .null).bytes
                edited.files[path] = try DSSE.Envelope(
                    signing: statement, payloadType: SignatureNames.payloadType, with: [TestKeys.trusted]
                ).encoded()
            }
        }
        return outside + inside
    }
}

// MARK: - Tables

/// What a cell of a table holds.
enum CellKind: String, CaseIterable, Sendable {
    case boolean, digest, empty, number, status, text, time

    init(_ cell: String) {
        let isDigit = { (byte: UInt8) in (0x30...0x39).contains(byte) }
        self =
            if cell.isEmpty {
                .empty
            } else if ["true", "false"].contains(cell) {
                .boolean
            } else if cell.utf8.count == 64 {
                .digest
            } else if cell.utf8.allSatisfy(isDigit) {
                .number
            } else if DeploymentStatus.allCases.contains(where: { $0.name == cell }) {
                .status
            } else if cell.utf8.count == 28, cell.hasSuffix("Z"), cell.utf8.first.map(isDigit) == true {
                .time
            } else {
                .text
            }
    }

    /// Other cells of the kind, and of others.
    func others(than cell: String) -> [String] {
        switch self {
        case .boolean: [cell == "true" ? "false" : "true", "", "1"]
        case .digest: [String(cell.dropLast()) + (cell.hasSuffix("0") ? "1" : "0"), "", String(cell.dropLast())]
        case .empty: ["0", "x", "false"]
        case .number: ["\((Int(cell) ?? 0) + 1)", "", "-1", "\(cell).0"]
        case .status: [cell == "Failed" ? "Completed" : "Failed", "", cell.lowercased()]
        case .text: [cell + "0", "", String(cell.dropLast()), "0"]
        case .time: [String(cell.dropLast(2)) + (cell.hasSuffix("1Z") ? "2Z" : "1Z"), "", String(cell.prefix(10))]
        }
    }
}

extension ValueChange {
    private static func rows(_ rows: [[String]]) -> [UInt8] { rows.flatMap(CSV.row) }

    /// Every cell of every table, in the ways of its kind, and every row.
    private static func tables(_ bundle: EditableBundle) throws -> [ValueChange] {
        try bundle.files.keys.filter { $0.hasSuffix(".csv") && $0 != BundlePath.log }.sorted().flatMap {
            path -> [ValueChange] in
            let table = CSV.parse(try bundle.bytes(path))
            return cells(path, table) { edited, changed in
                edited.files[path] = rows(changed)
                try edited.reseal(.trusted)
            }
                + lines(path, table) { edited, changed in
                    edited.files[path] = rows(changed)
                    try edited.reseal(.trusted)
                }
        }
    }

    private static func cells(
        _ path: String, _ table: [[String]],
        write: @escaping @Sendable (inout EditableBundle, [[String]]) async throws -> Void
    ) -> [ValueChange] {
        let header = table.first ?? []
        return table.indices.flatMap { row in
            table[row].indices.flatMap { column -> [ValueChange] in
                let cell = table[row][column]
                // What the log says of a record in the bundle is never given.
                let prefix = path == BundlePath.log && table[row].contains("inBundle") ? "inBundle." : ""
                let name = prefix + (header.indices.contains(column) ? header[column] : "\(column)")
                return CellKind(cell).others(than: cell).filter { $0 != cell }.map { other in
                    let kind = "row \(row), \(CellKind(cell).rawValue) \(cell.prefix(40)) becomes \(other.prefix(40))"
                    return ValueChange(place: "\(path) \(name)", kind: kind) { edited in
                        var changed = table
                        changed[row][column] = other
                        try await write(&edited, changed)
                    }
                }
            }
        }
    }

    /// Rows taken away, doubled, and in another order.
    private static func lines(
        _ path: String, _ table: [[String]],
        write: @escaping @Sendable (inout EditableBundle, [[String]]) async throws -> Void
    ) -> [ValueChange] {
        lines(count: table.count).map { change in
            ValueChange(place: "\(path) rows", kind: change.name) { edited in
                try await write(&edited, change.applied(to: table))
            }
        }
    }

    /// A change to the order and number of lines.
    private struct LineChange: Sendable {
        enum Kind: String, CaseIterable, Sendable { case taken = "taken away", doubled, swapped }

        var line: Int
        var kind: Kind

        var name: String { "line \(line) \(kind.rawValue)" }

        func applied<Line>(to lines: [Line]) -> [Line] {
            var changed = lines
            switch kind {
            case .taken: changed.remove(at: line)
            case .doubled: changed.insert(lines[line], at: line)
            case .swapped where line + 1 < lines.count: changed.swapAt(line, line + 1)
            case .swapped: changed.swapAt(line, 0)
            }
            return changed
        }
    }

    private static func lines(count: Int) -> [LineChange] {
        (0..<count).flatMap { line in LineChange.Kind.allCases.map { LineChange(line: line, kind: $0) } }
    }

    /// Every cell of the log and every member of its entries, with leaves, root and checkpoint made again where the line is one.
    private static func log(_ bundle: EditableBundle) throws -> [ValueChange] {
        guard let text = bundle.files[BundlePath.log] else { return [] }
        let table = CSV.parse(text)
        let write: @Sendable (inout EditableBundle, [[String]]) async throws -> Void = { edited, changed in
            edited.files[BundlePath.log] = rows(changed)
            let isWhole = changed.dropFirst().allSatisfy { LogRow(line: CSV.row($0).dropLast()) != nil }
            if isWhole { try? edited.relog { _ in } }
            // What was changed was made again.
            guard edited.files[BundlePath.log] != text else { return edited.files = bundle.files }
            try? await edited.rederive()
            try edited.reseal(.trusted)
        }
        let entries = try table.indices.dropFirst().flatMap { row -> [ValueChange] in
            guard let cell = table[row].last, cell.hasPrefix("{") else { return [] }
            let body = try JSONValue(parsing: Array(cell.utf8))
            return members(of: body, "\(BundlePath.log) entry").map { change in
                ValueChange(place: change.place.replacing("entry ", with: "entry."), kind: "\(change.name), row \(row)")
                {
                    var changed = table
                    let bytes = (change.changed(body, change.steps[...]) ?? .null).bytes
                    changed[row][table[row].count - 1] = String(decoding: bytes, as: UTF8.self)
                    try await write(&$0, changed)
                }
            }
        }
        return cells(BundlePath.log, table, write: write) + lines(BundlePath.log, table, write: write) + entries
    }
}

// MARK: - Texts

extension ValueChange {
    /// Every line of every file that is a text, changed, taken away, doubled and swapped with the next.
    private static func texts(_ bundle: EditableBundle) throws -> [ValueChange] {
        let paths = [
            BundlePath.verifyText, BundlePath.bagInfo, BundlePath.bagit, BundlePath.manifest, BundlePath.tagManifest,
        ]
        return try paths.flatMap { path -> [ValueChange] in
            let text = try bundle.lines(path)
            let changed = text.indices.flatMap { line -> [ValueChange] in
                [text[line] + "0", String(text[line].dropLast()), " " + text[line]].filter { $0 != text[line] }.map {
                    new in
                    ValueChange(place: "\(path) line", kind: "line \(line) becomes \(new.prefix(60))") { edited in
                        var lines = text
                        lines[line] = new
                        try edited.replaceText(path, by: lines)
                    }
                }
            }
            return changed
                + lines(count: text.count).map { change in
                    ValueChange(place: "\(path) lines", kind: change.name) { edited in
                        try edited.replaceText(path, by: change.applied(to: text))
                    }
                }
        }
    }
}

extension EditableBundle {
    /// Writes a text, and makes again what is above it: not the text itself.
    fileprivate mutating func replaceText(_ path: String, by lines: [String]) throws {
        write(lines: lines, to: path)
        if path.hasPrefix("data/") { return try reseal(.trusted) }
        if path != BundlePath.tagManifest { renewTagManifest() }
        try sign(with: TestKeys.trusted)
    }
}

// MARK: - Signatures

extension ValueChange {
    /// Every byte of both signature files, other kinds of them, and files that are missing or added.
    private static func signatures(_ bundle: EditableBundle) throws -> [ValueChange] {
        let both = [BundlePath.signature, BundlePath.statement]
        let bytes = try both.flatMap { path -> [ValueChange] in
            try bundle.bytes(path).indices.map { index in
                ValueChange(place: "\(path) byte", kind: "\(index)") { $0.files[path]?[index] ^= 1 }
            }
        }
        let missing = both.map { path in ValueChange(place: path, kind: "missing") { try $0.remove(path) } }
        let whole = both.flatMap { path -> [ValueChange] in
            [
                ValueChange(place: path, kind: "empty") { $0.files[path] = [] },
                ValueChange(place: path, kind: "twice") { $0.files[path] = try $0.bytes(path) + $0.bytes(path) },
                ValueChange(place: path, kind: "a line end more") { $0.files[path] = try $0.bytes(path) + [0x0A] },
                ValueChange(place: path, kind: "no line end") { $0.files[path] = try $0.bytes(path).dropLast() },
                ValueChange(place: path, kind: "CRLF") {
                    $0.write(try $0.text(path).replacing("\n", with: "\r\n"), to: path)
                },
            ]
        }
        return bytes + missing + whole + kinds + added
    }

    private static let kinds: [ValueChange] = [
        ValueChange(place: BundlePath.signature, kind: "for approvals") {
            try $0.signAnchor(with: TestKeys.trusted, namespace: SignatureNames.approvalNamespace)
        },
        ValueChange(place: BundlePath.signature, kind: "over SHA-256") {
            try $0.signAnchor(with: TestKeys.trusted, hash: .sha256)
        },
        ValueChange(place: BundlePath.signature, kind: "by another key") { try $0.signAnchor(with: TestKeys.other) },
        ValueChange(place: BundlePath.statement, kind: "by another key") { try $0.signStatement(with: TestKeys.other) },
        ValueChange(place: BundlePath.statement, kind: "of another type") {
            try $0.signStatement(with: TestKeys.trusted, type: "application/json")
        },
        ValueChange(place: BundlePath.statement, kind: "by two keys") { edited in
            let envelope = try DSSE.Envelope(parsing: try edited.bytes(BundlePath.statement))
            edited.files[BundlePath.statement] = try DSSE.Envelope(
                signing: envelope.payload, payloadType: envelope.payloadType, with: [TestKeys.trusted, TestKeys.other]
            ).encoded()
        },
        ValueChange(place: "\(BundlePath.signature) and statement", kind: "by another key") {
            try $0.sign(with: TestKeys.other)
        },
    ]

    /// Files beside those of the bundle: none that a bundle does not know, and of those of others none that is not its kind.
    private static var added: [ValueChange] {
        let names = [
            "fetch.txt", "tagmanifest-sha512.txt", "manifest-sha512.txt", "signatures/approval-0.sig",
            "signatures/approval-01.sig", "signatures/approval-12345.sig", "signatures/approval-1.sig.txt",
            "signatures/readme.txt", "signatures/statement.dsse.json.sig", "signatures/more/approval-1.sig",
            "signatures/tagmanifest-sha256.txt.sig.p7s", "signatures/bundle.p7s", "data/more.txt", "other/more.txt",
        ]
        let ofOthers = ["approval-1.sig", "tagmanifest-sha256.txt.sig.tsr", "tagmanifest-sha256.txt.p7s"]
        let contents: [(String, [UInt8])] = [
            ("empty", []), ("text", Array("text\n".utf8)),
            ("a program", Array("MZ".utf8) + [UInt8](repeating: 0, count: 99)),
            ("DER of nothing", [0x30, 0x00]), ("DER of no length", [0x30, 0x84, 0xFF, 0xFF, 0xFF, 0xFF]),
        ]
        return names.flatMap { path in
            contents.prefix(2).map { kind, bytes in
                ValueChange(place: "\(path) added", kind: kind) { $0.files[path] = bytes }
            }
        }
            + ofOthers.flatMap { file in
                contents.map { kind, bytes in
                    ValueChange(place: "signatures/\(file) added", kind: kind) {
                        $0.files["signatures/\(file)"] = bytes
                    }
                }
            } + wellFormed
    }

    private static let signedData: [UInt8] = [
        0x06, 0x09, 0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x07, 0x02, 0xA0, 0x04, 0x30, 0x02, 0x05, 0x00,
    ]

    /// What others add, in the form of its kind: that is theirs to give.
    private static let wellFormed: [ValueChange] = [
        ValueChange(place: "signatures/approval-N.sig", kind: "an approval") {
            $0.files["signatures/approval-1.sig"] = try $0.approval(by: TestKeys.other)
        },
        ValueChange(place: "signatures/tagmanifest-sha256.txt.sig.tsr", kind: "a time stamp") { edited in
            let digest = MessageHash.sha256.digest(of: try edited.bytes(BundlePath.signature))
            let content = [0x04, UInt8(digest.count)] + digest
            let token =
                Array(signedData[..<11]) + [0xA0, UInt8(content.count + 2), 0x30, UInt8(content.count)] + content
            let outer = [0x30, UInt8(token.count)] + token
            edited.files["signatures/tagmanifest-sha256.txt.sig.tsr"] =
                [0x30, UInt8(outer.count + 5), 0x30, 0x03, 0x02, 0x01, 0x00] + outer
        },
        ValueChange(place: "signatures/tagmanifest-sha256.txt.p7s", kind: "signed data") {
            $0.files["signatures/tagmanifest-sha256.txt.p7s"] = [0x30, UInt8(signedData.count)] + signedData
        },
    ]
}
