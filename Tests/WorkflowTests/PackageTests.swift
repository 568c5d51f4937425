import AuditModel
import Foundation
import StrictJSON
import Testing

/// What the package says of itself, and what its sources and documents say, held against the rules of the house.
@Suite("The package")
struct PackageTests {
    /// What each target may import, by the table of the README; what is no target of the product is not in it.
    static let allowed: [String: Set<String>] = {
        var result: [String: Set<String>] = [
            "CZlib": [], "CISAL": [], "reader-benchmark": ["StrictJSON"],
            "TestSupport": [], "VectorState": [], "RecordedFiles": [],
        ]
        let readme = (try? String(contentsOf: Repository.root.appending(path: "README.md"), encoding: .utf8)) ?? ""
        let table = readme.components(separatedBy: "| target | holds | may import |\n").last ?? ""
        for row in table.components(separatedBy: "\n").prefix(while: { $0.hasPrefix("|") }).dropFirst() {
            let cells = row.components(separatedBy: "|").map { $0.trimmingCharacters(in: .whitespaces) }
            let name = cells[1].components(separatedBy: "`")[1]
            result[name] = cells[3] == "nothing" ? [] : Set(cells[3].components(separatedBy: ", "))
        }
        return result
    }()

    /// Each target's dependencies, tests left out, as the package manager reads them.
    static let targets = Task {
        let folder = try Folder()
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = [
            "swift", "package", "--package-path", Repository.root.path, "--scratch-path", "\(folder.path)/build",
            "--cache-path", "\(folder.path)/cache", "--manifest-cache", "none", "dump-package",
        ]
        let output = Pipe()
        process.standardOutput = output
        process.standardError = FileHandle.nullDevice
        try process.run()
        let text = try output.fileHandleForReading.readToEnd() ?? Data()
        process.waitUntilExit()
        let value = try JSONSerialization.jsonObject(with: text) as? [String: Any]
        var result: [String: Set<String>] = [:]
        for target in value?["targets"] as? [[String: Any]] ?? [] where target["type"] as? String != "test" {
            guard let name = target["name"] as? String else { continue }
            result[name] = []
            for dependency in target["dependencies"] as? [[String: Any]] ?? [] {
                for case let parts as [Any] in dependency.values {
                    if let other = parts.first as? String { result[name]?.insert(other) }
                }
            }
        }
        return result
    }

