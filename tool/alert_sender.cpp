#include "alert_sender.hpp"
namespace pitstop::tool {
struct AlertSender::Shared {};
AlertSender::AlertSender(const HealthWatch &, AlertPlan, const std::optional<std::string> &) {}
AlertSender::~AlertSender() = default;
void AlertSender::change_plan(AlertPlan) {}
bool AlertSender::stop() { return true; }
}
