// A PostgreSQL server for one proof: in a temporary directory, reached by a socket in it, gone with its owner.
#pragma once

#include <string>

#include "connecting.hpp"
#include "file.hpp"
#include "process.hpp"

namespace pitstop::tool {

class ScratchServer {
public:
    // Makes and starts one with the programs of `bin_directory`. As root it runs as the user postgres, for PostgreSQL refuses
    // root. Clears away what servers of killed runs left in the temporary directory.
    explicit ScratchServer(const std::string &bin_directory);
    ~ScratchServer();
    ScratchServer(const ScratchServer &) = delete;
    ScratchServer &operator=(const ScratchServer &) = delete;

    Connection connection() const { return Connection::to_socket(directory_, "postgres"); }

private:
    void make_directory();
    void initialize(const std::string &bin_directory);
    void start(const std::string &bin_directory);

    std::string directory_;
    std::optional<FileLock> lock_;
    ChildProcess server_;
};

}  // namespace pitstop::tool
