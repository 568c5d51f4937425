import BundleFormat
import Crypto
import MerkleTree
import StrictJSON

/// What the logs of a ledger's bundles say was sealed, in any series, beside these bundles and beside each other.
struct SealComparison {
    private struct Place: Hashable {
        var series: [UInt8]
        var sequence: Int

        init(_ series: String, _ position: SeriesPosition) {
            self.series = Array(series.utf8)
            sequence = position.sequence
        }
    }

    private let members: [LedgerMember]

    init(_ members: [LedgerMember]) { self.members = members }

    /// Adds what is wrong with each bundle.
    func add(to problems: inout [[String]]) {
        var shown: [Place: (seal: LogEntry.Seal, member: Int)] = [:]
        for (index, member) in members.enumerated() {
            for seal in member.seals {
                let place = Place(seal.series, seal.position)
                guard let known = shown[place] else {
                    shown[place] = (seal, index)
                    continue
                }
                guard known.seal.position != seal.position || known.seal.size != seal.size, known.member != index
                else { continue }
                for (own, other) in [(index, known.member), (known.member, index)] {
                    problems[own].append(
                        "its log shows another seal of position \(seal.position.sequence) of \(seal.archive) than that of "
                            + "\"\(members[other].name)\"")
                }
            }
        }
        for (index, member) in members.enumerated() {
            guard let own = member.own else { continue }
            if let known = shown[Place(own.series, own.position)], known.member != index {
                compare(index, own.position, with: known.seal, of: known.member, into: &problems)
            }
            for other in members.indices where other != index { requireSeal(of: index, in: other, &problems) }
        }
    }

    /// Compares a bundle with the seal that a log shows of its position; logs of its own series are compared with it elsewhere.
    private func compare(
        _ index: Int, _ position: SeriesPosition, with seal: LogEntry.Seal, of other: Int,
        into problems: inout [[String]]
    ) {
        guard seal.position != position || seal.size != members[index].size,
            members[other].own?.series != seal.series
        else { return }
        problems[index].append(
            "the log of \"\(members[other].name)\" says that another bundle was sealed at its position")
        problems[other].append(
            "its log says that \"\(seal.position.name)\" was sealed at position \(position.sequence) of \(seal.archive), "
                + "and \"\(position.name)\" is another bundle")
    }

    /// Requires that a log which goes on behind the one that a bundle was made from shows its seal, by the key that signed it.
    ///
    /// The seal is the entry behind that log; a key that is new with it stands between.
    private func requireSeal(of index: Int, in other: Int, _ problems: inout [[String]]) {
        let member = members[index]
        let later = members[other]
        guard let start = later.start?.size, start <= member.size, member.size < later.size else { return }
        let signer: String?
        if later.sealEntries.contains(member.size) {
            signer = member.keys.max { $0.key < $1.key }?.value
        } else if later.sealEntries.contains(member.size + 1), let key = later.keys[member.size] {
            signer = key
        } else {
            problems[other].append("its log does not show that \"\(member.name)\" was sealed")
            problems[index].append("the log of \"\(later.name)\" does not show that it was sealed")
            return
        }
        guard let signer, let fingerprint = SealComparison.fingerprint(signer), fingerprint != member.fingerprint
        else { return }
        problems[index].append(
            "the log says that \(fingerprint) sealed it, and \(member.fingerprint ?? "another key") signed it")
    }

    /// The fingerprint of a key, as OpenSSH writes it, from its line; nil if that is none.
    private static func fingerprint(_ line: String) -> String? {
        let words = line.utf8.split { $0 == UInt8(ascii: " ") || $0 == 0x0A }
        guard words.count > 1, let blob = Base64.decode(words[1]) else { return nil }
        let text = Base64.encode(Array(SHA256.hash(data: blob)))
        return "SHA256:\(text.prefix { $0 != "=" })"
    }
}
