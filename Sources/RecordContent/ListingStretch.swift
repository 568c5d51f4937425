package import StrictJSON

/// A part of a listing that is told by `offset` and `limit`, with `total` or without it (docs/domain.md, 5).
package struct ListingStretch: Sendable {
    package var offset: Int?
    package var limit: Int?
    package var total: Int?

    /// The members that say it.
    package static let members: [(name: StaticString, path: any WritableKeyPath<ListingStretch, Int?> & Sendable)] = [
        ("offset", \.offset), ("limit", \.limit), ("total", \.total),
    ]

    package init() {}

    /// What the claims of a source say, by their names.
    package init(_ claims: [String: String]) {
        for (name, path) in ListingStretch.members {
            self[keyPath: path] = claims["\(name)"].flatMap(WholeNumber.count)
        }
    }

    /// Whether it tells a part of a listing.
    package var isThere: Bool { total != nil && (offset != nil || limit != nil) || offset != nil && limit != nil }

    /// The page that begins at the offset, or the one behind where it begins; nil if that cannot be known.
    package var page: Int? {
        guard let offset, let limit, limit > 0, offset < .max - 1 else { return nil }
        return offset / limit + (offset % limit == 0 ? 1 : 2)
    }

    /// Whether there is something in front of it, and nobody can know how much.
    package var isBehindOthers: Bool { total == nil && limit == nil && offset ?? 0 > 0 }
}

extension WholeNumber {
    /// A count, written as a number or as its text; nil for any other value.
    package static func count(_ token: JSONToken, in bytes: Span<UInt8>) -> Int? {
        guard token.kind == .number || token.kind == .string else { return nil }
        let range = token.kind == .string ? token.inner : token.range
        return WholeNumber(bytes, range)?.signed.flatMap { $0 < 0 ? nil : Int(exactly: $0) }
    }

    /// A count that a text says, in any form that a number has; nil for any other text.
    package static func count(_ text: String) -> Int? {
        let bytes = Array(text.utf8)
        return WholeNumber(bytes.span, 0..<bytes.count)?.signed.flatMap { $0 < 0 ? nil : Int(exactly: $0) }
    }
}
