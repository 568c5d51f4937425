/// A statement about records: data, never an abort.
public struct Finding: Sendable, Equatable {
    /// What kind of finding it is.
    public package(set) var code: FindingCode
    /// How grave it is: that of the code, or graver when a figure is far off its target.
    public package(set) var severity: Severity
    /// The deployment concerned; nil when the finding is about all, or about a source.
    public package(set) var deploymentID: String?
    /// The transition concerned; nil when the finding is not about one.
    public package(set) var transitionID: String?
    /// What the rule asks for, with its unit; nil when the code says it all.
    public package(set) var expected: String?
    /// What the records say, with its unit; nil when the code says it all.
    public package(set) var actual: String?
    /// The deployment's row in the bundle; nil when there is none.
    package var row: Int?
    /// Where the record stands; intake findings only.
    package var position: SourcePosition?

    package init(
        _ code: FindingCode, severity: Severity? = nil, deploymentID: String? = nil, transitionID: String? = nil,
        expected: String? = nil, actual: String? = nil, row: Int? = nil, position: SourcePosition? = nil
    ) {
        self.code = code
        self.severity = severity ?? code.severity
        self.deploymentID = deploymentID
        self.transitionID = transitionID
        self.expected = expected
        self.actual = actual
        self.row = row
        self.position = position
    }

    /// The explanation, then what was expected and what was found, in English.
    public var message: String {
        var text = code.explanation
        if let expected { text += " Expected: \(expected)." }
        if let actual { text += " Found: \(actual)." }
        return text
    }
}

/// Where a record stands in a source.
package struct SourcePosition: Sendable, Hashable, Comparable {
    /// The source's number in the list of sources.
    package var source: Int
    /// From 1.
    package var line: Int
    /// Bytes from the beginning of the source, after unpacking.
    package var offset: Int

    package init(source: Int, line: Int, offset: Int) {
        self.source = source
        self.line = line
        self.offset = offset
    }

    package static func < (left: Self, right: Self) -> Bool {
        (left.source, left.offset, left.line) < (right.source, right.offset, right.line)
    }
}
