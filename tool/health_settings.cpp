#include "health_settings.hpp"

#include <cstdlib>

#include "file.hpp"
#include "tool/core/words.hpp"

namespace pitstop::tool {

namespace {

constexpr const char *default_listen = "127.0.0.1:4001";
constexpr const char *credential_name = "pitstop.token";
constexpr std::size_t config_limit = 1 << 20;
constexpr std::size_t token_limit = 4096;

std::optional<std::string> variable(const char *name)
{
    const char *const value = std::getenv(name);
    return value != nullptr && *value != '\0' ? std::optional<std::string>(value) : std::nullopt;
}

HealthConfig config_of(const Invocation &invocation)
{
    const std::optional<std::string> path = invocation.value("--config");
    return path ? parse_health_config(read_file(*path, config_limit)) : HealthConfig();
}

HealthSettings settings_of(const Invocation &invocation, const HealthConfig &config)
{
    HealthSettings settings{{Connection::of(invocation), config.backup_dir}, config.plan, config.alerts};
    if (const auto directory = variable("PITSTOP_BACKUP_DIR"))
        settings.target.backup_dir = directory;
    if (const auto directory = invocation.value("--backup-dir"))
        settings.target.backup_dir = directory;
    for (const std::string &threshold : invocation.values("--threshold"))
        set_threshold(settings.plan, threshold);
    for (const std::string &check : invocation.values("--disable"))
        disable_check(settings.plan, check);
    return settings;
}

std::string read_token(const std::string &path)
{
    std::string token = read_file(path, token_limit);
    while (!token.empty() && (token.back() == '\n' || token.back() == '\r'))
        token.pop_back();
    if (token.empty())
        throw Failure(ExitCode::usage, "the token file \"" + printable(path) + "\" is empty", {},
                      "Write a long random text into it: head -c 32 /dev/urandom | base64.");
    return token;
}

std::optional<std::string> token_of(const Invocation &invocation, const HealthConfig &config)
{
    if (const auto path = invocation.value("--token-file"))
        return read_token(*path);
    if (config.token_file)
        return read_token(*config.token_file);
    if (const auto directory = variable("CREDENTIALS_DIRECTORY")) {
        const std::string path = join_path(*directory, credential_name);
        if (exists(path))
            return read_token(path);
    }
    return std::nullopt;
}

ListenAddress listen_of(const Invocation &invocation, const HealthConfig &config)
{
    if (const auto given = invocation.value("--listen"))
        return parse_listen_address(*given);
    if (const auto given = variable("PITSTOP_LISTEN"))
        return parse_listen_address(*given);
    return parse_listen_address(config.listen.value_or(default_listen));
}

}  // namespace

HealthSettings read_health_settings(const Invocation &invocation)
{
    return settings_of(invocation, config_of(invocation));
}

ServeSettings read_serve_settings(const Invocation &invocation)
{
    const HealthConfig config = config_of(invocation);
    const std::optional<std::string> state_dir = invocation.value("--state-dir");
    ServeSettings settings{settings_of(invocation, config), listen_of(invocation, config),
                           state_dir ? state_dir : variable("STATE_DIRECTORY"), token_of(invocation, config)};
    if (!settings.listen.is_private() && !settings.token)
        throw Failure(ExitCode::usage,
                      "cannot listen on " + settings.listen.text() + " without a token: others could read all of it",
                      {}, "Name a file with a token in it with --token-file, or listen on 127.0.0.1.");
    return settings;
}

}  // namespace pitstop::tool
