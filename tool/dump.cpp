#include "dump.hpp"

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include <cerrno>

#include "process.hpp"
#include "sha256.hpp"
#include "signals.hpp"
#include "tool/core/failure.hpp"
#include "tool/core/words.hpp"

namespace pitstop::tool {

namespace {

constexpr std::size_t chunk_bytes = 1 << 18;
constexpr int pipe_bytes = 1 << 20;
constexpr const char *dumping = "dump the database";

ProgramCall pg_dump_call(const DumpCall &call)
{
    ProgramCall program;
    program.argv = {call.programs.pg_dump.path,
                    "--dbname=" + call.connection.conninfo(),
                    "--no-password",
                    "--snapshot=" + call.snapshot.id,
                    "--lock-wait-timeout=" + std::to_string(lock_patience_ms),
                    "--exclude-schema=pitstop"};
    const std::string level = call.compression.substr(call.compression.find(':') + 1);
    // Before 16 there is but a level, of gzip.
    program.argv.push_back("--compress=" + (call.programs.pg_dump.major >= 16 ? call.compression : level));
    for (const std::string &extension : call.extensions)
        program.argv.push_back("--extension=" + extension);
    program.environment = call.connection.environment();
    return program;
}

ProgramCall reading(const PostgresProgram &pg_restore)
{
    return {{pg_restore.path, "--file=/dev/null"}, {}, {}};
}

ProgramCall encrypting(const std::vector<std::string> &recipients)
{
    ProgramCall call{{"age", "--encrypt"}, {}, {}};
    for (const std::string &recipient : recipients)
        call.argv.insert(call.argv.end(), {"--recipient", recipient});
    return call;
}

void make_nonblocking(int fd)
{
    ::fcntl(fd, F_SETFL, ::fcntl(fd, F_GETFL) | O_NONBLOCK);
}

// A program that reads what passes by. It may be slower than the others, who wait for it.
class Reader {
public:
    Reader() = default;
    Reader(const ProgramCall &call, int out)
    {
        Pipe pipe;
        ::fcntl(pipe.write_end.get(), F_SETPIPE_SZ, pipe_bytes);
        child_ = ChildProcess(call, {pipe.read_end.get(), out});
        sink_ = std::move(pipe.write_end);
        make_nonblocking(sink_.get());
    }

    bool wants(std::size_t size) const noexcept { return sink_ && given_ < size; }
    int descriptor(std::size_t size) const noexcept { return wants(size) ? sink_.get() : -1; }
    void give(const char *chunk, std::size_t size)
    {
        const ssize_t put = ::write(sink_.get(), chunk + given_, size - given_);
        if (put >= 0)
            given_ += static_cast<std::size_t>(put);
        else if (errno != EAGAIN && errno != EINTR)
            sink_.reset();  // it ended early; its status says why
    }
    bool has_given_up() const noexcept { return child_.is_running() && !sink_; }
    void begin_chunk() noexcept { given_ = 0; }
    void end_input() noexcept { sink_.reset(); }
    ChildProcess &child() noexcept { return child_; }

private:
    ChildProcess child_;
    Descriptor sink_;
    std::size_t given_ = 0;
};

// One loop over all that is open: pg_dump's output, the readers' inputs, age's output, the counting, signals.
class DumpStream {
public:
    DumpStream(const DumpCall &call, const std::vector<std::string> &recipients, NewFile &file, RowCounting &counting)
        : file_(file), counting_(counting), chunk_(chunk_bytes), is_encrypted_(!recipients.empty())
    {
        Pipe dumped;
        ::fcntl(dumped.read_end.get(), F_SETPIPE_SZ, pipe_bytes);
        ProgramCall program = pg_dump_call(call);
        program.argv.push_back("--format=custom");
        pg_dump_ = ChildProcess(program, {-1, dumped.write_end.get()});
        dumped_ = std::move(dumped.read_end);
        proof_ = Reader(reading(call.programs.pg_restore), -1);
        if (is_encrypted_) {
            Pipe encrypted;
            age_ = Reader(encrypting(recipients), encrypted.write_end.get());
            encrypted_ = std::move(encrypted.read_end);
        }
    }

    Archive run()
    {
        while (dumped_ || encrypted_ || proof_.wants(size_) || age_.wants(size_))
            turn();
        pg_dump_.require_success(dumping);
        if (is_encrypted_)
            age_.child().require_success("encrypt the dump");
        require_proof();
        archive_.sha256 = sum_.hex();
        return archive_;
    }

private:
    void turn()
    {
        const bool chunk_is_done = !proof_.wants(size_) && !age_.wants(size_);
        struct pollfd wanted[] = {{chunk_is_done ? dumped_.get() : -1, POLLIN, 0},
                                  {proof_.descriptor(size_), POLLOUT, 0},
                                  {age_.descriptor(size_), POLLOUT, 0},
                                  {encrypted_.get(), POLLIN, 0},
                                  {counting_.descriptor(), POLLIN, 0},
                                  {signal_descriptor(), POLLIN, 0}};
        ::poll(wanted, std::size(wanted), -1);
        require_going_on();
        if (wanted[1].revents != 0)
            proof_.give(chunk_.data(), size_);
        if (wanted[2].revents != 0)
            age_.give(chunk_.data(), size_);
        if (wanted[3].revents != 0)
            take_encrypted();
        if (wanted[4].revents != 0)
            counting_.go_on();
        if (wanted[0].revents != 0)
            take_dumped();
        if (dumped_ && (proof_.has_given_up() || (is_encrypted_ && age_.has_given_up())))
            fail_early();
    }

