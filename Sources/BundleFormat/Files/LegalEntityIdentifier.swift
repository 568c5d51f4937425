/// Legal Entity Identifiers (ISO 17442).
package enum LegalEntityIdentifier {
    /// Whether the text is 20 capital letters and digits whose number is 1 modulo 97 (ISO 7064 MOD 97-10).
    package static func isValid(_ text: String) -> Bool {
        guard text.utf8.count == 20 else { return false }
        var remainder = 0
        for byte in text.utf8 {
            switch byte {
            case 0x30...0x39: remainder = (remainder * 10 + Int(byte - 0x30)) % 97
            case 0x41...0x5A: remainder = (remainder * 100 + Int(byte - 0x41) + 10) % 97
            default: return false
            }
        }
        return remainder == 1 && text.utf8.suffix(2).allSatisfy { (0x30...0x39).contains($0) }
    }
}
