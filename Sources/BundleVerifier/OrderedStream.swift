/// Works on a stream of pieces side by side and hands over the results in order.
///
/// At most twice `limit` pieces are under way, so memory does not grow with the stream.
enum OrderedStream {
    static func run<Piece: Sendable, Result: Sendable>(
        limit: Int, next: () -> Piece?, work: @escaping @Sendable (Piece) -> Result, receive: (Result) -> Void
    ) async {
        await withTaskGroup(of: (Int, Result).self) { group in
            var started = 0
            var received = 0
            var isFinished = false
            var waiting: [Int: Result] = [:]
            while !isFinished || received < started {
                while !isFinished, started - received < limit * 2 {
                    guard let piece = next() else {
                        isFinished = true
                        break
                    }
                    let number = started
                    group.addTask { (number, work(piece)) }
                    started += 1
                }
                guard let (number, result) = await group.next() else { break }
                waiting[number] = result
                while let result = waiting.removeValue(forKey: received) {
                    receive(result)
                    received += 1
                }
            }
        }
    }

    /// The elements of a list, one after the other.
    static func each<Element>(_ elements: [Element]) -> () -> Element? {
        var iterator = elements.makeIterator()
        return { iterator.next() }
    }
}