    void take_dumped()
    {
        const ssize_t got = ::read(dumped_.get(), chunk_.data(), chunk_.size());
        if (got < 0 && errno == EINTR)
            return;
        if (got <= 0) {
            dumped_.reset();
            proof_.end_input();
            age_.end_input();
            size_ = 0;
            return;
        }
        size_ = static_cast<std::size_t>(got);
        proof_.begin_chunk();
        age_.begin_chunk();
        if (!is_encrypted_)
            keep(chunk_.data(), size_);
    }

    void take_encrypted()
    {
        char buffer[65536];
        const ssize_t got = ::read(encrypted_.get(), buffer, sizeof buffer);
        if (got > 0)
            keep(buffer, static_cast<std::size_t>(got));
        else if (got == 0)
            encrypted_.reset();
    }

    void keep(const char *bytes, std::size_t size)
    {
        file_.write({bytes, size});
        sum_.add(bytes, size);
        archive_.bytes += size;
    }

    // A reader ends before the dump does when it is the reader that fails, or because pg_dump broke off.
    void fail_early()
    {
        int status = 0;
        if (pg_dump_.has_ended(status) && status != 0)
            throw Failure(ExitCode::program, std::string("could not ") + dumping + ": pg_dump " + ending_text(status),
                          pg_dump_.complaint());
        if (is_encrypted_ && age_.has_given_up())
            age_.child().require_success("encrypt the dump");
        require_proof();
    }

    void require_proof()
    {
        const int status = proof_.child().wait();
        if (status != 0)
            throw Failure(ExitCode::not_proven, "the dump cannot be read back: pg_restore " + ending_text(status),
                          proof_.child().complaint(),
                          "Nothing of it was kept. Look at the disk and the memory of this machine.");
    }

    NewFile &file_;
    RowCounting &counting_;
    std::vector<char> chunk_;
    std::size_t size_ = 0;
    bool is_encrypted_;
    ChildProcess pg_dump_;
    Descriptor dumped_;
    Reader proof_;
    Reader age_;
    Descriptor encrypted_;
    Sha256 sum_;
    Archive archive_;
};

// Waits for a program while rows are counted.
void wait_and_count(ChildProcess &child, RowCounting &counting)
{
    while (!counting.is_done()) {
        struct pollfd wanted[] = {
            {child.descriptor(), POLLIN, 0}, {counting.descriptor(), POLLIN, 0}, {signal_descriptor(), POLLIN, 0}};
        ::poll(wanted, std::size(wanted), -1);
        require_going_on();
        if (wanted[1].revents != 0)
            counting.go_on();
        if (wanted[0].revents != 0)
            break;
    }
    child.require_success(dumping);
}

}  // namespace

DumpPrograms programs_for_dumping(int server_major)
{
    return {program_for("pg_dump", server_major), program_for("pg_restore", server_major)};
}

// zstd's default level keeps up with the server. gzip does not at any: at 5 a backup of nine million positions took 2.4 times as
// long as a plain dump, for a sixth less of size than at 1.
std::string compression_for(const PostgresProgram &pg_dump)
{
    return pg_dump.major >= 16 ? "zstd:3" : fallback_compression;
}

bool met_a_change(const Failure &failure)
{
    const std::string said = std::string(failure.what()) + failure.detail();
    // The counting, pg_dump (which uses a timeout of statements for its locks), and its parallel workers, who do not wait.
    for (const char *words : {"due to lock timeout", "due to statement timeout", "could not obtain lock"}) {
        if (said.find(words) != std::string::npos)
            return true;
    }
    return false;
}

bool lacks_compression(const Failure &failure)
{
    return failure.detail().find("does not support compression") != std::string::npos;
}

Archive dump_into_file(const DumpCall &call, const std::vector<std::string> &recipients, NewFile &file,
                       RowCounting &counting)
{
    return DumpStream(call, recipients, file, counting).run();
}

void dump_into_directory(const DumpCall &call, unsigned jobs, const std::string &directory, RowCounting &counting)
{
    ProgramCall program = pg_dump_call(call);
    program.argv.insert(program.argv.end(),
                        {"--format=directory", "--jobs=" + std::to_string(jobs), "--file=" + directory});
    ChildProcess child(program, {});
    wait_and_count(child, counting);
    read_archive(call.programs.pg_restore, directory);
}

void encrypt_into(const std::string &text, const std::vector<std::string> &recipients, int fd)
{
    std::string complaint;
    const int status = run_with_input(encrypting(recipients), text, complaint, fd);
    if (status != 0)
        throw Failure(ExitCode::program, "could not encrypt: age " + ending_text(status), complaint);
}

void read_archive(const PostgresProgram &pg_restore, const std::string &path)
{
    ProgramCall call = reading(pg_restore);
    call.argv.push_back(path);
    ChildProcess child(call, {});
    const int status = child.wait();
    if (status != 0)
        throw Failure(ExitCode::not_proven,
                      "\"" + printable(path) + "\" cannot be read to its end: pg_restore " + ending_text(status),
                      child.complaint());
}

}  // namespace pitstop::tool
