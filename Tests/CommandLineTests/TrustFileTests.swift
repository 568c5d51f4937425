import Foundation
import Testing

@Suite("Trust files, by both programs")
struct TrustFileTests {
    @Test("a trust file that comes through a descriptor, is none, or is a loop of links gives both programs one status")
    func trust() throws {
        let folder = try CommandFolder.withKey()
        _ = try folder.export("-q")
        try folder.prepare("ln -s b a; ln -s a b")
        for (trust, status) in [("<(cat key.pub)", 0), ("/dev/null", 74), ("a", 74), ("/dev/stdin < key.pub", 0)] {
            for program in ["cartulary verify", "cartulary-verify"] {
                let path = CommandFolder.programs.path
                try folder.prepare(
                    "rc=0; \(path)/\(program) out/audit-all.zip --trust \(trust) > result 2>&1 || rc=$?; [ $rc = \(status) ]"
                )
            }
        }
        let plain = try folder.read("key.allowed_signers")
        let key = try folder.read("key.pub")
        for (file, status): (String, Int32) in [
            ("!cartulary \(key)", 12), ("a,!b \(key)", 0), ("\u{FEFF}\(plain)", 64),
            ("a valid-before=\"20270101\" \(key)", 64), ("a valid-before=\"20370101Z\" \(key)", 0),
        ] {
            _ = try folder.write(file, to: "signers")
            let result = try folder.runBoth(["out/audit-all.zip", "--trust", "signers"])
            #expect(result.status == status, "\(file): \(result.output)\(result.messages)")
        }
    }
}
