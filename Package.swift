// swift-tools-version: 6.2
import PackageDescription

let strict: [SwiftSetting] = [
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
    .treatAllWarnings(as: .error),
]

let argumentParser: Target.Dependency = .product(name: "ArgumentParser", package: "swift-argument-parser")
let crypto: Target.Dependency = .product(name: "Crypto", package: "swift-crypto")
let grdb: Target.Dependency = .product(name: "GRDB", package: "GRDB.swift")
let sqlite: Target.Dependency = .product(name: "GRDBSQLite", package: "GRDB.swift")
let subprocess: Target.Dependency = .product(name: "Subprocess", package: "swift-subprocess")
let yams: Target.Dependency = .product(name: "Yams", package: "Yams")
let systemPackage: Target.Dependency = .product(name: "SystemPackage", package: "swift-system")
let mustache: Target.Dependency = .product(name: "Mustache", package: "swift-mustache")

func library(_ name: String, _ dependencies: [Target.Dependency] = []) -> Target {
    .target(name: name, dependencies: dependencies, swiftSettings: strict)
}

func tests(_ target: String, _ more: [Target.Dependency] = []) -> Target {
    .testTarget(
        name: target + "Tests", dependencies: [.byName(name: target)] + more + [crypto], swiftSettings: strict)
}

