#include "core/server_version.hpp"

namespace pitstop {

namespace {

struct Supported {
    int major;
    int first_minor;
};

// As TeslaMate 4.2 asks at its start; anything above the last one is only warned about.
constexpr Supported teslamate_supports[] = {{16, 7}, {17, 3}, {18, 0}};
constexpr const char *teslamate_requires = "16.7+, 17.3+ or 18.0+";
constexpr int newest_tested_major = 18;
constexpr int oldest_for_pitstop = 15;
constexpr const char *pitstop_requires = "15 to 18";

Finding judge_for_teslamate(int major, int minor, const std::string &version)
{
    Finding finding{"PostgreSQL for TeslaMate", version, teslamate_requires, Finding::Status::ok, {}};
    for (const Supported supported : teslamate_supports) {
        if (major != supported.major)
            continue;
        if (minor >= supported.first_minor) {
            finding.message = "TeslaMate supports this version.";
            return finding;
        }
        finding.status = Finding::Status::refused;
        finding.message = "TeslaMate needs at least " + std::to_string(supported.major) + "." +
                          std::to_string(supported.first_minor) +
                          " of this major version: update PostgreSQL to its latest minor release.";
        return finding;
    }
    if (major > newest_tested_major) {
        finding.status = Finding::Status::warning;
        finding.message = "TeslaMate is not officially tested on this version.";
        return finding;
    }
    finding.status = Finding::Status::refused;
    finding.message = std::string("TeslaMate 4.2 does not start on this version; it supports ") + teslamate_requires +
                      ". Make a backup and upgrade PostgreSQL.";
    return finding;
}

Finding judge_for_pitstop(int major, const std::string &version)
{
    Finding finding{"PostgreSQL for pitstop", version, pitstop_requires, Finding::Status::ok, {}};
    if (major < oldest_for_pitstop) {
        finding.status = Finding::Status::refused;
        finding.message = "pitstop is not built for this version.";
    } else if (major > newest_tested_major) {
        finding.status = Finding::Status::warning;
        finding.message = "pitstop is not tested on this version.";
    } else {
        finding.message = "pitstop supports this version.";
    }
    return finding;
}

}  // namespace

const char *name_of(Finding::Status status) noexcept
{
    switch (status) {
    case Finding::Status::ok: return "ok";
    case Finding::Status::warning: return "warning";
    case Finding::Status::refused: return "refused";
    }
    return "refused";
}

std::vector<Finding> judge_server(int version_number, const std::string &version)
{
    const int major = version_number / 10000;
    const int minor = version_number % 10000;
    return {judge_for_teslamate(major, minor, version), judge_for_pitstop(major, version)};
}

}  // namespace pitstop
