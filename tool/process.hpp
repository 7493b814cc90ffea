// Other programs: an argv and an environment of their own, no shell, no password in either's sight. A child that is not
// waited for is ended with its owner.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "descriptor.hpp"

namespace pitstop::tool {

struct ProgramCall {
    std::vector<std::string> argv;                                 // argv[0] is looked up in PATH unless it has a slash
    std::vector<std::pair<std::string, std::string>> environment;  // added to this program's, overruling it
    std::string directory;                                         // to start in; empty: this program's
};

// A pipe whose ends nobody inherits by accident.
struct Pipe {
    Pipe();
    Descriptor read_end;
    Descriptor write_end;
};

class ChildProcess {
public:
    // What the child finds at 0 and 1; -1: /dev/null. Its standard error is kept, see complaint().
    struct Streams {
        int in = -1;
        int out = -1;
    };

    ChildProcess() = default;
    ChildProcess(const ProgramCall &call, Streams streams);
    ChildProcess(ChildProcess &&other) noexcept;
    ChildProcess &operator=(ChildProcess &&other) noexcept;
    ~ChildProcess();

    bool is_running() const noexcept { return pid_ > 0; }
    pid_t pid() const noexcept { return pid_; }

    // Waits to its end and returns the status as wait(2) gives it. A signal to this program ends the child and throws.
    int wait();
    // The same, for so long at most: then the child is ended, and Failure (program) raised. Who is waited for like this is
    // killed when he does not end soon after he was asked to.
    int wait_for(std::chrono::seconds at_most);
    // The same, when it has ended already; else nothing happens and it returns false.
    bool has_ended(int &status);
    // Readable when it has ended: for a poll().
    int descriptor() const noexcept { return pid_descriptor_.get(); }
    // SIGTERM to it and to what it has started, and SIGKILL when it has not ended after that.
    void end(std::chrono::milliseconds patience = std::chrono::seconds(10)) noexcept;

    // The last lines it wrote to standard error, printable, without its own name in front.
    std::string complaint() const;
    const std::string &name() const noexcept { return name_; }

    // Waits; raises Failure (program) with its complaint as the detail unless it ended with 0.
    void require_success(const std::string &doing);

private:
    void wait_a_while(int at_most_ms, std::chrono::milliseconds patience);

    std::string name_;
    pid_t pid_ = -1;
    Descriptor pid_descriptor_;
    Descriptor errors_;
};

// "exited with status 1", "was ended by signal 9".
std::string ending_text(int status);

// Runs it to its end and returns all it wrote to standard output, up to `limit` bytes. Raises Failure (program).
std::string output_of(const ProgramCall &call, const std::string &doing, std::size_t limit = 1 << 20);

// Runs it to its end with `input` on its standard input. Returns the wait status; `complaint` gets its standard error.
// Its standard output goes to `out`. After `at_most`, where that is given, it is ended, and a Failure (program) raised.
int run_with_input(const ProgramCall &call, const std::string &input, std::string &complaint, int out = -1,
                   std::optional<std::chrono::seconds> at_most = std::nullopt);

// The path of a program, looked up in PATH; empty when there is none.
std::string find_program(const std::string &name);

}  // namespace pitstop::tool