let package = Package(
    name: "cartulary",
    products: [
        .library(name: "AuditModel", targets: ["AuditModel"]),
        .executable(name: "cartulary", targets: ["cartulary"]),
        .executable(name: "cartulary-verify", targets: ["cartulary-verify"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", exact: "1.8.2"),
        .package(url: "https://github.com/apple/swift-crypto", exact: "4.5.2"),
        .package(url: "https://github.com/apple/swift-system", exact: "1.8.1"),
        .package(url: "https://github.com/groue/GRDB.swift", exact: "7.10.0"),
        .package(url: "https://github.com/hummingbird-project/swift-mustache", exact: "2.1.1"),
        .package(url: "https://github.com/jpsim/Yams", exact: "6.2.2"),
        // Without its default trait, which needs Foundation.
        .package(url: "https://github.com/swiftlang/swift-subprocess", exact: "1.0.2", traits: []),
    ],
    targets: [
        .systemLibrary(name: "CZlib", path: "Sources/CZlib", providers: [.apt(["zlib1g-dev"])]),
        .systemLibrary(name: "CISAL", path: "Sources/CISAL", providers: [.apt(["libisal-dev"])]),
        library("FileSystem", [systemPackage]),
        library("AuditModel"),
        library("StrictJSON", [crypto]),
        library("RecordContent", ["AuditModel", "StrictJSON"]),
        library("MerkleTree", [crypto]),
        library("Signing", ["StrictJSON", crypto]),
        .target(
            name: "BundleFormat",
            dependencies: ["AuditModel", "StrictJSON", "RecordContent", "MerkleTree"],
            resources: [
                .embedInCode("Resources/schema/audit-trail.schema.json"),
                .embedInCode("Resources/schema/bundle.schema.json"),
                .embedInCode("Resources/schema/corrections.schema.json"),
                .embedInCode("Resources/schema/datapackage.schema.json"),
                .embedInCode("Resources/schema/findings.schema.json"),
                .embedInCode("Resources/schema/metrics.schema.json"),
                .embedInCode("Resources/schema/rejected.schema.json"),
                .embedInCode("Resources/schema/rules.schema.json"),
                .embedInCode("Resources/schema/series.schema.json"),
                .embedInCode("Resources/schema/sources.schema.json"),
                .embedInCode("Resources/datapackage-log.json"),
                .embedInCode("Resources/datapackage.json"),
                .embedInCode("Resources/VERIFY.txt"),
            ], swiftSettings: strict),
        library("RecordIntake", ["AuditModel", "RecordContent", "BundleFormat", "RecordIngest"]),
        library("ZipFormat", ["StrictJSON", "FileSystem", "CZlib"]),
        library("ArchiveFormat", ["AuditModel", "StrictJSON", "BundleFormat", "FileSystem", "MerkleTree"]),
        library("SourceText", ["StrictJSON", "CZlib"]),
        library("CSVRows", ["AuditModel", "StrictJSON", "RecordContent", "SourceText"]),
        library("RecordIngest", ["AuditModel", "StrictJSON", "RecordContent", "SourceText", "CSVRows", "FileSystem"]),
        .target(
            name: "InputReference",
            dependencies: ["AuditModel", "StrictJSON", "RecordContent", "CSVRows", "RecordIngest"],
            resources: [
                .embedInCode("Resources/example.csv"), .embedInCode("Resources/example.json"),
                .embedInCode("Resources/example.ndjson"),
            ], swiftSettings: strict),
        .target(
            name: "Templates", path: "templates",
            resources: [
                .embedInCode("report.css"), .embedInCode("catalogue.css"), .embedInCode("catalogue.mustache"),
                .embedInCode("about.mustache"), .embedInCode("completeness.mustache"),
                .embedInCode("continuation.mustache"), .embedInCode("corrections.mustache"),
                .embedInCode("deployments.mustache"),
                .embedInCode("distribution.mustache"), .embedInCode("durations.mustache"),
                .embedInCode("failures.mustache"), .embedInCode("findings.mustache"), .embedInCode("flow.mustache"),
                .embedInCode("glossary.mustache"), .embedInCode("outcome.mustache"), .embedInCode("page.mustache"),
                .embedInCode("rejected.mustache"), .embedInCode("sources.mustache"), .embedInCode("states.mustache"),
                .embedInCode("verify.mustache"),
            ],
            swiftSettings: strict),
        library("RecordSpill", ["AuditModel", "RecordContent", "SourceText", "RecordIngest", "FileSystem"]),
        library(
            "RecordAnalysis",
            [
                "AuditModel", "StrictJSON", "RecordContent", "RecordIngest", "RecordIntake", "RecordSpill",
                "BundleFormat", "MerkleTree", "FileSystem",
            ]),
        library(
            "BundleRendering", ["ArchiveFormat", "AuditModel", "BundleFormat", "StrictJSON", "Templates", mustache]),
        library("Workbook", ["AuditModel", "BundleFormat", "BundleRendering", "StrictJSON"]),
        library(
            "BundleExport",
            [
                "Workbook", "AuditModel", "BundleFormat", "BundleRendering", "FileSystem", "MerkleTree",
                "RecordAnalysis",
                "RecordIntake", "RecordSpill", "Signing", "StrictJSON", "ZipFormat", "Deflate", "CZlib", crypto,
            ]),
        library("Deflate", ["CISAL"]),
        library(
            "RecordStore", ["AuditModel", "StrictJSON", "MerkleTree", "FileSystem", "Deflate", crypto, grdb, sqlite]),
        library(
            "LedgerReading",
            [
                "AuditModel", "StrictJSON", "RecordContent", "RecordIngest", "RecordIntake", "RecordAnalysis",
                "RecordStore", "BundleFormat", "MerkleTree",
            ]),
        library(
            "LedgerFiles",
            ["AuditModel", "StrictJSON", "RecordStore", "MerkleTree", "Signing", "FileSystem"]),
        library(
            "LedgerAdmission",
            [
                "AuditModel", "BundleFormat", "LedgerReading", "MerkleTree", "RecordAnalysis", "RecordContent",
                "RecordIngest", "RecordIntake", "RecordSpill", "RecordStore", "StrictJSON",
            ]),
        library(
            "Ledger",
            [
                "AuditModel", "StrictJSON", "RecordContent", "RecordIngest", "RecordIntake", "RecordAnalysis",
                "RecordSpill", "RecordStore", "LedgerReading", "LedgerFiles", "LedgerAdmission",
                "ArchiveFormat", "BundleFormat", "BundleExport", "MerkleTree", "Signing", "FileSystem",
            ]),
        library(
            "LedgerUpkeep",
            [
                "AuditModel", "StrictJSON", "RecordContent", "RecordIngest", "RecordAnalysis", "RecordStore",
                "BundleFormat",
                "Ledger", "LedgerReading", "LedgerFiles", "MerkleTree", "Signing", "FileSystem",
            ]),
        library(
            "LedgerRestoration",
            [
                "AuditModel", "StrictJSON", "RecordIngest", "RecordStore", "BundleExport", "Ledger", "LedgerFiles",
                "MerkleTree",
                "Signing", "FileSystem",
            ]),
        library(
            "Archive",
            [
                "ArchiveFormat", "AuditModel", "StrictJSON", "BundleFormat", "BundleRendering", "MerkleTree", "Signing",
                "FileSystem", "ZipFormat",
            ]),
        library(
            "ListingCoverage", ["AuditModel", "FileSystem", "Ledger", "RecordIngest", "RecordIntake", "StrictJSON"]),
        library("Spools", ["Ledger", "StrictJSON", "FileSystem"]),
        library(
            "Schedule",
            [
                "Spools", "ListingCoverage",
                "ArchiveFormat", "AuditModel", "StrictJSON", "RecordIngest", "RecordIntake", "RecordAnalysis",
                "RecordSpill",
                "BundleFormat", "BundleExport", "Ledger", "LedgerFiles", "Archive", "Signing", "FileSystem",
                "ZipFormat",
            ]),
        library(
            "BundleRelations", ["AuditModel", "StrictJSON", "RecordContent", "BundleFormat", "MerkleTree", crypto]),
        library("ReceivedFiles", ["BundleFormat", "FileSystem", "ZipFormat"]),
        library(
            "BundleReading",
            ["ReceivedFiles", "AuditModel", "StrictJSON", "RecordContent", "BundleFormat", "FileSystem", "ZipFormat"]),
        library(
            "BundleComparison",
            [
                "BundleReading", "ArchiveFormat", "AuditModel", "StrictJSON", "BundleFormat", "MerkleTree", crypto,
            ]),
        library(
            "BundleVerifier",
            [
                "Workbook", "BundleReading", "ReceivedFiles", "AuditModel", "StrictJSON",
                "BundleFormat", "BundleRelations", "BundleRendering",
                "MerkleTree", "Signing", "FileSystem", "ZipFormat",
            ]),
        library(
            "VerificationAnswers",
            [
                "BundleComparison", "BundleVerifier", "BundleReading", "FileSystem", "ReceivedFiles", "Signing",
                "StrictJSON",
            ]),
        library(
            "ArchiveVerifier",
            [
                "VerificationAnswers", "BundleReading", "ReceivedFiles", "ArchiveFormat", "AuditModel", "StrictJSON",
                "BundleFormat",
                "BundleComparison", "BundleVerifier", "MerkleTree", "Signing",
                "FileSystem",
            ]),
        library(
            "CommandLineInterface",
            [
                "VerificationAnswers", "ArchiveVerifier", "BundleVerifier", "BundleFormat", "AuditModel", "FileSystem",
                "Signing",
                "StrictJSON", argumentParser,
            ]),
        library(
            "Installation", ["CommandLineInterface", "AuditModel", "BundleFormat", "Signing", "FileSystem"]),
        library(
            "RunConfiguration",
            [
                "Spools",
                "CommandLineInterface", "Installation", "Schedule", "Archive", "Ledger", "RecordSpill", "BundleFormat",
                "AuditModel",
                "Signing", "FileSystem", yams,
            ]),
        library(
            "CommandAnswers",
            [
                "Spools",
                "VerificationAnswers", "BundleVerifier", "CommandLineInterface", "RunConfiguration", "Installation",
                "Schedule", "Archive",
                "ArchiveFormat", "Ledger", "LedgerFiles", "LedgerRestoration", "LedgerUpkeep", "RecordAnalysis",
                "BundleExport", "BundleFormat", "AuditModel", "FileSystem", "Signing", "StrictJSON",
            ]),
        .executableTarget(
            name: "cartulary",
            dependencies: [
                "CommandAnswers", "Spools", "CommandLineInterface", "InputReference", "Installation",
                "RunConfiguration",
                "Schedule",
                "Archive", "ArchiveFormat", "Ledger", "LedgerFiles", "LedgerRestoration", "LedgerUpkeep",
                "RecordAnalysis", "RecordIngest", "RecordSpill", "BundleExport", "BundleFormat", "BundleVerifier",
                "ZipFormat",
                "AuditModel", "Signing", "StrictJSON", "FileSystem",
                argumentParser, subprocess, systemPackage,
            ],
            swiftSettings: strict),
        .executableTarget(
            name: "cartulary-verify", dependencies: ["CommandLineInterface", argumentParser],
            swiftSettings: strict),
        .executableTarget(
            name: "reader-benchmark", dependencies: ["StrictJSON"], path: "scripts/benchmark/reader",
            exclude: ["simdjson.cpp"], swiftSettings: strict),
        .target(name: "TestSupport", path: "Tests/TestSupport", swiftSettings: strict),
        tests("FileSystem", [systemPackage]),
        tests("AuditModel"),
        tests("StrictJSON", ["TestSupport"]),
        tests("RecordContent", ["AuditModel", "StrictJSON"]),
        tests(
            "RecordIngest",
            ["AuditModel", "StrictJSON", "RecordContent", "SourceText", "CSVRows", "CZlib", "TestSupport"]),
        tests("MerkleTree", ["TestSupport"]),
        tests("Signing", ["StrictJSON", "TestSupport"]),
        tests("BundleFormat", ["AuditModel", "StrictJSON"]),
        tests("ZipFormat", ["AuditModel", "StrictJSON", "FileSystem", "CZlib"]),
        .target(name: "VectorState", path: "Tests/VectorState"),
        tests("Deflate", ["CISAL", "CZlib", "VectorState"]),
        tests("BundleRendering", ["AuditModel", "BundleFormat"]),
        tests("Workbook", ["BundleFormat"]),
        .target(name: "RecordedFiles", path: "Tests/RecordedFiles", linkerSettings: [.linkedLibrary("sqlite3")]),
        .testTarget(
            name: "WorkflowTests",
            dependencies: [
                "VerificationAnswers", "BundleReading",
                "Archive", "ArchiveFormat", "ArchiveVerifier", "AuditModel", "BundleComparison", "BundleExport",
                "BundleFormat", "BundleRendering", "BundleVerifier", "Deflate", "FileSystem", "Ledger",
                "LedgerRestoration",
                "LedgerFiles", "LedgerUpkeep",
                "RecordAnalysis",
                "RecordIngest", "RecordSpill", "LedgerAdmission", "MerkleTree",
                "RecordStore", "RecordedFiles", "Schedule", "Spools", "Signing", "SourceText", "StrictJSON",
                "ZipFormat", crypto,
            ], swiftSettings: strict),
        tests(
            "BundleVerifier",
            [
                "VerificationAnswers", "BundleReading", "BundleRelations",
                "ArchiveVerifier", "AuditModel", "BundleComparison", "BundleExport", "BundleFormat", "Deflate",
                "Ledger", "LedgerRestoration", "MerkleTree",
                "Workbook",
                "RecordAnalysis", "Signing", "StrictJSON", "ZipFormat", "cartulary", "cartulary-verify",
            ]),
        .testTarget(
            name: "CommandLineTests",
            dependencies: [
                "VerificationAnswers", "cartulary", "cartulary-verify", "CommandAnswers", "CommandLineInterface",
                "Installation",
                "RunConfiguration",
                "BundleVerifier", "FileSystem",
                "Ledger", "AuditModel", "Schedule", "Spools", "Signing", "StrictJSON", "TestSupport", argumentParser,
            ],
            swiftSettings: strict),
    ]
)
