/// A file of a bundle in the making, written piece by piece.
package struct BundleFile {
    private let path: String
    private let writer: BundleWriter

    init(path: String, writer: BundleWriter) {
        self.path = path
        self.writer = writer
    }

    /// Appends bytes.
    package func append(_ bytes: [UInt8]) throws { try writer.append(bytes, to: path) }

    /// Ends the file; nothing can be appended any more.
    package func finish() throws { try writer.finish(path) }
}
