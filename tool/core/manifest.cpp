#include "tool/core/manifest.hpp"

#include <algorithm>
#include <limits>
#include <set>

#include <nlohmann/json.hpp>

#include "core/checked_json.hpp"
#include "tool/core/failure.hpp"
#include "tool/core/words.hpp"

namespace pitstop::tool {

namespace {

using Json = nlohmann::json;
using OrderedJson = nlohmann::ordered_json;

[[noreturn]] void refuse(const std::string &what, const std::string &hint = {})
{
    throw Failure(ExitCode::not_proven, "could not read the manifest: " + what, {},
                  hint.empty() ? "It is damaged or was changed by hand: take the one of a copy of this backup." : hint);
}

// The members of one object, each asked for by name and type. `where` is how errors call the object: "proofs.".
class Members {
public:
    Members(Json &object, const char *where) : object_(object), where_(where)
    {
        if (!object.is_object())
            refuse("something in \"" + std::string(where) + "\" is no object");
    }

    auto all() { return object_.items(); }

    Json *find(const char *name)
    {
        const auto found = object_.find(name);
        return found == object_.end() || found->is_null() ? nullptr : &*found;
    }

    Json &need(const char *name)
    {
        Json *const member = find(name);
        if (member == nullptr)
            refuse(quoted(name) + " is missing");
        return *member;
    }

    std::string text(const char *name) { return text_in(need(name), name); }

    std::optional<std::string> optional_text(const char *name)
    {
        Json *const member = find(name);
        return member == nullptr ? std::nullopt : std::optional(text_in(*member, name));
    }

    std::int64_t number(const char *name, std::int64_t largest = std::numeric_limits<std::int64_t>::max())
    {
        const Json &member = need(name);
        if (!member.is_number_unsigned() || member.get<std::uint64_t>() > static_cast<std::uint64_t>(largest))
            refuse(quoted(name) + " is no number from 0 to " + std::to_string(largest));
        return member.get<std::int64_t>();
    }

    bool boolean(const char *name)
    {
        const Json &member = need(name);
        if (!member.is_boolean())
            refuse(quoted(name) + " is neither true nor false");
        return member.get<bool>();
    }

    Moment moment(const char *name)
    {
        const std::optional<Moment> moment = parse_iso(text(name));
        if (!moment)
            refuse(quoted(name) + " is no moment in UTC");
        return *moment;
    }

    Json &array(const char *name)
    {
        Json &member = need(name);
        if (!member.is_array())
            refuse(quoted(name) + " is no list");
        return member;
    }

    Json &object(const char *name)
    {
        Json &member = need(name);
        if (!member.is_object())
            refuse(quoted(name) + " is no object");
        return member;
    }

    std::string quoted(const char *name) const { return '"' + (where_ + std::string(name)) + '"'; }

private:
    std::string text_in(Json &member, const char *name) const
    {
        if (!member.is_string())
            refuse(quoted(name) + " is no text");
        return std::move(member.get_ref<std::string &>());
    }

