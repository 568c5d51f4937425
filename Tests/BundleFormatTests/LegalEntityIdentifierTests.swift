import BundleFormat
import Testing

@Suite("Legal entity identifiers")
struct LegalEntityIdentifierTests {
    @Test(
        "a legal entity identifier is valid if its check digits are",
        arguments: [
            ("5493001KJTIIGC8Y1R12", true), ("HWUPKR0MPOU8FGXBT394", true), ("529900T8BM49AURSDO55", true),
            ("5493001KJTIIGC8Y1R13", false), ("5493001KJTIIGC8Y1R21", false), ("5493001KJTIIGC8Y1R1", false),
            ("5493001KJTIIGC8Y1R122", false), ("5493001kjtiigc8y1r12", false), ("", false),
            ("5493001KJTIIGC8Y1R1\u{0662}", false), ("5493 01KJTIIGC8Y1R12", false), ("5493001KJTIIGC8Y1RAB", false),
            ("00000000000000000000", false), ("00000000000000000001", true), ("549300-KJTIIGC8Y1R12", false),
        ])
    func legalEntityIdentifiers(_ text: String, _ isValid: Bool) {
        #expect(LegalEntityIdentifier.isValid(text) == isValid)
    }

    @Test("any one digit or letter that is changed makes a legal entity identifier invalid")
    func checkDigits() {
        let valid = Array("5493001KJTIIGC8Y1R12")
        for place in valid.indices {
            let others = valid[place].isNumber ? Array("0123456789") : Array("ABCDEFGHIJKLMNOPQRSTUVWXYZ")
            for other in others where other != valid[place] {
                var changed = valid
                changed[place] = other
                #expect(!LegalEntityIdentifier.isValid(String(changed)))
            }
        }
    }
}
