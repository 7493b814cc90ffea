#include "copy.hpp"

#include "byte_source.hpp"
#include "process.hpp"
#include "sha256.hpp"
#include "tool/core/failure.hpp"
#include "tool/core/words.hpp"

namespace pitstop::tool {

namespace {

constexpr const char *by_rclone = "rclone:";
constexpr const char *by_command = "command:";

bool begins_with(const std::string &text, const std::string &beginning)
{
    return text.rfind(beginning, 0) == 0 && text.size() > beginning.size();
}

std::vector<std::string> names_of(const StoredBackup &backup)
{
    std::vector<std::string> names;
    for (const BackupFile &file : backup.manifest.files)
        names.push_back(file.name);
    names.push_back(backup.manifest.name + ".json");
    return names;
}

void run(const ProgramCall &call, const std::string &doing)
{
    ChildProcess child(call, {});
    child.require_success(doing);
}

std::string digest_there(const std::string &remote)
{
    const auto source =
        source_of_program({{"rclone", "cat", remote}, {}, {}}, Descriptor(), "read back " + printable(remote));
    Sha256 sum;
    std::vector<char> buffer(1 << 18);
    while (const std::size_t got = source->read(buffer.data(), buffer.size()))
        sum.add(buffer.data(), got);
    return sum.hex();
}

void copy_by_rclone(const std::string &remote, const StoredBackup &backup)
{
    for (const std::string &name : names_of(backup)) {
        const std::string path = backup.path(name);
        const std::string there = join_path(remote.back() == ':' ? remote : remote + "/", name);
        run({{"rclone", "copyto", "--immutable", path, there}, {}, {}}, "copy to " + printable(there));
        if (digest_there(there) != digest_of_file(path).sha256)
            throw Failure(ExitCode::not_proven, "the copy \"" + printable(there) + "\" is not what was copied", {},
                          "The backup itself is whole. Copy it again, and look at the place it was copied to.");
    }
}

void copy_by_command(const std::string &command, const StoredBackup &backup)
{
    std::string paths;
    for (const std::string &name : names_of(backup))
        paths += backup.path(name) + "\n";
    const ProgramCall call{{"/bin/sh", "-c", command}, {{"PITSTOP_FILES", paths}}, {}};
    std::string complaint;
    const int status = run_with_input(call, manifest_text(backup.manifest), complaint);
    if (status != 0)
        throw Failure(ExitCode::program, "the copy command \"" + printable(command) + "\" " + ending_text(status),
                      complaint, "The backup itself is whole.");
}

}  // namespace

void require_copy_place(const std::string &place)
{
    if (!begins_with(place, by_rclone) && !begins_with(place, by_command))
        throw Failure(ExitCode::usage, "--copy-to cannot be \"" + printable(place) + "\"", {},
                      "It is rclone:REMOTE:PATH or command:COMMAND.");
    if (begins_with(place, by_rclone) && find_program("rclone").empty())
        throw Failure(ExitCode::program, "could not find the program \"rclone\"", {},
                      "Install it: apt-get install rclone.");
}

void copy_to(const std::string &place, const StoredBackup &backup)
{
    if (begins_with(place, by_rclone))
        copy_by_rclone(place.substr(std::string(by_rclone).size()), backup);
    else
        copy_by_command(place.substr(std::string(by_command).size()), backup);
}

}  // namespace pitstop::tool
