import AuditModel
import RecordContent
import StrictJSON

/// An error that an answer names though it calls itself successful (docs/domain.md, 5).
package enum StatedError {
    /// Names of members that name an error of the request if there is something in them; letters and digits alone.
    package static let names = ["error", "errors"]
    /// The one that may be that of the deployment in the answer, if it failed.
    package static let message = "errormessage"
    /// The member whose text may say how the request, or the deployment in the answer, ended.
    package static let status = "status"
    /// Texts of such a `status` that say that the answer is not whole; letters and digits alone.
    package static let statuses = [
        "error", "failed", "failure", "incomplete", "partial", "partialcontent", "partialsuccess", "timedout",
        "timeout",
    ]

    /// Whose error it is.
    enum Owner {
        case request
        /// That of the request, unless a deployment in it failed.
        case any
    }

    /// Whose error a member names; nil if it names none.
    static func owner(_ member: ResponseMember, _ value: JSONToken, isEmpty: Bool, in bytes: Span<UInt8>) -> Owner? {
        let isContainer = value.kind == .object || value.kind == .array
        let isThere = isContainer ? !isEmpty : !ResponseMember.isDenied(value, in: bytes)
        if names.contains(member.letters), isThere { return .request }
        if member.letters == message, isThere { return .any }
        guard member.letters == status, value.kind == .string else { return nil }
        return ResponseMember(value, in: bytes).map { statuses.contains($0.letters) } ?? false ? .any : nil
    }

    /// Whether the deployment that an object is says that it failed.
    static func isFailed(_ deployment: Int, _ tape: JSONTape, in bytes: Span<UInt8>) -> Bool {
        let states: [StaticString] = ["currentStatus", "status"]
        return states.contains { name in
            guard let state = tape.member(name, of: deployment, in: bytes) else { return false }
            let token = tape.tokens[state]
            if token.kind == .number {
                return WholeNumber(bytes, token.range)?.signed == Int64(DeploymentStatus.failed.sourceNumber)
            }
            guard token.kind == .string else { return false }
            var text: [UInt8] = []
            JSONString.unescape(bytes, token.inner, into: &text)
            return text.elementsEqual(DeploymentStatus.failed.name.utf8)
        }
    }
}