    @Test("each target depends on what the README says, and on nothing else")
    func dependencies() async throws {
        let targets = try await Self.targets.value
        #expect(Set(targets.keys) == Set(Self.allowed.keys))
        for (name, others) in targets { #expect(others == Self.allowed[name], "\(name)") }
    }

    @Test("the verifier never reaches ingest, analysis, export, ledger, archive or schedule")
    func verifierStandsAlone() async throws {
        let targets = try await Self.targets.value
        for root in ["BundleVerifier", "cartulary-verify"] {
            var (reached, open): (Set<String>, [String]) = ([], [root])
            while let next = open.popLast() {
                guard reached.insert(next).inserted else { continue }
                open += targets[next] ?? []
            }
            let forbidden: Set = [
                "BundleExport", "RecordAnalysis", "RecordIntake", "Ledger", "Archive", "Schedule",
                "RecordIngest",
                "RecordStore", "GRDB", "GRDBSQLite", "CISAL",
                "Subprocess", "Yams",
            ]
            #expect(reached.intersection(forbidden) == [], "\(root)")
            #expect(reached.count > 4)
        }
    }

    static let sources: [(path: String, text: String)] = {
        let folder = Repository.root.appending(path: "Sources")
        let paths = (try? FileManager.default.subpathsOfDirectory(atPath: folder.path)) ?? []
        return paths.filter { $0.hasSuffix(".swift") }.sorted().compactMap { path in
            (try? String(contentsOf: folder.appending(path: path), encoding: .utf8)).map { (path, $0) }
        }
    }()

    /// Lines of code without comments and the insides of strings.
    static func code(_ text: String) -> [Substring] {
        var isInText = false
        return text.split(separator: "\n", omittingEmptySubsequences: false).map { line in
            if line.contains("\"\"\"") {
                isInText.toggle()
                return ""
            }
            if isInText { return "" }
            let bare = line.replacing(/"(\\.|[^"\\])*"/, with: "\"\"")
            return Substring(bare.split(separator: "//", maxSplits: 1, omittingEmptySubsequences: false).first ?? "")
        }
    }

    /// The functions of the C library that work on names in directories, or say what went wrong with them.
    static let fileFunctions = [
        "open", "openat", "fopen", "opendir", "fdopendir", "readdir", "scandir", "glob", "stat", "lstat", "fstat",
        "fstatat", "access", "faccessat", "mkdir", "mkdirat", "rmdir", "unlink", "unlinkat", "rename",
        "renameat", "link", "linkat", "symlink", "readlink", "realpath", "mkstemp", "truncate", "ftruncate", "fsync",
        "fdatasync", "flock", "pread", "pwrite", "strerror", "perror",
    ]

    @Test("no target but FileSystem opens, lists, names, syncs or removes files")
    func oneDoorToFiles() throws {
        let call = try Regex(
            #"(^|[^.\w]|Glibc\.)(\#(Self.fileFunctions.joined(separator: "|")))\(|FileManager|FileHandle|contentsOfFile"#
        )
        // A method that makes a hyperlink.
        let own = "link(row"
        var found = 0
        for (path, text) in Self.sources {
            for (number, line) in Self.code(text).enumerated() where line.contains(call) {
                found += 1
                guard !path.hasPrefix("FileSystem/"), !line.contains(own) else { continue }
                Issue.record("\(path):\(number + 1) works on files past FileSystem: \(line)")
            }
        }
        #expect(found > 15)
    }

    static let forbidden: [(what: String, pattern: String)] = [
        ("writes that corrupt after a short write", #"\.write\(to(File)?:"#), ("a forced try", #"\btry!"#),
        ("a forced cast", #"\bas!"#), ("an empty catch", #"catch\s*\{\s*\}"#),
        ("a forced value", #"[A-Za-z0-9_\)\]]!([\s\.\),\]\[\(:?]|$)"#),
        ("an unchecked promise", "@unchecked|nonisolated\\(unsafe\\)"),
    ]

    @Test("no source has what the house forbids", arguments: forbidden.indices)
    func forbiddenCode(_ row: Int) throws {
        let (what, pattern) = Self.forbidden[row]
        let expression = try Regex(pattern)
        #expect(Self.sources.count > 50)
        for (path, text) in Self.sources {
            for (number, line) in Self.code(text).enumerated() where line.contains(expression) {
                Issue.record("\(path):\(number + 1) has \(what): \(line)")
            }
        }
    }

    @Test("no library reads the clock, the environment, the locale or the time zone, or draws random numbers")
    func hiddenInputs() throws {
        let hidden = try Regex(
            #"\bDate\(|\bLocale\b|\bTimeZone\b|\bCalendar\b|\bgetenv\b|ProcessInfo|"#
                + #"[^.]\btime\(nil\)|clock_gettime|gettimeofday|\bUUID\(|ContinuousClock|SuspendingClock|\blocaltime|setlocale"#
        )
        for (path, text) in Self.sources
        where !path.hasPrefix("cartulary") && !path.hasPrefix("CommandLineInterface/") {
            for (number, line) in Self.code(text).enumerated() where line.contains(hidden) {
                Issue.record("\(path):\(number + 1) has a hidden input: \(line)")
            }
        }
    }

    @Test("no source file has over 600 lines, and none of the model imports anything")
    func sizes() {
        for (path, text) in Self.sources {
            #expect(text.split(separator: "\n", omittingEmptySubsequences: false).count <= 601, "\(path)")
            guard path.hasPrefix("AuditModel/") else { continue }
            #expect(!Self.code(text).contains { $0.hasPrefix("import ") || $0.contains(" import ") }, "\(path)")
        }
    }

    @Test("docs/domain.md has every finding, its subject, severity and meaning, and no other")
    func documentedFindings() throws {
        let text = try Repository.text("docs/domain.md")
        var rows: [String: [String]] = [:]
        for line in text.split(separator: "\n") where line.hasPrefix("| `") {
            let cells = line.split(separator: "|").map { $0.trimmingCharacters(in: CharacterSet(charactersIn: " `")) }
            if cells.count == 4, FindingCode.Subject(rawValue: cells[1]) != nil { rows[cells[0]] = cells }
        }
        #expect(Set(rows.keys) == Set(FindingCode.allCases.map(\.rawValue)))
        for code in FindingCode.allCases {
            #expect(
                rows[code.rawValue] == [code.rawValue, code.subject.rawValue, code.severity.name, code.explanation])
        }
    }

    @Test("docs/domain.md has every metric, and no other")
    func documentedMetrics() throws {
        let text = try Repository.text("docs/domain.md")
        let units = ["count", "percent", "milliseconds", "time", "counts", "group", "durations"]
        let names = text.split(separator: "\n").filter { $0.hasPrefix("| `") }.compactMap { line -> String? in
            let cells = line.split(separator: "|").map { $0.trimmingCharacters(in: CharacterSet(charactersIn: " `")) }
            return cells.count == 3 && units.contains(cells[1]) ? cells[0] : nil
        }
        #expect(names.sorted() == MetricDefinition.all.map(\.name).sorted())
    }

    @Test(
        "docs/exit-codes.md has every exit status of the programs",
        .enabled(if: Repository.exists("docs/exit-codes.md"), "docs/exit-codes.md is not there"))
    func documentedStatuses() throws {
        let document = try Repository.text("docs/exit-codes.md")
        let programs = try Repository.text("Sources/CommandLineInterface/Console/ExitStatus.swift")
        let report = try Repository.text("Sources/BundleVerifier/VerificationReport.swift")
        let statuses =
            programs.matches(of: /case \w+ = (\d+)/).map { String($0.1) }
            + report.matches(of: /case \.\w+: (\d+)/).map { String($0.1) } + ["0"]
        #expect(statuses.count > 12)
        for status in Set(statuses) {
            let isThere = document.split(separator: "\n").contains {
                $0.hasPrefix("| \(status) |") || $0.hasPrefix("| `\(status)` |")
            }
            #expect(isThere, "status \(status)")
        }
    }
}
