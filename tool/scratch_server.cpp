#include "scratch_server.hpp"

#include <poll.h>
#include <pwd.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstdlib>
#include <cstring>

#include "signals.hpp"
#include "tool/core/failure.hpp"
#include "tool/core/words.hpp"

namespace pitstop::tool {

namespace {

using std::chrono::steady_clock;

constexpr const char *name_beginning = "pitstop-scratch-";
constexpr const char *lock_name = "lock";
constexpr std::chrono::seconds start_patience{60};

std::string temporary_directory()
{
    const char *const variable = std::getenv("TMPDIR");
    return variable != nullptr && *variable != '\0' ? variable : "/tmp";
}

// Whose directory it would be, had this program made it: nobody else's is removed, whatever its name.
bool is_ours(const std::string &path)
{
    struct stat found = {};
    if (::lstat(path.c_str(), &found) != 0 || !S_ISDIR(found.st_mode))
        return false;
    const struct passwd *const postgres = ::geteuid() == 0 ? ::getpwnam("postgres") : nullptr;
    return found.st_uid == ::geteuid() || (postgres != nullptr && found.st_uid == postgres->pw_uid);
}

// A directory whose lock is free belongs to nobody any more.
void clear_abandoned(const std::string &parent)
{
    for (const std::string &name : names_in(parent)) {
        const std::string path = join_path(parent, name);
        const std::string lock = join_path(path, lock_name);
        if (name.rfind(name_beginning, 0) != 0 || !is_ours(path) || !exists(lock))
            continue;
        try {
            if (FileLock::try_take(lock, FileLock::Kind::exclusive))
                remove_tree(path);
        } catch (const Failure &) {
            // Another user's; he clears it away himself.
        }
    }
}

// As root: runuser, for PostgreSQL refuses to run as root.
ProgramCall as_server(std::vector<std::string> argv)
{
    if (::geteuid() == 0)
        argv.insert(argv.begin(), {"runuser", "--user=postgres", "--"});
    return {std::move(argv), {{"LC_ALL", "C"}}, "/"};
}

}  // namespace

ScratchServer::ScratchServer(const std::string &bin_directory)
{
    clear_abandoned(temporary_directory());
    make_directory();
    try {
        initialize(bin_directory);
        start(bin_directory);
    } catch (...) {
        server_.end();
        remove_tree(directory_);
        throw;
    }
}

ScratchServer::~ScratchServer()
{
    server_.end();
    remove_tree(directory_);
}

void ScratchServer::make_directory()
{
    std::string pattern = join_path(temporary_directory(), std::string(name_beginning) + "XXXXXX");
    if (::mkdtemp(pattern.data()) == nullptr)
        fail_on("make a directory in", temporary_directory());
    directory_ = pattern;
    lock_ = FileLock::create(join_path(directory_, lock_name));
    if (::geteuid() != 0)
        return;
    const struct passwd *const user = ::getpwnam("postgres");
    if (user == nullptr)
        throw Failure(ExitCode::refused, "a scratch server cannot run as root, and there is no user postgres", {},
                      "Run pitstop as another user.");
    if (::chown(directory_.c_str(), user->pw_uid, user->pw_gid) != 0)
        fail_on("hand over", directory_);
}

void ScratchServer::initialize(const std::string &bin_directory)
{
    const std::string initdb = join_path(bin_directory, "initdb");
    if (!exists(initdb))
        throw Failure(ExitCode::usage, "there is no initdb in \"" + printable(bin_directory) + "\"", {},
                      "--scratch-bin takes the directory of a server's programs, such as /usr/lib/postgresql/17/bin.");
    ChildProcess child(as_server({initdb, "--pgdata=" + join_path(directory_, "data"), "--username=postgres",
                                  "--auth=trust", "--encoding=UTF8", "--locale=C", "--no-sync"}),
                       {});
    child.require_success("make a scratch server");
}

void ScratchServer::start(const std::string &bin_directory)
{
    // Nothing on it has to outlive a crash.
    server_ = ChildProcess(
        as_server({join_path(bin_directory, "postgres"), "-D", join_path(directory_, "data"), "-k", directory_, "-p",
                   "5432", "-c", "listen_addresses=", "-c", "fsync=off", "-c", "full_page_writes=off", "-c",
                   "synchronous_commit=off", "-c", "autovacuum=off", "-c", "max_wal_size=4GB"}),
        {});
    const auto deadline = steady_clock::now() + start_patience;
    while (true) {
        int status = 0;
        if (server_.has_ended(status))
            throw Failure(ExitCode::program, "could not start a scratch server: postgres " + ending_text(status),
                          server_.complaint());
        try {
            connection().open();
            return;
        } catch (const Failure &failure) {
            if (failure.code() != ExitCode::connection || steady_clock::now() > deadline)
                throw;
        }
        struct pollfd wanted = {signal_descriptor(), POLLIN, 0};
        ::poll(&wanted, 1, 50);
        require_going_on();
    }
}

}  // namespace pitstop::tool
