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
