#include "health_answers.hpp"

#include "page.hpp"
#include "tool/core/access.hpp"
#include "tool/core/health_text.hpp"

namespace pitstop::tool {

namespace {

constexpr const char *plain_text = "text/plain; charset=utf-8";
constexpr const char *prometheus_text = "text/plain; version=0.0.4; charset=utf-8";
constexpr const char *health_type = "application/health+json; charset=utf-8";

HttpAnswer readiness(const HealthReport &report)
{
    if (is_ready(report))
        return {200, plain_text, "ready\n", {}};
    return {503, plain_text, readiness_text(report), {}};
}

}  // namespace

HttpAnswer answer_to(const HttpRequest &request, const std::optional<std::string> &token,
                     const std::function<HealthReport()> &report)
{
    // As TeslaMate's own: 200 and nothing, as long as the process is there.
    if (request.path == "/health_check")
        return {};
    if (request.path == "/livez")
        return {200, plain_text, "alive\n", {}};
    if (!may_pass(request.path, request.authorization, token))
        return {401, plain_text, "The token is missing or wrong.\n", access_challenge};
    if (request.path == "/readyz")
        return readiness(report());
    if (request.path == "/health") {
        const HealthReport now = report();
        // The format asks for an error status where something fails.
        return {is_ready(now) ? 200u : 503u, health_type, health_json(now), {}};
    }
    if (request.path == "/metrics")
        return {200, prometheus_text, metrics_text(report()), {}};
    if (const PageFile *const file = find_page_file(request.path, request.accept_language))
        return {200, std::string(file->content_type), std::string(file->body), {}};
    return {404, plain_text, "There is nothing here; the page is at /.\n", {}};
}

}  // namespace pitstop::tool
