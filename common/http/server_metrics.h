// A server's counters as Prometheus metrics.
#pragma once

#include <memory>
#include <string>

#include "common/http/server.h"
#include "common/metrics/metrics.h"

namespace bw::http {

/// Adds bw_<service>_http_connections_open, …_refused_total, …_requests_total, …_malformed_total,
/// …_timeouts_total, …_slow_readers_dropped_total and …_accept_failures_total to `registry`, read
/// from `server` whenever metrics are asked for. Destroy the guard before the server.
[[nodiscard]] std::shared_ptr<void> ExportCounters(const Server& server,
                                                   metrics::Registry& registry,
                                                   const std::string& service);

}  // namespace bw::http
