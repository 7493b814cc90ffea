#include "programs.hpp"

#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <vector>

#include "file.hpp"
#include "process.hpp"
#include "tool/core/failure.hpp"
#include "tool/core/words.hpp"

namespace pitstop::tool {

namespace {

constexpr int newest_major_to_try = 25;

std::vector<std::string> directories_of_path()
{
    const char *const path = std::getenv("PATH");
    const std::string places = path != nullptr ? path : "/usr/local/bin:/usr/bin:/bin";
    std::vector<std::string> result;
    std::size_t at = 0;
    while (at <= places.size()) {
        const std::size_t end = std::min(places.find(':', at), places.size());
        if (end > at)
            result.push_back(places.substr(at, end - at));
        at = end + 1;
    }
    return result;
}

std::vector<std::string> places_to_look(int major)
{
    if (const char *const only = std::getenv("PITSTOP_PG_BINDIR"); only != nullptr && *only != '\0')
        return {only};
    std::vector<std::string> places = directories_of_path();
    for (int each = major; each <= newest_major_to_try; ++each) {
        const std::string number = std::to_string(each);
        places.push_back("/usr/lib/postgresql/" + number + "/bin");
        places.push_back("/usr/pgsql-" + number + "/bin");
        places.push_back("/opt/homebrew/opt/postgresql@" + number + "/bin");
        places.push_back("/usr/local/opt/postgresql@" + number + "/bin");
    }
    return places;
}

}  // namespace

std::optional<PostgresProgram> version_of(const std::string &path)
{
    std::string line;
    try {
        line = output_of({{path, "--version"}, {}, {}}, "ask " + path + " for its version", 4096);
    } catch (const Failure &) {
        return std::nullopt;
    }
    const std::size_t name_end = line.find(") ");
    if (name_end == std::string::npos)
        return std::nullopt;
    PostgresProgram program;
    program.path = path;
    const std::size_t start = name_end + 2;
    program.version = line.substr(start, line.find_first_of(" \n", start) - start);
    const char *const digits = program.version.data();
    std::from_chars(digits, digits + program.version.size(), program.major);
    return program.major > 0 ? std::optional(program) : std::nullopt;
}

std::optional<PostgresProgram> program_in(const std::string &directory, const std::string &name)
{
    const std::string path = join_path(directory, name);
    return ::access(path.c_str(), X_OK) == 0 ? version_of(path) : std::nullopt;
}

PostgresProgram program_for(const std::string &name, int server_major)
{
    std::optional<PostgresProgram> best;
    std::string older;
    for (const std::string &place : places_to_look(server_major)) {
        const std::optional<PostgresProgram> found = program_in(place, name);
        if (!found)
            continue;
        if (found->major == server_major)
            return *found;
        if (found->major < server_major)
            older = found->version;
        else if (!best || found->major < best->major)
            best = found;
    }
    if (best)
        return *best;
    const std::string major = std::to_string(server_major);
    throw Failure(
        ExitCode::program, "could not find " + name + " of PostgreSQL " + major + ", the version of the server",
        older.empty() ? "" : "There is only " + name + " " + older + ", which is too old for this server.",
        "Install it: apt-get install postgresql-client-" + major +
            " (from apt.postgresql.org where your release is older). PITSTOP_PG_BINDIR names the directory it is in.");
}

PostgresProgram newest_program(const std::string &name)
{
    constexpr int oldest_supported = 15;
    PostgresProgram newest = program_for(name, oldest_supported);
    for (const std::string &place : places_to_look(oldest_supported)) {
        const std::optional<PostgresProgram> found = program_in(place, name);
        if (found && found->major > newest.major)
            newest = *found;
    }
    return newest;
}

}  // namespace pitstop::tool
