#include "event-store/config.h"

namespace bw::event_store {
namespace {

constexpr std::int64_t kHoursInTenYears = 24 * 365 * 10;
constexpr std::int64_t kMinutesInAWeek = 60 * 24 * 7;

}  // namespace

std::string DefaultDataDir(const config::Environment& environment) {
  if (const auto state = environment.Get("XDG_STATE_HOME")) {
    return std::string(*state) + "/bandwidth-mcp";
  }
  if (const auto home = environment.Get("HOME")) {
    return std::string(*home) + "/.local/state/bandwidth-mcp";
  }
  return "bandwidth-mcp-state";
}

StatusOr<config::Outcome<Config>> LoadConfig(const config::Environment& environment,
                                             std::span<const std::string> args) {
  config::Outcome<Config> outcome;
  Config& config = outcome.config;
  config.data_dir = DefaultDataDir(environment);
  config::Options options("bw-event-store", "Keeps events, calls and queued BXML.");
  options.Text({"--listen", "BW_EVENT_STORE_LISTEN", "gRPC address: host:port or unix:/path"},
               &config.listen);
  options.Text(
      {"--data-dir", "BW_DATA_DIR", "Folder of the database, or :memory: for throw-away use"},
      &config.data_dir);
  options.Text({"--admin-host", "BW_ADMIN_HOST", "Address of /metrics and /healthz"},
               &config.admin_host);
  options.Int({"--admin-port", "BW_ADMIN_PORT", "Port of /metrics; 0 picks a free one, -1 is off"},
              {-1, 65535}, &config.admin_port);
  options.Int64({"--retention-hours", "BW_EVENT_STORE_RETENTION_HOURS",
                 "Events and calls older than this are removed; 0: no such bound"},
                {0, kHoursInTenYears}, &config.retention_hours);
  options.Int64({"--max-events", "BW_EVENT_STORE_MAX_EVENTS",
                 "Events kept; the oldest go first; 0: no such bound"},
                {0, 1'000'000'000}, &config.max_events);
  options.Int64({"--max-calls", "BW_EVENT_STORE_MAX_CALLS",
                 "Calls kept; the longest untouched go first; 0: no such bound"},
                {0, 1'000'000'000}, &config.max_calls);
  options.Int64({"--queued-minutes", "BW_EVENT_STORE_QUEUED_MINUTES",
                 "A BXML document nobody fetched expires after this; 0: never"},
                {0, kMinutesInAWeek}, &config.queued_minutes);
  options.Int({"--max-held", "BW_EVENT_STORE_MAX_HELD", "Webhooks held at once"}, {1, 1'000'000},
              &config.max_held);
  options.Int({"--max-event-waits", "BW_EVENT_STORE_MAX_EVENT_WAITS",
               "Requests that may wait for events at once"},
              {1, 1'000'000}, &config.max_event_waits);
  options.Int({"--max-watchers", "BW_EVENT_STORE_MAX_WATCHERS",
               "Watch streams at once, and as many WatchState streams"},
              {1, 100'000}, &config.max_watchers);
  options.Int({"--max-watch-backlog", "BW_EVENT_STORE_MAX_WATCH_BACKLOG",
               "Events, or changes of state, a watcher may fall behind before it is ended"},
              {1, 1'000'000}, &config.max_watch_backlog);
  options.Int64({"--max-mail-bytes", "BW_EVENT_STORE_MAX_MAIL_BYTES",
                 "Bytes of mail between gateway replicas kept in memory"},
                {1 << 20, 16LL << 30}, &config.max_mail_bytes);
  options.Int64({"--max-state-entries", "BW_EVENT_STORE_MAX_STATE_ENTRIES",
                 "Facts shared by gateway replicas that are kept at once"},
                {1, 10'000'000}, &config.max_state_entries);
  options.Int64({"--max-tenant-state-entries", "BW_EVENT_STORE_MAX_TENANT_STATE_ENTRIES",
                 "Facts shared by gateway replicas that are kept at once, of one tenant"},
                {1, 10'000'000}, &config.max_tenant_state_entries);
  options.Int64({"--max-wal-bytes", "BW_EVENT_STORE_MAX_WAL_BYTES",
                 "Length of the write-ahead log beyond which it is restarted"},
                {1 << 20, 16LL << 30}, &config.max_wal_bytes);
  options.Choice({"--log-level", "BW_LOG_LEVEL", "debug, info, warning, error or off"},
                 {"debug", "info", "warning", "error", "off"}, &config.log_level);
  BW_ASSIGN_OR_RETURN(outcome.text_to_print, options.Parse(environment, args));
  return outcome;
}

}  // namespace bw::event_store
