extension RandomAccessCollection where Index == Int {
    /// The first index of a sorted collection from which on `isBehind` holds.
    package func firstIndex(_ isBehind: (Element) -> Bool) -> Int {
        var low = startIndex
        var high = endIndex
        while low < high {
            let middle = low + (high - low) / 2
            if isBehind(self[middle]) { high = middle } else { low = middle + 1 }
        }
        return low
    }
}