    Json &object_;
    const char *where_;
};

// ---- what may stand in it

bool is_file_name(std::string_view name)
{
    return !name.empty() && name != "." && name != ".." && name.find('/') == std::string_view::npos;
}

bool is_in_directory(std::string_view name, const std::string &directory)
{
    return name.size() > directory.size() && name[directory.size()] == '/' &&
           name.substr(0, directory.size()) == directory && is_file_name(name.substr(directory.size() + 1));
}

bool is_sha256(const std::string &text)
{
    return text.size() == 64 && text.find_first_not_of("0123456789abcdef") == std::string::npos;
}

std::string file_name(Members &members, const char *name, const std::string &text)
{
    if (!is_file_name(text))
        refuse(members.quoted(name) + " is no file name: \"" + printable(text) + '"');
    return text;
}

void check_version(Members &root)
{
    const std::int64_t version = root.number("format_version");
    if (version > Manifest::format_version)
        refuse("its format has version " + std::to_string(version) + ", the newest known here is " +
                   std::to_string(Manifest::format_version),
               "Use the pitstop that wrote it, or a newer one.");
    if (version < 1)
        refuse("its format has version 0, which there never was");
}

// ---- its parts

void read_files(Members &root, Manifest &manifest)
{
    std::set<std::string_view> names;
    Json &files = root.array("files");
    manifest.files.reserve(files.size());
    for (Json &element : files) {
        Members members(element, "files.");
        BackupFile &file = manifest.files.emplace_back();
        file.name = members.text("name");
        if (manifest.format != "directory" || !is_in_directory(file.name, manifest.archive))
            file_name(members, "name", file.name);
        file.bytes = static_cast<std::uint64_t>(members.number("bytes"));
        file.sha256 = members.text("sha256");
        if (!is_sha256(file.sha256))
            refuse("\"files.sha256\" is no SHA-256");
        if (!names.insert(file.name).second)
            refuse("file \"" + printable(file.name) + "\" is listed twice");
    }
    const auto is_archive = [&](std::string_view name) {
        return manifest.format == "directory" ? is_in_directory(name, manifest.archive) : name == manifest.archive;
    };
    if (std::none_of(names.begin(), names.end(), is_archive))
        refuse("the archive is not among its files");
    if (manifest.companion && names.count(*manifest.companion) == 0)
        refuse("the companion is not among its files");
}

// Schemas of tables, each with one number: what is written and read is short, and easy to ask with jq.
void read_tables(Members &root, Manifest &manifest)
{
    for (auto &schema : root.object("tables").items()) {
        Members counts(schema.value(), "tables.");
        for (const auto &table : counts.all())
            manifest.tables[{schema.key(), table.key()}].rows =
                static_cast<std::uint64_t>(counts.number(table.key().c_str()));
    }
}

double correlation(const Json &value)
{
    if (!value.is_number() || value.get<double>() < -1 || value.get<double>() > 1)
        refuse("\"column_order\" is no number from -1 to 1");
    return value.get<double>();
}

void read_orders(Members &root, Manifest &manifest)
{
    for (auto &schema : root.object("column_order").items()) {
        Members tables(schema.value(), "column_order.");
        for (const auto &table : tables.all()) {
            const auto known = manifest.tables.find({schema.key(), table.key()});
            if (known == manifest.tables.end())
                refuse("\"column_order\" names a table that is not in \"tables\"");
            for (const auto &column : tables.object(table.key().c_str()).items())
                known->second.order.push_back({column.key(), correlation(column.value())});
        }
    }
}

void read_proofs(Members &root, Manifest &manifest)
{
    for (Json &element : root.array("proofs")) {
        Members members(element, "proofs.");
        Proof &proof = manifest.proofs.emplace_back();
        proof.at = members.moment("at");
        proof.how = members.text("how");
        proof.server = members.optional_text("server").value_or("");
        proof.passed = members.boolean("passed");
        proof.finding = members.optional_text("finding").value_or("");
    }
}

void read_backup(Members &root, Manifest &manifest)
{
    manifest.name = file_name(root, "name", root.text("name"));
    manifest.started_at = root.moment("started_at");
    manifest.finished_at = root.moment("finished_at");
    manifest.pitstop_version = root.text("pitstop_version");
    manifest.database = root.text("database");
    manifest.format = root.text("format");
    if (manifest.format != "custom" && manifest.format != "directory")
        refuse("\"format\" is neither custom nor directory");
    manifest.compression = root.text("compression");
    manifest.encrypted_for = root.optional_text("encrypted_for");
    manifest.archive = file_name(root, "archive", root.text("archive"));
    manifest.archive_bytes = static_cast<std::uint64_t>(root.number("archive_bytes"));
    if (const auto companion = root.optional_text("companion"))
        manifest.companion = file_name(root, "companion", *companion);
}

void read_server(Members &root, Manifest &manifest)
{
    manifest.server_version = root.text("server_version");
    manifest.server_version_number =
        static_cast<int>(root.number("server_version_number", std::numeric_limits<int>::max()));
    manifest.pg_dump_version = root.text("pg_dump_version");
    manifest.encoding = root.text("encoding");
    manifest.collation = root.text("collation");
    manifest.ctype = root.text("ctype");
    manifest.teslamate_migration = root.number("teslamate_migration");
    manifest.indexes = static_cast<std::uint64_t>(root.number("indexes"));
    manifest.constraints = static_cast<std::uint64_t>(root.number("constraints"));
    Members versions(root.object("extensions"), "extensions.");
    for (const auto &extension : versions.all())
        manifest.extensions.push_back({extension.key(), versions.text(extension.key().c_str())});
}

// ---- written

OrderedJson json_of(const BackupFile &file)
{
    return {{"name", file.name}, {"bytes", file.bytes}, {"sha256", file.sha256}};
}

OrderedJson json_of(const Proof &proof)
{
    OrderedJson json{{"at", iso_text(proof.at)}, {"how", proof.how}};
    if (!proof.server.empty())
        json["server"] = proof.server;
    json["passed"] = proof.passed;
    if (!proof.finding.empty())
        json["finding"] = proof.finding;
    return json;
}

template <typename Element>
OrderedJson list_of(const std::vector<Element> &elements)
{
    OrderedJson list = OrderedJson::array();
    for (const Element &element : elements)
        list.push_back(json_of(element));
    return list;
}

void write_backup(OrderedJson &root, const Manifest &manifest)
{
    root["format_version"] = Manifest::format_version;
    root["name"] = manifest.name;
    root["database"] = manifest.database;
    root["started_at"] = iso_text(manifest.started_at);
    root["finished_at"] = iso_text(manifest.finished_at);
    root["format"] = manifest.format;
    root["compression"] = manifest.compression;
    if (manifest.encrypted_for)
        root["encrypted_for"] = *manifest.encrypted_for;
    root["archive"] = manifest.archive;
    root["archive_bytes"] = manifest.archive_bytes;
    if (manifest.companion)
        root["companion"] = *manifest.companion;
    root["files"] = list_of(manifest.files);
    root["proofs"] = list_of(manifest.proofs);
}

void write_server(OrderedJson &root, const Manifest &manifest)
{
    root["pitstop_version"] = manifest.pitstop_version;
    root["pg_dump_version"] = manifest.pg_dump_version;
    root["server_version"] = manifest.server_version;
    root["server_version_number"] = manifest.server_version_number;
    root["encoding"] = manifest.encoding;
    root["collation"] = manifest.collation;
    root["ctype"] = manifest.ctype;
    root["teslamate_migration"] = manifest.teslamate_migration;
    root["extensions"] = OrderedJson::object();
    for (const Extension &extension : manifest.extensions)
        root["extensions"][extension.name] = extension.version;
}

void write_tables(OrderedJson &root, const Manifest &manifest)
{
    OrderedJson tables = OrderedJson::object();
    OrderedJson orders = OrderedJson::object();
    for (const auto &[table, count] : manifest.tables) {
        tables[table.schema][table.name] = count.rows;
        for (const ColumnOrder &order : count.order)
            orders[table.schema][table.name][order.column] = order.correlation;
    }
    root["tables"] = std::move(tables);
    root["column_order"] = std::move(orders);
    root["indexes"] = manifest.indexes;
    root["constraints"] = manifest.constraints;
}

std::uint64_t saturated_sum(std::uint64_t a, std::uint64_t b) noexcept
{
    std::uint64_t sum = 0;
    return __builtin_add_overflow(a, b, &sum) ? std::numeric_limits<std::uint64_t>::max() : sum;
}

}  // namespace

std::string manifest_text(const Manifest &manifest)
{
    OrderedJson root = OrderedJson::object();
    write_backup(root, manifest);
    write_server(root, manifest);
    write_tables(root, manifest);
    try {
        return root.dump(2) + '\n';
    } catch (const OrderedJson::type_error &) {
        throw Failure(ExitCode::failed, "could not write the manifest of backup \"" + printable(manifest.name) + '"',
                      "A name in database \"" + printable(manifest.database) + "\" is not valid UTF-8.");
    }
}

Manifest parse_manifest(std::string_view text)
{
    std::optional<Json> json = read_checked_json(text);
    if (!json || !json->is_object())
        refuse("it is no JSON object");
    Members root(*json, "");
    check_version(root);
    Manifest manifest;
    read_backup(root, manifest);
    read_files(root, manifest);
    read_server(root, manifest);
    read_tables(root, manifest);
    read_orders(root, manifest);
    read_proofs(root, manifest);
    return manifest;
}

bool is_proven(const Manifest &manifest) noexcept
{
    const Proof *const newest = newest_proof(manifest);
    return newest != nullptr && newest->passed;
}

const Proof *newest_proof(const Manifest &manifest) noexcept
{
    return manifest.proofs.empty() ? nullptr : &manifest.proofs.back();
}

std::uint64_t total_rows(const Manifest &manifest) noexcept
{
    std::uint64_t sum = 0;
    for (const auto &table : manifest.tables)
        sum = saturated_sum(sum, table.second.rows);
    return sum;
}

std::uint64_t total_bytes(const Manifest &manifest) noexcept
{
    std::uint64_t sum = 0;
    for (const BackupFile &file : manifest.files)
        sum = saturated_sum(sum, file.bytes);
    return sum;
}

bool names_only_its_own(const Manifest &manifest)
{
    const auto is_own = [&](const std::string &name) {
        const std::size_t length = manifest.name.size();
        return !manifest.name.empty() && name.compare(0, length, manifest.name) == 0 &&
               (name.size() == length || name[length] == '.' || name[length] == '/');
    };
    return is_own(manifest.archive) && (!manifest.companion || is_own(*manifest.companion)) &&
           std::all_of(manifest.files.begin(), manifest.files.end(),
                       [&](const BackupFile &file) { return is_own(file.name); });
}

void add_proof(Manifest &manifest, Proof proof)
{
    constexpr std::size_t kept_in_all = 5;
    manifest.proofs.push_back(std::move(proof));
    std::vector<Proof> kept;
    for (auto next = manifest.proofs.rbegin(); next != manifest.proofs.rend(); ++next) {
        const auto is_same_kind = [&](const Proof &other) { return other.how == next->how; };
        if (kept.size() < kept_in_all || std::none_of(kept.begin(), kept.end(), is_same_kind))
            kept.push_back(std::move(*next));
    }
    manifest.proofs.assign(std::make_move_iterator(kept.rbegin()), std::make_move_iterator(kept.rend()));
}

}  // namespace pitstop::tool
