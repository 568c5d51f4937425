import Foundation
import StrictJSON
import Testing

@Suite("Base64")
struct Base64Tests {
    @Test("the vectors of RFC 4648, section 10")
    func vectors() {
        let vectors = ["": "", "f": "Zg==", "fo": "Zm8=", "foo": "Zm9v", "foob": "Zm9vYg==", "fooba": "Zm9vYmE="]
        for (plain, text) in vectors {
            #expect(Base64.encode(Array(plain.utf8)) == text)
            #expect(Base64.encode(Array(plain.utf8), padded: false) == text.filter { $0 != "=" })
            #expect(Base64.decode(text) == Array(plain.utf8))
        }
    }

    @Test("lengths 0 to 200 agree with Foundation and lead back")
    func roundTrip() {
        for count in 0...200 {
            let bytes = (0..<count).map { UInt8(truncatingIfNeeded: $0 * 67 + count * 29) }
            let text = Base64.encode(bytes)
            #expect(text == Data(bytes).base64EncodedString())
            #expect(Base64.decode(text) == bytes)
        }
    }

    @Test(
        "other characters, wrong padding and bits that belong to no byte are refused",
        arguments: [
            "Z", "Zg", "Zg=", "Zg===", "Zg====", "Z===", "====", "=", "Zh==", "Zm9=", "Zm8", "Zm8==", "Zm9v=",
            "Zm9v====",
            "Zg==Zg==", "Zg=a", "Z=g=", "Zm9v\n", " Zm9v", "Zm-v", "Zm_v", "Zm9é", "Zm9v\0",
        ])
    func refused(text: String) {
        #expect(Base64.decode(text) == nil)
    }

    @Test("whatever four bytes are accepted are what encoding gives")
    func canonical() {
        let characters = Array("AQgwZm9/+=\n-".utf8)
        for a in characters {
            for b in characters {
                for c in characters {
                    for d in characters {
                        let text = [a, b, c, d]
                        guard let bytes = Base64.decode(text) else { continue }
                        #expect(Array(Base64.encode(bytes).utf8) == text)
                    }
                }
            }
        }
    }
}
