/// Works on a stream of pieces side by side and hands over the results in order.
///
/// At most twice `limit` pieces are under way, and a large one is alone, so memory does not grow with the stream.
package enum OrderedStream {
    package static func run<Piece: Sendable, Result: Sendable>(
        limit: Int, next: () -> Piece?, isLarge: (Piece) -> Bool = { _ in false },
        work: @escaping @Sendable (Piece) -> Result, receive: (Result) -> Void
    ) async {
        await withTaskGroup(of: (Int, Result).self) { group in
            var started = 0
            var received = 0
            var isFinished = false
            var waiting: [Int: Result] = [:]
            // Waits until all pieces before it are received.
            var large: Piece?
            while !isFinished || received < started || large != nil {
                while !isFinished, large == nil, started - received < limit * 2 {
                    guard let piece = next() else {
                        isFinished = true
                        break
                    }
                    if isLarge(piece) {
                        large = piece
                        break
                    }
                    let number = started
                    group.addTask { (number, work(piece)) }
                    started += 1
                }
                if received == started {
                    guard let piece = large else { continue }
                    large = nil
                    receive(work(piece))
                    continue
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
    package static func each<Element>(_ elements: [Element]) -> () -> Element? {
        var iterator = elements.makeIterator()
        return { iterator.next() }
    }
}
