/// Runs numbered pieces of work side by side and takes their results in order.
///
/// At most six times `limit` results wait or are worked on, so memory does not grow with the number of pieces.
package enum OrderedTasks {
    package static func run<Result: Sendable>(
        count: Int, limit: Int, work: @escaping @Sendable (Int) throws -> Result,
        take: (Int, Result) throws -> Void
    ) async throws {
        guard limit > 1 else {
            for index in 0..<count {
                try Task.checkCancellation()
                try take(index, try work(index))
            }
            return
        }
        try await withThrowingTaskGroup(of: (Int, Result).self) { group in
            var (started, taken) = (0, 0)
            var waiting: [Int: Result] = [:]
            while taken < count {
                while started < count, started - taken < limit * 6 {
                    let index = started
                    group.addTask { (index, try work(index)) }
                    started += 1
                }
                guard let (index, result) = try await group.next() else { break }
                waiting[index] = result
                while let next = waiting.removeValue(forKey: taken) {
                    try take(taken, next)
                    taken += 1
                }
                try Task.checkCancellation()
            }
        }
    }
}
