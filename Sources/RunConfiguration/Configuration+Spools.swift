package import CommandLineInterface
import Schedule
import Spools

extension Configuration {
    /// The sources that an option names, each of which has a spool.
    ///
    /// - Throws: ``CommandError`` for a name that no such source has.
    package func spools(named names: [String]) throws(CommandError) -> Set<String> {
        let own = sources.filter { if case .spool = $0.location { true } else { false } }.map(\.name)
        for name in names where !own.contains(name) {
            throw CommandError(
                .usage,
                own.isEmpty
                    ? "--confirm-spool names \"\(name)\", and no source of the configuration has a spool"
                    : "--confirm-spool names \"\(name)\", expected one of \(own.joined(separator: ", "))")
        }
        return Set(names)
    }
}
