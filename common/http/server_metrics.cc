#include "common/http/server_metrics.h"

#include <array>
#include <cstdint>
#include <utility>
#include <vector>

namespace bw::http {
namespace {

struct Row {
  const char* name;
  const char* help;
  std::uint64_t ServerCounters::*value;
};

constexpr std::array kTotals{
    Row{"connections_refused_total", "Connections closed at once, too many being open",
        &ServerCounters::connections_refused},
    Row{"requests_total", "Requests read whole", &ServerCounters::requests},
    Row{"malformed_total", "Requests refused by the framing", &ServerCounters::malformed},
    Row{"timeouts_total", "Connections that were too slow or idle", &ServerCounters::timeouts},
    Row{"slow_readers_dropped_total", "Connections dropped with too much unsent",
        &ServerCounters::slow_readers_dropped},
    Row{"accept_failures_total", "Connections the system could not open",
        &ServerCounters::accept_failures}};

}  // namespace

std::shared_ptr<void> ExportCounters(const Server& server, metrics::Registry& registry,
                                     const std::string& service) {
  const std::string prefix = "bw_" + service + "_http_";
  metrics::Gauge& open = registry.AddGauge(prefix + "connections_open", "Connections open now");
  std::vector<std::pair<metrics::Counter*, std::uint64_t ServerCounters::*>> totals;
  for (const Row& row : kTotals) {
    totals.emplace_back(&registry.AddCounter(prefix + row.name, row.help), row.value);
  }
  return registry.BeforeExpose([&server, &open, totals = std::move(totals)] {
    const ServerCounters counters = server.counters();
    open.Set(static_cast<double>(counters.connections_open));
    for (const auto& [total, value] : totals) {
      total->Increment(static_cast<double>(counters.*value) - total->Value());
    }
  });
}

}  // namespace bw::http
