// The socket that the HTTP server listens on: TCP, or a unix socket with its file.
#pragma once

#include <string>

#include "descriptor.hpp"
#include "tool/core/listen_address.hpp"

namespace pitstop::tool {

// The file of a unix socket, which is not there any more without its owner.
class SocketFile {
public:
    SocketFile() = default;
    explicit SocketFile(std::string path) noexcept : path_(std::move(path)) {}
    SocketFile(SocketFile &&other) noexcept : path_(std::exchange(other.path_, {})) {}
    SocketFile &operator=(SocketFile &&) = delete;
    ~SocketFile() { remove(); }

    void remove() noexcept;

private:
    std::string path_;
};

struct ListeningSocket {
    Descriptor descriptor;  // does not block
    SocketFile file;
    ListenAddress address;  // with the port that the system chose
};

// A unix socket's file has mode 0660; one that nobody listens on any more is replaced. Raises Failure.
ListeningSocket listen_on(const ListenAddress &address);

}  // namespace pitstop::tool
