// Bytes that come from somewhere: a file, what a program writes, either of them decompressed.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "process.hpp"

namespace pitstop::tool {

class ByteSource {
public:
    ByteSource() = default;
    ByteSource(const ByteSource &) = delete;
    ByteSource &operator=(const ByteSource &) = delete;
    virtual ~ByteSource() = default;
    // Up to `size` bytes into `buffer`; 0 at the end. A damaged or cut-off stream is a Failure (not_proven).
    virtual std::size_t read(char *buffer, std::size_t size) = 0;
};

std::unique_ptr<ByteSource> source_of_file(const std::string &path);
// The program's standard output, with `in` as its input; at the end it must have exited with 0.
std::unique_ptr<ByteSource> source_of_program(const ProgramCall &call, Descriptor in, const std::string &doing);
std::unique_ptr<ByteSource> gunzipped(std::unique_ptr<ByteSource> source);  // several members, one behind the other
std::unique_ptr<ByteSource> unzstd(std::unique_ptr<ByteSource> source);     // several frames

// A text, then all of `source`, then another text.
std::unique_ptr<ByteSource> between(std::string before, std::unique_ptr<ByteSource> source, std::string after);

// Everything `source` gives is written into a child's input, which is closed then. When the child takes no more, it returns:
// the caller learns the reason from the child. Watches signals.
void feed(ByteSource &source, Descriptor sink);

// The first bytes of a source, as many as there are up to `size`.
std::string start_of(ByteSource &source, std::size_t size);

}  // namespace pitstop::tool
