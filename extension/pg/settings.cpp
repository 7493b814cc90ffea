#include "pg/settings.hpp"

extern "C" {
#include "postgres.h"
#include "utils/guc.h"
#include "utils/memutils.h"
}

namespace pitstop::pg {

namespace {

char *teslamate_schema = nullptr;
bool repair = false;
char *language = nullptr;
int address_reuse_distance_m = 10;
int repair_interval_s = 3600;
int repair_limit = 5000;
int max_workers = 1;

int geocoder = 0;
char *geocoder_url = nullptr;
char *geocoder_proxy = nullptr;
char *geocoder_contact = nullptr;
char *geocoder_key_file = nullptr;
char *geocoder_proxy_password_file = nullptr;
int geocoder_interval_ms = 2000;
int geocoder_timeout_s = 30;
int geocoder_daily_limit = -1;
int geocoder_concurrency = 1;

// The rows of core's table of providers, as PostgreSQL wants the values of an enum; made once, kept for ever.
const config_enum_entry *geocoder_names()
{
    const auto &providers = all_providers();
    auto *const names = static_cast<config_enum_entry *>(
        MemoryContextAllocZero(TopMemoryContext, (providers.size() + 1) * sizeof(config_enum_entry)));
    for (std::size_t i = 0; i < providers.size(); ++i)
        names[i] = {providers[i]->name, static_cast<int>(i), false};
    return names;
}

// Check hooks are called by C: nothing may be thrown out of them.
bool refuse(const char *what, const std::string &fault) noexcept
{
    GUC_check_errdetail("%s %s.", what, fault.c_str());
    return false;
}

bool check_url(char **value, void **, GucSource) noexcept
{
    try {
        if (**value == '\0')
            return true;
        const auto fault = url_fault(*value);
        return !fault || refuse("The URL", *fault);
    } catch (...) {
        return false;
    }
}

// As the URL of a geocoder, but for the schemes: http, https, socks5h.
bool check_proxy(char **value, void **, GucSource) noexcept
{
    try {
        std::string url = *value;
        if (url.empty())
            return true;
        constexpr const char *socks = "socks5h://";
        if (url.rfind(socks, 0) == 0)
            url.replace(0, std::char_traits<char>::length(socks), "http://");
        if (url.rfind("http://", 0) != 0 && url.rfind("https://", 0) != 0)
            return refuse("The proxy", "begins with http://, https:// or socks5h://");
        const auto fault = url_fault(url);
        return !fault || refuse("The proxy", *fault);
    } catch (...) {
        return false;
    }
}

// The contact goes into a header of each request.
bool check_contact(char **value, void **, GucSource) noexcept
{
    for (const char *c = *value; *c != '\0'; ++c)
        if (*c < ' ' || *c > '~' || *c == '(' || *c == ')') {
            GUC_check_errdetail(
                "An e-mail address or a URL consists of printable ASCII characters without parentheses.");
            return false;
        }
    return true;
}

// So does the language.
bool check_language(char **value, void **, GucSource) noexcept
{
    const std::size_t length = strlen(*value);
    if (length <= 35 && strspn(*value, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_") == length)
        return true;
    GUC_check_errdetail("A language is written as en, de or zh-TW.");
    return false;
}

void define_repair_settings()
{
    DefineCustomBoolVariable("pitstop.repair", "Whether the worker looks up missing addresses in this database.",
                             "Set it per database: ALTER DATABASE teslamate SET pitstop.repair = on.", &repair, false,
                             PGC_SUSET, 0, nullptr, nullptr, nullptr);
    DefineCustomStringVariable("pitstop.language", "The language of addresses, such as en or de.",
                               "Empty: the language in TeslaMate's settings.", &language, "", PGC_SUSET, 0,
                               check_language, nullptr, nullptr);
    DefineCustomIntVariable("pitstop.address_reuse_distance",
                            "How far away, in metres, an address that is known already may be to be used again.",
                            "0: only for the very same coordinates.", &address_reuse_distance_m, 10, 0, 1000,
                            PGC_SIGHUP, 0, nullptr, nullptr, nullptr);
    DefineCustomIntVariable("pitstop.repair_interval", "The time between two runs of the address repair.", nullptr,
                            &repair_interval_s, 3600, 1, 7 * 86400, PGC_SIGHUP, GUC_UNIT_S, nullptr, nullptr, nullptr);
    DefineCustomIntVariable("pitstop.repair_limit",
                            "How many drives, and how many charging processes, one run of the address repair looks at.",
                            nullptr, &repair_limit, 5000, 1, 1000000, PGC_SIGHUP, 0, nullptr, nullptr, nullptr);
    DefineCustomIntVariable("pitstop.max_workers",
                            "How many databases the address repair may be connected to at the same time.",
                            "Each takes one of max_worker_processes for a few milliseconds.", &max_workers, 1, 1,
                            most_workers, PGC_SIGHUP, 0, nullptr, nullptr, nullptr);
}

void define_geocoder_settings()
{
    DefineCustomEnumVariable("pitstop.geocoder", "The kind of geocoder that is asked for addresses.", nullptr,
                             &geocoder, 0, geocoder_names(), PGC_SIGHUP, 0, nullptr, nullptr, nullptr);
    DefineCustomStringVariable("pitstop.geocoder_url", "The geocoder's URL, without user name, password or key.",
                               "Empty: the public server of its kind.", &geocoder_url, "", PGC_SIGHUP, 0, check_url,
                               nullptr, nullptr);
    DefineCustomStringVariable("pitstop.geocoder_proxy", "A proxy to reach the geocoder: http, https or socks5h.",
                               "Empty: none.", &geocoder_proxy, "", PGC_SIGHUP, 0, check_proxy, nullptr, nullptr);
    DefineCustomStringVariable("pitstop.geocoder_contact",
                               "How the geocoder's operators can reach you: an e-mail address or a URL.",
                               "The public Nominatim is not asked without it.", &geocoder_contact, "", PGC_SIGHUP, 0,
                               check_contact, nullptr, nullptr);
    DefineCustomStringVariable("pitstop.geocoder_key_file", "A file whose first line is the geocoder's key.",
                               "Read when the server starts and when it reloads its settings.", &geocoder_key_file, "",
                               PGC_SIGHUP, 0, nullptr, nullptr, nullptr);
    DefineCustomStringVariable("pitstop.geocoder_proxy_password_file",
                               "A file whose first line is the proxy's user name and password: user:password.",
                               "Read when the server starts and when it reloads its settings.",
                               &geocoder_proxy_password_file, "", PGC_SIGHUP, 0, nullptr, nullptr, nullptr);
    DefineCustomIntVariable("pitstop.geocoder_interval", "The time between two requests to the geocoder.",
                            "0: no pause, for a server of your own. At least 1 s for the public Nominatim.",
                            &geocoder_interval_ms, 2000, 0, 3600 * 1000, PGC_SIGHUP, GUC_UNIT_MS, nullptr, nullptr,
                            nullptr);
    DefineCustomIntVariable("pitstop.geocoder_timeout", "How long the geocoder may take for an answer.", nullptr,
                            &geocoder_timeout_s, 30, 1, 300, PGC_SIGHUP, GUC_UNIT_S, nullptr, nullptr, nullptr);
    DefineCustomIntVariable("pitstop.geocoder_daily_limit", "How many requests the geocoder gets each day (UTC).",
                            "-1: 2000 for the public Nominatim, no limit for others.", &geocoder_daily_limit, -1, -1,
                            100000000, PGC_SIGHUP, 0, nullptr, nullptr, nullptr);
    DefineCustomIntVariable("pitstop.geocoder_concurrency",
                            "How many requests a geocoder of your own gets at the same time.",
                            "Public servers never get more than one.", &geocoder_concurrency, 1, 1, 4, PGC_SIGHUP, 0,
                            nullptr, nullptr, nullptr);
}

}  // namespace

void define_settings()
{
    // For superusers only: who names another schema decides on whose rows the functions work.
    DefineCustomStringVariable("pitstop.teslamate_schema", "The schema that holds TeslaMate's tables.",
                               "Hosters who keep one TeslaMate per schema set it per role or per database.",
                               &teslamate_schema, "public", PGC_SUSET, 0, nullptr, nullptr, nullptr);
    define_repair_settings();
    define_geocoder_settings();
    MarkGUCPrefixReserved("pitstop");
}

std::string teslamate_schema_setting()
{
    return teslamate_schema;
}

bool repair_setting()
{
    return repair;
}

std::string language_setting()
{
    return language;
}

double address_reuse_distance_setting()
{
    return address_reuse_distance_m;
}

std::chrono::seconds repair_interval_setting()
{
    return std::chrono::seconds{repair_interval_s};
}

std::int64_t repair_limit_setting()
{
    return repair_limit;
}

int max_workers_setting()
{
    return max_workers;
}

GeocoderSetting geocoder_setting()
{
    GeocoderSetting setting;
    setting.provider = all_providers()[static_cast<std::size_t>(geocoder)]->name;
    setting.url = geocoder_url;
    setting.proxy = geocoder_proxy;
    setting.contact = geocoder_contact;
    setting.key_file = geocoder_key_file;
    setting.proxy_password_file = geocoder_proxy_password_file;
    setting.interval = std::chrono::milliseconds{geocoder_interval_ms};
    setting.timeout = std::chrono::seconds{geocoder_timeout_s};
    setting.daily_limit = geocoder_daily_limit;
    setting.concurrency = geocoder_concurrency;
    return setting;
}

}  // namespace pitstop::pg
