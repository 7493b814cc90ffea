#include "process.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <cstring>

#include "signals.hpp"
#include "tool/core/failure.hpp"
#include "tool/core/words.hpp"

extern char **environ;

namespace pitstop::tool {

namespace {

using std::chrono::steady_clock;

constexpr std::chrono::seconds long_patience{10};
constexpr std::chrono::milliseconds short_patience{500};  // less than the program's farewell to its threads
constexpr off_t complaint_bytes = 4096;

// NAME=VALUE of this program's environment, with what the call adds.
std::vector<std::string> environment_of(const ProgramCall &call)
{
    std::vector<std::string> result;
    for (char **each = environ; *each != nullptr; ++each) {
        const std::string entry = *each;
        const std::string name = entry.substr(0, entry.find('='));
        const bool overruled = std::any_of(call.environment.begin(), call.environment.end(),
                                           [&](const auto &added) { return added.first == name; });
        if (!overruled)
            result.push_back(entry);
    }
    for (const auto &[name, value] : call.environment)
        result.push_back(name + "=" + value);
    return result;
}

std::vector<char *> pointers_of(std::vector<std::string> &texts)
{
    std::vector<char *> result;
    result.reserve(texts.size() + 1);
    for (std::string &text : texts)
        result.push_back(text.data());
    result.push_back(nullptr);
    return result;
}

// What happens between fork and exec: only what is allowed there. The error number goes through the pipe.
[[noreturn]] void become(const char *path, char *const *argv, char *const *environment, const char *directory,
                         const int (&streams)[3], pid_t parent, int error_pipe)
{
    const auto give_up = [error_pipe] {
        const int number = errno;
        [[maybe_unused]] const ssize_t written = ::write(error_pipe, &number, sizeof number);
        ::_exit(127);
    };
    // A group of its own: Ctrl-C is for pitstop, which then ends its children itself, in the right order.
    ::setpgid(0, 0);
    // Killed -9, pitstop leaves nobody behind who still writes.
    ::prctl(PR_SET_PDEATHSIG, SIGTERM);
    if (::getppid() != parent)
        ::_exit(127);
    // A core dump would hold the password.
    const struct rlimit no_core = {0, 0};
    ::setrlimit(RLIMIT_CORE, &no_core);
    for (const int signal : {SIGINT, SIGTERM, SIGHUP, SIGPIPE})
        ::signal(signal, SIG_DFL);
    sigset_t none;
    ::sigemptyset(&none);
    ::sigprocmask(SIG_SETMASK, &none, nullptr);
    for (int target = 0; target < 3; ++target) {
        if (::dup2(streams[target], target) < 0)
            give_up();
    }
    if (*directory != '\0' && ::chdir(directory) != 0)
        give_up();
    ::execve(path, argv, environment);
    give_up();
    ::_exit(127);
}

// The streams must not be 0, 1 or 2, which become() overwrites one after the other.
Descriptor moved_up(int fd)
{
    Descriptor copy(::fcntl(fd, F_DUPFD_CLOEXEC, 3));
    if (!copy)
        throw Failure(ExitCode::failed, std::string("could not copy a file descriptor: ") + std::strerror(errno));
    return copy;
}

Descriptor open_null(int flags)
{
    return Descriptor(::open("/dev/null", flags | O_CLOEXEC));
}

// When the child has no error to tell, the pipe closes with its exec.
int error_from(int fd)
{
    int number = 0;
    ssize_t got = 0;
    do {
        got = ::read(fd, &number, sizeof number);
    } while (got < 0 && errno == EINTR);
    return got == static_cast<ssize_t>(sizeof number) ? number : 0;
}

}  // namespace

Pipe::Pipe()
{
    int ends[2];
    if (::pipe2(ends, O_CLOEXEC) != 0)
        throw Failure(ExitCode::failed, std::string("could not make a pipe: ") + std::strerror(errno));
    read_end = Descriptor(ends[0]);
    write_end = Descriptor(ends[1]);
}

ChildProcess::ChildProcess(const ProgramCall &call, Streams streams)
    : name_(call.argv.at(0).substr(call.argv[0].rfind('/') + 1))
{
    const std::string path = find_program(call.argv[0]);
    if (path.empty())
        throw Failure(ExitCode::program, "could not find the program \"" + printable(call.argv[0]) + "\"", {},
                      "Install it, or put its directory into PATH.");
    std::vector<std::string> argv = call.argv;
    std::vector<std::string> environment = environment_of(call);
    const std::vector<char *> argv_pointers = pointers_of(argv);
    const std::vector<char *> environment_pointers = pointers_of(environment);
    errors_ = Descriptor(static_cast<int>(::memfd_create("complaint", MFD_CLOEXEC)));
    const Descriptor in = streams.in < 0 ? open_null(O_RDONLY) : moved_up(streams.in);
    const Descriptor out = streams.out < 0 ? open_null(O_WRONLY) : moved_up(streams.out);
    const Descriptor error = moved_up(errors_.get());
    const int targets[3] = {in.get(), out.get(), error.get()};
    Pipe told;
    Descriptor teller = moved_up(told.write_end.get());
    told.write_end.reset();
    const pid_t self = ::getpid();
    pid_ = ::fork();
    if (pid_ == 0)
        become(path.c_str(), argv_pointers.data(), environment_pointers.data(), call.directory.c_str(), targets, self,
               teller.get());
    if (pid_ < 0)
        throw Failure(ExitCode::failed, "could not start " + name_ + ": " + std::strerror(errno));
    teller.reset();
    pid_descriptor_ = Descriptor(static_cast<int>(::syscall(SYS_pidfd_open, pid_, 0)));
    if (const int number = error_from(told.read_end.get()); number != 0) {
        end();
        throw Failure(ExitCode::program, "could not start \"" + printable(path) + "\": " + std::strerror(number));
    }
}

ChildProcess::ChildProcess(ChildProcess &&other) noexcept
    : name_(std::move(other.name_)), pid_(std::exchange(other.pid_, -1)),
      pid_descriptor_(std::move(other.pid_descriptor_)), errors_(std::move(other.errors_))
{
}

ChildProcess &ChildProcess::operator=(ChildProcess &&other) noexcept
{
    if (this != &other) {
        end();
        name_ = std::move(other.name_);
        pid_ = std::exchange(other.pid_, -1);
        pid_descriptor_ = std::move(other.pid_descriptor_);
        errors_ = std::move(other.errors_);
    }
    return *this;
}

ChildProcess::~ChildProcess()
{
    end();
}

bool ChildProcess::has_ended(int &status)
{
    pid_t got = 0;
    do {
        got = ::waitpid(pid_, &status, WNOHANG);
    } while (got < 0 && errno == EINTR);
    if (got != pid_)
        return false;
    pid_ = -1;
    return true;
}

int ChildProcess::wait()
{
    int status = 0;
    while (!has_ended(status))
        wait_a_while(pid_descriptor_ ? -1 : 50, long_patience);
    return status;
}

int ChildProcess::wait_for(std::chrono::seconds at_most)
{
    const auto deadline = std::chrono::steady_clock::now() + at_most;
    int status = 0;
    while (!has_ended(status)) {
        if (std::chrono::steady_clock::now() >= deadline) {
            end(short_patience);
            throw Failure(ExitCode::program, name_ + " did not end within " + std::to_string(at_most.count()) + " s");
        }
        wait_a_while(50, short_patience);
    }
    return status;
}

// Until it has ended, perhaps. A signal to this program ends the child and throws.
void ChildProcess::wait_a_while(int at_most_ms, std::chrono::milliseconds patience)
{
    struct pollfd wanted[2] = {{pid_descriptor_.get(), POLLIN, 0}, {signal_descriptor(), POLLIN, 0}};
    ::poll(wanted, 2, at_most_ms);
    if (requested_signal() != 0 && is_stoppable()) {
        end(patience);
        require_going_on();
    }
}

// To the group, which it leads: a shell ends without the programs that it waits for.
void ChildProcess::end(std::chrono::milliseconds patience) noexcept
{
    if (pid_ <= 0)
        return;
    const auto deadline = steady_clock::now() + patience;
    ::kill(-pid_, SIGTERM);
    int status = 0;
    while (!has_ended(status)) {
        if (steady_clock::now() > deadline)
            ::kill(-pid_, SIGKILL);
        struct pollfd wanted = {pid_descriptor_.get(), POLLIN, 0};
        ::poll(&wanted, 1, 50);
    }
}

std::string ChildProcess::complaint() const
{
    const off_t size = ::lseek(errors_.get(), 0, SEEK_END);
    if (size <= 0)
        return {};
    const off_t start = std::max<off_t>(0, size - complaint_bytes);
    std::string text(static_cast<std::size_t>(size - start), '\0');
    const ssize_t got = ::pread(errors_.get(), text.data(), text.size(), start);
    text.resize(got < 0 ? 0 : static_cast<std::size_t>(got));
    while (!text.empty() && (text.back() == '\n' || text.back() == ' '))
        text.pop_back();
    std::string result;
    std::size_t at = 0;
    while (at <= text.size() && !text.empty()) {
        const std::size_t line_end = std::min(text.find('\n', at), text.size());
        std::string line = text.substr(at, line_end - at);
        if (line.rfind(name_ + ": ", 0) == 0)
            line.erase(0, name_.size() + 2);
        result += (result.empty() ? "" : "\n") + printable(line);
        at = line_end + 1;
    }
    return result;
}

void ChildProcess::require_success(const std::string &doing)
{
    const int status = wait();
    if (status == 0)
        return;
    const std::string said = complaint();
    const bool is_full = said.find(std::strerror(ENOSPC)) != std::string::npos;
    throw Failure(ExitCode::program, "could not " + doing + ": " + name_ + " " + ending_text(status), said,
                  is_full ? "The disk is full. Make room there, or name another directory." : "");
}

std::string ending_text(int status)
{
    if (WIFSIGNALED(status))
        return "was ended by signal " + std::to_string(WTERMSIG(status));
    return "exited with status " + std::to_string(WEXITSTATUS(status));
}

std::string output_of(const ProgramCall &call, const std::string &doing, std::size_t limit)
{
    Pipe pipe;
    ChildProcess child(call, {-1, pipe.write_end.get()});
    pipe.write_end.reset();
    std::string output;
    char buffer[8192];
    while (output.size() < limit) {
        struct pollfd wanted[2] = {{pipe.read_end.get(), POLLIN, 0}, {signal_descriptor(), POLLIN, 0}};
        ::poll(wanted, 2, -1);
        require_going_on();
        if (wanted[0].revents == 0)
            continue;
        const ssize_t got = ::read(pipe.read_end.get(), buffer, sizeof buffer);
        if (got <= 0)
            break;
        output.append(buffer, static_cast<std::size_t>(got));
    }
    pipe.read_end.reset();
    child.require_success(doing);
    return output;
}

int run_with_input(const ProgramCall &call, const std::string &input, std::string &complaint, int out,
                   std::optional<std::chrono::seconds> at_most)
{
    // From a file in memory: nobody has to feed a child that reads late or never.
    const Descriptor source(static_cast<int>(::memfd_create("input", MFD_CLOEXEC)));
    std::size_t written = 0;
    while (written < input.size()) {
        const ssize_t put = ::write(source.get(), input.data() + written, input.size() - written);
        if (put <= 0)
            throw Failure(ExitCode::failed, std::string("could not hold the input: ") + std::strerror(errno));
        written += static_cast<std::size_t>(put);
    }
    ::lseek(source.get(), 0, SEEK_SET);
    ChildProcess child(call, {source.get(), out});
    const int status = at_most ? child.wait_for(*at_most) : child.wait();
    complaint = child.complaint();
    return status;
}

std::string find_program(const std::string &name)
{
    if (name.find('/') != std::string::npos)
        return ::access(name.c_str(), X_OK) == 0 ? name : std::string();
    const char *const path = std::getenv("PATH");
    const std::string places = path != nullptr ? path : "/usr/local/bin:/usr/bin:/bin";
    std::size_t at = 0;
    while (at <= places.size()) {
        const std::size_t end = std::min(places.find(':', at), places.size());
        std::string candidate = places.substr(at, end - at);
        candidate += (candidate.empty() ? "./" : "/") + name;
        if (::access(candidate.c_str(), X_OK) == 0)
            return candidate;
        at = end + 1;
    }
    return {};
}

}  // namespace pitstop::tool
