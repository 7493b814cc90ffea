// Files that are there whole or not at all, directories, locks.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "descriptor.hpp"

namespace pitstop::tool {

// "could not open …: No space left on device": Failure (failed) with errno's text, and a hint where there is a usual remedy.
[[noreturn]] void fail_on(const std::string &doing, const std::string &path);

std::string join_path(const std::string &directory, const std::string &name);
std::string parent_of(const std::string &path);  // "." where there is none
std::string name_in(const std::string &path);    // behind the last slash; slashes at the end are not seen
bool exists(const std::string &path) noexcept;
bool is_directory(const std::string &path) noexcept;
std::uint64_t size_of_file(const std::string &path);
std::vector<std::string> names_in(const std::string &directory);    // sorted, without . and ..
std::string read_file(const std::string &path, std::size_t limit);  // more than `limit` bytes: Failure
std::string first_bytes(const std::string &path, std::size_t count);
std::string last_bytes(const std::string &path, std::size_t count);
void make_directory(const std::string &path);  // 0700; its parents too
void sync_directory(const std::string &path);
void sync_file(const std::string &path);
void rename_durably(const std::string &from, const std::string &to);  // and fsyncs the directory
void remove_file(const std::string &path) noexcept;
void remove_tree(const std::string &path) noexcept;  // never follows a link
std::optional<std::uint64_t> free_bytes(const std::string &path) noexcept;

// Writes all, or raises Failure.
void write_all(int fd, const void *bytes, std::size_t size, const std::string &path);

// A file under a temporary name, 0600, that gets its real one when it is complete; else it goes with its owner.
class NewFile {
public:
    explicit NewFile(std::string path, std::string temporary_path = {});
    ~NewFile();
    NewFile(const NewFile &) = delete;
    NewFile &operator=(const NewFile &) = delete;

    int descriptor() const noexcept { return file_.get(); }
    const std::string &temporary_path() const noexcept { return temporary_path_; }
    void write(std::string_view bytes);
    void sync();
    void keep();   // fsync, rename, fsync of the directory
    void leave();  // under its temporary name: somebody else gives it its own

private:
    std::string path_;
    std::string temporary_path_;
    Descriptor file_;
};

void write_file(const std::string &path, std::string_view text);  // through a NewFile

// A lock (flock) on a file. It ends with its owner, and with the process, however that ends.
class FileLock {
public:
    enum class Kind {
        exclusive,  // one at a time
        shared,     // several at a time, and no exclusive one
    };
    // Nothing when somebody else has it. The file must be there; a lock file of one's own is made by `create`.
    static std::optional<FileLock> try_take(const std::string &path, Kind kind);
    static std::optional<FileLock> create(const std::string &path);
    // Waits for its turn with a file that each holder may replace: what is locked is what has the name now.
    static FileLock take_of_current(const std::string &path);

private:
    explicit FileLock(Descriptor file) noexcept : file_(std::move(file)) {}
    static std::optional<FileLock> take(Descriptor file, const std::string &path, int operation);

    Descriptor file_;
};

}  // namespace pitstop::tool
