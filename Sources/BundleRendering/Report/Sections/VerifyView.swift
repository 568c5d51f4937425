/// How to check the bundle with tools that most machines have.
struct VerifyView {
    let name: String
    let fingerprint: String
    let algorithm: String

    init(_ input: ReportInput) {
        name = input.name
        fingerprint = input.keyFingerprint
        algorithm = input.keyAlgorithm
    }
}
