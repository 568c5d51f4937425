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
let yams: Target.Dependency = .product(name: "Yams", package: "Yams")
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
        .package(url: "https://github.com/groue/GRDB.swift", exact: "7.10.0"),
        .package(url: "https://github.com/hummingbird-project/swift-mustache", exact: "2.1.1"),
        .package(url: "https://github.com/jpsim/Yams", exact: "6.2.2"),
    ],
    targets: [
        .systemLibrary(name: "CZlib", path: "Sources/CZlib", providers: [.apt(["zlib1g-dev"])]),
        .systemLibrary(name: "CISAL", path: "Sources/CISAL", providers: [.apt(["libisal-dev"])]),
        .systemLibrary(name: "CXlsxWriter", path: "Sources/CXlsxWriter", providers: [.apt(["libxlsxwriter-dev"])]),
        library("AuditModel"),
        library("StrictJSON", [crypto]),
        library("RecordContent", ["AuditModel", "StrictJSON"]),
        library("MerkleTree", [crypto]),
        library("Signing", [crypto]),
        .target(
            name: "BundleFormat", dependencies: ["AuditModel", "StrictJSON", "RecordContent", "MerkleTree", "CZlib"],
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
        library("RecordIngest", ["AuditModel", "StrictJSON", "RecordContent", "CZlib"]),
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
        library(
            "BundleExport",
            [
                "AuditModel", "BundleFormat", "MerkleTree", "Signing", "StrictJSON", "Templates", "CISAL",
                "CXlsxWriter", "CZlib", crypto, mustache,
            ]),
        library("RecordStore", ["AuditModel", "StrictJSON", "MerkleTree", crypto, grdb, sqlite]),
        library(
            "Pipeline",
            [
                "AuditModel", "StrictJSON", "RecordContent", "RecordIngest", "RecordStore", "BundleFormat",
                "MerkleTree",
                "Signing", "BundleExport",
            ]),
        library(
            "BundleVerifier",
            ["AuditModel", "StrictJSON", "RecordContent", "BundleFormat", "MerkleTree", "Signing", crypto]),
        .executableTarget(
            name: "cartulary",
            dependencies: [
                "Pipeline", "BundleVerifier", "BundleExport", "BundleFormat", "AuditModel", "Signing", "StrictJSON",
                argumentParser, yams,
            ],
            swiftSettings: strict),
        .executableTarget(
            name: "cartulary-verify",
            dependencies: ["BundleVerifier", "BundleFormat", "Signing", "StrictJSON", "AuditModel", argumentParser],
            swiftSettings: strict),
        .executableTarget(
            name: "reader-benchmark", dependencies: ["StrictJSON"], path: "scripts/benchmark/reader",
            exclude: ["simdjson.cpp"], swiftSettings: strict),
        tests("AuditModel"),
        tests("StrictJSON"),
        tests("RecordContent", ["AuditModel", "StrictJSON"]),
        tests("RecordIngest", ["AuditModel", "StrictJSON", "RecordContent", "CZlib"]),
        tests("MerkleTree"),
        tests("Signing"),
        tests("BundleFormat", ["AuditModel", "StrictJSON", "CZlib"]),
        .target(name: "VectorState", path: "Tests/VectorState"),
        tests("BundleExport", ["AuditModel", "BundleFormat", "StrictJSON", "CISAL", "CZlib", "VectorState"]),
        .target(name: "RecordedFiles", path: "Tests/RecordedFiles", linkerSettings: [.linkedLibrary("sqlite3")]),
        tests(
            "Pipeline",
            [
                "AuditModel", "BundleExport", "BundleFormat", "BundleVerifier", "RecordStore", "RecordedFiles",
                "Signing", "StrictJSON",
            ]),
        tests(
            "BundleVerifier",
            [
                "AuditModel", "BundleExport", "BundleFormat", "MerkleTree", "Pipeline", "Signing", "StrictJSON",
                "cartulary", "cartulary-verify",
            ]),
        .testTarget(
            name: "CommandLineTests", dependencies: ["cartulary", "cartulary-verify", "AuditModel", "StrictJSON"],
            swiftSettings: strict),
    ]
)
