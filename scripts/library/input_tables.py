"""The tables of docs/input.md, drawn from the JSON Schema of input records that the program prints."""

# What stands in the column "can be" for a definition of the schema.
WORDS = {
    "category": "a category",
    "complianceCheck": "an object, below",
    "errorDetails": "an object, below",
    "historyEntry": "transitions",
    "identifier": "an identifier",
    "metadata": "an object, below",
    "status": "a status",
    "time": "a time",
    "unsignedNumber": "a whole number from 0 to 2^64 - 1",
    "wholeNumber": "a whole number from -2^63 to 2^63 - 1",
}
TYPES = {
    "array": "an array",
    "boolean": "true or false",
    "number": "a number",
    "object": "an object",
    "string": "a string",
}
RECORDS = [
    ("A deployment", "deployment", {"currentStatus": "one of the two", "statusHistory": "one of the two"}),
    ("A transition", "transition", {}),
    ("errorDetails of a transition", "errorDetails", {}),
    ("Each of complianceChecks of a transition", "complianceCheck", {}),
    ("metadata of a transition", "metadata", {}),
]


def draw(schema):
    """The tables as Markdown, each below its heading."""
    definitions = schema["$defs"]
    parts = []
    for title, name, marks in RECORDS:
        parts.append(f"### {title}\n\n" + members(definitions[name], marks))
    parts.append("### Statuses\n\n" + enumeration(definitions["status"]))
    parts.append("### Categories of failures\n\n" + enumeration(definitions["category"]))
    parts.append("### Columns of a CSV\n\n" + columns(definitions["csvRow"]))
    return "\n\n".join(parts)


def table(head, rows):
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(cells) + " |" for cells in lines)


def members(definition, marks):
    required = definition.get("required", [])
    rows = []
    for name, value in sorted(definition["properties"].items(), key=lambda item: item[0] not in required):
        # A known name of the other kind of record.
        if "description" in value:
            mark = marks.get(name, "required" if name in required else "")
            rows.append([f"`{name}`", mark, words(value), value["description"]])
    return table(["member", "needed", "can be", "meaning"], rows)


def words(value):
    if "$ref" in value:
        return WORDS[value["$ref"].rsplit("/", 1)[1]]
    if "anyOf" in value:
        return words(next(choice for choice in value["anyOf"] if choice.get("type") != "null"))
    if value["type"] == "array" and "items" in value:
        return "an array of transitions" if "$ref" in value["items"] else "an array of checks, below"
    kinds = value["type"] if isinstance(value["type"], list) else [value["type"]]
    return " or ".join(TYPES[kind] for kind in kinds)


def enumeration(definition):
    names = [value for value in definition["enum"] if isinstance(value, str) and not value.isdigit()]
    numbers = [value for value in definition["enum"] if isinstance(value, int)]
    return table(["number", "name"], [[str(number), f"`{name}`"] for number, name in zip(numbers, names, strict=True)])


def columns(definition):
    rows = []
    for name, value in sorted(definition["properties"].items(), key=lambda item: item[0] not in definition["required"]):
        mark = "required" if name in definition["required"] else ""
        rows.append([f"`{name}`", mark, value["allOf"][1]["description"]])
    return table(["column", "needed", "meaning"], rows)
