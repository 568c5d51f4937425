"""Swift sources as text: code without comments and strings, functions with their lengths and parameters.

This is no compiler: it matches brackets. That is enough to count, and needs no build.
"""

import bisect
import functools
import re
from typing import NamedTuple

# What begins a comment, a string or a literal regular expression; a single slash may also be a division.
OPENING = re.compile(r'//|/\*|(?P<hashes>#*)(?P<quote>"""|"|/)')
OPENING_OR_BRACKET = re.compile(OPENING.pattern + r"|[()]")
# A slash behind one of these begins a regular expression, since a division has a value before it.
BEFORE_EXPRESSION = re.compile(r"(?:^|[(,=:\[{!&|?;]|\breturn)[ \t]*$")
OPEN, CLOSE = "([{", ")]}"

DECLARATION = re.compile(
    r"(?<![\w.`])(?:func\s+(?P<name>[^\s(<]+|<[^\s(]*)\s*|(?P<init>init)[?!]?\s*(?=[(<]))"
    r"|(?<![\w.`])(?P<deinit>deinit)\b|(?<![\w.`])(?P<subscript>subscript)\s*(?=[(<])"
    r"|(?<![\w.`])var\s+(?P<property>\w+)\s*:[^={}\n]*(?={)"
)
TYPE = re.compile(r"(?<![\w.`])(?:struct|class|enum|actor|extension|protocol)\s+(?P<name>[\w.]+)[^{}\n;]*{")
# What goes on with a declaration on its next line.
CONTINUATION = re.compile(r"\s*(?:->|throws\b|rethrows\b|async\b|where\b|{)")


class Function(NamedTuple):
    name: str
    line: int
    lines: int
    parameters: list
    kind: str

    @property
    def unlabelled(self):
        """How many parameters a call gives without a label."""
        return sum(parameter.split(":")[0].split()[:1] == ["_"] for parameter in self.parameters)


class Source:
    """The text of one file; `code` has the same length, with blanks for comments and the insides of strings."""

    def __init__(self, text, path=""):
        self.path, self.text = path, text
        self.code = mask(text)
        self.starts = [0, *(match.end() for match in re.finditer("\n", text))]

    @property
    def lines(self):
        return self.text.count("\n") + (not self.text.endswith("\n") and self.text != "")

    def line(self, offset):
        return bisect.bisect_right(self.starts, offset)

    def line_text(self, number):
        return self.text.split("\n")[number - 1].strip()

    @functools.cached_property
    def pairs(self):
        """The place of the bracket that closes the one at each place, and the other way round."""
        pairs, open_brackets = {}, []
        for match in re.finditer(r"[()\[\]{}]", self.code):
            place, bracket = match.start(), match[0]
            if bracket in OPEN:
                open_brackets.append(place)
            elif open_brackets and OPEN.index(self.code[open_brackets[-1]]) == CLOSE.index(bracket):
                pairs[place] = open_brackets.pop()
                pairs[pairs[place]] = place
        return pairs

    @functools.cached_property
    def functions(self):
        """Functions, initialisers, subscripts and computed properties that have a body, and those of protocols, which have none."""
        types = [(match["name"], match.start(), self.pairs.get(match.end() - 1, 0)) for match in TYPE.finditer(self.code)]
        found = []
        for match in DECLARATION.finditer(self.code):
            name = next(filter(None, match.groups()))
            around = [own for own, start, end in types if start < match.start() < end]
            parameters, body = self._signature(match.end(), has_parameters=not (match["property"] or match["deinit"]))
            if parameters is None:
                continue
            begin = self.line(match.start())
            lines = self.line(self.pairs.get(body, body)) - begin + 1 if body else 0
            kind = "property" if match["property"] else "subscript" if match["subscript"] else "function"
            found.append(Function(".".join([*around[-1:], name]), begin, lines, parameters, kind))
        return found

    def _signature(self, place, has_parameters):
        """The parameters of a declaration, and where its body begins; 0 if there is none."""
        code = self.code
        place += len(code[place:]) - len(code[place:].lstrip()) if place < len(code) else 0
        parameters = []
        if has_parameters:
            if code[place : place + 1] == "<":
                place = end_of_generics(code, place)
            place += len(re.match(r"\s*", code[place:])[0])
            if code[place : place + 1] != "(" or place not in self.pairs:
                return None, 0
            parameters = split(code[place + 1 : self.pairs[place]])
            place = self.pairs[place] + 1
        while place < len(code):
            character = code[place]
            if character == "{":
                return parameters, place
            if character == "}":
                return parameters, 0
            if character == "\n" and not CONTINUATION.match(code, place):
                if not re.search(r"(?:->|[,&:(\[<]|\bwhere)\s*$", code[max(0, place - 80) : place]):
                    return parameters, 0
            place = self.pairs[place] + 1 if character in "([" and place in self.pairs else place + 1
        return parameters, 0


