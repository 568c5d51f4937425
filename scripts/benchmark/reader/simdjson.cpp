// Parses each line of a file into simdjson's DOM, on one core, and prints megabytes a second; see scripts/bench.
#include <simdjson.h>

#include <chrono>
#include <cstring>
#include <iostream>

int main(int, char **arguments) {
    auto text = simdjson::padded_string::load(arguments[1]).take_value();
    simdjson::dom::parser parser;
    size_t values = 0;
    const auto begun = std::chrono::steady_clock::now();
    for (const char *line = text.data(), *end = line + text.size(); line < end;) {
        auto next = static_cast<const char *>(memchr(line, '\n', end - line));
        // What stands behind the line is readable: the rest of the text, or the padding.
        if (parser.parse(line, (next ? next : end) - line, false).error()) return 1;
        values++;
        line = next ? next + 1 : end;
    }
    const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - begun;
    std::cout << int(text.size() / 1e6 / seconds.count()) << " " << values << "\n";
}
