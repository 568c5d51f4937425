# Sourced by the shell scripts: help, errors, and what has to be there before the work begins.

script=$(basename "$0")

# Ends the script: a status (docs/exit-codes.md), a message and, if there is a remedy, a hint.
fail() {
    echo "$script: error: $2" >&2
    [[ -z ${3:-} ]] || echo "$script: hint: $3" >&2
    exit "$1"
}

# Prints the comment at the head of the script.
print_help() { awk 'NR > 1 { if (!/^#/) exit; sub(/^# ?/, ""); print }' "$0"; }

# Answers --help, and refuses every argument of a script that takes none.
expect_no_arguments() {
    (($# > 0)) || return 0
    case $1 in
    --help | -h) print_help ;;
    *) fail 64 "unexpected argument \"$1\"" "scripts/$script --help" ;;
    esac
    exit 0
}

require_swift() {
    command -v swift >/dev/null ||
        fail 69 "swift not found, expected Swift 6.2 or newer on the PATH" "install it from https://www.swift.org/install"
}

# Ends the script at once if one of the folders cannot be written to; of a folder that is absent, the one that will hold it counts.
require_writable() {
    local folder
    for folder in "$@"; do
        while [[ ! -e $folder && $folder == */* ]]; do folder=${folder%/*} && folder=${folder:-/}; done
        [[ -e $folder ]] || folder=.
        [[ -d $folder ]] || fail 73 "not a folder: $folder"
        [[ -w $folder ]] ||
            fail 73 "cannot write to the folder $(cd "$folder" && pwd)" "copy the repository to a folder that is not read-only"
    done
}
