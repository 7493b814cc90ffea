// Errors the domain can name. No PostgreSQL in here: pg/boundary.cpp maps Kind to an SQLSTATE.
#pragma once

#include <stdexcept>
#include <string>
#include <utility>

namespace pitstop {

class DomainError : public std::runtime_error {
public:
    enum class Kind {
        invalid_argument,    // 22023: a NULL, negative or impossible argument
        not_found,           // P0002: no such drive, charging process, event
        wrong_state,         // 55000: the state of the database forbids it
        value_out_of_range,  // 22003: a value that does not fit TeslaMate's column
        read_only,           // 25006: a standby, or a read-only transaction
        undefined_object,    // 42704: no such role
        not_allowed,         // 42501: the caller may not do this
    };

    DomainError(Kind kind, const std::string &message, std::string detail = {}, std::string hint = {})
        : std::runtime_error(message), kind_(kind), detail_(std::move(detail)), hint_(std::move(hint))
    {
    }

    Kind kind() const noexcept { return kind_; }
    const std::string &detail() const noexcept { return detail_; }
    const std::string &hint() const noexcept { return hint_; }

private:
    Kind kind_;
    std::string detail_;
    std::string hint_;
};

}  // namespace pitstop
