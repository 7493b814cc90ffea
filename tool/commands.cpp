#include "commands.hpp"

#include <cstring>
#include <stdexcept>

namespace pitstop::tool {

namespace {

struct Entry {
    const char *name;
    Run run;
};

constexpr Entry entries[] = {
    {"backup", run_backup},
    {"list", run_list},
    {"verify", run_verify},
    {"expire", run_expire},
    {"restore", run_restore},
    {"check", run_check},
    {"incomplete", run_incomplete},
    {"close-drive", run_close_drive},
    {"close-charge", run_close_charge},
    {"close-stale", run_close_stale},
    {"delete-drive", run_delete_drive},
    {"delete-charge", run_delete_charge},
    {"undo", run_undo},
    {"repair-addresses", run_repair_addresses},
    {"health", run_health},
    {"serve", run_serve},
    {"completion", run_completion},
    {"man", run_man},
};

}  // namespace

Run function_of(const std::string &command)
{
    for (const Entry &entry : entries) {
        if (command == entry.name)
            return entry.run;
    }
    throw std::logic_error("no function for the command " + command);
}

}  // namespace pitstop::tool
