"""The targets of the package, from its own description: who imports whom, how large each is, and the picture of it."""

import collections
import json
import pathlib
import re
import subprocess
import tempfile
from typing import NamedTuple

from swift_source import Source

# A target that outgrows this holds more than one idea.
LINES_OF_TARGET = 3_500
LINES_OF_FILE = 600
LINES_OF_FUNCTION = 80
# The numbers in a picture that was drawn earlier still hold if they differ by no more than a tenth, or by so many lines.
TOLERANCE, TOLERATED_LINES = 0.1, 30


class Largest(NamedTuple):
    lines: int = 0
    name: str = ""


class Target:
    """A target that is no test: what it depends on, and the size of its sources."""

    def __init__(self, description, root):
        self.name = description["name"]
        self.imports = set(description.get("target_dependencies") or [])
        self.products = set(description.get("product_dependencies") or [])
        self.is_program = description["type"] == "executable"
        self.lines, self.file, self.function = 0, Largest(), Largest()
        self.imported = set()
        for path in description.get("sources") or []:
            if path.endswith(".swift"):
                self.measure(Source((root / description["path"] / path).read_text(encoding="utf-8"), path))

    def measure(self, source):
        self.lines += source.lines
        self.file = max(self.file, Largest(source.lines, source.path))
        for each in source.functions:
            self.function = max(self.function, Largest(each.lines, each.name))
        self.imported |= set(re.findall(r"^[ \t]*(?:@\w+[ \t]+)*(?:\w+[ \t]+)?import[ \t]+(?:\w+[ \t]+(?=\w+\.))?(\w+)", source.code, re.M))


def describe(root):
    """The targets of the package at a path, tests and what only tests use left out, by name."""
    with tempfile.TemporaryDirectory() as folder:
        # With a folder of its own it does not wait for a build that is under way.
        words = ["swift", "package", "--package-path", root, "--scratch-path", f"{folder}/build", "--cache-path", f"{folder}/cache",
                 "--manifest-cache", "none", "describe", "--type", "json"]
        text = subprocess.run([str(word) for word in words], check=True, stdout=subprocess.PIPE).stdout
    return read_description(json.loads(text), pathlib.Path(root))


def read_description(description, root):
    found = [each for each in description["targets"] if each["type"] != "test" and not each["path"].startswith("Tests/")]
    return {each["name"]: Target(each, root) for each in found}


class Cycle(Exception):
    """Targets that import each other; the names, the first again at the end."""


def find_layers(targets):
    """The layer of each target: 0 imports no other target, and each other one stands above all that it imports."""
    layers, path = {}, []

    def visit(name):
        if name in path:
            raise Cycle(" → ".join([*path[path.index(name) :], name]))
        if name not in layers:
            path.append(name)
            layers[name] = max((visit(other) + 1 for other in sorted(targets[name].imports) if other in targets), default=0)
            path.pop()
        return layers[name]

    for name in sorted(targets):
        visit(name)
    return layers


def reduce_imports(targets):
    """What each target imports, without what one of its other imports imports already, directly or through others."""
    reached = {}

    def reach(name):
        if name not in reached:
            own = targets[name].imports & targets.keys()
            reached[name] = own.union(*(reach(other) for other in own))
        return reached[name]

    reduced = {}
    for name, target in targets.items():
        own = target.imports & targets.keys()
        reduced[name] = own.difference(*(reach(other) for other in own))
    return reduced


def draw(targets):
    """The picture as Markdown: layers from the programs down to what imports nothing, then a table of sizes."""
    layers, reduced = find_layers(targets), reduce_imports(targets)
    order = sorted(targets, key=lambda name: (-layers[name], name.lower()))
    width = max(map(len, order)) + 2
    lines, above = ["```text"], None
    for name in order:
        layer = layers[name]
        if above not in (None, layer):
            lines.append("    │")
        others = ", ".join(sorted(reduced[name], key=lambda other: (-layers[other], other.lower())))
        arrow = f"{name} ".ljust(width, "─") + f"▶ {others}" if others else name
        lines.append(f"{layer if layer != above else '':>3} │ {arrow}")
        above = layer
    lines += ["```", "", "| target | lines | from other packages | largest file | longest function |", "| --- | ---: | --- | --- | --- |"]
    for name in order:
        target = targets[name]
        if target.lines:
            products = ", ".join(sorted(target.products))
            function = f"`{target.function.name}` ({target.function.lines})" if target.function.lines else ""
            lines.append(f"| `{name}` | {target.lines:,} | {products} | `{target.file.name}` ({target.file.lines}) | {function} |")
    return "\n".join(lines)


def faults(targets):
    """What breaks the rules of the house, as sentences."""
    found = []
    for name, target in sorted(targets.items()):
        if target.lines > LINES_OF_TARGET:
            found.append(f"target {name} has {target.lines:,} lines, at most {LINES_OF_TARGET:,} are allowed")
        if target.file.lines > LINES_OF_FILE:
            found.append(f"{name}/{target.file.name} has {target.file.lines} lines, at most {LINES_OF_FILE} are allowed")
        if target.function.lines > LINES_OF_FUNCTION:
            found.append(f"{target.function.name} of {name} has {target.function.lines} lines, at most {LINES_OF_FUNCTION} are allowed")
        if target.lines and (unused := (target.imports | target.products) - target.imported):
            found.append(f"target {name} declares dependencies that it does not import: {', '.join(sorted(unused))}")
        # The build also accepts what only a dependency's dependency gives; a declaration says it itself.
        if undeclared := (target.imported & targets.keys()) - target.imports - {name}:
            found.append(f"target {name} imports what it does not declare: {', '.join(sorted(undeclared))}")
    return found


def same_picture(drawn, found):
    """Whether a picture says what one drawn now says, but for numbers of lines that have changed a little."""
    number = re.compile(r"(?<=\| )[\d,]+(?= \|)|(?<=\()\d+(?=\))")
    if number.sub("#", drawn) != number.sub("#", found):
        return False
    pairs = zip(number.findall(drawn), number.findall(found))
    return all(are_close(int(a.replace(",", "")), int(b.replace(",", ""))) for a, b in pairs)


def are_close(a, b):
    return abs(a - b) <= max(TOLERATED_LINES, TOLERANCE * max(a, b))
