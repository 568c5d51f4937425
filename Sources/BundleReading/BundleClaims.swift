package import AuditModel
package import BundleFormat
import StrictJSON

/// What a bundle claims of itself: the files that describe it, each decoded once into bounded types.
///
/// Nothing of it is verified. A claim is in the form of the format or names its problem, so that no check meets a number
/// or a text that it does not expect. Checks take claims; what they compare byte by byte they read themselves.
package struct BundleClaims: Sendable {
    package let bundle: UnverifiedBundle
    /// `bundle.json`.
    package let description: Claim<DescriptionClaims>
    /// The bytes that are signed; nil if they are not there or cannot be read.
    package let anchor: [UInt8]?

    package init(_ bundle: UnverifiedBundle) {
        self.bundle = bundle
        description = Self.decode(BundlePath.bundle, of: bundle, by: DescriptionClaims.decode)
        anchor = bundle.content(BundlePath.tagManifest)
    }

    /// Decodes the thresholds in `rules.json`.
    package func rules() -> Claim<Thresholds> { Self.decode(BundlePath.rules, of: bundle, by: RulesFile.decode) }

    /// Decodes `sources.json`, source by source.
    package func sources() -> Claim<SourcesFile> {
        var list = DecodedList { bytes -> SourceSummary? in
            (try? JSONValue(parsing: bytes)).flatMap { IntakeFiles.source($0) }.flatMap {
                IntakeFiles.source($0).bytes == bytes ? $0 : nil
            }
        }
        return decode(BundlePath.sources, list: "sources", &list) { SourcesFile.decode($0, behind: $1) }
    }

    /// Decodes `series.json`, which a sealed bundle has, position by position.
    package func series() -> Claim<SeriesFile> {
        var list = DecodedList { bytes -> SeriesPosition? in
            (try? JSONValue(parsing: bytes)).flatMap { SeriesPosition($0) }.flatMap {
                $0.value.bytes == bytes ? $0 : nil
            }
        }
        return decode(BundlePath.series, list: "places", &list) { SeriesFile.decode($0, behind: $1) }
    }

    private func decode<Element, Value>(
        _ path: String, list name: String, _ list: inout DecodedList<Element>,
        by decode: ([UInt8], [Element]) -> Claim<Value>
    ) -> Claim<Value> {
        do throws(ReadProblem) {
            guard let frame = try ListFile.read(path, list: name, of: bundle, take: { list.add($0) }) else {
                return .failure(FormProblem(.unreadable, "\(path) is missing"))
            }
            guard !list.isBroken else {
                return .failure(FormProblem(.malformed, "\(path): an element of \(name) is not in form"))
            }
            return decode(frame, list.elements)
        } catch {
            return .failure(FormProblem(.unreadable, error.text))
        }
    }

    /// Decodes the counts of `metrics.json` that a catalogue repeats.
    package func metrics() -> Claim<MetricCounts> {
        Self.decode(BundlePath.metrics, of: bundle, by: MetricCounts.decode)
    }

    private static func decode<Value>(
        _ path: String, of bundle: UnverifiedBundle, by decode: ([UInt8]) -> Claim<Value>
    ) -> Claim<Value> {
        do throws(ReadProblem) {
            guard let bytes = try bundle.bytes(path) else {
                return .failure(FormProblem(.unreadable, "\(path) is missing"))
            }
            return decode(bytes)
        } catch {
            return .failure(FormProblem(.unreadable, error.text))
        }
    }
}

/// The elements of a list, decoded as they come; those behind a broken one are left out.
private struct DecodedList<Element> {
    package let decode: ([UInt8]) -> Element?
    package private(set) var elements: [Element] = []
    package private(set) var isBroken = false

    package init(_ decode: @escaping ([UInt8]) -> Element?) { self.decode = decode }

    /// Says whether the next one is wanted.
    package mutating func add(_ bytes: [UInt8]) -> Bool {
        guard let element = decode(bytes) else {
            isBroken = true
            return false
        }
        elements.append(element)
        return true
    }
}
