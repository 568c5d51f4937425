import FileSystem
import SystemPackage
import Testing

@Suite("Listing directories")
struct ListingTests {
    let directory: TestDirectory

    init() throws { directory = try TestDirectory() }

    private func names(_ paths: [String]) -> [String] { paths.map { String($0.dropFirst(directory.path.count + 1)) } }

    private func omissions(_ listing: DirectoryListing) -> [String: DirectoryListing.Reason] {
        Dictionary(
            zip(names(listing.omissions.map(\.path)), listing.omissions.map(\.reason)), uniquingKeysWith: { $1 })
    }

    @Test("files come in byte order of the names, directories in their places, hidden names not at all")
    func order() throws {
        for name in ["b", "Z", "a.json", "é", ".hidden"] { try directory.write("x", to: name) }
        for name in ["a", ".git"] {
            try directory.makeDirectory(name)
            try directory.write("x", to: "\(name)/inner")
        }
        let listing = try DirectoryListing(directory.path)
        #expect(names(listing.files) == ["Z", "a/inner", "a.json", "b", "é"])
        #expect(listing.omissions == [])
        var rules = DirectoryListing.Rules()
        rules.includesHidden = true
        #expect(
            names(try DirectoryListing(directory.path, rules).files)
                == [".git/inner", ".hidden", "Z", "a/inner", "a.json", "b", "é"])
        #expect(
            try DirectoryName.list(directory.path).map(\.shown) == [".git", ".hidden", "Z", "a", "a.json", "b", "é"])
    }

    @Test("everything that is passed over is named with its reason")
    func passedOver() throws {
        try directory.write("x", to: "file")
        try directory.makePipe("pipe")
        try directory.makeSocket("socket")
        try directory.link("dangling", to: "nothing")
        try directory.link("through", to: "file/below")
        try directory.link("round", to: "round")
        try directory.link("device", to: "/dev/null")
        try directory.makeDirectory("empty")
        try directory.write("x", to: "empty/.hidden")
        try directory.makeFile(named: Array("caf".utf8) + [0xE9])
        let listing = try DirectoryListing(directory.path)
        #expect(names(listing.files) == ["file"])
        #expect(
            omissions(listing) == [
                "pipe": .notRegularFile(.pipe), "socket": .notRegularFile(.socket), "dangling": .danglingLink,
                "through": .danglingLink, "round": .unreadable(.tooManySymbolicLinkLevels),
                "device": .notRegularFile(.characterDevice), "empty": .emptyDirectory, "caf\\xE9": .nameNotUTF8,
            ])
        #expect(DirectoryListing.Reason.notRegularFile(.pipe).phrase == "is a FIFO, expected a regular file")
    }

    @Test("a link back ends: each directory is listed once")
    func loops() throws {
        try directory.write("x", to: "file")
        try directory.link("self", to: ".")
        try directory.makeDirectory("sub")
        try directory.write("x", to: "sub/inner")
        try directory.link("sub/up", to: "..")
        try directory.link("twin", to: "sub")
        let listing = try DirectoryListing(directory.path)
        #expect(names(listing.files) == ["file", "sub/inner"])
        #expect(omissions(listing) == ["self": .listedBefore, "sub/up": .listedBefore, "twin": .listedBefore])
    }

    @Test("links and directories are passed over where the rules say so")
    func rules() throws {
        try directory.write("x", to: "file")
        try directory.link("link", to: "file")
        try directory.makeDirectory("sub")
        var rules = DirectoryListing.Rules()
        rules.followsLinks = false
        rules.isRecursive = false
        let listing = try DirectoryListing(directory.path, rules)
        #expect(names(listing.files) == ["file"])
        #expect(omissions(listing) == ["link": .link, "sub": .directory])
    }

    @Test("a directory that is not there, or none, is an error")
    func noDirectory() throws {
        try directory.write("x", to: "file")
        for name in ["none", "file"] {
            let error = #expect(throws: FileSystemError.self) { try DirectoryListing(directory.path(name)) }
            #expect(error?.operation == .list)
            #expect(error?.isMissing == true)
        }
        try directory.makePipe("pipe")
        #expect(throws: FileSystemError.self) { try DirectoryListing(directory.path("pipe")) }
    }

    @Test("an empty directory is no error, and is named")
    func empty() throws {
        let listing = try DirectoryListing(directory.path)
        #expect(listing.files == [])
        #expect(listing.omissions == [.init(directory.path, .emptyDirectory)])
    }

    @Test("wildcards match as in a shell")
    func patterns() throws {
        for name in ["a.json", "b.json", "c.csv"] { try directory.write("x", to: name) }
        try directory.makeFile(named: [0xFF] + Array(".json".utf8))
        let found = try NamePattern.matches(directory.path("*.json"))
        #expect(names(found.map(\.shown)) == ["a.json", "b.json", "\\xFF.json"])
        #expect(found.map { $0.text == nil } == [false, false, true])
        #expect(try NamePattern.matches(directory.path("*.xml")) == [])
        #expect(NamePattern.hasWildcards("a[bc]") && !NamePattern.hasWildcards("abc"))
    }

    @Test(
        "names are shown so that a terminal takes no harm",
        arguments: [
            ("plain é 漢", "plain é 漢"), ("a\nb", "a\\nb"), ("a\u{1B}[31m", "a\\u{1B}[31m"),
            ("a\u{202E}b", "a\\u{202E}b"),
        ])
    func shown(_ name: String, _ expected: String) { #expect(TerminalText.shown(name) == expected) }
}
