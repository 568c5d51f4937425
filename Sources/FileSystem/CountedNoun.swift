/// A number and its noun, which agree: `1 bundle`, `2 bundles`.
package enum CountedNoun {
    /// The noun gets an `s` unless `plural` says otherwise.
    package static func text(_ number: some BinaryInteger, _ noun: String, plural: String? = nil) -> String {
        "\(number) \(number == 1 ? noun : plural ?? noun + "s")"
    }

    /// A part of so many: `1 of 1 bundle`, `1 of 2 bundles`.
    package static func part(_ number: Int, of all: Int, _ noun: String) -> String {
        "\(number) of \(text(all, noun))"
    }
}
