// Which PostgreSQL TeslaMate and pitstop work with.
#pragma once

#include <string>
#include <vector>

namespace pitstop {

// One row of check_postgres() and check_teslamate().
struct Finding {
    enum class Status { ok, warning, refused };
    std::string name;
    std::string found;
    std::string required;
    Status status = Status::ok;
    std::string message;
};

const char *name_of(Finding::Status status) noexcept;

// `version_number` as server_version_num has it (150018), `version` as people read it (15.18).
std::vector<Finding> judge_server(int version_number, const std::string &version);

}  // namespace pitstop
