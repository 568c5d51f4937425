package import AuditModel
package import StrictJSON

/// `series.json`: what the series is, and every earlier position of it, in order (docs/bundle-format.md, 7).
package struct SeriesFile: Sendable {
    package let archive: String
    package let basis: Basis
    package let filters: BundleFilters
    package let positions: [SeriesPosition]

    package init(archive: String, basis: Basis, filters: BundleFilters, positions: [SeriesPosition]) {
        self.archive = archive
        self.basis = basis
        self.filters = filters
        self.positions = positions
    }

    package var value: JSONValue {
        .object([
            "archive": .string(archive), "basis": .string(basis.rawValue), "filters": filters.seriesValue,
            "places": .array(positions.map(\.value)),
        ])
    }

    /// Decodes the file, which must be the canonical form of what it says.
    ///
    /// The positions were decoded before, from canonical elements, as far as they are left out.
    package static func decode(_ bytes: [UInt8], behind positions: [SeriesPosition] = []) -> Claim<SeriesFile> {
        FormProblem.claim(bytes, of: BundlePath.series) { value in
            guard let file = SeriesFile(value), file.value.file == bytes,
                positions.count + file.positions.count <= NumberLimits.maximumSequence
            else { return .failure(FormProblem(.malformed, "\(BundlePath.series) is not in form")) }
            return .success(
                SeriesFile(
                    archive: file.archive, basis: file.basis, filters: file.filters,
                    positions: positions + file.positions))
        }
    }

    private init?(_ value: JSONValue) {
        guard let archive = value["archive"]?.string, let basis = value["basis"]?.string.flatMap(Basis.init),
            let filters = BundleFilters(ofSeries: value["filters"]), let elements = value["places"]?.array,
            elements.count <= NumberLimits.maximumSequence
        else { return nil }
        let positions = elements.compactMap(SeriesPosition.init)
        guard positions.count == elements.count else { return nil }
        self.init(archive: archive, basis: basis, filters: filters, positions: positions)
    }
}

/// `series.json` and `corrections.json` (docs/bundle-format.md, 7).
package enum SeriesFiles {
    /// Every earlier position of a series, in order.
    package static func series(archive: String, selection: Selection, positions: [SeriesPosition]) -> JSONValue {
        SeriesFile(archive: archive, basis: selection.basis, filters: BundleFilters(selection), positions: positions)
            .value
    }

    /// A deployment whose line differs from that in the superseded bundle.
    package static func correction(deploymentID: String, before: [UInt8]?, after: [UInt8]?) -> [UInt8] {
        JSONValue.object([
            "after": after.map(JSONValue.canonical) ?? .null, "before": before.map(JSONValue.canonical) ?? .null,
            "deploymentId": .string(deploymentID),
        ]).bytes
    }
}

/// An element of `corrections.json`, as it was read back.
package struct CorrectionElement: Sendable {
    /// A deployment's line in a trail.
    package struct Line: Sendable {
        package let bytes: [UInt8]
        package let deploymentID: String
        package let row: Int

        fileprivate init?(_ value: JSONValue) {
            guard let deploymentID = value["deploymentId"]?.string, let row = value["row"]?.count else { return nil }
            bytes = value.bytes
            self.deploymentID = deploymentID
            self.row = row
        }
    }

    package let deploymentID: String
    /// nil where the bundle has no line of the deployment.
    package let before: Line?
    package let after: Line?

    /// Reads an element; nil if it is not in form, or not canonical.
    package init?(_ element: [UInt8]) {
        guard let value = try? JSONValue(parsing: element), JSONValue.isCanonical(element),
            let members = value.members(["after", "before", "deploymentId"]),
            let deploymentID = members["deploymentId"]?.string, let before = members["before"],
            let after = members["after"]
        else { return nil }
        self.deploymentID = deploymentID
        self.before = Line(before)
        self.after = Line(after)
        guard (before == .null) == (self.before == nil), (after == .null) == (self.after == nil) else { return nil }
    }
}
