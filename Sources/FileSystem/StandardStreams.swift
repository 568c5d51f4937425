import Glibc

/// Standard input, output and error.
package enum StandardStreams {
    /// Keeps the numbers of closed streams from files that are opened later.
    ///
    /// Whoever closes standard output would else have its text written into the first file that this program opens, for example
    /// a ledger. Reading from such a stream ends at once, and writing to it fails.
    package static func reserveClosed() {
        for descriptor in STDIN_FILENO...STDERR_FILENO where fcntl(descriptor, F_GETFD) < 0 {
            // The lowest free number is that of the stream.
            _ = open("/dev/null", O_RDONLY)
        }
    }

    /// Why nothing can be written to a stream, from the number of the error.
    package static func reason(_ number: Int32) -> String {
        number == EBADF ? "it is closed" : String(cString: strerror(number))
    }
}
