#include "pg/geocoder_settings.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>

#include <sys/stat.h>

#include "core/geocoder_memory.hpp"
#include "pg/settings.hpp"

namespace pitstop::pg {

namespace {

constexpr std::int64_t public_daily_limit = 2000;
// The policy of the public Nominatim is one request a second, over all users of an application.
constexpr std::chrono::milliseconds shortest_public_interval{1000};
constexpr std::size_t longest_secret = 4096;

struct Secret {
    std::string text;
    std::string fault;  // why it could not be read
    std::int64_t modified_at = 0;
};

// The first line of a file.
Secret read_secret(const std::string &path)
{
    Secret secret;
    struct stat status = {};
    std::ifstream file(path);
    if (!file || stat(path.c_str(), &status) != 0) {
        secret.fault = std::strerror(errno);
        return secret;
    }
    if (!S_ISREG(status.st_mode)) {
        secret.fault = "not a file";
        return secret;
    }
    secret.modified_at = status.st_mtime;
    std::getline(file, secret.text);
    while (!secret.text.empty() && (secret.text.back() == '\r' || secret.text.back() == ' '))
        secret.text.pop_back();
    const bool is_printable =
        std::all_of(secret.text.begin(), secret.text.end(), [](char c) { return c > ' ' && c <= '~'; });
    if (secret.text.empty() || secret.text.size() > longest_secret || !is_printable) {
        secret.text.clear();
        secret.fault = "its first line is empty, or no key";
    }
    return secret;
}

// A public server serves everybody: it is asked one thing at a time.
bool is_public(std::string url)
{
    while (!url.empty() && url.back() == '/')
        url.pop_back();
    return is_public_nominatim(url) ||
           std::any_of(all_providers().begin(), all_providers().end(),
                       [&](const Provider *provider) { return url == provider->default_url; });
}

void read_key(const GeocoderSetting &setting, GeocoderSettings &settings, std::int64_t &modified_at)
{
    if (setting.key_file.empty()) {
        if (settings.provider->needs_key)
            settings.unusable = std::string(settings.provider->name) +
                                " needs a key: put it into a file and name that in pitstop.geocoder_key_file";
        return;
    }
    const Secret secret = read_secret(setting.key_file);
    settings.key = secret.text;
    modified_at = secret.modified_at;
    if (!secret.fault.empty())
        settings.unusable = "could not read pitstop.geocoder_key_file: " + secret.fault;
}

void read_proxy_password(const GeocoderSetting &setting, GeocoderSettings &settings, std::int64_t &modified_at)
{
    if (setting.proxy_password_file.empty())
        return;
    const Secret secret = read_secret(setting.proxy_password_file);
    const std::size_t colon = secret.text.find(':');
    modified_at = secret.modified_at;
    if (!secret.fault.empty())
        settings.unusable = "could not read pitstop.geocoder_proxy_password_file: " + secret.fault;
    else if (colon == std::string::npos)
        settings.unusable = "pitstop.geocoder_proxy_password_file does not hold user:password";
    else {
        settings.proxy_user = secret.text.substr(0, colon);
        settings.proxy_password = secret.text.substr(colon + 1);
    }
}

}  // namespace

GeocoderSettings read_geocoder_settings()
{
    const GeocoderSetting setting = geocoder_setting();
    GeocoderSettings settings;
    settings.provider = find_provider(setting.provider);
    settings.url = setting.url.empty() ? settings.provider->default_url : setting.url;
    settings.proxy = setting.proxy;
    settings.timeout = setting.timeout;
    settings.user_agent = std::string("pitstop/") + PITSTOP_VERSION;
    if (!setting.contact.empty())
        settings.user_agent += " (" + setting.contact + ")";

    std::int64_t key_modified_at = 0, password_modified_at = 0;
    read_key(setting, settings, key_modified_at);
    read_proxy_password(setting, settings, password_modified_at);

    const bool is_nominatim_org = is_public_nominatim(settings.url);
    settings.pace.interval = is_nominatim_org ? std::max(setting.interval, shortest_public_interval) : setting.interval;
    settings.pace.daily_limit = setting.daily_limit >= 0 ? setting.daily_limit
                                : is_nominatim_org       ? public_daily_limit
                                                         : Pace{}.daily_limit;
    settings.concurrency = is_public(settings.url) ? 1 : static_cast<std::size_t>(setting.concurrency);
    if (setting.daily_limit == 0)
        settings.unusable = "pitstop.geocoder_daily_limit is 0";
    if (is_nominatim_org && setting.contact.empty())
        settings.unusable = "the public Nominatim wants to know whom to turn to: set pitstop.geocoder_contact to your "
                            "e-mail address, or pitstop.geocoder_url to another server";
    // Of the secrets only when they were changed: this number is kept on disk.
    settings.hash = hash_of_settings({setting.provider, settings.url, setting.proxy, setting.contact, setting.key_file,
                                      setting.proxy_password_file, std::to_string(key_modified_at),
                                      std::to_string(password_modified_at)});
    return settings;
}

}  // namespace pitstop::pg
