"""What the Python scripts share: help, errors, and what has to be there before the work begins."""

import argparse
import os
import pathlib
import sys

USAGE, CANNOT_CREATE = 64, 73


def fail(status, message, hint=None):
    """Ends the script: a status (docs/exit-codes.md), a message and, if there is a remedy, a hint."""
    script = pathlib.Path(sys.argv[0]).name
    print(f"{script}: error: {message}", file=sys.stderr)
    if hint:
        print(f"{script}: hint: {hint}", file=sys.stderr)
    sys.exit(status)


class Parser(argparse.ArgumentParser):
    """Options of a script; the help is the script's own description, and wrong usage ends with 64."""

    def __init__(self, description):
        super().__init__(add_help=False, allow_abbrev=False)
        self.text = description
        self.add_argument("-h", "--help", action=Help, nargs=0)

    def error(self, message):
        fail(USAGE, message, f"{sys.argv[0]} --help")


class Help(argparse.Action):
    def __call__(self, parser, *_):
        print(parser.text.strip())
        sys.exit(0)


def require_writable(*folders):
    """Ends the script at once if one of the folders cannot be written to; of an absent one, the folder that will hold it counts."""
    for folder in folders:
        folder = pathlib.Path(folder).absolute()
        while not folder.exists() and folder != folder.parent:
            folder = folder.parent
        if not folder.is_dir():
            fail(CANNOT_CREATE, f"not a folder: {folder}")
        if not os.access(folder, os.W_OK):
            fail(CANNOT_CREATE, f"cannot write to the folder {folder}", "name or copy to a folder that is not read-only")
