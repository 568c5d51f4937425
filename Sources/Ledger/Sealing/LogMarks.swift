/// Where the entries of a log went, by stretches of the log.
///
/// One array of them would be copied as it grows, when memory is short already: of a month of a large ledger these are millions.
struct LogMarks {
    private static let stretchSize = 1 << 16

    private var stretches: [[LogMark]]
    /// The next mark, once they are in order.
    private var place = (stretch: 0, index: 0)

    /// Room for a log of so many entries.
    init(size: Int) {
        stretches = Array(repeating: [], count: size / LogMarks.stretchSize + 1)
    }

    mutating func add(_ mark: LogMark) { stretches[mark.index / LogMarks.stretchSize].append(mark) }

    /// Puts them in order of their entries.
    mutating func sort() {
        for index in stretches.indices { stretches[index].sort() }
        skipEmpty()
    }

    /// The next one in order; nil behind the last.
    var next: LogMark? {
        place.stretch < stretches.count ? stretches[place.stretch][place.index] : nil
    }

    /// Goes on to the one behind it; a stretch that was passed is given up.
    mutating func advance() {
        place.index += 1
        skipEmpty()
    }

    private mutating func skipEmpty() {
        while place.stretch < stretches.count, place.index == stretches[place.stretch].count {
            stretches[place.stretch] = []
            place.stretch += 1
            place.index = 0
        }
    }
}
