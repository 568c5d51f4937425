package import AuditModel

/// What a section holds is not what was written.
package struct SpillDamage: Error, Equatable {
    /// What is wrong and what was expected; lower case, no full stop.
    package var problem: String

    package init(problem: String) { self.problem = problem }
}

/// Bytes of a section that slices of its entries may point to, and how far these bytes move.
package struct SliceBounds {
    /// Counted from the first of the section's bytes.
    package var range: Range<Int>
    package var shift: Int

    package init(range: Range<Int>, shift: Int) {
        self.range = range
        self.shift = shift
    }
}

/// Writes fields of fixed width one after the other, in little-endian order; every store is checked.
extension MutableRawSpan {
    @inlinable
    package mutating func store<Value: FixedWidthInteger & BitwiseCopyable>(_ value: Value, at offset: inout Int) {
        storeBytes(of: value.littleEndian, toByteOffset: offset, as: Value.self)
        offset += MemoryLayout<Value>.size
    }

    package mutating func store(_ value: Bool, at offset: inout Int) { store(value ? 1 as UInt8 : 0, at: &offset) }

    /// 0 for nil, 1 for false, 2 for true.
    package mutating func store(_ value: Bool?, at offset: inout Int) {
        store(value.map { $0 ? 2 as UInt8 : 1 } ?? 0, at: &offset)
    }

    /// Whether there is a value, and the value; 0 for nil.
    package mutating func store(_ value: Int64?, at offset: inout Int) {
        store(value != nil, at: &offset)
        store(value ?? 0, at: &offset)
    }

    package mutating func store(_ time: Timestamp, at offset: inout Int) { store(time.ticks, at: &offset) }

    /// As an optional number.
    package mutating func store(_ time: Timestamp?, at offset: inout Int) { store(time?.ticks, at: &offset) }

    /// 0 for nil, else one more than the category's number.
    package mutating func store(_ value: FailureCategory?, at offset: inout Int) {
        store(value.map { $0.rawValue + 1 } ?? 0, at: &offset)
    }

    /// A slice, counted from the beginning of `bytes`, in which it must lie.
    package mutating func store(_ slice: ByteSlice, within bytes: Range<Int>, at offset: inout Int) {
        let range = slice.range
        precondition(
            slice.isEmpty || bytes.lowerBound <= range.lowerBound && range.upperBound <= bytes.upperBound,
            "a record points outside the bytes that are written with it")
        store(slice.isEmpty ? 0 as UInt32 : UInt32(range.lowerBound - bytes.lowerBound), at: &offset)
        store(slice.count, at: &offset)
    }
}

/// Reads what was written; every load is checked against the span, every value against its type.
extension RawSpan {
    @inlinable
    package func load<Value: FixedWidthInteger & BitwiseCopyable>(_ type: Value.Type, at offset: inout Int) -> Value {
        // Any bytes are a number; "unsafe" is said of types of which some bytes are no value.
        let value = unsafe unsafeLoadUnaligned(fromByteOffset: offset, as: Value.self)
        offset += MemoryLayout<Value>.size
        return Value(littleEndian: value)
    }

    package func loadBool(at offset: inout Int) throws(SpillDamage) -> Bool {
        switch load(UInt8.self, at: &offset) {
        case 0: return false
        case 1: return true
        case let byte: throw SpillDamage(problem: "a flag is \(byte), expected 0 or 1")
        }
    }

    func loadOptionalBool(at offset: inout Int) throws(SpillDamage) -> Bool? {
        switch load(UInt8.self, at: &offset) {
        case 0: return nil
        case 1: return false
        case 2: return true
        case let byte: throw SpillDamage(problem: "an optional flag is \(byte), expected 0, 1 or 2")
        }
    }

    package func loadOptional(at offset: inout Int) throws(SpillDamage) -> Int64? {
        let isThere = try loadBool(at: &offset)
        let value = load(Int64.self, at: &offset)
        return isThere ? value : nil
    }

    func loadStatus(at offset: inout Int) throws(SpillDamage) -> DeploymentStatus {
        let number = load(UInt8.self, at: &offset)
        guard let status = DeploymentStatus(rawValue: number) else {
            throw SpillDamage(problem: "a status is number \(number), expected that of a state")
        }
        return status
    }

    func loadCategory(at offset: inout Int) throws(SpillDamage) -> FailureCategory? {
        let number = load(UInt8.self, at: &offset)
        guard number > 0 else { return nil }
        guard let category = FailureCategory(rawValue: number - 1) else {
            throw SpillDamage(problem: "a failure category is number \(number - 1), expected that of a category")
        }
        return category
    }

    func loadTime(at offset: inout Int) throws(SpillDamage) -> Timestamp {
        try time(load(Int64.self, at: &offset))
    }

    func loadOptionalTime(at offset: inout Int) throws(SpillDamage) -> Timestamp? {
        guard let number = try loadOptional(at: &offset) else { return nil }
        return try time(number)
    }

    private func time(_ number: Int64) throws(SpillDamage) -> Timestamp {
        guard 0..<Timestamp.ticksPerDay * 3_652_059 ~= number else {
            throw SpillDamage(problem: "a time is outside the years 1 to 9999")
        }
        return Timestamp(ticks: number)
    }

    /// A number that counts something.
    package func loadCount(at offset: inout Int) throws(SpillDamage) -> Int {
        let count = load(Int64.self, at: &offset)
        guard count >= 0 else { throw SpillDamage(problem: "a count is \(count), expected none below 0") }
        return Int(count)
    }

    package func loadSlice(_ bounds: SliceBounds, at offset: inout Int) throws(SpillDamage) -> ByteSlice {
        let start = Int(load(UInt32.self, at: &offset))
        let count = Int(load(UInt32.self, at: &offset))
        guard count > 0 else { return .none }
        guard bounds.range.lowerBound <= start, start + count <= bounds.range.upperBound else {
            throw SpillDamage(
                problem: "a record points to bytes \(start) to \(start + count), expected \(bounds.range)")
        }
        return ByteSlice(start: start + bounds.shift, count: count)
    }
}
