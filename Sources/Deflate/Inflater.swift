internal import CISAL

/// Inflates DEFLATE streams (RFC 1951) that are in memory whole, into as many bytes as their reader expects.
///
/// ISA-L takes half of zlib's time for a short stream. Each value is for one thread.
package final class Inflater {
    // Of 87 KB, and kept, since most streams are shorter than it.
    private let state: UnsafeMutablePointer<inflate_state>

    package init() {
        state = .allocate(capacity: 1)
        state.initialize(to: inflate_state())
    }

    deinit { state.deallocate() }

    /// The most bytes that one byte of a stream can stand for, and some for its beginning.
    private static func longest(_ count: Int) -> Int { 1_032 * count + 1_032 }

    /// Inflates a stream that has to give `count` bytes.
    ///
    /// Returns what it gave, no more than that, and whether it was whole: as many bytes as expected, and the end where the
    /// input ends. No memory is taken for a count that so short a stream cannot give.
    package func inflate(_ input: ArraySlice<UInt8>, count: Int) -> (bytes: [UInt8], isWhole: Bool) {
        guard count > 0, count <= Inflater.longest(input.count), count < Int(UInt32.max), input.count < Int(UInt32.max)
        else { return ([], count == 0) }
        var isWhole = false
        let bytes = [UInt8](unsafeUninitializedCapacity: count) { output, done in
            isal_inflate_init(state)
            defer { cisal_clear_upper_halves() }
            input.withUnsafeBufferPointer { input in
                // The library declares its input mutable and does not write to it.
                state.pointee.next_in = UnsafeMutablePointer(mutating: input.baseAddress)
                state.pointee.avail_in = UInt32(input.count)
                state.pointee.next_out = output.baseAddress
                state.pointee.avail_out = UInt32(count)
                let result = isal_inflate_stateless(state)
                done = min(Int(state.pointee.total_out), count)
                isWhole = result == ISAL_DECOMP_OK && done == count && state.pointee.avail_in == 0
            }
        }
        return (bytes, isWhole)
    }
}
