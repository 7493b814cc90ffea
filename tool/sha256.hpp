// SHA-256 of bytes as they pass by, and of files.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

struct evp_md_ctx_st;

namespace pitstop::tool {

class Sha256 {
public:
    Sha256();
    void add(const void *bytes, std::size_t size);
    std::string hex();  // of all so far; nothing may be added afterwards

private:
    struct Free {
        void operator()(evp_md_ctx_st *context) const noexcept;
    };
    std::unique_ptr<evp_md_ctx_st, Free> context_;
};

struct FileDigest {
    std::uint64_t bytes = 0;
    std::string sha256;
};

// Reads the file from the disk: what the page cache holds of it is dropped first, as far as the kernel does so.
FileDigest digest_of_file(const std::string &path);

}  // namespace pitstop::tool
