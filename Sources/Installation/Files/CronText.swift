/// The command in a line of a crontab (crontab(5)).
///
/// Cron reads `%` as the end of a line unless a backslash stands before it; some versions take this backslash away, and one of
/// two, and others leave them to the shell. What is written here means the same to all of them, and to any POSIX shell.
enum CronText {
    /// A command of words without control characters.
    static func command(_ words: [String]) -> String { words.map(quoted).joined(separator: " ") }

    private static func quoted(_ word: String) -> String {
        if PlainWord.isPlain(word) { return word }
        var result = "'"
        for scalar in word.unicodeScalars {
            switch scalar {
            // Outside of the quotation marks, where the shell drops the backslash if cron did not.
            case "'": result += "'\\''"
            case "%": result += "'\\%'"
            // No second backslash follows it directly.
            case "\\": result += "\\''"
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result + "'"
    }
}
