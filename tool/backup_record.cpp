#include "backup_record.hpp"

#include <unistd.h>

#include <nlohmann/json.hpp>

#include "connecting.hpp"
#include "output.hpp"

namespace pitstop::tool {

namespace {

using Json = nlohmann::ordered_json;

constexpr const char *undefined_schema = "3F000";
constexpr const char *undefined_function = "42883";
constexpr const char *read_only_transaction = "25006";
constexpr std::chrono::seconds patience{10};

std::string host_name()
{
    char name[256] = {};
    return ::gethostname(name, sizeof name - 1) == 0 ? name : "";
}

Json json_of(const Manifest &manifest)
{
    const Proof *const proof = newest_proof(manifest);
    const bool proven = is_proven(manifest);
    Json json = {{"name", manifest.name},
                 {"started_at", iso_text(manifest.started_at)},
                 {"finished_at", iso_text(manifest.finished_at)},
                 {"bytes", total_bytes(manifest)},
                 {"rows", total_rows(manifest)},
                 {"encrypted", manifest.encrypted_for.has_value()},
                 {"proven_at", nullptr},
                 {"proven_how", nullptr},
                 {"finding", nullptr}};
    if (proof != nullptr && proven) {
        json["proven_at"] = iso_text(proof->at);
        json["proven_how"] = proof->how;
    } else if (proof != nullptr) {
        json["finding"] = proof->finding;
    }
    return json;
}

}  // namespace

void record_backups(Session &session, const BackupDirectory &found, Session::Timeout timeout)
{
    Json backups = Json::array();
    for (const StoredBackup &backup : backups_of(found, session.database()).backups)
        backups.push_back(json_of(backup.manifest));
    session.query("SELECT pitstop.record_backups($1, $2, $3::jsonb)",
                  {host_name(), found.path, backups.dump(-1, ' ', false, Json::error_handler_t::replace)}, timeout);
}

void record_backups(const Connection &connection, const std::string &directory, Output &output)
{
    try {
        const BackupDirectory found = look_into(directory);
        Session session = connection.open_briefly(patience);
        record_backups(session, found, std::chrono::milliseconds(patience));
    } catch (const SqlError &error) {
        if (error.sqlstate() == undefined_schema || error.sqlstate() == undefined_function ||
            error.sqlstate() == read_only_transaction)
            return;
        output.warn(std::string("could not record the backups in the database: ") + error.what(), error.hint());
    } catch (const Failure &failure) {
        output.warn(std::string("could not record the backups in the database: ") + failure.what(), failure.hint());
    }
}

}  // namespace pitstop::tool
