/// The known members of the objects inside a transition, by name, each with what it can be.
package enum InnerMembers {
    package typealias Table = [(name: StaticString, claim: ClaimType)]

    /// The details of a failure.
    package static let errorDetails: Table = [
        ("category", .category), ("context", .object), ("errorCode", .text), ("isRetryable", .flag),
        ("suggestedRetryDelaySeconds", .unsignedNumber), ("technicalMessage", .text), ("timestamp", .time),
        ("userMessage", .text),
    ]

    /// One compliance check.
    package static let complianceCheck: Table = [
        ("checkName", .text), ("checkedAt", .time), ("context", .object), ("message", .text), ("passed", .flag),
    ]

    /// The members of `metadata` that have a meaning here; it may hold any others.
    package static let metadata: Table = [
        ("errorCategory", .category), ("isRetryable", .flag), ("suggestedRetryDelaySeconds", .unsignedNumber),
    ]
}
