import Foundation
import StrictJSON

/// Parses each line of a file with the strict reader, on one core, and prints megabytes a second; see scripts/bench.
@main
enum ReaderBenchmark {
    static func main() throws {
        let bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: CommandLine.arguments[1])))
        var (parser, values) = (JSONParser(), 0)
        let begun = ContinuousClock.now
        var start = 0
        while start < bytes.count {
            let end = lineEnd(bytes, from: start)
            try parser.parseDocument(bytes.span, start..<end)
            (values, start) = (values + 1, end + 1)
        }
        let seconds = (ContinuousClock.now - begun) / .seconds(1)
        print(Int(Double(bytes.count) / 1e6 / seconds), values)
    }

    private static func lineEnd(_ bytes: [UInt8], from start: Int) -> Int {
        bytes.withUnsafeBytes { bytes in
            guard let base = bytes.baseAddress, let found = memchr(base + start, 0x0A, bytes.count - start) else {
                return bytes.count
            }
            return UnsafeRawPointer(found) - base
        }
    }
}