def end_of_generics(code, place):
    depth = 0
    for match in re.finditer(r"->|[<>]", code[place:]):
        depth += {"<": 1, ">": -1}.get(match[0], 0)
        if depth == 0:
            return place + match.end()
    return place


def split(text):
    """The parts between the commas that stand in no brackets."""
    parts, depth, begin = [], 0, 0
    for match in re.finditer(r"->|[()\[\]{}<>,]", text):
        if match[0] in "([{<":
            depth += 1
        elif match[0] in ")]}>":
            depth -= 1
        elif match[0] == "," and depth == 0:
            parts.append(text[begin : match.start()].strip())
            begin = match.end()
    parts.append(text[begin:].strip())
    return [part for part in parts if part]


def mask(text):
    """The text with blanks for comments, the insides of strings and literal regular expressions; what is interpolated stays."""
    pieces, _ = mask_code(text, 0, is_interpolation=False)
    return "".join(pieces)


def blank(text):
    return re.sub(r"[^\n]", " ", text)


def mask_code(text, place, is_interpolation):
    """Masks code from a place on, to the end or to the bracket that closes an interpolation; returns pieces and the end."""
    pieces, depth = [], 0
    pattern = OPENING_OR_BRACKET if is_interpolation else OPENING
    while match := pattern.search(text, place):
        pieces.append(text[place : match.start()])
        place = match.start()
        if match[0] in "()":
            depth += 1 if match[0] == "(" else -1
            if depth < 0:
                return pieces, place
            pieces.append(match[0])
            place = match.end()
        elif match[0] in ("//", "/*"):
            end = end_of_comment(text, place)
            pieces.append(blank(text[place:end]))
            place = end
        elif match["quote"] == "/":
            end = end_of_expression(text, match)
            pieces.append(blank(text[place:end]) if end > match.end() else match[0])
            place = end
        else:
            inside, place = mask_string(text, match)
            pieces += inside
    pieces.append(text[place:])
    return pieces, len(text)


def end_of_comment(text, place):
    if text.startswith("//", place):
        end = text.find("\n", place)
        return len(text) if end < 0 else end
    depth = 0
    for match in re.finditer(r"/\*|\*/", text[place:]):
        depth += 1 if match[0] == "/*" else -1
        if depth == 0:
            return place + match.end()
    return len(text)


def end_of_expression(text, match):
    """Where a literal regular expression ends; the end of the match, if the slash begins none."""
    before = text[text.rfind("\n", 0, match.start()) + 1 : match.start()]
    if not match["hashes"] and (not BEFORE_EXPRESSION.search(before) or text[match.end() : match.end() + 1] in (" ", "\n", "")):
        return match.end()
    rest = re.compile(r"(?:\\.|\[(?:\\.|[^\]\\\n])*\]|[^/\\\n\[])*/" + match["hashes"]).match(text, match.end())
    return rest.end() if rest else match.end()


def mask_string(text, opening):
    """Masks a string; its quotes and what is interpolated stay."""
    hashes, quote = opening["hashes"], opening["quote"]
    token = re.compile(rf"(?P<interpolation>\\{hashes}\()|\\{hashes}.|(?P<end>{quote}{hashes})" + (r"|(?P<line>\n)" if quote == '"' else ""), re.S)
    pieces, place = [opening[0]], opening.end()
    while match := token.search(text, place):
        pieces.append(blank(text[place : match.start()]))
        place = match.end()
        if match["interpolation"]:
            inside, end = mask_code(text, place, is_interpolation=True)
            pieces += [" " * (len(match[0]) - 1) + "(", *inside]
            place = end
            if place < len(text):
                pieces.append(text[place])
                place += 1
        elif match["end"]:
            return [*pieces, match[0]], place
        elif match.groupdict().get("line"):
            return [*pieces, "\n"], place
        else:
            pieces.append(blank(match[0]))
    return [*pieces, blank(text[place:])], len(text)
