// A dump of any kind, told by its content: what it is, what is in it, and its bytes as pg_restore or psql want them.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "byte_source.hpp"
#include "tool/core/dump_format.hpp"
#include "tool/core/dump_text.hpp"

namespace pitstop::tool {

class DumpSource {
public:
    // Looks at the first bytes, through compression and encryption. `identity` opens what is encrypted with age. Raises Failure
    // (not_proven) for what is empty, a web page, or no dump; (usage) where an identity is needed.
    static DumpSource open(const std::string &path, const std::optional<std::string> &identity);

    // SQL of our own, which does not begin as pg_dump's does; it may be encrypted.
    static DumpSource open_text(const std::string &path, const std::optional<std::string> &identity);

    const std::string &path() const noexcept { return path_; }
    // custom, directory, tar or plain.
    DumpFormat format() const noexcept { return format_; }
    bool is_plain() const noexcept { return format_ == DumpFormat::plain; }
    // Whether pg_restore can open it by its path, and so load several tables at a time.
    bool is_a_file_of_pg_restore() const noexcept { return !is_plain() && layers_.empty(); }
    // Neither compressed nor encrypted by others than pg_dump.
    bool is_bare() const noexcept { return layers_.empty(); }
    // "a custom-format archive of pg_dump, encrypted with age"
    std::string description() const;

    // What is under compression and encryption.
    std::unique_ptr<ByteSource> bytes() const;
    // The same as SQL: of an archive what pg_restore makes of it, which gets `options`.
    std::unique_ptr<ByteSource> sql(const std::string &pg_restore, const std::vector<std::string> &options = {}) const;

    // Reads it to its end. Raises Failure (not_proven) for what is damaged or cut off.
    DumpFacts read_through(const std::string &pg_restore) const;

private:
    void look_through_layers();

    std::string path_;
    DumpFormat format_ = DumpFormat::foreign;
    std::vector<DumpFormat> layers_;  // the outermost first
    std::optional<std::string> identity_;
};

// A plain dump as DumpFilter leaves it.
std::unique_ptr<ByteSource> filtered(std::unique_ptr<ByteSource> source);

// age --decrypt of what `in` gives.
ProgramCall decrypting(const std::string &identity);

}  // namespace pitstop::tool
