#include "file.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <memory>

#include "tool/core/failure.hpp"
#include "tool/core/words.hpp"

namespace pitstop::tool {

namespace {

std::string remedy_for(int number)
{
    switch (number) {
    case ENOSPC:
    case EDQUOT: return "The disk is full. Make room there, or name another directory.";
    case EACCES:
    case EPERM: return "Run pitstop as a user who may do this, or name another directory.";
    case EROFS: return "That file system is mounted read-only.";
    default: return {};
    }
}

struct CloseDirectory {
    void operator()(DIR *directory) const noexcept { ::closedir(directory); }
};

std::string without_slashes(std::string path)
{
    while (path.size() > 1 && path.back() == '/')
        path.pop_back();
    return path;
}

}  // namespace

void fail_on(const std::string &doing, const std::string &path)
{
    const int number = errno;
    throw Failure(ExitCode::failed, "could not " + doing + " \"" + printable(path) + "\": " + std::strerror(number), {},
                  remedy_for(number));
}

std::string join_path(const std::string &directory, const std::string &name)
{
    return directory.empty() || directory.back() == '/' ? directory + name : directory + "/" + name;
}

std::string parent_of(const std::string &path)
{
    const std::string plain = without_slashes(path);
    const std::size_t slash = plain.rfind('/');
    if (slash == std::string::npos)
        return ".";
    return slash == 0 ? "/" : plain.substr(0, slash);
}

std::string name_in(const std::string &path)
{
    const std::string plain = without_slashes(path);
    return plain.substr(plain.rfind('/') + 1);
}

bool exists(const std::string &path) noexcept
{
    struct stat found = {};
    return ::lstat(path.c_str(), &found) == 0;
}

bool is_directory(const std::string &path) noexcept
{
    struct stat found = {};
    return ::stat(path.c_str(), &found) == 0 && S_ISDIR(found.st_mode);
}

std::uint64_t size_of_file(const std::string &path)
{
    struct stat found = {};
    if (::stat(path.c_str(), &found) != 0)
        fail_on("look at", path);
    return static_cast<std::uint64_t>(found.st_size);
}

std::vector<std::string> names_in(const std::string &directory)
{
    const std::unique_ptr<DIR, CloseDirectory> open(::opendir(directory.c_str()));
    if (!open)
        fail_on("read the directory", directory);
    std::vector<std::string> names;
    while (const struct dirent *const entry = ::readdir(open.get())) {
        const std::string name = entry->d_name;
        if (name != "." && name != "..")
            names.push_back(name);
    }
    std::sort(names.begin(), names.end());
    return names;
}

std::string read_file(const std::string &path, std::size_t limit)
{
    std::string text = first_bytes(path, limit + 1);
    if (text.size() > limit)
        throw Failure(ExitCode::failed,
                      "could not read \"" + printable(path) + "\": it is larger than " + size_text(limit));
    return text;
}

std::string first_bytes(const std::string &path, std::size_t count)
{
    const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    if (!file)
        fail_on("open", path);
    std::string text;
    char buffer[65536];
    while (text.size() < count) {
        const ssize_t got = ::read(file.get(), buffer, std::min(sizeof buffer, count - text.size()));
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            fail_on("read", path);
        if (got == 0)
            break;
        text.append(buffer, static_cast<std::size_t>(got));
    }
    return text;
}

std::string last_bytes(const std::string &path, std::size_t count)
{
    const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    if (!file)
        fail_on("open", path);
    const off_t size = ::lseek(file.get(), 0, SEEK_END);
    const off_t start = std::max<off_t>(0, size - static_cast<off_t>(count));
    std::string text(static_cast<std::size_t>(std::max<off_t>(0, size - start)), '\0');
    const ssize_t got = ::pread(file.get(), text.data(), text.size(), start);
    if (got < 0)
        fail_on("read", path);
    text.resize(static_cast<std::size_t>(got));
    return text;
}

void make_directory(const std::string &path)
{
    if (is_directory(path))
        return;
    if (const std::string parent = parent_of(path); !is_directory(parent))
        make_directory(parent);
    if (::mkdir(path.c_str(), 0700) != 0 && errno != EEXIST)
        fail_on("make the directory", path);
    sync_directory(parent_of(path));
}

void sync_directory(const std::string &path)
{
    const Descriptor directory(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!directory)
        fail_on("open the directory", path);
    // Some network file systems know no fsync of directories.
    if (::fsync(directory.get()) != 0 && errno != EINVAL && errno != EROFS)
        fail_on("write to disk the directory", path);
}

void sync_file(const std::string &path)
{
    const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    if (!file)
        fail_on("open", path);
    if (::fsync(file.get()) != 0)
        fail_on("write to disk", path);
}

void rename_durably(const std::string &from, const std::string &to)
{
    if (::rename(from.c_str(), to.c_str()) != 0)
        fail_on("give its name to", to);
    sync_directory(parent_of(to));
}

void remove_file(const std::string &path) noexcept
{
    ::unlink(path.c_str());
}

void remove_tree(const std::string &path) noexcept
{
    struct stat found = {};
    if (::lstat(path.c_str(), &found) != 0)
        return;
    if (!S_ISDIR(found.st_mode)) {
        ::unlink(path.c_str());
        return;
    }
    try {
        for (const std::string &name : names_in(path))
            remove_tree(join_path(path, name));
    } catch (const std::exception &) {
        // What cannot be listed cannot be emptied; rmdir then fails too, and the caller's next look finds it.
    }
    ::rmdir(path.c_str());
}

std::optional<std::uint64_t> free_bytes(const std::string &path) noexcept
{
    struct statvfs found = {};
    if (::statvfs(path.c_str(), &found) != 0)
        return std::nullopt;
    return static_cast<std::uint64_t>(found.f_bavail) * found.f_frsize;
}

void write_all(int fd, const void *bytes, std::size_t size, const std::string &path)
{
    const char *at = static_cast<const char *>(bytes);
    while (size > 0) {
        const ssize_t put = ::write(fd, at, size);
        if (put < 0 && errno == EINTR)
            continue;
        if (put <= 0)
            fail_on("write to", path);
        at += put;
        size -= static_cast<std::size_t>(put);
    }
}

NewFile::NewFile(std::string path, std::string temporary_path)
    : path_(std::move(path)), temporary_path_(temporary_path.empty() ? path_ + ".partial" : std::move(temporary_path))
{
    file_ = Descriptor(::open(temporary_path_.c_str(), O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600));
    if (!file_)
        fail_on("create", temporary_path_);
}

NewFile::~NewFile()
{
    if (!temporary_path_.empty())
        remove_file(temporary_path_);
}

void NewFile::write(std::string_view bytes)
{
    write_all(file_.get(), bytes.data(), bytes.size(), temporary_path_);
}

void NewFile::sync()
{
    if (::fsync(file_.get()) != 0)
        fail_on("write to disk", temporary_path_);
}

void NewFile::keep()
{
    sync();
    rename_durably(temporary_path_, path_);
    temporary_path_.clear();
}

void NewFile::leave()
{
    temporary_path_.clear();
}

void write_file(const std::string &path, std::string_view text)
{
    NewFile file(path);
    file.write(text);
    file.keep();
}

std::optional<FileLock> FileLock::take(Descriptor file, const std::string &path, int operation)
{
    if (!file)
        fail_on("open the lock", path);
    if (::flock(file.get(), operation | LOCK_NB) != 0) {
        if (errno == EWOULDBLOCK)
            return std::nullopt;
        fail_on("take the lock", path);
    }
    return FileLock(std::move(file));
}

std::optional<FileLock> FileLock::try_take(const std::string &path, Kind kind)
{
    return take(Descriptor(::open(path.c_str(), O_RDONLY | O_CLOEXEC)), path, kind == Kind::shared ? LOCK_SH : LOCK_EX);
}

std::optional<FileLock> FileLock::create(const std::string &path)
{
    return take(Descriptor(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600)), path, LOCK_EX);
}

FileLock FileLock::take_of_current(const std::string &path)
{
    while (true) {
        // For writing: some network file systems give no exclusive lock otherwise.
        Descriptor file(::open(path.c_str(), O_RDWR | O_CLOEXEC));
        if (!file)
            fail_on("open", path);
        while (::flock(file.get(), LOCK_EX) != 0) {
            if (errno != EINTR)
                fail_on("take the lock", path);
        }
        struct stat locked = {};
        struct stat named = {};
        if (::fstat(file.get(), &locked) == 0 && ::stat(path.c_str(), &named) == 0 && locked.st_ino == named.st_ino &&
            locked.st_dev == named.st_dev)
            return FileLock(std::move(file));
    }
}

}  // namespace pitstop::tool
